"""The start of k-means on many features, such as ten bands in twelve periods.

Where every feature brings noise of its own, the distances of all points are alike: starts drawn by them miss
whole groups, and none of many ends at the best optimum. Along the few axes on which the points differ most
the groups stand apart (Ding and He, ICML 2004). So the starts are drawn and brought to rest there, each of
their centres as the best of several draws (greedy k-means++), and only the best optima are followed in all
features.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from pipeline.clustering.lloyd import SEEDING_POINTS, THREADS, Search, Stage, best_different, lloyd
from pipeline.clustering.points import Points, main_axes

AXES = 16
"""A dozen centres lie in eleven directions; land that differs in another way takes some more."""
DRAWS = 4
"""Points that are drawn for each centre of a start."""
SEARCH_POINTS = 64_000
SEARCH = (Stage(12_000, 60, 4, 1e-3), Stage(12_000, 20, 30, 1e-5), Stage(64_000, 4, 20, 3e-6))
"""Along the axes."""
CHOICE, FINISH = Stage(64_000, 3, 20, 3e-6), Stage(500_000, 1, 3, 1e-6)
"""In all features: of the sample, then of all points."""


def best_wide_start(
    points: Points, k: int, rng: np.random.Generator, check: Callable[[], None] = lambda: None
) -> np.ndarray:
    """Return centres close to the best grouping found: float64 ``(k, feature)`` (see `lloyd.best_start`)."""
    with ThreadPoolExecutor(THREADS) as threads:
        search = Search(rng, threads, check)
        few = points.sample(SEARCH_POINTS, rng)
        axes = main_axes(few, AXES, rng)
        centres, inertia = search.through(
            SEARCH,
            few.along(axes),
            lambda sample: drawn(sample.sample(SEEDING_POINTS, rng), k, SEARCH[0].starts, rng),
        )
        best = centres[best_different(inertia, CHOICE.starts)] @ axes.T
        centres, inertia = lloyd(few, best, CHOICE, threads, check)
        best = centres[best_different(inertia, FINISH.starts)]
        centres, inertia = lloyd(points, best, FINISH, threads, check)
        return np.asarray(centres[inertia.argmin()])


def drawn(points: Points, k: int, starts: int, rng: np.random.Generator) -> np.ndarray:
    """Return centres ``(start, k, feature)`` float64, each the best of some points drawn."""
    planes, weights = points.planes[:-1], points.weighted[-1]
    squares = np.einsum("dn,dn->n", planes, planes)
    each = np.arange(starts)
    distance = np.ones((starts, points.n), np.float32)
    chosen = np.empty((starts, k), np.int64)
    for number in range(k):
        # Draw some points a start, with the chance of their squared distance to the centres so far.
        heap = np.cumsum(distance * weights, axis=1, dtype=np.float64)
        at = rng.random((starts, DRAWS)) * heap[:, -1:]
        found = [np.searchsorted(row, places, side="right") for row, places in zip(heap, at, strict=True)]
        draws = np.minimum(found, points.n - 1)
        # What the squared distances would be with each of them: |x|² - 2 c x + |c|².
        new = np.matmul(-2 * np.moveaxis(planes[:, draws], 0, -1), planes)
        new += squares + squares[draws][..., None]
        np.maximum(new, 0, out=new)
        if number:
            np.minimum(new, distance[:, None], out=new)
        best = np.einsum("sdn,n->sd", new, weights).argmin(axis=1)
        chosen[:, number], distance = draws[each, best], new[each, best]
    return np.moveaxis(planes[:, chosen], 0, -1).astype(np.float64)
