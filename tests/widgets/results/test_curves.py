"""Curves over the year: an axis of time, values below 0, the feature that was chosen stays."""

from datetime import date
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from pipeline import AnalysisRequest, AreaOfInterest
from pipeline.explore.spectra import Signature
from widgets.results.tabs.curves import Curves, over_the_year
from widgets.results.tabs.lines import value_axis
from widgets.results.tabs.signatures import with_room

REQUEST = AnalysisRequest(
    AreaOfInterest.square(longitude=11.34, latitude=46.49, size_km=5),
    date(2022, 1, 1),
    date(2022, 12, 31),
    composite="periods",
    periods=2,
)
PLANES = ("blue@1", "green@1", "red@1", "nir@1", "blue@2", "green@2", "red@2", "nir@2")


SAMPLE = [
    [0.1, 0.1, 0.1, 0.3, 0.1, 0.1, 0.3, 0.1],
    [0.1, 0.1, 0.1, 0.3, 0.1, 0.1, 0.3, 0.1],
    [0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2],
]
RESULT: Any = SimpleNamespace(
    request=REQUEST,
    bands=("blue", "green", "red", "nir"),
    suggestions=(None, None),
    sample_labels=np.array([1, 1, 2], np.uint8),
    pixels=SimpleNamespace(bands=PLANES),
    sample=SimpleNamespace(reflectance=np.array(SAMPLE, np.float32)),
)


def test_a_line_per_cluster_over_the_periods() -> None:
    curves = Curves(lambda function: function)
    curves.show(RESULT, ["Crops", "Town"], ["#d6c928", "#a0286c"])
    assert curves.choice.value == "NDVI"
    assert curves.figure.lines.y == pytest.approx(np.array([[0.5, -0.5], [0, 0]]), abs=1e-6)
    assert curves.figure.y_scale.min < -0.5
    curves.choice.value = "nir"
    assert curves.figure.lines.y == pytest.approx(np.array([[0.3, 0.1], [0.2, 0.2]]))
    assert curves.figure.y_scale.min == 0
    curves.show(RESULT, ["Crops", "Town"], ["#d6c928", "#a0286c"])
    assert curves.choice.value == "nir", "the choice stays"


def test_time_is_told_at_the_middle_of_each_period() -> None:
    across = over_the_year(REQUEST)
    assert across.texts == ("2 Apr", "1 Oct")
    assert across.places == (91.0, 273.0)
    assert across.label.endswith("2022")


def test_the_axis_reaches_below_0_only_where_means_do() -> None:
    above = [Signature((0.1, 0.4), (0.2, 0.1))]
    assert value_axis(above)[0] == 0
    low, top, ticks = value_axis([Signature((-0.3, 0.6), (0.1, 0.1))])
    assert low < -0.4
    assert top > 0.7
    assert 0 in ticks
    assert all(low <= tick <= top for tick in ticks)


def test_wavelengths_to_2200_nm_do_not_run_into_each_other() -> None:
    all_bands = (492.0, 560.0, 665.0, 704.0, 741.0, 783.0, 833.0, 865.0, 1614.0, 2202.0)
    assert with_room(all_bands) == (492.0, 665.0, 833.0, 1614.0, 2202.0)
