"""A function that is called when nothing has changed for a moment."""

from __future__ import annotations

import threading
from collections.abc import Callable


class Delay:
    """Calls a function a while after the last of several requests, in a thread."""

    def __init__(self, seconds: float, function: Callable[[], None]) -> None:
        self._seconds, self._function = seconds, function
        self.timer: threading.Timer | None = None

    def restart(self, seconds: float | None = None) -> None:
        """Restart the wait (of the usual time, or of another one this once), then call."""
        self.cancel()
        wait = self._seconds if seconds is None else seconds
        self.timer = threading.Timer(wait, self._function)
        self.timer.daemon = True
        self.timer.start()

    def cancel(self) -> None:
        """Cancel the call."""
        if self.timer is not None:
            self.timer.cancel()
