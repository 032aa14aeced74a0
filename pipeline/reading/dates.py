"""Which acquisitions make up a composite: clear over the area, and spread evenly over the period."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date

import numpy as np
from affine import Affine
from odc.geo.geobox import GeoBox

from pipeline.area.grid import inside
from pipeline.arrays import Mask
from pipeline.errors import ReadFailed
from pipeline.progress import Progress
from pipeline.reading.extent import Extent
from pipeline.reading.overviews import nearest, opened
from pipeline.sentinel2.bands import SCL, VISIBLE
from pipeline.sentinel2.scene import Scene

log = logging.getLogger(__name__)

SIDE_PX = 256
"""Longer side of the small grid on which acquisitions are compared."""
THREADS = 32
"""Acquisitions whose overviews are waited for at the same time."""
MIN_CLEAR = 0.02
"""Less clear land of the area than this is not worth reading an acquisition."""


@dataclass(frozen=True, eq=False)
class Look:
    """What the files' overviews show of an acquisition over an area."""

    scenes: tuple[Scene, ...]
    """With their offsets decided once it is examined."""
    clear: Mask
    """bool ``(y, x)`` on the small grid: clear pixels of the area."""
    share: float
    """Share (0..1) of the area that is clear."""
    overcast: bool = False
    """Whether most of it is brighter than land can be, whatever the classification says."""
    examined: bool = False
    """Whether the visible bands were looked at: they decide the offsets, and whether it is overcast."""

    @property
    def day(self) -> date:
        """Day of acquisition (UTC)."""
        return self.scenes[0].date

    @property
    def usable(self) -> bool:
        """Whether it is worth reading."""
        return self.share >= MIN_CLEAR and not self.overcast


def look_at(acquisitions: Sequence[Sequence[Scene]], extent: Extent, progress: Progress) -> list[Look]:
    """Return what each acquisition shows of an area; those whose files cannot be read are left out."""
    small = small_grid(extent.grid)
    within = within_small(extent, small)

    def look(scenes: Sequence[Scene]) -> Look | None:
        progress.check()
        try:
            return _look(scenes, small, within, extent, progress)
        except ReadFailed:
            log.info("%s is left out", scenes[0].id, exc_info=True)
            return None

    with ThreadPoolExecutor(THREADS, thread_name_prefix="dates") as pool:
        return [found for found in pool.map(look, acquisitions) if found is not None]


def small_grid(grid: GeoBox, side_px: int = SIDE_PX) -> GeoBox:
    """Return a grid of the same extent with at most so many pixels a side."""
    rows, columns = grid.shape
    scale = max(1.0, max(rows, columns) / side_px)
    shape = max(1, round(rows / scale)), max(1, round(columns / scale))
    return GeoBox(shape, grid.affine * Affine.scale(columns / shape[1], rows / shape[0]), grid.crs)


def within_small(extent: Extent, grid: GeoBox) -> Mask:
    """Return which pixels of a small grid belong to the area; all where none does."""
    within = inside(extent.area, grid)
    return within if within.any() else np.ones(grid.shape, bool)


def _look(scenes: Sequence[Scene], grid: GeoBox, within: Mask, extent: Extent, progress: Progress) -> Look:
    shape = (int(grid.shape[0]), int(grid.shape[1]))
    clear, covered = np.zeros(shape, bool), np.zeros(shape, bool)
    for scene in scenes:
        if SCL in scene.bands:
            classes = scene.scene_classes(read_small(scene, SCL, grid, progress))
            has_data = classes > 0
            good = extent.mask.clear_classes(classes, float(grid.resolution.x))
        else:
            has_data = good = read_small(scene, VISIBLE[0], grid, progress) > 0
        clear |= good & ~covered
        covered |= has_data
    clear &= within
    return Look(tuple(scenes), clear, float(clear.sum() / within.sum()))


def read_small(scene: Scene, band: str, grid: GeoBox, progress: Progress) -> np.ndarray:
    """Return a file on a small grid ``(y, x)``, 0 where it has no data."""
    with opened(scene.bands[band].href, scene.hosts, progress) as file:
        return nearest(file, grid, np.uint8 if band == SCL else np.uint16)


def period_of(day: date, start: date, end: date, n_periods: int) -> int:
    """Return the number of the equal period, from 0 on, in which a day lies; both ends are included."""
    n_days = (end - start).days + 1
    return min(max((day - start).days * n_periods // n_days, 0), n_periods - 1)


def chosen(looks: Sequence[Look], start: date, end: date, n_periods: int, most: int) -> list[Look]:
    """Return a limited number of acquisitions, by day: the clearest of every period in turn.

    The clearest is the one that adds most to pixels that have few clear looks so far: over an area wider than
    a swath each part gets its dates.
    """
    rest = [look for look in looks if look.usable]
    taken: list[Look] = []
    while rest and len(taken) < most:
        by_period = {
            n: [look for look in rest if period_of(look.day, start, end, n_periods) == n]
            for n in range(n_periods)
        }
        for n, candidates in by_period.items():
            if not candidates or len(taken) == most:
                continue
            seen = [look.clear for look in taken if period_of(look.day, start, end, n_periods) == n]
            weight = 1 / (1 + np.sum(seen, axis=0)) if seen else 1.0
            best = max(candidates, key=lambda look: (float((look.clear * weight).sum()), look.day))
            taken.append(best)
            rest = [look for look in rest if look is not best]
    return sorted(taken, key=lambda look: look.scenes[0].datetime)
