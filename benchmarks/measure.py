"""Runs of tasks, each in a fresh process, and what a set of runs says."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, TypeAlias

from benchmarks.case import Case
from benchmarks.rig import REPO, Rig, Traffic

PATIENCE_S = 600
Plan: TypeAlias = Sequence[tuple[str, Case, int]]
"""Tasks, their areas, and how often each one runs."""


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


class NotMeasuredError(LookupError):
    """A report asks for runs that this part has not made, or that have failed."""


def spread(values: Iterable[float]) -> Spread:
    """Return median and range.

    Raises
    ------
    NotMeasuredError
        When there are none.
    """
    found = list(values)
    if not found:
        raise NotMeasuredError
    return Spread(statistics.median(found), min(found), max(found), len(found))


@dataclass(frozen=True)
class Runs:
    """The runs of a part; JSON in and out."""

    made: tuple[Run, ...]
    failed: tuple[str, ...] = ()
    """What went wrong with others, in words."""

    def of(self, task: str, size_km: float | None = None) -> list[Run]:
        """Return the runs of a task, of all sizes or of one."""
        return [r for r in self.made if r.task == task and size_km in (None, r.size_km)]

    def seconds(self, task: str, size_km: float | None = None) -> Spread:
        """Return the wall time of a task."""
        return spread(r.seconds for r in self.of(task, size_km))

    def median(self, value: str, task: str, size_km: float | None = None) -> float:
        """Return the median of ``seconds``, ``cpu``, ``peak_mb``, or of a number among the details."""
        runs = self.of(task, size_km)
        return spread(getattr(r, value) if hasattr(r, value) else r.detail[value] for r in runs).median

    def as_json(self) -> dict[str, Any]:
        """Return plain values."""
        return {"made": [asdict(r) for r in self.made], "failed": list(self.failed)}

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> Runs:
        """Return what `as_json` gave."""
        made = tuple(Run(**{**r, "traffic": Traffic(**r["traffic"])}) for r in found["made"])
        return cls(made, tuple(found["failed"]))


def run(task: str, case: Case, rig: Rig, environment: Mapping[str, str] | None = None) -> Run:
    """Run a task in a fresh process and count what the file server was asked for.

    Parameters
    ----------
    task : str
        A name in ``task.TASKS``.
    case : Case
        The area.
    rig : Rig
        The running servers.
    environment : mapping, optional
        Further variables for the process.

    Raises
    ------
    RuntimeError
        When it fails or does not end, with the last line of what it said.
    """
    rig.forget()
    found = measured_process(
        "benchmarks.task",
        task,
        json.dumps(asdict(case)),
        environment={**rig.environment, **(environment or {})},
    )
    return Run(task, case.size_km, traffic=rig.traffic(), **found)


def measured_process(module: str, *arguments: str, environment: Mapping[str, str] | None = None) -> Any:
    """Run a module of the suite in a fresh process and return the JSON of its last line.

    Raises
    ------
    RuntimeError
        When it fails or does not end, with the last line of what it said.
    """
    command = [sys.executable, "-W", "ignore", "-m", module, *arguments]
    try:
        done = subprocess.run(
            command, cwd=REPO, env=environment, capture_output=True, text=True, timeout=PATIENCE_S
        )
    except subprocess.TimeoutExpired as error:
        raise RuntimeError(f"it did not end within {PATIENCE_S} s") from error
    if done.returncode:
        say(done.stderr)
        raise RuntimeError((done.stderr.strip().splitlines() or [f"it ended with {done.returncode}"])[-1])
    return json.loads(done.stdout.splitlines()[-1])


def interleaved(plan: Plan, rig: Rig) -> Runs:
    """Run tasks round by round: what changes on the machine hits all of them.

    A task that fails at a size is told and not tried there again; the others go on.
    """
    made: list[Run] = []
    failed: dict[tuple[str, float], str] = {}
    for number in range(max(rounds for *_, rounds in plan)):
        for task, case, rounds in plan:
            key = (task, case.size_km)
            if number >= rounds or key in failed:
                continue
            try:
                made.append(run(task, case, rig))
            except RuntimeError as error:
                failed[key] = f"{task} at {case.size_km:g} km: {error}"
                say(f"  FAILED {failed[key]}")
            else:
                say(f"  {task:9s} {case.size_km:>5g} km  {made[-1].seconds:6.2f} s")
    return Runs(tuple(made), tuple(failed.values()))


def say(words: str) -> None:
    """Tell how far the suite is."""
    print(words, file=sys.stderr, flush=True)
