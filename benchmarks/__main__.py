"""The suite: ``python -m benchmarks`` (full, writes docs/), ``--quick`` (a few minutes, prints).

Each part is saved as it ends. ``--only PART`` measures one again and writes the report from all that is
saved; ``--report`` measures nothing.
"""

from __future__ import annotations

import argparse
import time
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks import costs, plots, report
from benchmarks.measure import say
from benchmarks.parts import (
    Part,
    after,
    agreement,
    dates,
    kmeans,
    network,
    page,
    preview,
    start,
    whole,
    workers,
)
from benchmarks.rig import REPO
from benchmarks.settings import BY_NAME, FULL, Settings
from benchmarks.store import Store
from demo.cache import root

PARTS: dict[str, Part] = {
    "start": start.PART,
    "network": network.PART,
    "preview": preview.PART,
    "after": after.PART,
    "page": page.PART,
    "kmeans": kmeans.PART,
    "whole": whole.PART,
    "workers": workers.PART,
    "dates": dates.PART,
    "agreement": agreement.PART,
}
"""In the order in which they run and are reported."""


def measure(settings: Settings, names: Sequence[str], store: Store) -> list[str]:
    """Run parts and save each; returns the names of those that failed."""
    failed = []
    for name in names:
        say(f"{name}: {PARTS[name].title}")
        started = time.perf_counter()
        try:
            found = PARTS[name].measure(settings)
        except Exception as error:  # one part must not end the others
            traceback.print_exc()
            failed.append(name)
            store.save(name, settings.name, time.perf_counter() - started, None, f"{error}")
        else:
            store.save(name, settings.name, time.perf_counter() - started, found)
        say(f"  {name}: {time.perf_counter() - started:.0f} s")
    return failed


def write(settings: Settings, store: Store, folder: Path, parts: Mapping[str, Part] = PARTS) -> str:
    """Draw the plots beside the records, write the report above them and return it."""
    command = "make benchmark" + (" QUICK=1" if settings.name == "quick" else "")
    store.folder.mkdir(parents=True, exist_ok=True)
    text = report.markdown(settings, parts, store, command, plots.draw(store, store.folder))
    (folder / "benchmarks.md").write_text(text, encoding="utf-8")
    return text


def main(arguments: list[str] | None = None) -> None:
    """Measure, then write the report."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", dest="setting", action="store_const", const="quick", default="full")
    parser.add_argument("--toy", dest="setting", action="store_const", const="toy", help="seconds; for tests")
    parser.add_argument("--only", action="append", choices=PARTS, metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--report", action="store_true", help="measure nothing, write the report anew")
    parser.add_argument("--write", type=Path, metavar="FOLDER", help="where the report goes (full: docs)")
    chosen = parser.parse_args(arguments)
    settings = BY_NAME[chosen.setting]
    usual = REPO / "docs" if settings is FULL else root() / f"benchmark-report-{settings.name}"
    folder = chosen.write or usual
    store = Store(folder / "benchmarks")
    failed = [] if chosen.report else measure(settings, chosen.only or list(PARTS), store)
    text = write(settings, store, folder)
    if folder == REPO / "docs":
        costs.write_into(REPO / "docs" / "scaling.md", store)
    else:
        print(text)
    say(f"written: {folder / 'benchmarks.md'}")
    if failed:
        raise SystemExit(f"failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
