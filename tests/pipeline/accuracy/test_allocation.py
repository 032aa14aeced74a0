"""How many points, and where."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.accuracy.allocation import FEWEST, LEAST, allocate, minutes, points_for
from pipeline.errors import InvalidRequest


def test_the_number_of_points_is_that_of_the_formula() -> None:
    # (0.3571 / (0.05 / 1.96))^2 = 195.9
    assert points_for(0.05, [10_000, 90_000]) == 196
    assert points_for(0.025, [10_000, 90_000]) == 784
    assert points_for(0.2, [10_000] * 6) == 6 * LEAST
    assert points_for(0.05, [30, 40]) == 70


def test_in_proportion_but_no_class_is_forgotten() -> None:
    assert allocate(200, [50_000, 50_000]) == (100, 100)
    assert allocate(200, [1_000, 9_000, 90_000]) == (20, 20, 160)
    assert allocate(200, [7, 9_000, 91_000]) == (7, 20, 173)
    assert allocate(60, [1_000, 9_000, 30_000, 7]) == (18, 18, 17, 7)
    assert allocate(500, [10, 30]) == (10, 30)


@given(st.lists(st.integers(1, 10**7), min_size=1, max_size=12), st.integers(60, 3000))
def test_what_always_holds(pixels: list[int], n: int) -> None:
    given_ = allocate(n, pixels)
    assert sum(given_) == min(n, sum(pixels))
    for points, size in zip(given_, pixels, strict=True):
        assert min(FEWEST, size) <= points <= size
        if n >= LEAST * len(pixels):
            assert points >= min(LEAST, size)


@pytest.mark.parametrize("n", [9, 10_001, 2.5, "60", True, None, float("nan")])
def test_numbers_that_are_refused(n: Any) -> None:
    with pytest.raises(InvalidRequest, match="at least 10, at most 10,000"):
        allocate(n, [500, 500])


@pytest.mark.parametrize("margin", [0, 0.001, 0.6, "5 %", True, None, float("nan")])
def test_margins_that_are_refused(margin: Any) -> None:
    with pytest.raises(InvalidRequest, match=r"not from 0\.01 to 0\.5"):
        points_for(margin, [500, 500])


def test_a_hundred_points_take_a_quarter_of_an_hour() -> None:
    assert minutes(100) == 15
    assert minutes(0) == 0
