"""What a margin around clouds saves and loses, counted on a small sky."""

import numpy as np

from benchmarks.edges import Day, Worth, worth

CLOUD, LAND = 9, 4


def test_a_margin_saves_what_was_not_clear_and_loses_the_rest() -> None:
    classes = np.full((21, 21), LAND, np.uint8)
    classes[10, 10] = CLOUD
    rows, columns = np.mgrid[:21, :21] - 10
    distance = np.hypot(rows, columns)
    day = Day(classes, distance <= 2)
    n_hazy = int((distance <= 2).sum()) - 1
    assert worth([day], 0) == Worth(0, 0, 0, n_hazy / 100)
    assert worth([day], 20) == Worth(20, n_hazy / 100, 0, 0)
    wide = worth([day, day], 40)
    assert wide.saved_ha == 2 * n_hazy / 100
    assert wide.lost_ha == 2 * (int((distance <= 4).sum()) - 1 - n_hazy) / 100
