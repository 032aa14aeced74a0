"""Coverage of the intervals, short: 150 samples a land instead of 1,000."""

import math

import numpy as np
import pytest

from benchmarks.coverage import (
    BIAS,
    COVERED,
    LARGE,
    Covered,
    Land,
    coverage,
    demo_lands,
    made_up,
    named,
    table,
)
from pipeline.accuracy.allocation import points_for

SAMPLES = 150
BY_CHANCE = 3 * math.sqrt(COVERED * (1 - COVERED) / SAMPLES)
"""What 150 samples may lack of the coverage that 1,000 are held to."""


def judged(rows: list[Covered]) -> None:
    for row in rows:
        assert row.bayes >= COVERED - BY_CHANCE, row
        assert row.share < LARGE or abs(row.bias) <= BIAS, row


@pytest.mark.parametrize("points", [60, 196])
@pytest.mark.parametrize("land", made_up(), ids=lambda land: land.name)
def test_the_intervals_hold_made_up_truth(land: Land, points: int) -> None:
    judged(coverage(land, points, SAMPLES, draws=500))


def test_the_intervals_hold_the_truth_of_the_demo() -> None:
    nine, one_each = demo_lands((6,))
    points = points_for(0.05, nine.pixels.sum(axis=1).tolist())
    rows = [*coverage(nine, points, SAMPLES, draws=500), *coverage(one_each, points, SAMPLES, draws=600)]
    judged(rows)
    water = [row for row in rows if row.name == "Water"]
    assert len(water) == 2
    assert all(row.normal < 0.6 for row in water), "the textbook's interval collapses"
    assert "| demo, 6 clusters | 196 | Water |" in table(rows)


def test_every_true_class_goes_to_the_cluster_that_has_most_of_it() -> None:
    land = Land("x", ("a", "b", "c"), np.array([[5, 1, 0], [2, 9, 7]]))
    joined = named(land)
    assert joined.classes == ("a", "b + c")
    assert joined.pixels.tolist() == [[5, 1], [2, 16]]
