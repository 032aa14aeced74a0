"""A gate: callbacks of any thread touch the page one at a time, and every exception is reported."""

from __future__ import annotations

import functools
import logging
import threading
from collections.abc import Callable
from typing import Any

from pipeline.machine.allocator import giving_back

log = logging.getLogger(__name__)


class Gate:
    """Lets callbacks of any thread touch the page one at a time, and reports what they raise.

    Parameters
    ----------
    report : callable
        Gets every exception of a guarded callback; must not raise itself.
    """

    def __init__(self, report: Callable[[Exception], None]) -> None:
        self.lock = threading.RLock()
        self._report = report

    def guard(self, function: Callable[..., Any]) -> Callable[..., None]:
        """Return the callback wrapped: serialised, its exceptions logged and reported."""

        @functools.wraps(function)
        def guarded(*args: Any, **kwargs: Any) -> None:
            with self.lock:
                try:
                    function(*args, **kwargs)
                except Exception as error:  # nothing may leave a callback: the browser would hear of it
                    log.exception("a callback of the page failed: %s", getattr(function, "__name__", ""))
                    self._report(error)

        return guarded

    def in_background(self, function: Callable[[], None], name: str) -> threading.Thread:
        """Run a function in a daemon thread, outside the lock; its exceptions are reported too."""

        def run() -> None:
            with giving_back():
                try:
                    function()
                except Exception as error:  # a thread has no caller who could catch it
                    log.exception("%s failed", name)
                    with self.lock:
                        self._report(error)

        thread = threading.Thread(target=run, name=name, daemon=True)
        thread.start()
        return thread
