"""While the dates of a composite arrive: how many there are, and pictures that get better with them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field, replace

from affine import Affine
from odc.geo.geobox import GeoBox

from pipeline.area.blocks import Block
from pipeline.progress import Progress
from pipeline.reading import imagery
from pipeline.reading.composite import Composite, PeriodMosaic
from pipeline.reading.extent import Extent
from pipeline.reading.imagery import Imagery
from pipeline.reading.storage.local import LocalStore
from pipeline.reading.ways import way_of
from pipeline.reading.windows import step_for
from pipeline.sentinel2.scene import Scene

PICTURE_PX = 320
"""Longer side of a picture that is made on the way: it is grouped in a fraction of a second."""
EVERY_S = 1.5
"""A picture is made when so much time has passed since the one before, and as much is still to come."""


class DateProgress(Progress):
    """Progress of a run that reads several dates: its details begin with how many have arrived.

    Parameters
    ----------
    progress : Progress
        Of the run.
    n_dates, n_blocks : int
        How many dates are read, of how many blocks of the area; each gets its dates by itself.
    """

    def __init__(self, progress: Progress, n_dates: int, n_blocks: int) -> None:
        super().__init__(cancelled=progress.ended)
        self._run, self._n_dates, self.n_blocks = progress, n_dates, n_blocks
        self.n_read = 0
        """Dates that have arrived, of all blocks."""
        self._counting = threading.Lock()

    @property
    def n_all(self) -> int:
        """Dates of all blocks."""
        return self._n_dates * self.n_blocks

    def report(self, stage: str, done: float) -> None:
        """Tell the run's progress."""
        self._run.report(stage, done)

    def detail(self, words: str) -> None:
        """Tell how many dates have arrived, and a detail of the present stage."""
        self._run.detail(f"{self._arrived()}, {words}")

    def date_ended(self, _mosaic: PeriodMosaic) -> None:
        """One more date has arrived under a block; raise `Cancelled` when the run shall end."""
        self.check()
        with self._counting:
            self.n_read += 1
        self._run.detail(self._arrived())

    def _arrived(self) -> str:
        parts = f" in {self.n_blocks} parts" if self.n_blocks > 1 else ""
        return f"{self.n_read} of {self.n_all} dates{parts}"


@dataclass(frozen=True)
class Watch:
    """Who wants to see what a composite is so far."""

    aside: Executor
    """Where pictures are made, one at a time: reading goes on meanwhile."""
    show: Callable[[Imagery], object]


@dataclass
class Refining:
    """Shows what a composite of one block is so far, while more of its dates arrive."""

    extent: Extent
    scenes: Sequence[Scene]
    composite: Composite
    seed: int
    progress: DateProgress
    watch: Watch
    _began: float = field(default_factory=time.monotonic)
    _last: float = field(default_factory=time.monotonic)
    _making: Future[None] | None = None

    def date_ended(self, mosaic: PeriodMosaic) -> None:
        """Count a date; make a picture when it is time."""
        self.progress.date_ended(mosaic)
        if self.progress.n_blocks > 1:
            return  # all dates of one part come before those of the next
        now, n_read = time.monotonic(), self.progress.n_read
        left_s = (now - self._began) / n_read * (self.progress.n_all - n_read)
        if min(now - self._last, left_s) < EVERY_S or not (self._making is None or self._making.done()):
            return
        if way_of(self.composite.way).in_periods and mosaic.n_periods < 2:
            return  # one period is no year: the best date shows more
        self._last = now
        self._making = self.watch.aside.submit(self._made, imagery_so_far(mosaic, n_read, self))

    def _made(self, make: Callable[[], Imagery]) -> None:
        self.watch.show(make())


def imagery_so_far(mosaic: PeriodMosaic, n_dates: int, of: Refining) -> Callable[[], Imagery]:
    """Return a maker of the imagery of the first dates at larger pixels; what it needs is copied at once."""
    step = step_for(of.extent.shape, PICTURE_PX)
    pixels = mosaic.so_far(step)
    extent = replace(of.extent, grid=thinned_grid(of.extent.grid, step, pixels.state.shape))
    n_scenes = sum(number < n_dates for number in of.composite.acquisitions)
    composite = of.composite.first(n_dates, n_scenes, mosaic.n_periods)
    block = Block(0, 0, *extent.shape)

    def make() -> Imagery:
        return imagery.read(
            of.scenes[:n_scenes],
            extent,
            LocalStore((block,)),
            lambda _block: pixels,
            of.seed,
            of.progress.silent(),
            composite=composite,
        )

    return make


def thinned_grid(grid: GeoBox, step: int, shape: tuple[int, ...]) -> GeoBox:
    """Return the grid of every `step`-th pixel of a grid; their centres are the centres of those pixels."""
    first = step // 2
    corner = Affine.translation(first + 0.5 - step / 2, first + 0.5 - step / 2)
    return GeoBox((shape[0], shape[1]), grid.affine * corner * Affine.scale(step), grid.crs)
