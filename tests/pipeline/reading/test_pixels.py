"""Pixels of blocks: parts of them."""

import numpy as np

from pipeline.reading.pixels import CoarsePlanes, Pixels, rounded


def test_a_thinned_part_does_not_hold_the_whole_block() -> None:
    dn = np.arange(4 * 100 * 100, dtype=np.uint16).reshape(4, 100, 100)
    part = Pixels(dn, np.zeros((100, 100), np.uint8), ()).part(slice(2, 100, 5), slice(2, 100, 5))
    np.testing.assert_array_equal(part.dn, dn[:, 2::5, 2::5])
    assert part.dn.flags.owndata
    assert part.state.flags.owndata


def test_some_bands_and_some_pixels_are_those_of_the_whole() -> None:
    """Bands of 20 m begin a row above and a column left of the block."""
    rng = np.random.default_rng(0)
    fine = rng.integers(1, 9000, (3, 20, 31)).astype(np.uint16)
    coarse = CoarsePlanes(rng.integers(1, 9000, (2, 11, 16)).astype(np.uint16), (1, 4), (1, 1))
    pixels = Pixels(fine, np.ones((20, 31), np.uint8), (0,), coarse=coarse)
    whole = pixels.dn
    assert whole[1, 0, 0] == coarse.dn[0, 0, 0]
    assert whole[4, 19, 30] == coarse.dn[1, 10, 15]
    np.testing.assert_array_equal(pixels.planes([4, 0, 1]), whole[[4, 0, 1]])
    places = rng.integers(0, 20 * 31, 50)
    np.testing.assert_array_equal(pixels.at(places), whole.reshape(5, -1)[:, places])


def test_numbers_are_rounded_as_a_whole() -> None:
    numbers = np.random.default_rng(0).uniform(-2000, 70_000, (2, 700, 300)).astype(np.float32)
    for offset in (0, -1000, np.where(np.arange(700) < 300, -1000, 0)[:, None] * np.ones(300, np.int32)):
        expected = np.clip(np.rint(numbers + offset), 1, 65_535).astype(np.uint16)
        np.testing.assert_array_equal(rounded(numbers, offset), expected)
