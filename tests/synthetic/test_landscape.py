"""Landscapes of any size."""

import numpy as np

from synthetic.landscape import CHARACTERS, Landscape
from synthetic.numbers import OFFSET_DN


def test_a_landscape_is_deterministic() -> None:
    dn, classes = Landscape(300, seed=1).strip(0, 128)
    again, classes_again = Landscape(300, seed=1).strip(0, 128)
    np.testing.assert_array_equal(dn, again)
    np.testing.assert_array_equal(classes, classes_again)
    assert not np.array_equal(dn, Landscape(300, seed=2).strip(0, 128)[0])


def test_a_strip_holds_four_bands_and_the_classification_at_twice_the_pixel_size() -> None:
    for _, character in CHARACTERS:
        dn, classes = Landscape(600, seed=3, character=character).strip(128, 256)
        assert dn.shape == (4, 128, 600)
        assert dn.dtype == np.uint16
        assert np.percentile(dn, 1) > OFFSET_DN
        assert classes.shape == (64, 300)
        assert set(np.unique(classes)) <= {4, 5, 6, 8, 9}
