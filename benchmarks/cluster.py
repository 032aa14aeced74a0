"""A Dask scheduler and single-threaded workers on the loopback interface, each a process of its own."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.rig import REPO
from benchmarks.task import KIB_MB, OURS

START_S = 60
WORKER_MEMORY = "1.5GB"
"""As docs/scaling.md asks for; blocks beyond two thirds of it go to the worker's disk."""


@dataclass(frozen=True)
class Cluster:
    """Running processes."""

    address: str
    """Of the scheduler, for ``DASK_SCHEDULER_ADDRESS``."""
    workers: tuple[int, ...]
    """Process numbers."""

    def peaks_mb(self) -> list[float]:
        """Return the largest resident set of each worker so far."""
        return [_status_kib(pid, "VmHWM") * KIB_MB for pid in self.workers]

    def cpu_s(self) -> float:
        """Return the workers' processor time so far."""
        ticks = 0
        for pid in self.workers:
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")


@contextmanager
def cluster(workers: int, environment: dict[str, str]) -> Iterator[Cluster]:
    """Start a scheduler and workers of one thread each, imports done; they end with the context.

    Raises
    ------
    RuntimeError
        When they do not come up.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="benchmark-dask-")))
        contact = folder / "scheduler.json"
        about = ("--scheduler-file", str(contact), "--no-dashboard")
        scheduler = ("scheduler", "--host", "127.0.0.1", "--port", "0", *about)
        stack.enter_context(_dask(scheduler, folder, environment))
        address = json.loads(_when_written(contact))["address"]
        limits = ("--nthreads", "1", "--memory-limit", WORKER_MEMORY)
        one = ("worker", *about, *limits, "--no-nanny", "--host", "127.0.0.1")
        started = [
            stack.enter_context(_dask((*one, "--local-directory", str(folder / str(n))), folder, environment))
            for n in range(workers)
        ]
        _ready_workers(address, workers)
        yield Cluster(address, tuple(process.pid for process in started))


@contextmanager
def _dask(
    arguments: tuple[str, ...], folder: Path, environment: dict[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "dask", *arguments],
            cwd=REPO,
            env=environment,
            stdout=log,
            stderr=log,
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _when_written(path: Path) -> str:
    until = time.monotonic() + START_S
    while time.monotonic() < until:
        text = path.read_text() if path.exists() else ""
        if text.rstrip().endswith("}"):
            return text
        time.sleep(0.05)
    raise RuntimeError("the Dask scheduler did not start")


def _ready_workers(address: str, count: int) -> None:
    from distributed import Client

    with Client(address) as client:  # type: ignore[no-untyped-call]
        client.wait_for_workers(count, timeout=START_S)
        client.run(_import_what_a_run_needs)


def _import_what_a_run_needs() -> None:
    for module in OURS:
        importlib.import_module(module)


def _status_kib(pid: int, name: str) -> int:
    status = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in status if line.startswith(f"{name}:")).split()[1])
