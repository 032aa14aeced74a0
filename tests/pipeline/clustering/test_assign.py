"""The nearest centre: the one by definition, wherever blocks are cut and whoever adds up."""

import threading

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from pipeline.clustering.assign import CACHED_PX, Centres


def scene(n: int, k: int, seed: int = 0) -> tuple[np.ndarray, Centres]:
    """Return digital numbers uint16 ``(4, n)`` with clouds among them, and centres of their reflectance."""
    random = np.random.default_rng(seed)
    numbers = random.lognormal(np.log([600, 800, 900, 2500]), 0.5, (n, 4)).T
    numbers[:, random.random(n) < 0.02] += 9000
    numbers = (numbers + 1000).clip(1, 65_535).astype(np.uint16)
    reflectance = (numbers[:, :: max(1, n // 5000)].astype(float) - 1000) / 10_000
    centres = reflectance[:, random.choice(reflectance.shape[1], k, replace=False)].T
    return numbers, Centres(centres, reflectance.std(axis=1))


def by_definition(reflectance: np.ndarray, centres: Centres) -> np.ndarray:
    """Return labels by distances in double precision, one pixel and one centre at a time."""
    differences = (reflectance.T[:, None].astype(float) - centres.values) / centres.scale
    return (differences**2).sum(axis=2).argmin(axis=1) + 1


def reflectance_of(numbers: np.ndarray) -> np.ndarray:
    return (numbers.astype(np.float32) - np.float32(1000)) / np.float32(10_000)


@pytest.mark.parametrize("k", [1, 2, 5, 12, 13, 40])
def test_labels_are_those_of_the_definition_in_double_precision(k: int) -> None:
    numbers, centres = scene(50_000, k)
    everywhere = np.ones(50_000, bool)
    expected = by_definition(reflectance_of(numbers), centres)
    assert (centres.nearest(numbers, everywhere, 1e-4, -1000.0) == expected).all()
    assert (centres.nearest(reflectance_of(numbers), everywhere) == expected).all()


def test_pixels_between_two_centres_go_to_the_nearer_by_the_last_digit() -> None:
    """All pixels lie as close to the middle as single precision can say: each is a close call."""
    centres = Centres(np.array([[0.1] * 4, [0.3] * 4, [0.9] * 4]), np.full(4, 0.05))
    middle = np.float32(0.2) + np.arange(-300, 300, dtype=np.float32) * np.float32(1.5e-8)
    planes = np.stack([middle] * 4)
    labels = centres.nearest(planes, np.ones(600, bool))
    assert (labels == by_definition(planes, centres)).all()
    assert set(labels) == {1, 2}


def test_of_equal_centres_the_first_is_taken() -> None:
    centres = Centres(np.array([[0.5] * 4, [0.2] * 4, [0.2] * 4]), np.ones(4))
    planes = np.full((4, 100), 0.2, np.float32)
    assert (centres.nearest(planes, np.ones(100, bool)) == 2).all()


@pytest.mark.parametrize("size", [1, 7, 1000, CACHED_PX - 1, CACHED_PX, CACHED_PX + 1, 70_001])
def test_blocks_may_be_cut_anywhere(size: int) -> None:
    numbers, centres = scene(70_001, 7)
    usable = np.random.default_rng(1).random(70_001) < 0.9
    whole = centres.nearest(numbers, usable, 1e-4, -1000.0)
    starts = range(0, 70_001, size) if size > 100 else range(69_000, 69_070, size)
    for start in starts:
        cut = slice(start, start + size)
        assert (centres.nearest(numbers[:, cut], usable[cut], 1e-4, -1000.0) == whole[cut]).all()


def test_a_window_of_an_image_needs_no_copy() -> None:
    numbers, centres = scene(90_000, 5)
    image, usable = numbers.reshape(4, 300, 300), np.ones((300, 300), bool)
    whole = centres.nearest(image, usable, 1e-4, -1000.0)
    window = (slice(17, 203), slice(101, 260))
    assert (centres.nearest(image[:, *window], usable[window], 1e-4, -1000.0) == whole[window]).all()


def test_only_usable_pixels_get_a_label_whatever_the_others_hold() -> None:
    numbers, centres = scene(40_000, 5)
    planes, usable = reflectance_of(numbers), np.random.default_rng(2).random(40_000) < 0.5
    expected = centres.nearest(planes, np.ones(40_000, bool))
    planes[:, ~usable] = np.random.default_rng(3).choice([np.nan, np.inf, -np.inf, 1e30], (4, 1))
    labels = centres.nearest(planes, usable)
    assert labels.dtype == np.uint8
    assert (labels[~usable] == 0).all()
    assert (labels[usable] == expected[usable]).all()
    assert not centres.nearest(planes, np.zeros(40_000, bool)).any()


def test_bands_that_hardly_vary_are_settled_in_double_precision() -> None:
    """Single precision cannot tell these centres apart at all."""
    random = np.random.default_rng(0)
    planes = (0.5 + random.normal(0, 1e-7, (4, 5000))).astype(np.float32)
    centres = Centres(planes[:, :3].T.astype(float), np.full(4, 1e-7))
    assert (centres.nearest(planes, np.ones(5000, bool)) == by_definition(planes, centres)).all()


def test_many_threads_and_the_threads_of_libraries_do_not_matter() -> None:
    numbers, centres = scene(200_000, 12)
    everywhere = np.ones(200_000, bool)
    with threadpool_limits(1):
        expected = centres.nearest(numbers, everywhere, 1e-4, -1000.0)
    results: list[np.ndarray] = []
    threads = [
        threading.Thread(target=lambda: results.append(centres.nearest(numbers, everywhere, 1e-4, -1000.0)))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(results) == 4
    assert all((labels == expected).all() for labels in results)
