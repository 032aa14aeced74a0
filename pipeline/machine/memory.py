"""Memory and disk of this machine, and how much of the memory runs may take. Sizes are 10^6 bytes."""

from __future__ import annotations

import math
import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from pipeline.config import memory_mb

MEMORY_SHARE, DISK_SHARE = 0.75, 0.9
"""How much of the free memory and of the free temporary disk one run may take."""


def runs_memory_mb(working: Sequence[int] = (), proc: Path = Path("/proc")) -> float:
    """Return the memory that all runs of this user may take together, 10^6 bytes.

    What is configured, else a share of the machine's memory; no more than a share of what is free, with
    what the working processes take already.

    Parameters
    ----------
    working : sequence of int
        Process ids of the runs that go on now; this process counts anyway.
    """
    taken = sum(resident_mb(pid, proc) for pid in working if pid != os.getpid())
    budget = memory_mb() or MEMORY_SHARE * total_memory_mb(proc)
    return min(budget, MEMORY_SHARE * (free_memory_mb() + taken))


def free_memory_mb(proc: Path = Path("/proc"), cgroup: Path = Path("/sys/fs/cgroup")) -> float:
    """Return the free memory, 10^6 bytes, within the container's limit; infinite where that is not known.

    What this process already takes counts as free: an estimate is of the whole process.
    """
    free = math.inf
    for line in _lines(proc / "meminfo"):
        name, _, rest = line.partition(":")
        if name == "MemAvailable":
            free = int(rest.split()[0]) * 1024
    for limit, used in (
        ("memory.max", "memory.current"),
        ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes"),
    ):
        most, now = _lines(cgroup / limit), _lines(cgroup / used)
        if most and now and most[0].isdigit():
            free = min(free, int(most[0]) - int(now[0]))
    return free / 1e6 + resident_mb("self", proc)


def resident_mb(process: int | str, proc: Path = Path("/proc")) -> float:
    """Return the memory that a process takes, 10^6 bytes; 0 where that is not known."""
    status = dict(line.partition(":")[::2] for line in _lines(proc / f"{process}/status"))
    return int(status.get("VmRSS", "0").split()[0]) * 1024 / 1e6


def total_memory_mb(proc: Path = Path("/proc"), cgroup: Path = Path("/sys/fs/cgroup")) -> float:
    """Return the machine's memory, or the container's where that is less, 10^6 bytes."""
    total = math.inf
    for line in _lines(proc / "meminfo"):
        name, _, rest = line.partition(":")
        if name == "MemTotal":
            total = int(rest.split()[0]) * 1024
    for name in ("memory.max", "memory/memory.limit_in_bytes"):
        limit = _lines(cgroup / name)
        if limit and limit[0].isdigit():
            total = min(total, int(limit[0]))
    return total / 1e6


def free_disk_mb() -> float:
    """Return the free disk for temporary files, 10^6 bytes."""
    try:
        return shutil.disk_usage(tempfile.gettempdir()).free / 1e6
    except OSError:
        return math.inf


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text("utf-8").splitlines()
    except (OSError, ValueError):
        return []
