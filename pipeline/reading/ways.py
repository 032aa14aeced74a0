"""How several dates become one image. A new way is one more entry of `WAYS`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.arrays import Planes
from pipeline.reading.medians import sort_planes

MISSING = np.int16(np.iinfo(np.int16).max)
"""Stands for a value that is not clear while values are combined: it is greater than all others."""


def median_of(values: Sequence[np.ndarray]) -> np.ndarray:
    """Return the median of the values of each pixel that are not `MISSING`: float32, NaN where there is none.

    Parameters
    ----------
    values : sequence of numpy.ndarray
        int16 ``(y, x)``, one array a date; they are sorted in place.
    """
    planes = list(values)
    n_values = np.sum([plane != MISSING for plane in planes], axis=0, dtype=np.uint8)
    sort_planes(planes)
    # the middle value, or the two in the middle, of those that are not missing
    lower, upper = np.zeros(n_values.shape, np.float32), np.zeros(n_values.shape, np.float32)
    for n, plane in enumerate(planes):
        np.copyto(lower, plane, where=(n_values - (n_values > 0)) // 2 == n)
        np.copyto(upper, plane, where=n_values // 2 == n)
    median = (lower + upper) / 2
    median[n_values == 0] = np.nan
    return np.asarray(median, np.float32)


def medians(values: Sequence[np.ndarray]) -> Planes:
    """Return the median of each band: float32 ``(band, y, x)`` (see `Way.combine`)."""
    return np.stack([median_of([date[band] for date in values]) for band in range(len(values[0]))])


def no_combination(values: Sequence[np.ndarray]) -> Planes:
    """Return the values of the only date (see `Way.combine`)."""
    (only,) = values
    return np.where(only == MISSING, np.float32(np.nan), only.astype(np.float32))


@dataclass(frozen=True)
class Way:
    """One way in which dates are combined."""

    name: str
    """As requests name it."""
    title: str
    """As the form and the result show it."""
    help: str
    """What it is good for, in one sentence."""
    words: str
    """How the values of a pixel become one."""
    combine: Callable[[Sequence[np.ndarray]], Planes]
    """Takes int16 ``(band, y, x)`` of every date, 10,000 times the reflectance, `MISSING` in all bands of a
    pixel that is not clear, and may change them. Returns float32 ``(band, y, x)``, NaN where none is."""
    single: bool = False
    """Whether only the best acquisition is read."""
    in_periods: bool = False
    """Whether each part of the period gives its own values."""


WAYS = (
    Way("day", "One day", "The clearest image of this time.", "one image", no_combination, single=True),
    Way(
        "median",
        "Cloud-free",
        "The median of many dates: a picture without clouds.",
        "median of all clear values",
        medians,
    ),
    Way(
        "periods",
        "Through the year",
        "One value a period: fields are told apart by how they grow.",
        "median of the clear values",
        medians,
        in_periods=True,
    ),
)
"""All ways, in the order of the form."""


def way_of(name: str) -> Way:
    """Return the way of a name.

    Raises
    ------
    KeyError
        When there is none.
    """
    return {way.name: way for way in WAYS}[name]
