"""Figures for every number of clusters, held against scikit-learn's own."""

import time
from itertools import pairwise

import numpy as np
import pytest
from sklearn.cluster import KMeans
from sklearn.metrics import calinski_harabasz_score
from threadpoolctl import threadpool_limits

from pipeline import Analysis, Cancelled, InvalidRequest
from pipeline.explore.cluster_count import FIT_PX, ElbowPoint, elbow, elbow_points, reading
from tests.support.blobs import blobs


def test_the_figures_are_those_of_scikit_learn() -> None:
    pixels = blobs([900, 700, 500, 300], sd=0.02)
    assert len(pixels) < FIT_PX
    z = (pixels - pixels.mean(axis=0)) / pixels.std(axis=0)
    for point in elbow_points(pixels, numbers=(2, 4, 7)):
        with threadpool_limits(1):
            best = KMeans(point.n_clusters, n_init=10, random_state=0).fit(z)
        assert point.inertia == pytest.approx(best.inertia_ / len(z), rel=0.01)
        assert point.calinski_harabasz == pytest.approx(calinski_harabasz_score(z, best.labels_), rel=0.01)


def test_four_surfaces_are_seen_as_four() -> None:
    points = list(elbow_points(blobs([3000, 2500, 2000, 1500])))
    assert [p.n_clusters for p in points] == list(range(2, 13))
    assert max(points, key=lambda p: p.calinski_harabasz).n_clusters == 4
    assert all(a.inertia > b.inertia for a, b in pairwise(points))
    table = elbow(blobs([3000, 2500, 2000, 1500]))
    assert list(table.index) == list(range(2, 13))
    assert table.loc[4, "calinski_harabasz"] == points[2].calinski_harabasz


def test_it_ends_where_there_are_fewer_different_pixels() -> None:
    pixels = np.repeat(blobs([1, 1, 1]), 50, axis=0)
    points = list(elbow_points(pixels))
    assert [p.n_clusters for p in points] == [2, 3]
    assert points[-1].inertia == pytest.approx(0, abs=1e-4)


def test_it_stops_when_cancelled() -> None:
    wanted = [False, False]
    points = elbow_points(blobs([500, 500]), cancelled=lambda: wanted[0])
    next(points)
    wanted[0] = True
    with pytest.raises(Cancelled):
        next(points)


def test_the_reading_advises() -> None:
    inertia = (2.0, 1.0, 0.5, 0.45, 0.42)
    points = [ElbowPoint(k, w, ch) for k, w, ch in zip(range(2, 7), inertia, (5, 7, 9, 8, 7), strict=True)]
    assert reading(points, 6) == (
        "4 clusters separate best here (Calinski-Harabasz). "
        "After 4, one more takes away less than 15 % of the scatter. You use 6."
    )
    assert "After" not in reading(points[:3], 3)
    with pytest.raises(InvalidRequest, match="Too few"):
        reading([], 6)


@pytest.mark.real_scenes
def test_bolzano_takes_little_time_and_the_same_pixels_give_the_same_figures(bolzano: Analysis) -> None:
    pixels = bolzano.imagery.values[:, bolzano.labels.values > 0].T
    started = time.process_time()
    points = list(elbow_points(pixels))
    print(f"{time.process_time() - started:.2f} s of processor time; {reading(points, 6)}")
    assert [p.n_clusters for p in points] == list(range(2, 13))
    assert all(a.inertia > b.inertia for a, b in pairwise(points))
    z = (pixels - pixels.mean(axis=0)) / pixels.std(axis=0)
    mine = next(p for p in points if p.n_clusters == 6)
    with threadpool_limits(1):
        full = KMeans(6, n_init=2, random_state=1).fit(z)
    assert mine.inertia == pytest.approx(full.inertia_ / len(z), rel=0.03)
    assert points == list(elbow_points(pixels))
