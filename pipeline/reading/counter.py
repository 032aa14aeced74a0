"""How many blocks of a run are expected and read."""

from __future__ import annotations

import threading

from pipeline.progress import Progress


class BlockCounter:
    """Counts blocks in many threads.

    Parameters
    ----------
    progress : Progress
        Told about each.
    """

    def __init__(self, progress: Progress) -> None:
        self.progress = progress
        self.expected = 0
        self._read = 0
        self._lock = threading.Lock()

    def one_more(self) -> None:
        """Count a block that was read."""
        with self._lock:
            self._read += 1
            self.progress.detail(f"{self._read} of {self.expected} blocks")
            self.progress.report("reading", self._read / self.expected)
