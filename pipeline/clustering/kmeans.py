"""The fit: k-means on sampled pixels with many starts, the same on any machine."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import numpy as np
from sklearn.cluster import KMeans
from threadpoolctl import ThreadpoolController

from pipeline.arrays import CentreRows, Planes, Table
from pipeline.clustering.lloyd import best_start
from pipeline.clustering.model import ClusterModel
from pipeline.clustering.points import Points, evenly
from pipeline.clustering.wide import best_wide_start
from pipeline.progress import Progress

SAMPLE_PX = 500_000
"""Most pixels that a model is fitted to; more do not change it by a thousandth."""
FIRST_LOOK_PX, SECOND_LOOK_PX = 1000, 25_000
"""Pixels that nearly always, and all but surely, show that there are more distinct values than clusters."""
TURNED_AT_ONCE = 2048
"""Rows or columns exchanged at once."""
REACH_PX, REACH_PERCENT = 50_000, 99
"""How many pixels tell a model's reach, and what share of them lies within."""
WIDE = 13
"""Features from which on the search begins on fewer axes (wide.py)."""
FINISH_ITERATIONS = 1
"""Steps of the last fit, which starts where the search came to rest."""

_fit_lock = threading.Lock()
"""The first fits of two threads can block each other while OpenMP starts."""


def fit(
    pixels: Table, features: Sequence[str], n_clusters: int, seed: int, progress: Progress
) -> ClusterModel:
    """Return the k-means model of pixels.

    Features are z-scored, so that none decides alone because its range is the widest. The same pixels, number
    and seed give the same model, on however many cores. Clusters come in order of the mean z-score of their
    centres, low to high: of bands, from dark to bright. Names play no part.

    Parameters
    ----------
    pixels : numpy.ndarray
        ``(n, feature)``, finite, at least one row; of more than `SAMPLE_PX` a sample is taken.
    features : sequence of str
        Name of each column.
    n_clusters : int
        Clusters wanted; fewer distinct pixels give fewer clusters.
    seed : int
        Seed of the samples and the starts.
    progress : Progress
        Asked between the steps whether to go on.
    """
    rng = np.random.default_rng(seed)
    # Common scale: the mean and the deviation of what is sampled.
    planes = _turned(pixels[evenly(len(pixels), SAMPLE_PX, rng)])
    mean, scale = (np.array([of(plane, dtype=np.float64) for plane in planes]) for of in (np.mean, np.std))
    scale[scale < 1e-9] = 1.0
    # An area that is nearly uniform is fitted on its distinct values, each with its weight.
    weights = None
    distinct = _distinct_where_few(planes, pixels, n_clusters, rng)
    if distinct is not None:
        planes, weights = distinct
    # The search for the best start, then one step of the library's own on all points.
    if planes.shape[1] <= n_clusters:
        centres = planes.T.astype(np.float64)
    else:
        points = Points.of(planes, mean, scale, weights)
        best = best_start if len(features) < WIDE else best_wide_start
        centres = _finished(points, best(points, n_clusters, rng, progress.check), weights) * scale + mean
    progress.check()
    centres = centres[np.argsort(((centres - mean) / scale).mean(axis=1), kind="stable")]
    model = ClusterModel(
        features=tuple(features),
        mean=tuple(mean.tolist()),
        scale=tuple(scale.tolist()),
        centres=tuple(tuple(c) for c in centres.tolist()),
        seed=seed,
    )
    looked_at = pixels[evenly(len(pixels), REACH_PX, np.random.default_rng(seed))]
    return replace(model, reach=float(np.percentile(model.distances(looked_at), REACH_PERCENT)))


def two_centres(pixels: Table, scale: np.ndarray, seed: int, progress: Progress) -> CentreRows | None:
    """Return the centres of 2-means inside one cluster, darker first; None where hardly two pixels differ.

    Parameters
    ----------
    pixels : numpy.ndarray
        ``(n, feature)``: those of the cluster.
    scale : numpy.ndarray
        Unit of each feature, that of the model.
    """
    rng = np.random.default_rng(seed)
    planes = _turned(pixels[evenly(len(pixels), SAMPLE_PX, rng)])
    if len(np.unique(planes, axis=1).T) < 3:
        return None
    mean = planes.mean(axis=1, dtype=np.float64)
    points = Points.of(planes, mean, scale)
    centres = _finished(points, best_start(points, 2, rng, progress.check), None)
    return np.asarray(centres[np.argsort(centres.mean(axis=1), kind="stable")] * scale + mean)


def _finished(points: Points, start: CentreRows, weights: np.ndarray | None) -> CentreRows:
    """Return the centres one step of k-means further: float64 ``(k, feature)``.

    Where a start has an empty cluster, it goes to the point that is farthest from its centre.

    On one thread: the order in which several add up differs from run to run.
    """
    estimator = KMeans(len(start), init=start, n_init=1, max_iter=FINISH_ITERATIONS, tol=0)
    with _fit_lock, _threads().limit(limits=1):
        estimator.fit(_turned(points.planes[:-1]), sample_weight=weights)
    return np.asarray(estimator.cluster_centers_, np.float64)


def _turned(table: np.ndarray) -> np.ndarray:
    """Return a table with rows and columns exchanged, copied in pieces that stay in the cache."""
    if table.T.flags.c_contiguous:
        return table.T
    turned = np.empty(table.shape[::-1], table.dtype)
    for rows in range(0, table.shape[0], TURNED_AT_ONCE):
        for columns in range(0, table.shape[1], TURNED_AT_ONCE):
            here = slice(rows, rows + TURNED_AT_ONCE), slice(columns, columns + TURNED_AT_ONCE)
            turned[here[::-1]] = table[here].T
    return turned


@cache
def _threads() -> ThreadpoolController:
    """Return the thread pools of the process: looking for them takes as long as a small fit."""
    return ThreadpoolController()


def _distinct_where_few(
    planes: Planes, pixels: Table, n_clusters: int, rng: np.random.Generator
) -> tuple[Planes, np.ndarray] | None:
    """Return all distinct pixels ``(feature, n)`` and how often each occurs, where a sample hardly shows any.

    An area that is uniform but for a few pixels: its sample holds no more different values than clusters.
    """
    for look in (FIRST_LOOK_PX, SECOND_LOOK_PX):
        seen = planes[:, evenly(planes.shape[1], look, rng)]
        if len(np.unique(seen, axis=1).T) > n_clusters:
            return None
    values, counts = np.unique(pixels, axis=0, return_counts=True)
    return values.T, counts.astype(np.float32)
