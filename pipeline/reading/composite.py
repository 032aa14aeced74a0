"""Several acquisitions combined: the clear values of a pixel become one, or one for each part of the year."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from pipeline.arrays import Mask, Planes
from pipeline.reading.cloud_mask import HAS_DATA, TOO_FEW_LOOKS, CloudMask
from pipeline.reading.mosaic import FirstValid, Layer, Mosaic
from pipeline.reading.pixels import FILLED, NO_CLASS, Pixels
from pipeline.reading.ways import MISSING, way_of

CHUNK_PX = 2**15
"""Pixels whose values are sorted at a time: of all dates they fit into the processor's cache."""
LOWEST = -10_000
"""Least number after the offset is gone; a reflectance of -1."""


@dataclass(frozen=True)
class Composite:
    """Which scenes make up which acquisition and period. It travels to workers and makes their mosaics."""

    acquisitions: tuple[int, ...]
    """Number of the acquisition of each scene; scenes of one acquisition follow each other."""
    periods: tuple[int, ...]
    """Number of the period of each acquisition, from 0 on, never falling."""
    n_periods: int
    offsets: tuple[int, ...]
    """What is added to the digital numbers of each scene: decided before they are combined."""
    mask: CloudMask
    way: str = "median"
    """Name of the way in which the clear values of a period become one (ways.WAYS)."""

    def names(self, bands: Sequence[str]) -> tuple[str, ...]:
        """Return the names of the planes: the bands, of several periods as ``nir@1`` to ``nir@4``."""
        if self.n_periods == 1:
            return tuple(bands)
        return tuple(f"{band}@{period}" for period in range(1, self.n_periods + 1) for band in bands)

    def bytes_per_px(self, n_bands: int) -> int:
        """Return the bytes that a pixel takes while its block is combined."""
        most = max(self.periods.count(period) for period in range(self.n_periods))
        return n_bands * (2 * most + 4 * self.n_periods + 4)

    def is_last_of_acquisition(self, scene: int) -> bool:
        """Tell whether no scene of the same acquisition follows."""
        return self.acquisitions[scene] not in self.acquisitions[scene + 1 :]

    def is_last_of_period(self, acquisition: int) -> bool:
        """Tell whether no acquisition of the same period follows."""
        return self.periods[acquisition] not in self.periods[acquisition + 1 :]

    def mosaic(self, shape: tuple[int, int], n_bands: int) -> Mosaic:
        """Return the mosaic of a block."""
        return PeriodMosaic(shape, n_bands, self)

    def first(self, n_dates: int, n_scenes: int, n_periods: int) -> Composite:
        """Return the composite of the first dates, with their scenes and periods."""
        return replace(
            self,
            acquisitions=self.acquisitions[:n_scenes],
            periods=self.periods[:n_dates],
            n_periods=n_periods,
            offsets=self.offsets[:n_scenes],
        )


@dataclass(frozen=True)
class WatchedComposite(Composite):
    """A composite that tells of every date that has arrived under a block; it stays on this machine."""

    on_date: Callable[[PeriodMosaic], object] = lambda _mosaic: None
    """Called, while a block is read, with its mosaic; may raise."""

    offsets_of: Callable[[int, Pixels], Sequence[int]] | None = None
    """Called with the number and the pixels of each acquisition before it is combined; returns the offsets of
    all scenes, may raise. Without it they are `offsets`."""

    def mosaic(self, shape: tuple[int, int], n_bands: int) -> Mosaic:
        """Return the mosaic of a block."""
        return PeriodMosaic(shape, n_bands, self, self.on_date, self.offsets_of)


