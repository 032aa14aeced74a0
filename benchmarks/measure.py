"""Runs of tasks, each in a fresh process, and what a set of runs says."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from benchmarks.case import Case
from benchmarks.rig import REPO, Rig, Traffic

PATIENCE_S = 600


@dataclass(frozen=True)
class Run:
    """One run of one task."""

    task: str
    size_km: float
    seconds: float
    cpu: float
    peak_mb: float
    traffic: Traffic
    detail: dict[str, Any]


@dataclass(frozen=True)
class Spread:
    """Median and range of some runs."""

    median: float
    least: float
    most: float
    count: int

    def __str__(self) -> str:
        """Median with range, e.g. ``1.30 (1.28-1.41)``."""
        if self.count == 1:
            return f"{self.median:.2f}"
        return f"{self.median:.2f} ({self.least:.2f}-{self.most:.2f})"


def spread(values: Iterable[float]) -> Spread:
    """Return median and range."""
    found = list(values)
    return Spread(statistics.median(found), min(found), max(found), len(found))


def run(task: str, rig: Rig, size_km: float, n_clusters: int = 5) -> Run:
    """Run a task in a fresh process and count what the file server was asked for."""
    case = Case(rig.tile.settings.name, str(rig.tile.folder), rig.catalog, str(rig.item), size_km, n_clusters)
    rig.forget()
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "benchmarks.task", task, json.dumps(asdict(case))],
        cwd=REPO,
        env={**os.environ, "DASHBOARD_MAX_SIZE_KM": "110", "DASHBOARD_CATALOGS": str(rig.catalogs)},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    if done.returncode:
        raise RuntimeError(f"{task} at {size_km} km failed:\n{done.stderr}")
    measured = json.loads(done.stdout.splitlines()[-1])
    return Run(task, size_km, traffic=rig.traffic(), **measured)


def interleaved(plan: Sequence[tuple[str, Sequence[float], int]], rig: Rig) -> list[Run]:
    """Run tasks at their sizes, round by round: what changes on the machine hits all of them.

    Parameters
    ----------
    plan : sequence of (task, sizes in km, rounds)
        What to run.
    rig : Rig
        The running servers.
    """
    runs = []
    for number in range(max(rounds for *_, rounds in plan)):
        sizes = sorted({size for _, of_task, _ in plan for size in of_task})
        for size in sizes:
            for task, of_task, rounds in plan:
                if size in of_task and number < rounds:
                    runs.append(run(task, rig, size))
                    last = runs[-1]
                    print(f"  {task:9s} {size:>4g} km  {last.seconds:6.2f} s", file=sys.stderr, flush=True)
    return runs
