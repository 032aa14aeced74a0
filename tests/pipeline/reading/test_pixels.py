"""Pixels of blocks: parts of them."""

import numpy as np

from pipeline.reading.pixels import Pixels


def test_a_thinned_part_does_not_hold_the_whole_block() -> None:
    dn = np.arange(4 * 100 * 100, dtype=np.uint16).reshape(4, 100, 100)
    part = Pixels(dn, np.zeros((100, 100), np.uint8), ()).part(slice(2, 100, 5), slice(2, 100, 5))
    np.testing.assert_array_equal(part.dn, dn[:, 2::5, 2::5])
    assert part.dn.flags.owndata
    assert part.state.flags.owndata
