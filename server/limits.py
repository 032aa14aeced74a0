"""The limits of this machine: memory, open files."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import psutil

KERNEL_MB = 400
"""Memory of a page with a result of usual size."""
KEPT_MB = 1024
"""Memory for the server itself and the system."""
FILES_PER_VISITOR = 20
"""Sockets and pipes of one page in the server: 13 were counted, and a few for what it loads."""
CGROUP_LIMIT = Path("/sys/fs/cgroup/memory.max")


def memory_mb(limit_file: Path = CGROUP_LIMIT) -> int:
    """Return the MB that this server may use: the machine's, or the container's where they are fewer."""
    total = psutil.virtual_memory().total
    with suppress(OSError, ValueError):
        total = min(total, int(limit_file.read_text()))
    return int(total // 2**20)


def kernels_for(memory: int) -> int:
    """Return how many kernels fit into this many MB."""
    return max(1, (memory - KEPT_MB) // KERNEL_MB)


def raise_file_limit() -> None:
    """Let this process open as many files as the system allows (no such limit on Windows)."""
    try:
        import resource
    except ImportError:
        return
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def files_left() -> int | None:
    """Return how many files this process can still open, None where the system does not say."""
    try:
        import resource

        return resource.getrlimit(resource.RLIMIT_NOFILE)[0] - len(os.listdir("/proc/self/fd"))
    except (ImportError, OSError):
        return None


def has_files_for_a_visitor() -> bool:
    """Return whether the files of one more visitor can be opened."""
    left = files_left()
    return left is None or left > 2 * FILES_PER_VISITOR
