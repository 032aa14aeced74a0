"""How many points each class gets: enough in all for a margin, by the size of the classes, some for each."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist

import numpy as np

from pipeline.accuracy.checks import is_number, is_whole
from pipeline.errors import InvalidRequest

EXPECTED_ACCURACY = 0.85
"""Of a class's name before anything was checked; with the best names 84 % of the demo is right."""
LEAST = 20
"""Points of a class, or all pixels of a smaller one."""
FEWEST = 5
"""Points a class gets at least when a caller asks for few in all."""
MOST = 10_000
SECONDS_A_POINT = 9
"""100 points take 15 minutes."""


def points_for(margin: float, pixels: Sequence[int], least: Sequence[int] | None = None) -> int:
    """Return how many points bring the overall accuracy's 95 % interval to plus and minus a margin.

    Olofsson et al. 2014 (doi:10.1016/j.rse.2014.02.015), equation 13: ``n = (sum_h W_h S_h / S(O))^2`` with
    ``S_h = sqrt(U (1 - U))`` of the accuracy U that is expected, and S(O) the standard error wanted.

    Parameters
    ----------
    margin : float
        Half width of the interval, 0.01 to 0.5.
    pixels : sequence of int
        Pixels of the classes.
    least : sequence of int, optional
        Points that each class gets at least; `LEAST` by default.

    Raises
    ------
    InvalidRequest
        For another margin.
    """
    if not is_number(margin, 0.01, 0.5):
        raise InvalidRequest(f"The margin is {margin!r}, not from 0.01 to 0.5. Try 0.05.", "margin")
    deviation = math.sqrt(EXPECTED_ACCURACY * (1 - EXPECTED_ACCURACY))
    wanted_error = margin / NormalDist().inv_cdf(0.975)
    wanted = math.ceil((deviation / wanted_error) ** 2)
    return min(max(wanted, int(_floor(pixels, least).sum())), sum(pixels))


def allocate(n: int, pixels: Sequence[int], least: Sequence[int] | None = None) -> tuple[int, ...]:
    """Return the points of each class: in proportion, at least `least` or all pixels of a smaller class.

    Where `n` is less than that many, the classes have like numbers of points.

    Parameters
    ----------
    n : int
        Points of all classes, at least `FEWEST` a class; no more than there are pixels are given.
    pixels : sequence of int
        Pixels of the classes.
    least : sequence of int, optional
        Points that each class gets at least; `LEAST` by default.

    Raises
    ------
    InvalidRequest
        For another number.
    """
    fewest = sum(min(FEWEST, size) for size in pixels)
    if not is_whole(n, fewest, MOST):
        raise InvalidRequest(
            f"{n!r} points for {len(pixels)} classes: at least {fewest}, at most {MOST:,}.", "n"
        )
    sizes = np.asarray(pixels, np.int64)
    wanted = min(int(n), int(sizes.sum()))
    floor = _floor(pixels, least)
    if floor.sum() > wanted:
        return _level(wanted, floor)
    given = floor.copy()
    # Classes whose proportional part is below the floor keep the floor; the others share what is left.
    shared = np.ones(len(sizes), bool)
    while shared.any():
        part = (wanted - floor[~shared].sum()) * sizes / sizes[shared].sum()
        below = shared & (part < floor)
        if not below.any():
            given[shared] = np.minimum(np.floor(part[shared]), sizes[shared]).astype(np.int64)
            _add(given, np.where(shared, part - given, -1), sizes, wanted)
            break
        shared &= ~below
    return tuple(given.tolist())


def minutes(points: int) -> int:
    """Return how long labelling takes."""
    return math.ceil(points * SECONDS_A_POINT / 60)


def _floor(pixels: Sequence[int], least: Sequence[int] | None) -> np.ndarray:
    """Return the points each class gets at least: int ``(n,)``."""
    sizes = np.asarray(pixels, np.int64)
    return np.minimum(sizes, LEAST if least is None else np.asarray(least, np.int64))


def _add(given: np.ndarray, rest: np.ndarray, sizes: np.ndarray, wanted: int) -> None:
    """Give the points that rounding left over to the largest remainders, where there are pixels left."""
    for k in np.argsort(-rest, kind="stable"):
        if given.sum() < wanted and given[k] < sizes[k]:
            given[k] += 1


def _level(wanted: int, room: np.ndarray) -> tuple[int, ...]:
    """Give every class the same number of points, as far as it has pixels for them."""
    given = np.zeros_like(room)
    while given.sum() < wanted:
        for k in np.argsort(given, kind="stable"):
            if given[k] < room[k] and given.sum() < wanted:
                given[k] += 1
    return tuple(given.tolist())
