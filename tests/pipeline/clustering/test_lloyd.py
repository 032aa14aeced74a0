"""Samples that stand for all, steps that never lose, starts that end near the best optimum."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from pipeline.clustering.lloyd import Stage, best_different, best_start, lloyd, plus_plus
from pipeline.clustering.points import Points, evenly

HERE = Stage(0, 1, 200, 1e-9)


def points(values: np.ndarray, weights: np.ndarray | None = None) -> Points:
    """Return values ``(n, band)`` as they are: mean 0, scale 1."""
    bands = values.shape[1]
    return Points.of(values.T.astype(np.float32), np.zeros(bands), np.ones(bands), weights)


def inertia(values: np.ndarray, centres: np.ndarray) -> float:
    """Return the sum of squared distances by definition, in double precision."""
    return float(np.min([((values - c) ** 2).sum(axis=1) for c in centres], axis=0).sum())


def cloud(n: int, seed: int = 0) -> np.ndarray:
    random = np.random.default_rng(seed)
    kinds = random.normal(0, 1.5, (6, 4))[random.integers(0, 6, n)]
    values = kinds + random.normal(0, 0.5, (n, 4))
    return (values - values.mean(axis=0)).astype(np.float32)


def nothing() -> None:
    return None


@pytest.mark.parametrize(("n", "wanted"), [(10, 10), (11, 10), (1000, 37), (500_000, 25_000)])
def test_even_places_are_one_of_each_stretch(n: int, wanted: int) -> None:
    places = np.arange(n)[evenly(n, wanted, np.random.default_rng(0))]
    assert len(places) == min(n, wanted)
    assert (np.floor(places * wanted / n) >= np.arange(len(places)) - 1).all()
    assert (np.diff(places) >= 0).all()
    assert places[-1] < n


def test_a_sample_stands_for_all_its_far_points_included() -> None:
    values = cloud(100_000)
    values[777::10_000] += 60  # ten of them hold most of the inertia
    all_of_them = points(values)
    for seed in range(5):
        sample = all_of_them.sample(2000, np.random.default_rng(seed))
        assert sample.n == 2000
        assert sample.weighted[-1].sum() == pytest.approx(100_000, rel=0.02)
        assert sample.squares.sum() == pytest.approx(all_of_them.squares.sum(), rel=0.02)
        far = sample.planes[0] > 30
        assert sample.weighted[-1][far].sum() == pytest.approx(10, rel=0.2)


def test_weights_are_repetitions() -> None:
    values, weights = cloud(300), np.random.default_rng(1).integers(1, 9, 300)
    start = plus_plus(points(values), 4, 3, np.random.default_rng(2))
    with ThreadPoolExecutor(2) as threads:
        weighted = lloyd(points(values, weights.astype(np.float32)), start, HERE, threads, nothing)
        repeated = lloyd(points(np.repeat(values, weights, axis=0)), start, HERE, threads, nothing)
    assert weighted[0] == pytest.approx(repeated[0], abs=1e-4)
    assert weighted[1] == pytest.approx(repeated[1], rel=1e-5)


def test_starts_are_different_points() -> None:
    values = np.repeat(cloud(9), 500, axis=0)
    for start in plus_plus(points(values), 9, 20, np.random.default_rng(0)):
        assert len(np.unique(start, axis=0)) == 9


def test_a_start_comes_to_rest_where_each_centre_is_the_mean_of_its_points() -> None:
    values = cloud(20_000)
    group = points(values)
    start = plus_plus(group, 6, 8, np.random.default_rng(0))
    with ThreadPoolExecutor(2) as threads:
        centres, told = lloyd(group, start, HERE, threads, nothing)
    for before, after, low in zip(start, centres, told, strict=True):
        assert inertia(values, after) <= inertia(values, before)
        assert low == pytest.approx(inertia(values, after), rel=1e-5)
        nearest = np.argmin([((values - c) ** 2).sum(axis=1) for c in after], axis=0)
        means = np.array([values[nearest == n].mean(axis=0) for n in range(6)])
        assert after == pytest.approx(means, abs=0.01)


def test_a_start_does_not_depend_on_the_others() -> None:
    group = points(cloud(30_000))
    start = plus_plus(group, 5, 6, np.random.default_rng(0))
    with ThreadPoolExecutor(2) as threads:
        together, _ = lloyd(group, start, HERE, threads, nothing)
        alone, _ = lloyd(group, start[2:3], HERE, threads, nothing)
    assert together[2] == pytest.approx(alone[0], abs=1e-3)


def test_of_starts_that_met_one_goes_on() -> None:
    told = np.array([5.0, 3.0, 3.00001, 9.0, 3.1])
    assert best_different(told, 3) == [1, 4, 0]
    assert best_different(told, 9) == [1, 4, 0, 3]


def test_a_few_far_points_get_the_cluster_they_deserve() -> None:
    values = cloud(150_000)
    values[5::5000] = 80
    centres = best_start(points(values), 4, np.random.default_rng(0))
    assert np.abs(centres - 80).max(axis=1).min() < 1
