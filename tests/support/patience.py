"""Time in tests: long enough for what must come, and bounds that a busy machine does not break.

CI runs on two cores with a second set of tests beside it: a thread may stand still for a second. What must
come is waited for long. What must be quick is tried again where it was not: the machine's own pauses hit a
try or two, a slow mechanism every one.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

PATIENCE_S = 60.0
"""For what must come."""
TRIES = 6


def until(condition: Callable[[], bool], lock: AbstractContextManager[object] | None = None) -> None:
    """Wait until a condition holds, looked at under a lock where one is given."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        with nullcontext() if lock is None else lock:
            if condition():
                return
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.01)


def quickest(seconds: Callable[[], float], bound: float) -> float:
    """Return the least of up to `TRIES` measurements, the first one below the bound if there is one."""
    least = seconds()
    for _ in range(TRIES - 1):
        if least < bound:
            break
        least = min(least, seconds())
    return least


class Pauses:
    """A thread that ticks while the block runs; `longest` is the longest time in which it could not."""

    def __init__(self) -> None:
        self.longest = 0.0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._tick)

    def __enter__(self) -> Pauses:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _tick(self) -> None:
        last = time.monotonic()
        while not self._stop.is_set():
            time.sleep(0.01)
            now = time.monotonic()
            self.longest, last = max(self.longest, now - last), now
