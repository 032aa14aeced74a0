"""The posterior's interval of one share."""

from dataclasses import replace

import numpy as np
import pytest

from pipeline.accuracy.posterior import PRIOR, _spread, posterior_interval
from pipeline.accuracy.tally import Ratio


def share(
    points: list[int], good: list[int], hectares: list[float], pixels: list[int] | None = None
) -> Ratio:
    n, found = np.array(points), np.array(good)
    may = np.ones(len(points), bool)
    known = None if pixels is None else np.array(pixels)
    return Ratio(np.array(hectares), n, found, n - found, may, may, known)


def test_the_prior_is_one_point_in_all_and_lies_where_there_is_room() -> None:
    ratio = share([20, 40, 40], [20, 10, 0], [100, 400, 500])
    for_it = _spread(ratio, ratio.good, ratio.may_be_good)
    assert for_it.sum() == pytest.approx(PRIOR)
    assert for_it.tolist() == pytest.approx([0, 300 / 800, 500 / 800])
    nowhere = share([20], [20], [100])
    assert _spread(nowhere, nowhere.good, nowhere.may_be_good).tolist() == [0]


def test_rare_land_that_nobody_saw_may_still_be_there() -> None:
    low, high = posterior_interval(share([50, 50], [0, 0], [500, 500]), 0.95)
    assert low == 0
    assert 0.02 < high < 0.05


def test_more_points_and_a_lower_level_make_it_narrower() -> None:
    few, many = share([20, 20], [15, 3], [50, 50]), share([200, 200], [150, 30], [50, 50])
    widths = [
        high - low
        for low, high in (
            posterior_interval(few, 0.95),
            posterior_interval(few, 0.8),
            posterior_interval(many, 0.95),
        )
    ]
    assert widths[0] > widths[1] > widths[2]


def test_the_order_of_the_strata_does_not_matter() -> None:
    ratio = share([20, 30, 50], [18, 7, 2], [10, 300, 200], [1000, 30_000, 20_000])
    turned = share([50, 20, 30], [2, 18, 7], [200, 10, 300], [20_000, 1000, 30_000])
    assert posterior_interval(ratio, 0.95) == pytest.approx(posterior_interval(turned, 0.95), rel=1e-9)


def test_strata_that_are_checked_completely_leave_no_doubt() -> None:
    ratio = share([10, 30], [4, 29], [0.1, 0.3], [10, 30])
    assert posterior_interval(ratio, 0.95) == pytest.approx((33 / 40, 33 / 40))
    half_known = replace(ratio, pixels=np.array([10, 60]))
    low, high = posterior_interval(half_known, 0.95)
    assert low < half_known.estimate < high
