"""The textbook's interval where strata are not the classes of the map."""

import numpy as np
import pytest

from pipeline.accuracy.design import PixelGrid, Point, SamplingDesign, Stratum

# Stehman 2014, section 4: ten points in each of four strata; what the map and the reference say of them.
STRATA = {"A": 40_000, "B": 30_000, "C": 20_000, "D": 10_000}
MAP = "AAAAAAABBB ABBBBBBBBB BBCCCCCCBB DDDDDDDDDD"
REFERENCE = "AAAAACBABC ABBBBBAABB CCCCCDDBBA DDDDDDDCCB"


@pytest.fixture
def design() -> SamplingDesign:
    strata = tuple(Stratum(name, size, float(size)) for name, size in STRATA.items())
    points = tuple(Point(n, "ABCD"[n // 10], n, 0, 11.0, 46.0) for n in range(40))
    return SamplingDesign(strata, points, PixelGrid(32632, 0, 0, 10, (40, 1)), "made up", 0)


def test_the_worked_example_of_2014_with_strata_that_are_not_the_classes(design: SamplingDesign) -> None:
    mapped, found = (dict(enumerate(text.replace(" ", ""))) for text in (MAP, REFERENCE))
    estimate = design.estimate(dict(found), "normal", mapped=mapped)
    table, z = estimate.areas, 1.959963985

    def error(name: str, low: str, high: str) -> float:
        return float(table.loc[name, high] - table.loc[name, low]) / 2 / z

    assert table.loc["A", "hectares"] / 100_000 == pytest.approx(0.35)
    assert table.loc["C", "hectares"] / 100_000 == pytest.approx(0.20)
    assert error("A", "low_ha", "high_ha") / 100_000 == pytest.approx(0.082, abs=5e-4)
    assert error("C", "low_ha", "high_ha") / 100_000 == pytest.approx(0.064, abs=5e-4)
    assert estimate.overall.accuracy == pytest.approx(0.63)
    assert (estimate.overall.high - estimate.overall.low) / 2 / z == pytest.approx(0.085, abs=5e-4)
    assert table.loc["B", "users_accuracy"] == pytest.approx(0.574, abs=5e-4)
    assert error("B", "users_accuracy_low", "users_accuracy_high") == pytest.approx(0.125, abs=5e-4)
    assert table.loc["B", "producers_accuracy"] == pytest.approx(0.794, abs=5e-4)
    assert error("B", "producers_accuracy_low", "producers_accuracy_high") == pytest.approx(0.116, abs=6e-4)


def test_the_posterior_says_much_the_same_of_it(design: SamplingDesign) -> None:
    mapped, found = (dict(enumerate(text.replace(" ", ""))) for text in (MAP, REFERENCE))
    both = [
        design.estimate(dict(found), m, mapped=mapped).areas[["low_ha", "hectares", "high_ha"]].to_numpy()
        for m in ("normal", "bayes")
    ]
    np.testing.assert_allclose(both[0][:, 1], both[1][:, 1])
    widths = [b[:, 2] - b[:, 0] for b in both]
    np.testing.assert_allclose(widths[0], widths[1], rtol=0.35)
