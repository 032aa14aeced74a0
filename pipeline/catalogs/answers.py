"""A catalogue's answers, kept for a short while for all pages of this user: each question is asked once.

Only answers of catalogues that this installation offers are kept, which hold nothing but public items; an
address that a visitor typed is asked each time. What was asked, such as an area, is kept as a digest only.
Scripts ask each time: the page switches this on (`share`).
"""

from __future__ import annotations

import gzip
import hashlib
import json
import logging
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.machine.shared_folder import shared_folder, write_whole
from pipeline.progress import Progress

if TYPE_CHECKING:
    from pipeline.catalogs.catalog import CatalogProfile

log = logging.getLogger(__name__)

SEARCH_S = 300.0
"""How long the items of a search are kept: new images appear every few days."""
LANDING_S = 3600.0
"""How long is kept what a landing page said."""
AWAKE_S, SILENT_S = 60.0, 10.0
"""How long is kept that a catalogue answered a knock, and that it did not."""
LONGEST_BYTES = 4 * 2**20
"""Longest answer that is kept, packed."""
MOST_BYTES = 64 * 2**20
"""All of them together; the oldest go first."""
WAIT_S = 10.0
"""How long to wait for another process that asks the same."""
LOOK_S = 0.05
_shared = False


def share(on: bool = True) -> None:
    """Keep answers from now on, in this process."""
    global _shared
    _shared = on


def may_be_kept(profile: CatalogProfile) -> bool:
    """Return whether a catalogue's answers are kept: it is a named one on the web."""
    return _shared and profile.url is not None and "://" not in profile.name


def asked_once(
    question: object,
    lasts: Callable[[Any], float],
    ask: Callable[[], Any],
    progress: Progress | None = None,
) -> Any:
    """Return an answer that was given a moment ago; ask where there is none.

    Who asks the same at the same time waits for the first one. An error is not kept.

    Parameters
    ----------
    question
        All that the answer depends on, as JSON can hold it.
    lasts
        Returns for how many seconds an answer holds.
    ask
        Asks the catalogue; its answer is JSON.
    progress
        Asked whether to go on waiting.

    Raises
    ------
    Cancelled
        When the run is to end meanwhile.
    """
    folder = shared_folder("answers")
    if folder is None:
        return ask()
    path = folder / hashlib.sha256(json.dumps(question, sort_keys=True).encode()).hexdigest()
    kept = read(path, lasts)
    if kept is not None:
        return kept[0]
    with _first(path, progress or Progress()):
        kept = read(path, lasts)
        if kept is not None:
            return kept[0]
        answer = ask()
        keep(path, answer)
        return answer


def read(path: Path, lasts: Callable[[Any], float]) -> tuple[Any] | None:
    """Return a kept answer, None where there is none, or none that is young enough."""
    try:
        age = time.time() - path.stat().st_mtime
        answer = json.loads(gzip.decompress(path.read_bytes()))
    except (OSError, EOFError, ValueError):
        return None
    return (answer,) if 0 <= age <= lasts(answer) else None


def keep(path: Path, answer: Any) -> None:
    """Keep an answer, unless it is too long or the disk is full."""
    content = gzip.compress(json.dumps(answer).encode(), compresslevel=1)
    if len(content) > LONGEST_BYTES:
        return
    try:
        make_room(path.parent, MOST_BYTES - len(content))
        write_whole(path, content)
    except OSError:
        log.info("an answer could not be kept", exc_info=True)


def make_room(folder: Path, most_bytes: int) -> None:
    """Remove answers that are too old, and the oldest ones beyond a total size."""
    found = []
    for entry in os.scandir(folder):
        with suppress(OSError):
            facts = entry.stat()
            found.append((facts.st_mtime, facts.st_size, entry.path))
    total = 0
    for modified, size, path in sorted(found, reverse=True):
        total += size
        if total > most_bytes or time.time() - modified > LANDING_S:
            with suppress(OSError):
                os.unlink(path)


@contextmanager
def _first(path: Path, progress: Progress) -> Iterator[None]:
    """Wait a while for another process that asks the same; only where the system has file locks."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    descriptor = os.open(path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
    until = time.monotonic() + WAIT_S
    try:
        while time.monotonic() < until:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError:
                progress.check()
                time.sleep(LOOK_S)
        yield
    finally:
        os.close(descriptor)
