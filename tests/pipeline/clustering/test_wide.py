"""The search for groups among many features finds what plain starts miss."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from pipeline.clustering.kmeans import fit
from pipeline.clustering.points import Points, main_axes
from pipeline.clustering.wide import AXES, best_wide_start, drawn
from pipeline.progress import Progress

N, FEATURES, KINDS = 30_000, 60, 9


def land(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return pixels ``(n, feature)`` of nine kinds, some of them rare, in noise; and the kind of each."""
    rng = np.random.default_rng(seed)
    kind = rng.choice(KINDS, N, p=np.arange(1, KINDS + 1) / 45)
    curves = 0.25 * rng.normal(size=(KINDS, FEATURES)).cumsum(axis=1)
    return (curves[kind] + rng.normal(size=(N, FEATURES))).astype(np.float32), kind


def points(values: np.ndarray) -> Points:
    return Points.of(values.T.copy(), values.mean(axis=0), np.ones(values.shape[1]))


def inertia(values: np.ndarray, centres: np.ndarray) -> float:
    return float(np.min([((values - c) ** 2).sum(axis=1) for c in centres], axis=0).sum(dtype=float))


def test_every_fit_finds_all_kinds() -> None:
    for seed in range(3):
        values, kind = land(seed)
        best = inertia(values, np.array([values[kind == n].mean(axis=0) for n in range(KINDS)]))
        names = tuple(f"nir@{n}" for n in range(1, FEATURES + 1))
        for start in range(4):
            model = fit(values, names, KINDS, start, Progress())
            scaled = model.scaled(values)
            centres = model.scaled(np.array(model.centres))
            truth = model.scaled(np.array([values[kind == n].mean(axis=0) for n in range(KINDS)]))
            assert inertia(scaled, centres) <= 1.001 * inertia(scaled, truth)
        assert best > 0


def test_the_same_points_and_seed_give_the_same_start() -> None:
    group = points(land(0)[0])
    starts = [best_wide_start(group, 5, np.random.default_rng(3)) for _ in range(2)]
    assert np.array_equal(*starts)
    assert starts[0].shape == (5, FEATURES)
    with ThreadPoolExecutor(2) as threads:
        side_by_side = list(
            threads.map(lambda _: best_wide_start(group, 5, np.random.default_rng(3)), range(2))
        )
    assert all(np.array_equal(found, starts[0]) for found in side_by_side)


def test_main_axes_hold_what_differs_most() -> None:
    rng = np.random.default_rng(0)
    values = rng.normal(size=(5000, 40)) * 0.1
    values[:, 30:35] += rng.normal(size=(5000, 5)) * 3
    axes = main_axes(points(values.astype(np.float32)), 5, rng)
    np.testing.assert_allclose(axes.T @ axes, np.eye(5), atol=1e-6)
    assert np.abs(axes[30:35]).max(axis=0).min() > 0.3
    assert np.abs(axes[:30]).max() < 0.02
    seen = points(values.astype(np.float32)).along(axes)
    assert seen.planes.shape == (6, 5000)
    assert seen.squares.sum() > 0.99 * 5 * 9 * 5000


def test_starts_are_different_points_among_few_that_differ() -> None:
    values = np.repeat(np.random.default_rng(1).normal(size=(12, AXES)) * 2, 200, axis=0).astype(np.float32)
    starts = drawn(points(values), 12, 10, np.random.default_rng(0))
    middle = values.mean(axis=0)
    for start in starts:
        assert len(np.unique(start.round(3), axis=0)) == 12
        assert np.abs((start + middle)[:, None] - values[None]).max(axis=2).min(axis=1).max() < 1e-4
