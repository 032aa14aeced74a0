"""The folder that this user's processes on this machine share: the queue of turns, kept answers.

It belongs to the user and is closed to others; where that is not possible, nothing is shared.
"""

from __future__ import annotations

import logging
import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

from pipeline import config

log = logging.getLogger(__name__)

NAME = "land-cover-clusters"


def shared_folder(name: str) -> Path | None:
    """Return a folder below the shared one, made if need be; None where it cannot be had or trusted."""
    root = config.shared_dir() or Path(tempfile.gettempdir()) / f"{NAME}-{_user()}"
    try:
        for path in (root, root / name):
            with suppress(FileExistsError):
                path.mkdir(mode=0o700, parents=path is root)
            if not _is_ours(path):
                log.warning("%s is not this user's alone: nothing is shared between pages", path)
                return None
    except OSError:
        log.warning("%s cannot be made: nothing is shared between pages", root, exc_info=True)
        return None
    return root / name


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that a reader sees all of it or the previous one."""
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=".")
    try:
        with open(descriptor, "wb") as file:
            file.write(content)
        os.replace(draft, path)
    except OSError:
        with suppress(OSError):
            os.unlink(draft)
        raise


def _user() -> str:
    return str(os.getuid()) if hasattr(os, "getuid") else os.environ.get("USERNAME", "user")


def _is_ours(path: Path) -> bool:
    """Return whether a path is a folder of this user that is closed to others."""
    facts = path.lstat()
    if not stat.S_ISDIR(facts.st_mode):
        return False
    if not hasattr(os, "getuid"):
        return True
    return facts.st_uid == os.getuid() and not facts.st_mode & 0o077
