"""Where the blocks of an area are read, kept and worked on: here, in threads.

`LocalStore` and `DaskStore` (storage/dask.py) have the same members (`Store`). Nothing else knows on how
many machines a run works.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Protocol, TypeVar

from pipeline.area.blocks import Block
from pipeline.progress import POLL_S, Progress
from pipeline.reading.pixels import Pixels
from pipeline.reading.storage.spill import Spill

READ_AHEAD = 4
"""Blocks that are read at the same time; each waits for the network, not for the others."""

T = TypeVar("T")
S = TypeVar("S")

Reader = Callable[[Block], Pixels]
Summary = Callable[[Block, Pixels], T]


class Store(Protocol):
    """The blocks of an area and their pixels."""

    blocks: Sequence[Block]

    def fill(self, read: Reader, summary: Summary[T], progress: Progress) -> Iterator[tuple[int, T]]:
        """Read every block once and keep it; give each block's number and summary as they come."""

    def each(self, work: Summary[T], progress: Progress) -> Iterator[tuple[int, T]]:
        """Give each block's number and ``work(block, pixels)`` as they come; `work` can be pickled."""

    def get(self, number: int) -> Pixels:
        """Return the pixels of a block."""

    def part(self, number: int, rows: slice, columns: slice) -> Pixels:
        """Return a rectangle of a block, or every n-th pixel of one: nothing else is sent."""


class LocalStore:
    """Blocks read and worked on by threads of this process, kept in a `Spill`.

    Parameters
    ----------
    blocks : sequence of Block
        Row by row.
    read_ahead : int
        Blocks that are read at the same time.
    """

    def __init__(self, blocks: Sequence[Block], read_ahead: int = READ_AHEAD) -> None:
        self.blocks = blocks
        self._read_ahead = read_ahead
        self._spill = Spill()

    def fill(self, read: Reader, summary: Summary[T], progress: Progress) -> Iterator[tuple[int, T]]:
        """Read every block once and keep it (see `Store`)."""

        def work(number: int) -> T:
            block = self.blocks[number]
            pixels = read(block)
            self._spill.put(number, *pixels.packed())
            return summary(block, pixels)

        return in_threads(work, range(len(self.blocks)), self._read_ahead, progress)

    def each(self, work: Summary[T], progress: Progress) -> Iterator[tuple[int, T]]:
        """Work on every block (see `Store`)."""
        return in_threads(
            lambda n: work(self.blocks[n], self.get(n)),
            range(len(self.blocks)),
            os.cpu_count() or 1,
            progress,
        )

    def get(self, number: int) -> Pixels:
        """Return the pixels of a block."""
        return Pixels.unpacked(self._spill.get(number))

    def part(self, number: int, rows: slice, columns: slice) -> Pixels:
        """Return a rectangle of a block (see `Store`)."""
        return self.get(number).part(rows, columns)


def in_threads(
    work: Callable[[S], T], items: Sequence[S], threads: int, progress: Progress
) -> Iterator[tuple[S, T]]:
    """Yield items and the results of `work` as they come; no more than `threads` are under way or waiting.

    Raises
    ------
    Cancelled
        As soon as the run is to end; work under way is left to finish.
    """
    pool = ThreadPoolExecutor(threads, thread_name_prefix="blocks")
    todo = iter(items)
    running: dict[Future[T], S] = {}
    try:
        while True:
            for item in todo:
                running[pool.submit(work, item)] = item
                if len(running) >= threads:
                    break
            if not running:
                return
            done = wait(running, timeout=POLL_S, return_when=FIRST_COMPLETED).done
            progress.check()
            if done:
                progress.make_way()
            while done:
                yield _ended(running, done)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _ended(running: dict[Future[T], S], done: set[Future[T]]) -> tuple[S, T]:
    """Return an item and its result; no name is left for a future that failed (see `reader.Reading`)."""
    future = done.pop()
    item = running.pop(future)
    try:
        return item, future.result()
    finally:
        del future
