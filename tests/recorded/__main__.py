"""Renew the record: ``python -m tests.recorded [--only PART ...]`` (see the package's docstring)."""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import demo
from tests.recorded.cases import CASES, DEMO, REAL
from tests.recorded.fingerprint import PARTS, arithmetic, encoders, fingerprints
from tests.recorded.store import Hashes, Record, differences, load, save
from tests.support.servers import SHARED, file_server, real_items, stac_api


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tests.recorded", description="Renew the recorded hashes."
    )
    parts = ["pixels", *PARTS]
    parser.add_argument(
        "--only", nargs="+", choices=parts, metavar="PART", help=f"of {', '.join(parts)}; all if left out"
    )
    parser.add_argument("--dry-run", action="store_true", help="only print what differs")
    arguments = parser.parse_args()
    before = load()
    with catalogs() as addresses:
        now = {n: f for case in CASES for n, f in fingerprints(case, addresses[case.source]).items()}
    if arguments.only is None:
        after = Record(now, encoders(), arithmetic())
    else:
        after = replace(before, analyses=merged(before.analyses, now, set(arguments.only)))
    print("\n".join(differences(before.analyses, after.analyses)) or "Nothing changed.")
    if not arguments.dry_run:
        save(after)


def merged(before: Hashes, now: Hashes, parts: set[str]) -> Hashes:
    """Return the record with the named parts renewed and all else as it was."""
    renewed: Hashes = {}
    for name, found in now.items():
        kept = before.get(name, found)
        renewed[name] = {p: (found if p in parts else kept)[p] for p in found if p in parts or p in kept}
    return renewed


@contextmanager
def catalogs() -> Iterator[dict[str, str]]:
    """Serve the real scenes and the demo; gives what a request calls them."""
    with (
        tempfile.TemporaryDirectory() as folder,
        file_server(SHARED / "sentinel2") as files,
        stac_api(Path(folder), real_items(files)) as api,
    ):
        os.environ["DASHBOARD_CACHE_DIR"] = str(Path(folder, "demo-cache"))
        try:
            yield {REAL: api, DEMO: "demo"}
        finally:
            demo.stop()


if __name__ == "__main__":
    main()
