"""A function that is called once things have come to rest."""

from __future__ import annotations

import threading
from collections.abc import Callable


class Delay:
    """Calls a function a while after the last of several requests, in a thread."""

    def __init__(self, seconds: float, function: Callable[[], None]) -> None:
        self._seconds, self._function = seconds, function
        self.timer: threading.Timer | None = None

    def restart(self, seconds: float | None = None) -> None:
        """Wait anew (the usual time, or another one this once), then call."""
        self.cancel()
        wait = self._seconds if seconds is None else seconds
        self.timer = threading.Timer(wait, self._function)
        self.timer.daemon = True
        self.timer.start()

    def cancel(self) -> None:
        """Call nothing any more."""
        if self.timer is not None:
            self.timer.cancel()
