"""Which acquisitions a composite is made of: clear over the area, and spread evenly over the period."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from affine import Affine
from odc.geo.geobox import GeoBox
from rasterio.enums import Resampling

from pipeline.area.grid import inside
from pipeline.arrays import Mask
from pipeline.errors import ReadFailed
from pipeline.progress import Progress
from pipeline.reading.extent import Extent
from pipeline.reading.overviews import at_overview, on_grid, opened
from pipeline.sentinel2.bands import SCL, VISIBLE
from pipeline.sentinel2.offset import QUANTIFICATION, check_together
from pipeline.sentinel2.scene import Scene

log = logging.getLogger(__name__)

SIDE_PX = 256
"""Longer side of the small grid on which acquisitions are compared."""
THREADS = 16
"""Acquisitions whose overviews are waited for at the same time."""
MIN_CLEAR = 0.02
"""Less clear land of the area than this is not worth reading an acquisition."""
BRIGHTEST_LAND, OVERCAST_SHARE = 1.0, 0.5
"""Where more than this share is brighter in all visible bands than land can be, the day is overcast."""


@dataclass(frozen=True)
class Look:
    """What the files' overviews show of an acquisition over an area."""

    scenes: tuple[Scene, ...]
    """With their offsets decided."""
    clear: Mask
    """bool ``(y, x)`` on the small grid: clear pixels of the area."""
    share: float
    """Share (0..1) of the area that is clear."""
    overcast: bool
    """Whether most of it is brighter than land can be, whatever the classification says."""

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
    within = inside(extent.area, small)
    if not within.any():
        within = np.ones(small.shape, bool)

    def look(scenes: Sequence[Scene]) -> Look | None:
        progress.check()
        try:
            return _look(scenes, small, within, extent)
        except ReadFailed:
            log.info("%s is left out", scenes[0].id, exc_info=True)
            return None

    with ThreadPoolExecutor(THREADS, thread_name_prefix="dates") as pool:
        return [found for found in pool.map(look, acquisitions) if found is not None]


def small_grid(grid: GeoBox) -> GeoBox:
    """Return a grid of the same extent with at most `SIDE_PX` pixels a side."""
    rows, columns = grid.shape
    scale = max(1.0, max(rows, columns) / SIDE_PX)
    shape = max(1, round(rows / scale)), max(1, round(columns / scale))
    return GeoBox(shape, grid.affine * Affine.scale(columns / shape[1], rows / shape[0]), grid.crs)


def _look(scenes: Sequence[Scene], grid: GeoBox, within: Mask, extent: Extent) -> Look:
    shape = (int(grid.shape[0]), int(grid.shape[1]))
    clear, covered = np.zeros(shape, bool), np.zeros(shape, bool)
    numbers, shown = [], []
    for scene in scenes:
        dn = np.stack([_read(scene, band, grid) for band in VISIBLE])
        has_data = dn.max(axis=0) > 0
        good = has_data
        if SCL in scene.bands:
            classes = _read(scene, SCL, grid)
            has_data &= classes > 0
            good = has_data & extent.mask.clear_classes(classes, float(grid.resolution.x))
        new = has_data & ~covered
        clear |= good & new
        covered |= has_data
        numbers.append(dn[:, good])
        shown.append((dn, new & within))
    decided = check_together([s.offset for s in scenes], numbers)
    bright = sum(
        int(
            np.count_nonzero(
                ((dn[:, new].astype(int) + offset.dn) / QUANTIFICATION > BRIGHTEST_LAND).all(axis=0)
            )
        )
        for (dn, new), offset in zip(shown, decided, strict=True)
    )
    n_seen = int(np.count_nonzero(covered & within))
    clear &= within
    return Look(
        tuple(replace(s, offset=offset) for s, offset in zip(scenes, decided, strict=True)),
        clear,
        float(clear.sum() / within.sum()),
        bright > OVERCAST_SHARE * max(n_seen, 1),
    )


def _read(scene: Scene, band: str, grid: GeoBox) -> np.ndarray:
    """Return a file on a small grid ``(y, x)``, 0 where it has no data."""
    with opened(scene.bands[band].href, scene.hosts) as file:
        dataset = file.dataset
        overview = at_overview(dataset, grid.resolution.x / dataset.res[0])
        return on_grid(dataset, grid, Resampling.nearest, overview)


def period_of(day: date, start: date, end: date, n_periods: int) -> int:
    """Return the number of the equal period, from 0 on, in which a day lies; both ends are included."""
    n_days = (end - start).days + 1
    return min(max((day - start).days * n_periods // n_days, 0), n_periods - 1)


def chosen(looks: Sequence[Look], start: date, end: date, n_periods: int, most: int) -> list[Look]:
    """Return at most so many acquisitions, by day: the clearest of every period in turn.

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
