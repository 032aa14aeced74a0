"""The start of k-means: many starts side by side, the better ones on ever more pixels.

A single start ends in a poor local optimum every third time, and only a large sample can tell optima
apart. So many starts run on a small sample, a few on a larger one, and the best of these is
handed to scikit-learn to be finished on all (clustering.py). All starts of a stage advance together
(Lloyd's algorithm): their scores are one matrix product over a block of pixels that stays in the cache,
and the sums of the clusters another. That is a third of the time of as many fits one by one. Starts by
k-means++ (Arthur and Vassilvitskii, SODA 2007).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from pipeline.clustering.assign import PRODUCT_SIZE
from pipeline.clustering.points import Points


@dataclass(frozen=True)
class Stage:
    """One stage: the work on one sample."""

    points: int
    """Size of the sample."""
    starts: int
    """Starts that take part: the best of the stage before."""
    iterations: int
    """At most so many steps."""
    tolerance: float
    """A start rests when a step lowers its inertia by less than this share."""


SCHEDULE = (
    Stage(12_000, 28, 4, 1e-3),
    Stage(12_000, 10, 30, 1e-5),
    Stage(64_000, 3, 20, 3e-6),
    Stage(500_000, 2, 3, 1e-6),
    Stage(500_000, 1, 12, 3e-6),
)
"""Optima a quarter of a percent apart change places from one small sample to the next. So starts are brought
to rest on the first sample, and several different optima handed on."""
SEEDING_POINTS = 3_000
"""Points from which the starts are drawn."""
SAME = 5e-5
"""Inertias closer than this share are those of one optimum."""
MOMENTUM = 0.85
"""Share of the last move by which the next one is lengthened; taken back where the inertia rises. Optima of
land lie in flat valleys, along which Lloyd's algorithm alone creeps."""
THREADS = 2
"""A step is made in so many parts on any machine; their sums are added in order, so results are the same."""
BLOCK_SCORES = 2**17
"""Scores computed at once; they stay in a core's cache."""
LEAST_PIXELS = 2**9
"""Pixels of a block however many starts there are."""


def best_start(
    points: Points, k: int, rng: np.random.Generator, check: Callable[[], None] = lambda: None
) -> np.ndarray:
    """Return centres close to the best grouping found.

    Parameters
    ----------
    points : Points
        Their mean is about 0.
    k : int
        Number of clusters; there are more distinct points.
    rng : numpy.random.Generator
        Draws samples and starts.
    check : callable, optional
        Called before each step; may raise.

    Returns
    -------
    numpy.ndarray
        float64 ``(k, band)``.
    """
    with ThreadPoolExecutor(THREADS) as threads:
        centres, inertia = Search(rng, threads, check).through(
            SCHEDULE,
            points,
            lambda sample: plus_plus(sample.sample(SEEDING_POINTS, rng), k, SCHEDULE[0].starts, rng),
        )
        return np.asarray(centres[inertia.argmin()])


