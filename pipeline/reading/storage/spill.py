"""Arrays kept for later: in memory while they are few, then in a private temporary folder."""

from __future__ import annotations

import shutil
import threading
import weakref
from collections.abc import Hashable
from pathlib import Path

import numpy as np

from pipeline.machine import scratch

MEMORY_BYTES = 64 * 2**20
"""What one spill holds in memory: pixels of an area of about 27 km, labels of one of 80 km."""


class Spill:
    """Tuples of arrays by key. Thread-safe; the folder is removed with the spill.

    Parameters
    ----------
    memory_bytes : int
        What stays in memory; arrays beyond it go into files (read as plain files: a memory map would count
        as memory of the process).
    """

    def __init__(self, memory_bytes: int = MEMORY_BYTES) -> None:
        self._room = memory_bytes
        self._held: dict[Hashable, tuple[np.ndarray, ...]] = {}
        self._filed: dict[Hashable, Path] = {}
        self._folder: Path | None = None
        self._lock = threading.Lock()

    def put(self, key: Hashable, *arrays: np.ndarray) -> None:
        """Keep arrays under a key."""
        size = sum(a.nbytes for a in arrays)
        with self._lock:
            in_memory = size <= self._room
            if in_memory:
                self._room -= size
                self._held[key] = arrays
                return
            if self._folder is None:
                self._folder = scratch.new_folder()
                weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
            path = self._folder / f"{len(self._filed)}.npy"
            self._filed[key] = path
        with open(path, "wb") as file:
            for array in arrays:
                np.lib.format.write_array(file, np.ascontiguousarray(array), allow_pickle=False)

    def get(self, key: Hashable) -> tuple[np.ndarray, ...]:
        """Return the arrays of a key.

        Raises
        ------
        KeyError
            When nothing is kept under it.
        """
        held = self._held.get(key)
        if held is not None:
            return held
        arrays = []
        with open(self._filed[key], "rb") as file:
            size = file.seek(0, 2)
            file.seek(0)
            while file.tell() < size:
                arrays.append(np.lib.format.read_array(file, allow_pickle=False))
        return tuple(arrays)
