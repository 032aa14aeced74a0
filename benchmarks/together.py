"""Whole tiles at once: ``python -m benchmarks.together --runs 3``.

So many processes start at the same moment, each to group a whole tile on this machine's disk and to write its
label file, through the queue that pages share (a place for each core). Prints how long each took with its
wait, and how much memory each and all of them had at most.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import psutil

from benchmarks.load import Memory
from benchmarks.measure import run
from benchmarks.rig import local
from benchmarks.settings import BY_NAME, Settings
from benchmarks.tiles import tile

MOST_RUNS = 10


@dataclass(frozen=True)
class End:
    """How one run ended."""

    seconds: float
    """From the start of all, its imports and its wait included."""
    peak_mb: float
    """Its largest resident memory, 10^6 bytes."""
    pixels: int
    failure: str = ""


def together(settings: Settings, runs: int, places: int) -> tuple[list[End], float]:
    """Run whole tiles at once; return how each ended, and the most memory of all together, MB.

    Parameters
    ----------
    settings
        The size of the tile.
    runs
        How many, 1 to 10.
    places
        Of the queue.
    """
    if not 1 <= runs <= MOST_RUNS:
        raise ValueError(f"1 to {MOST_RUNS} runs")
    memory = Memory(psutil.Process())
    with local([tile(settings)]) as rig, tempfile.TemporaryDirectory(prefix="together-") as shared:
        case = rig.case(settings.tile_km, settings.tile_px // 2)
        queue = {"DASHBOARD_PLACES": str(places), "DASHBOARD_SHARED_DIR": shared}
        watcher = threading.Thread(target=memory.watch, daemon=True)
        began = time.monotonic()

        def one(_: int) -> End:
            try:
                made = run("whole", case, rig, queue)
            except RuntimeError as error:
                return End(time.monotonic() - began, 0, 0, str(error)[-500:])
            return End(time.monotonic() - began, made.peak_mb, made.detail["pixels"])

        watcher.start()
        try:
            with ThreadPoolExecutor(runs) as threads:
                ends = list(threads.map(one, range(runs)))
        finally:
            memory.stopped.set()
            watcher.join()
    return ends, memory.most_mb


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print, and return 1 where a run failed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.together", description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--places", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--setting", choices=list(BY_NAME), default="full")
    wanted = parser.parse_args(arguments)
    ends, most_mb = together(BY_NAME[wanted.setting], wanted.runs, wanted.places)
    told: dict[str, Any] = {"runs": [vars(end) for end in ends], "together_mb": round(most_mb)}
    print(json.dumps(told, indent=1))
    return 1 if any(end.failure for end in ends) else 0


if __name__ == "__main__":
    raise SystemExit(main())