class PeriodMosaic:
    """The clear acquisitions of each period as one; a pixel that lacks one period gets it from others.

    The result holds 10,000 times the reflectance as float32 ``(period x band, y, x)``, the bands of the first
    period first. A missing period is the mean of the one before and the one after, or that of the two which
    exists. A pixel that lacks more periods has too few clear looks.
    """

    def __init__(
        self,
        shape: tuple[int, int],
        n_bands: int,
        plan: Composite,
        on_date: Callable[[PeriodMosaic], object] = lambda _mosaic: None,
        offsets_of: Callable[[int, Pixels], Sequence[int]] | None = None,
    ) -> None:
        self._shape, self._n_bands, self._plan, self._on_date = shape, n_bands, plan, on_date
        self._offsets_of, self._offsets = offsets_of, plan.offsets
        self._acquisition, self._first_valid = -1, FirstValid(shape, n_bands)
        self._period, self._stack = 0, list[np.ndarray]()
        # not touched before its period comes: memory that is not written does not count
        self._made = np.empty((plan.n_periods, n_bands, *shape), np.float32)
        self._done = set[int]()
        self._looks, self._state = np.zeros(shape, np.uint8), np.zeros(shape, np.uint8)

    def feed(self, layer: Layer) -> None:
        """Take one more scene."""
        acquisition = self._plan.acquisitions[layer.scene]
        if acquisition != self._acquisition:
            self._end_acquisition()
            self._acquisition, self._first_valid = acquisition, FirstValid(self._shape, self._n_bands)
        self._first_valid.feed(layer)
        if self._plan.is_last_of_acquisition(layer.scene):  # now, while the next scenes are read
            self._end_acquisition()

    def result(self) -> Pixels:
        """Return the composite of the layers that were fed."""
        self._end_acquisition()
        self._end_period()
        for period in set(range(self._plan.n_periods)) - self._done:
            self._made[period] = np.nan
        return _composed(self._made, self._looks, self._state)

    @property
    def n_periods(self) -> int:
        """Periods that have begun."""
        return self._period + 1

    def so_far(self, step: int) -> Pixels:
        """Return the composite of every `step`-th pixel from what has been fed so far."""
        every = (..., slice(step // 2, None, step), slice(step // 2, None, step))
        made = self._made[: self.n_periods][every].copy()
        for period in set(range(self.n_periods)) - self._done:
            made[period] = np.nan
        if self._stack:
            made[self._period] = way_of(self._plan.way).combine([v[every].copy() for v in self._stack])
        return _composed(made, self._looks[every].copy(), self._state[every].copy())

    def _end_acquisition(self) -> None:
        if self._acquisition < 0:
            return
        pixels = self._first_valid.result()
        if self._offsets_of is not None:
            self._offsets = tuple(self._offsets_of(self._acquisition, pixels))
        pixels = pixels.settled(self._offsets)
        clear = self._plan.mask.clear(pixels.state)
        self._state = np.where(self._state == 0, pixels.state, self._state)
        if clear.any():
            self._take(pixels, clear)
        self._on_date(self)
        if self._plan.is_last_of_period(self._acquisition):
            self._end_period()
        self._acquisition, self._first_valid = -1, FirstValid(self._shape, self._n_bands)

    def _take(self, pixels: Pixels, clear: Mask) -> None:
        """Take the clear values of an acquisition."""
        period = self._plan.periods[self._plan.acquisitions[pixels.sources[0]]]
        if period != self._period:
            self._end_period()
            self._period = period
        dn, offset = pixels.dn, pixels.offset_dn(self._offsets)
        values = np.empty(dn.shape, np.int16)
        for band, numbers in enumerate(dn):  # one by one: the wider type takes twice the memory
            values[band] = np.clip(numbers.astype(np.int32) + offset, LOWEST, MISSING - 1)
        values[:, ~clear] = MISSING
        self._stack.append(values)
        self._looks += clear

    def _end_period(self) -> None:
        made = self._made[self._period]
        if not self._stack:
            return
        combine = way_of(self._plan.way).combine
        step = max(1, CHUNK_PX // self._shape[1])
        for start in range(0, self._shape[0], step):
            rows = slice(start, start + step)
            made[:, rows] = combine([values[:, rows] for values in self._stack])
        self._stack, self._done = [], self._done | {self._period}


def _composed(made: Planes, looks: np.ndarray, state: np.ndarray) -> Pixels:
    """Return pixels of medians ``(period, band, y, x)``, in place: gaps filled in time, no NaN left."""
    seen = looks > 0
    filled, too_few = filled_in_time(made)
    state = np.where(seen, HAS_DATA | np.uint8(NO_CLASS), state)
    state |= np.where(too_few & seen, TOO_FEW_LOOKS, np.uint8(0))
    planes = made.reshape(-1, *state.shape)
    for plane in planes:
        plane[np.isnan(plane)] = 0
    sources = (0,) if state.any() else ()
    told = np.asarray(looks | np.where(filled, FILLED, np.uint8(0)), np.uint8)
    return Pixels(planes, state, sources, looks=told)


def filled_in_time(medians: Planes) -> tuple[Mask, Mask]:
    """Fill the gaps of pixels that lack one period, in place.

    Parameters
    ----------
    medians : numpy.ndarray
        float32 ``(period, band, y, x)``, NaN where a period has no clear value.

    Returns
    -------
    tuple of numpy.ndarray
        bool ``(y, x)``: pixels that were filled, and pixels that lack more than can be filled.
    """
    missing = np.isnan(medians[:, 0])
    n_missing = missing.sum(axis=0)
    last = len(medians) - 1
    if not last:
        return np.zeros(n_missing.shape, bool), n_missing > 0
    one = n_missing == 1
    for period in range(last + 1):
        gap = missing[period] & one
        if gap.any():
            neighbours = [medians[n][:, gap] for n in (period - 1, period + 1) if 0 <= n <= last]
            medians[period][:, gap] = np.mean(neighbours, axis=0)
    return one, n_missing > 1
