"""What the visible bands of an acquisition tell: whether the offset is in its numbers, and overcast skies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from pipeline.area.blocks import Block
from pipeline.arrays import Mask
from pipeline.errors import ReadFailed
from pipeline.progress import Progress
from pipeline.reading.composite import Composite
from pipeline.reading.dates import THREADS, Look, read_small, small_grid, within_small
from pipeline.reading.extent import Extent
from pipeline.reading.pixels import SATURATED_DN, Pixels
from pipeline.reading.windows import step_for
from pipeline.sentinel2.bands import SCL, VISIBLE
from pipeline.sentinel2.offset import QUANTIFICATION, check_together
from pipeline.sentinel2.scene import Scene

LIGHT_PX = 62
"""Longer side of the small grid on which the light is examined: of 10 km the coarsest overview, one block
of a file, shows it."""
READ_PX = 250
"""Most pixels a side that are looked at of an acquisition that has been read."""
BRIGHTEST_LAND, OVERCAST_SHARE = 1.0, 0.5
"""Where more than this share is brighter in all visible bands than land can be, the day is overcast."""


class Overcast(Exception):
    """An acquisition turned out to be overcast when it was read.

    Parameters
    ----------
    number : int
        Its place among those that were read.
    look : Look
        It, examined.
    """

    def __init__(self, number: int, look: Look) -> None:
        super().__init__(look.scenes[0].id)
        self.number, self.look = number, look


def examine(looks: Sequence[Look], extent: Extent, progress: Progress) -> list[Look | ReadFailed]:
    """Return acquisitions with their offsets decided, and whether they are overcast, by their overviews.

    Of one whose files cannot be read: why.
    """
    small = small_grid(extent.grid, LIGHT_PX)
    within = within_small(extent, small)

    def read(wanted: tuple[str, str]) -> np.ndarray | ReadFailed:
        progress.check()
        scene, band = names[wanted]
        try:
            return read_small(scene, band, small, progress)
        except ReadFailed as error:
            return error

    names = {
        (scene.id, band): (scene, band)
        for look in looks
        for scene in look.scenes
        for band in (*VISIBLE, SCL)
        if band in scene.bands
    }
    with ThreadPoolExecutor(THREADS, thread_name_prefix="light") as pool:
        planes = dict(zip(names, pool.map(read, names), strict=True))
    return [_examined(look, planes, within, extent, float(small.resolution.x)) for look in looks]


def _examined(
    look: Look,
    planes: Mapping[tuple[str, str], np.ndarray | ReadFailed],
    within: Mask,
    extent: Extent,
    resolution_m: float,
) -> Look | ReadFailed:
    """Return a look with its offsets decided by planes of its scenes, each ``(y, x)``."""
    covered = np.zeros(within.shape, bool)
    clear, shown = [], []
    for scene in look.scenes:
        visible = [planes[scene.id, band] for band in VISIBLE]
        classes = planes.get((scene.id, SCL))
        for plane in (*visible, classes):
            if isinstance(plane, ReadFailed):
                return plane
        dn = np.stack([np.asarray(plane) for plane in visible])
        has_data = dn.max(axis=0) > 0
        good = has_data
        if classes is not None:
            known = scene.scene_classes(np.asarray(classes))
            has_data = has_data & (known > 0)
            good = has_data & extent.mask.clear_classes(known, resolution_m)
        clear.append(dn[:, good])
        shown.append(dn[:, has_data & within & ~covered])
        covered |= has_data
    return _decided(look, clear, shown)


def _decided(look: Look, clear: Sequence[np.ndarray], shown: Sequence[np.ndarray]) -> Look:
    """Return a look with its offsets decided, and whether it is overcast.

    Parameters
    ----------
    clear, shown : sequence of numpy.ndarray
        Digital numbers ``(3, n)`` of each scene's visible bands: of clear pixels, and of those that it shows
        of the area.
    """
    decided = check_together([s.offset for s in look.scenes], clear)
    bright = sum(
        int(np.count_nonzero(((dn.astype(int) + offset.dn) / QUANTIFICATION > BRIGHTEST_LAND).all(axis=0)))
        for dn, offset in zip(shown, decided, strict=True)
    )
    n_seen = sum(dn.shape[1] for dn in shown)
    scenes = tuple(replace(s, offset=offset) for s, offset in zip(look.scenes, decided, strict=True))
    return replace(look, scenes=scenes, overcast=bright > OVERCAST_SHARE * max(n_seen, 1), examined=True)


@dataclass
class WhileRead:
    """Examines each acquisition of one block when it has been read: nothing else is asked of its files.

    Parameters
    ----------
    looks : list of Look
        The acquisitions in the order of the composite; examined ones take their places.
    composite : Composite
        Of them.
    extent : Extent
        The area, read as one block.
    refuses : bool
        Whether an overcast acquisition is raised as `Overcast`.
    """

    looks: list[Look]
    composite: Composite
    extent: Extent
    refuses: bool

    @property
    def scenes(self) -> tuple[Scene, ...]:
        """The scenes, with the offsets that have been decided."""
        return tuple(scene for look in self.looks for scene in look.scenes)

    def offsets(self, acquisition: int, pixels: Pixels) -> tuple[int, ...]:
        """Return the offsets of all scenes, with those of an acquisition decided by its pixels."""
        look = self.looks[acquisition]
        if not look.examined:
            first = self.composite.acquisitions.index(acquisition)
            look = _seen(look, first, pixels, self.extent, self._within)
            if look.overcast and self.refuses:
                raise Overcast(acquisition, look)
            self.looks[acquisition] = look
        return tuple(scene.offset.dn for scene in self.scenes)

    @cached_property
    def _within(self) -> Mask:
        """Pixels of the area, the thinned ones that are looked at."""
        within = self.extent.inside(Block(0, 0, *self.extent.shape))[_thinned(self.extent.shape)]
        return within if within.any() else np.ones(within.shape, bool)


def _seen(look: Look, first: int, pixels: Pixels, extent: Extent, within: Mask) -> Look:
    """Return a look with its offsets decided by its pixels; `first`: number of its first scene."""
    every = _thinned(pixels.state.shape)
    dn = np.stack([pixels.fine[extent.bands.index(band)][every] for band in VISIBLE])
    state = pixels.state[every]
    has_data, good = state > 0, extent.mask.clear(state)
    position = np.zeros(state.shape, np.uint8) if pixels.source is None else pixels.source[every]
    saturated = ~has_data & (dn == SATURATED_DN).all(axis=0)
    clear, shown = [], []
    for number in range(first, first + len(look.scenes)):
        own = np.zeros(state.shape, bool)
        if number in pixels.sources:
            own = has_data & (position == pixels.sources.index(number))
        clear.append(dn[:, good & own])
        # a pixel that is saturated in every band has no data to group, and is as bright as can be
        shown.append(dn[:, within & (own | saturated)])
        saturated = np.zeros_like(own)
    return _decided(look, clear, shown)


def _thinned(shape: tuple[int, ...]) -> tuple[slice, slice]:
    step = step_for((shape[0], shape[1]), READ_PX)
    return slice(step // 2, None, step), slice(step // 2, None, step)
