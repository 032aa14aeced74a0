"""Private temporary folders that never outlive their process, not even one that is killed.

Each process has one folder in the system's temporary folder, and holds a lock on it which the system releases
when the process ends, however it ends. A process that makes its folder first removes those with a free lock.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PREFIX = "clusters-"
YOUNG_S = 60.0
"""A folder younger than this may be waiting for its lock."""
_lock = threading.Lock()
_own: dict[int, Path] = {}
"""This process's folder by process number: a forked child makes its own."""


def new_folder() -> Path:
    """Return a new, empty folder, which goes with the process at the latest."""
    with _lock:
        pid = os.getpid()
        if pid not in _own or not _own[pid].is_dir():
            sweep()
            _own[pid] = _locked_folder()
            atexit.register(shutil.rmtree, _own[pid], ignore_errors=True)
        return Path(tempfile.mkdtemp(dir=_own[pid]))


@contextmanager
def folder() -> Iterator[Path]:
    """Give a new folder, and remove it when the block ends."""
    path = new_folder()
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def sweep() -> list[Path]:
    """Remove the folders of processes that are gone; return which.

    Only folders of this user are looked at. Does nothing where the system has no such locks (Windows).
    """
    gone = [path for path in Path(tempfile.gettempdir()).glob(f"{PREFIX}*") if _is_left(path)]
    for path in gone:
        shutil.rmtree(path, ignore_errors=True)
    return gone


def _locked_folder() -> Path:
    path = Path(tempfile.mkdtemp(prefix=PREFIX))
    _take(path)
    return path


def _take(path: Path) -> int | None:
    """Lock a folder for as long as this process lives; return the open file, None where it is locked."""
    try:
        import fcntl
    except ImportError:
        return None
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor


def _is_left(path: Path) -> bool:
    """Return whether a folder is one of ours whose process is gone."""
    try:
        facts = path.lstat()
        if not path.is_dir() or path.is_symlink() or facts.st_uid != os.getuid():
            return False
        if time.time() - facts.st_ctime < YOUNG_S:
            return False
        descriptor = _take(path)
    except (AttributeError, OSError):
        return False
    if descriptor is None:
        return False
    os.close(descriptor)
    return True
