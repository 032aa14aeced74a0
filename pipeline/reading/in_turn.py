"""The scenes under a block one after the other: while one is worked on, the next ones are read."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

from pipeline.progress import Progress
from pipeline.reading.parts import Part

CANCEL_S = 0.1
"""Seconds between two looks at whether the run shall end; a silent server is left to its thread."""


@dataclass
class _UnderWay:
    """A scene that is being read."""

    scene: int
    parts: list[Part]
    reads: list[Future[None]] = field(default_factory=list)

    def wait(self, progress: Progress) -> None:
        """Wait for all reads; raise what one of them raises, or `Cancelled`."""
        left = set(self.reads)
        while left:
            done, left = wait(left, CANCEL_S, FIRST_EXCEPTION)
            while done:
                done.pop().result()
            progress.check()

    def cancel(self) -> None:
        """Drop the reads; no name is left for one that failed: its error would keep all pixels."""
        while self.reads:
            self.reads.pop().cancel()

    def handed_on(self) -> tuple[int, list[Part]]:
        """Return the scene and its parts, all read."""
        self.reads.clear()
        return self.scene, self.parts


def in_turn(
    scenes: Sequence[int],
    at_once: int,
    parts_of: Callable[[int], list[Part]],
    pool: ThreadPoolExecutor,
    progress: Progress,
) -> Iterator[tuple[int, list[Part]]]:
    """Give each scene with its parts, filled; no more than `at_once` others are read meanwhile.

    Parameters
    ----------
    scenes : sequence of int
        Numbers of the scenes.
    parts_of : callable
        Makes the parts of a scene, still unread.
    pool : ThreadPoolExecutor
        Reads; in the order in which it is asked.
    progress : Progress
        Asked whether to go on.
    """
    todo, under_way = deque(scenes), deque[_UnderWay]()
    try:
        under_way += _begun(todo, at_once, parts_of, pool)
        while under_way:
            under_way[0].wait(progress)
            under_way += _begun(todo, at_once + 1 - len(under_way), parts_of, pool)
            yield under_way.popleft().handed_on()  # no name is left here that would hold its pixels
    finally:
        while under_way:
            under_way.popleft().cancel()


def _begun(
    todo: deque[int], most: int, parts_of: Callable[[int], list[Part]], pool: ThreadPoolExecutor
) -> list[_UnderWay]:
    """Begin to read further scenes: reads wait for the network, not for each other; headers come first.

    From the end of each file to its beginning: where a thread reads two blocks that lie one after the
    other, GDAL takes it for reading ahead, and asks for twice as much.
    """
    new: list[_UnderWay] = []
    while todo and len(new) < most:
        scene = todo.popleft()
        new.append(_UnderWay(scene, parts_of(scene)))
    reads = [(read, one) for one in new for part in one.parts for read in part.reads()]
    for (_, reader, window, data), one in sorted(reads, key=lambda each: each[0][0]):
        one.reads.append(pool.submit(reader.into, window, data))
    return new
