"""The suite: ``python -m benchmarks`` (full, writes docs/), ``--quick`` (a few minutes, prints)."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

from benchmarks import plots, report
from benchmarks.case import Case
from benchmarks.measure import interleaved
from benchmarks.results import READERS, Results
from benchmarks.rig import REPO, Rig, rig
from benchmarks.settings import BY_NAME, Settings
from benchmarks.tiles import tile


def measure(settings: Settings) -> Results:
    """Run everything."""
    _say(f"the tile of {settings.tile_px} px (made once)")
    made = tile(settings)
    with rig(made) as running:
        least = {size: _case(running, settings, size).least() for size in settings.sizes_km}
        plan = [
            ("search", settings.sizes_km, settings.rounds),
            *((reader, settings.sizes_km, settings.rounds) for reader in READERS),
            ("analyse", settings.sizes_km, settings.rounds),
            ("baseline", settings.baseline_sizes_km, settings.baseline_rounds),
            ("again", (settings.picture_km,), 1),
        ]
        runs = interleaved(plan, running)
    _say("clustering")
    return Results(settings, least, runs, _fits(settings))


def _fits(settings: Settings) -> list[dict[str, object]]:
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.clustering", settings.name]
    done = subprocess.run(command, cwd=REPO, stdout=subprocess.PIPE, text=True, check=True)
    found: list[dict[str, object]] = json.loads(done.stdout.splitlines()[-1])
    return found


def _case(running: Rig, settings: Settings, size_km: float) -> Case:
    return Case(settings.name, str(running.tile.folder), running.catalog, str(running.item), size_km)


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


def main(arguments: list[str] | None = None) -> None:
    """Measure, then print or write the report."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", dest="setting", action="store_const", const="quick", default="full")
    parser.add_argument("--toy", dest="setting", action="store_const", const="toy", help="seconds; for tests")
    parser.add_argument("--write", type=Path, metavar="FOLDER", help="write the report (full: into docs)")
    chosen = parser.parse_args(arguments)
    settings = BY_NAME[chosen.setting]
    results = measure(settings)
    text = report.markdown(results, "make benchmark" + (" QUICK=1" if settings.name == "quick" else ""))
    folder = chosen.write or (REPO / "docs" if settings.name == "full" else None)
    if folder is None:
        print(text)
        return
    folder.mkdir(parents=True, exist_ok=True)
    drawn = plots.draw(results, folder)
    pictures = "\n\n".join(f"![{p.stem.replace('_', ', ')}]({p.name})" for p in drawn)
    (folder / "benchmarks.md").write_text(f"{text}\n## Against area\n\n{pictures}\n", encoding="utf-8")
    _say(f"written: {folder / 'benchmarks.md'}")


if __name__ == "__main__":
    main()
