"""Bytes of files that were read lately, so that no part of a file crosses the network twice."""

from __future__ import annotations

import threading
from collections import OrderedDict, defaultdict
from collections.abc import Callable

MOST_BYTES = 128 * 2**20
"""What a process keeps of all files together, compressed as they came."""

Part = tuple[int, int]
"""First byte and number of bytes."""


class ByteCache:
    """Keeps parts of files, the latest used ones; who asks for one that is on its way waits for it.

    Parameters
    ----------
    most : int
        Bytes that are kept.
    """

    def __init__(self, most: int = MOST_BYTES) -> None:
        self._most, self._held = most, 0
        self._kept: OrderedDict[tuple[str, Part], bytes] = OrderedDict()
        self._on_their_way: defaultdict[tuple[str, Part], _Turns] = defaultdict(_Turns)
        self._lock = threading.Lock()

    def get(self, href: str, part: Part, fetch: Callable[[], bytes]) -> bytes:
        """Return a part of a file; it is fetched where it is not here, by one thread at a time.

        What `fetch` raises is raised; the next one who waits tries again.
        """
        key = (href, part)
        with self._lock:
            turns = self._on_their_way[key]
            turns.waiting += 1
        try:
            with turns.lock:
                with self._lock:
                    kept = self._kept.get(key)
                    if kept is not None:
                        self._kept.move_to_end(key)
                        return kept
                data = fetch()
                self._keep(key, data)
                return data
        finally:
            with self._lock:
                turns.waiting -= 1
                if not turns.waiting:
                    self._on_their_way.pop(key, None)

    def forget(self, href: str) -> None:
        """Drop what is kept of a file."""
        with self._lock:
            for key in [key for key in self._kept if key[0] == href]:
                self._held -= len(self._kept.pop(key))

    def _keep(self, key: tuple[str, Part], data: bytes) -> None:
        with self._lock:
            self._held += len(data) - len(self._kept.pop(key, b""))
            self._kept[key] = data
            while self._held > self._most:
                self._held -= len(self._kept.popitem(last=False)[1])


class _Turns:
    """The lock of a part that is on its way, and how many hold it or wait for it."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.waiting = 0


cache = ByteCache()
"""That of this process."""
