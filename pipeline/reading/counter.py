"""How many blocks of a run are expected and read, and whose turn it is at one."""

from __future__ import annotations

import threading
from collections import defaultdict

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
        self.turns: defaultdict[tuple[str, int, int], threading.Lock] = defaultdict(threading.Lock)
        """The lock of each block of a file that GDAL reads: by address, row and column."""
        self._read = 0
        self._lock = threading.Lock()

    def one_more(self) -> None:
        """Count a block that was read."""
        with self._lock:
            self._read += 1
            self.progress.detail(f"{self._read} of {self.expected} blocks")
            self.progress.report("reading", self._read / self.expected)
