"""How many clusters? Two figures for each number of them, on a sample: advice, not a decision.

The scatter within the clusters always falls with their number; where it stops falling much lies the "elbow".
The index of Calinski and Harabasz (1974) weighs the scatter between clusters against that within, and is high
where clusters are compact and far apart; it leans towards few.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from pipeline.errors import InvalidRequest
from pipeline.progress import IsCancelled, Progress
from pipeline.request import MAX_CLUSTERS, MIN_CLUSTERS

if TYPE_CHECKING:
    import pandas as pd

FIT_PX, EVALUATED_PX = 20_000, 500_000
"""Pixels that the clusters are fitted on, and at most so many that the figures are computed from.

The figures need many: a few very bright roofs make up much of the scatter.
"""
SMALL_GAIN = 0.15
"""A further cluster that takes away less than this share of the scatter adds little."""
NUMBERS = tuple(range(MIN_CLUSTERS, MAX_CLUSTERS + 1))


@dataclass(frozen=True)
class ElbowPoint:
    """The figures of one number of clusters."""

    n_clusters: int
    inertia: float
    """Mean squared distance of a pixel to the mean of its cluster, in z-scores.

    With a single cluster it is the number of features.
    """
    calinski_harabasz: float
    """Scatter between clusters over scatter within, each by its degrees of freedom."""


def elbow_points(
    pixels: np.ndarray,
    seed: int = 0,
    cancelled: IsCancelled | None = None,
    numbers: Iterable[int] = NUMBERS,
) -> Iterator[ElbowPoint]:
    """Yield the figures of each number of clusters, one after the other.

    Parameters
    ----------
    pixels : numpy.ndarray
        ``(n, feature)``, finite, such as ``Analysis.sample_features``; `EVALUATED_PX` are used.
    seed : int
        Seed of the samples and of the fits.
    cancelled : callable, optional
        Returns True when the figures are no longer needed.
    numbers : iterable of int
        Numbers of clusters; it ends early where there are fewer different pixels.

    Raises
    ------
    Cancelled
        When cancelled.
    """
    from pipeline.clustering.kmeans import fit

    progress = Progress(cancelled=cancelled)
    rng = np.random.default_rng(seed)
    evaluated = _drawn(pixels, EVALUATED_PX, rng)
    sample = _drawn(evaluated, FIT_PX, rng)
    columns = tuple(str(n) for n in range(pixels.shape[1]))
    planes, usable = np.ascontiguousarray(evaluated.T), np.ones(len(evaluated), bool)
    spread = evaluated.std(axis=0, dtype=np.float64)
    scores = (evaluated - evaluated.mean(axis=0, dtype=np.float64)) / np.where(spread < 1e-9, 1, spread)
    for number in numbers:
        progress.check()
        model = fit(sample, columns, number, seed, progress)
        if model.n_clusters < number:
            return
        yield _point(number, scores, model.nearest(planes, usable))


def elbow(pixels: np.ndarray, seed: int = 0, cancelled: IsCancelled | None = None) -> pd.DataFrame:
    """Return the figures of 2 to 12 clusters (`elbow_points`).

    Returns
    -------
    pandas.DataFrame
        Index ``n_clusters``, columns inertia and calinski_harabasz.
    """
    import pandas as pd

    columns = ["n_clusters", "inertia", "calinski_harabasz"]
    points = map(astuple, elbow_points(pixels, seed, cancelled))
    return pd.DataFrame(list(points), columns=columns).set_index("n_clusters")


def reading(points: Sequence[ElbowPoint], present: int) -> str:
    """Return what the figures say beside the present number of clusters, in plain words.

    Raises
    ------
    InvalidRequest
        When there are no figures.
    """
    if not points:
        raise InvalidRequest("Too few different pixels for a comparison of numbers of clusters.")
    best = max(points, key=lambda p: p.calinski_harabasz).n_clusters
    said = f"{best} clusters separate best here (Calinski-Harabasz)."
    steps = pairwise(points)
    enough = next((a.n_clusters for a, b in steps if b.inertia > (1 - SMALL_GAIN) * a.inertia), None)
    if enough is not None:
        said += f" After {enough}, one more takes away less than {100 * SMALL_GAIN:.0f} % of the scatter."
    return f"{said} You use {present}."


def _drawn(pixels: np.ndarray, n: int, rng: np.random.Generator) -> np.ndarray:
    return pixels if len(pixels) <= n else pixels[np.sort(rng.choice(len(pixels), n, replace=False))]


def _point(number: int, scores: np.ndarray, labels: np.ndarray) -> ElbowPoint:
    """Return the figures of labelled z-scores ``(n, band)``, whose mean is 0."""
    total = float((scores**2).sum())
    counts = np.bincount(labels - 1, minlength=number)
    sums = np.stack([np.bincount(labels - 1, weights=band, minlength=number) for band in scores.T], axis=1)
    squares = (sums**2).sum(axis=1)[counts > 0] / counts[counts > 0]
    within = max(total - float(squares.sum()), 0.0)
    n, between = len(scores), total - within
    ratio = (between / (number - 1)) / (within / (n - number)) if within > 0 and n > number else np.inf
    return ElbowPoint(number, within / n, float(ratio))
