"""Renew the record: ``python -m tests.recorded [--only PART ...]`` (see the package's docstring)."""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import demo
from tests.recorded.cases import CASES, DEMO, REAL
from tests.recorded.fingerprint import PARTS, encoders, fingerprints
from tests.recorded.store import Hashes, differences, load, save
from tests.support.servers import SHARED, file_server, real_items, stac_api


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tests.recorded", description="Renew the recorded hashes."
    )
    parser.add_argument(
        "--only", nargs="+", choices=PARTS, metavar="PART", help=f"of {', '.join(PARTS)}; all if left out"
    )
    parser.add_argument("--dry-run", action="store_true", help="only print what differs")
    arguments = parser.parse_args()
    before_encoders, before = load()
    with catalogs() as addresses:
        now = {n: f for case in CASES for n, f in fingerprints(case, addresses[case.source]).items()}
    after = now if arguments.only is None else merged(before, now, set(arguments.only))
    print("\n".join(differences(before, after)) or "Nothing changed.")
    if not arguments.dry_run:
        save(encoders() if arguments.only is None else before_encoders, after)


def merged(before: Hashes, now: Hashes, parts: set[str]) -> Hashes:
    """Return the record with the named parts renewed and all else as it was."""
    return {
        name: {p: h for p, h in {**before.get(name, {}), **found}.items() if p in found}
        | {p: h for p, h in before.get(name, {}).items() if p not in parts}
        for name, found in now.items()
    }


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