@dataclass(frozen=True)
class Search:
    """What all stages of a search share."""

    rng: np.random.Generator
    threads: ThreadPoolExecutor
    check: Callable[[], None]

    def through(
        self, stages: Sequence[Stage], points: Points, begin: Callable[[Points], np.ndarray]
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the centres of the last stage and their inertias; `begin` gives those of a sample."""
        sample, size = points.sample(stages[0].points, self.rng), stages[0].points
        centres, inertia = begin(sample), np.zeros(0)
        for number, stage in enumerate(stages):
            # A stage of another size works on a sample of its own, on the best of the optima so far.
            if stage.points != size:
                sample, size = points.sample(stage.points, self.rng), stage.points
            if number:
                centres = centres[best_different(inertia, stage.starts)]
            centres, inertia = lloyd(sample, centres, stage, self.threads, self.check)
        return centres, inertia


def plus_plus(points: Points, k: int, starts: int, rng: np.random.Generator) -> np.ndarray:
    """Return centres ``(start, k, band)`` float64, each a point, preferably far from those before."""
    planes = points.planes[:-1]
    distance = np.ones((starts, points.n), np.float32)
    chosen = np.empty((starts, k), np.int64)
    for number in range(k):
        # Draw one more point a start, with the chance of its squared distance to the centres so far.
        heap = np.cumsum(distance * points.weighted[-1], axis=1, dtype=np.float64)
        drawn = rng.random(starts) * heap[:, -1]
        chosen[:, number] = [
            min(int(np.searchsorted(row, at, side="right")), points.n - 1)
            for row, at in zip(heap, drawn, strict=True)
        ]
        # The new centre takes over the points that are nearer to it.
        new = np.zeros_like(distance)
        for plane in planes:
            new += (plane[chosen[:, number], None] - plane) ** 2
        distance = new if number == 0 else np.minimum(distance, new)
    return np.moveaxis(planes[:, chosen], 0, -1).astype(np.float64)


def best_different(inertia: np.ndarray, wanted: int) -> list[int]:
    """Return the places of the lowest inertias; of starts that reached the same optimum, one."""
    chosen: list[int] = []
    for place in np.argsort(inertia, kind="stable").tolist():
        if not chosen or inertia[place] > (1 + SAME) * inertia[chosen[-1]]:
            chosen.append(place)
    return chosen[:wanted]


def lloyd(
    points: Points,
    centres: np.ndarray,
    stage: Stage,
    threads: ThreadPoolExecutor,
    check: Callable[[], None],
) -> tuple[np.ndarray, np.ndarray]:
    """Return centres ``(start, k, band)`` moved towards their optima, and their inertias one move before."""
    constant = float(points.squares.sum(dtype=np.float64))
    tried, moved, inertia = centres.copy(), centres.copy(), np.full(len(centres), np.inf)
    pushed = np.zeros(len(centres), bool)
    active = np.arange(len(centres))
    for number in range(stage.iterations):
        check()
        # Assign all points to the centres tried, and sum them up by cluster.
        sums, low = step(points, tried[active], threads)
        low += constant
        # A start is settled when it gains next to nothing, or when a plain step has not helped.
        better = low < inertia[active]
        settled = np.where(better, inertia[active] - low <= stage.tolerance * low, ~pushed[active])
        # The means are the next centres; one that lost all its points stays where it is.
        counts = sums[..., -1:]
        means = np.where(counts > 0, sums[..., :-1] / np.maximum(counts, 1e-9), tried[active])
        # Lengthen the move by some of the last one; where the last try was worse, go back to before it.
        further = means + (MOMENTUM * (means - moved[active]) if number else 0)
        better_centres = better[:, None, None]
        tried[active] = np.where(better_centres, further, moved[active])
        moved[active] = np.where(better_centres, means, moved[active])
        inertia[active], pushed[active] = np.where(better, low, inertia[active]), better
        # Starts at rest take no further part.
        active = active[~settled]
        if not active.size:
            break
    return moved, inertia


def step(points: Points, centres: np.ndarray, threads: ThreadPoolExecutor) -> tuple[np.ndarray, np.ndarray]:
    """Return the sums of each cluster's points, and the inertia less the squares of the points.

    Returns
    -------
    tuple of numpy.ndarray
        float64 ``(start, k, band + 1)``, the last of them the number of points; float64 ``(start,)``.
    """
    weights = np.concatenate([-2 * centres, (centres**2).sum(axis=-1, keepdims=True)], axis=-1)
    edges = [points.n * part // THREADS for part in range(THREADS + 1)]
    parts = [points.part(slice(a, b)) for a, b in pairwise(edges)]
    results = list(threads.map(lambda part: _sums(part, weights.astype(np.float32)), parts))
    sums, low = (np.sum([result[i] for result in results], axis=0) for i in (0, 1))
    return sums, low


def _sums(points: Points, score_weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    starts, k, _ = score_weights.shape
    size = min(PRODUCT_SIZE // score_weights[0].size, max(LEAST_PIXELS, BLOCK_SCORES // (starts * k)))
    scores, member = (np.empty((starts, k, size), np.float32) for _ in range(2))
    nearest, least = np.empty((starts, k, size), bool), np.empty((starts, size), np.float32)
    sums, low = np.zeros(score_weights.shape), np.zeros(starts)
    for start in range(0, points.n, size):
        block = points.part(slice(start, start + size))
        m = block.n
        # Scores of each centre: its squared distance, less what is the same for all centres.
        np.matmul(score_weights, block.planes, out=scores[..., :m])
        # The least score of each point, and which centre has it.
        np.minimum.reduce(scores[..., :m], axis=1, out=least[:, :m])
        np.less_equal(scores[..., :m], least[:, None, :m], out=nearest[..., :m])
        np.copyto(member[..., :m], nearest[..., :m])
        # Weighted sums over the block: of the scores, and of the points of each cluster.
        low += least[:, :m] @ block.weighted[-1]
        sums += np.matmul(member[..., :m], block.weighted.T)
    return sums, low
