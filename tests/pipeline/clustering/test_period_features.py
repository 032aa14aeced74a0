"""Features of a composite of periods: each once a period, and plain bands where none is named."""

import numpy as np
import pytest

from pipeline import InvalidRequest
from pipeline.clustering.features import computed, feature, is_feature, over_periods, plain_bands, words

PLANES = ("red@1", "nir@1", "red@2", "nir@2", "red@3", "nir@3")
VALUES = np.array([[0.1], [0.5], [0.2], [0.6], [0.9], [0.1]], np.float32)


def test_each_feature_comes_once_a_period() -> None:
    assert over_periods(("NDVI", "nir"), PLANES) == ("NDVI@1", "nir@1", "NDVI@2", "nir@2", "NDVI@3", "nir@3")
    assert over_periods(("NDVI", "nir"), ("red", "nir")) == ("NDVI", "nir")


def test_a_period_is_made_of_its_own_planes() -> None:
    found = computed(VALUES, PLANES, ("nir@2", "NDVI@1", "NDVI@3"))
    assert found[:, 0] == pytest.approx([0.6, 0.4 / 0.6, -0.8])


def test_without_a_period_the_median_of_all_is_meant() -> None:
    assert plain_bands(PLANES) == ("red", "nir")
    assert computed(VALUES, PLANES, ("red", "nir"))[:, 0] == pytest.approx([0.2, 0.5])


def test_what_was_not_read_is_named() -> None:
    with pytest.raises(InvalidRequest, match="B03"):
        computed(VALUES, PLANES, ("green@1",))


def test_names_are_known_with_and_without_a_period() -> None:
    assert feature("NDVI@2").bands == ("nir@2", "red@2")
    assert feature("nir@2").is_band
    assert all(map(is_feature, ("nir", "nir@12", "NDVI@1")))
    assert not any(map(is_feature, ("nir@", "nir@x", "hay", "hay@1", "")))
    assert words(("red@1", "nir@1", "red@2", "nir@2")) == "B04, B08 of 2 periods"
