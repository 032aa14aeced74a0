"""What is clustered: names, sets, formulas, and the bands that have to be read."""

import re

import numpy as np
import pytest

from pipeline import FEATURE_SETS, FEATURES, InvalidRequest
from pipeline.clustering.features import (
    bands_to_read,
    columns_of,
    computed,
    resolved,
    set_of,
    words,
)
from pipeline.clustering.kmeans import fit
from pipeline.progress import Progress
from pipeline.sentinel2.bands import ALL_BANDS, BANDS
from pipeline.sentinel2.indices import INDICES

EVERY_BAND = tuple(band.key for band in ALL_BANDS)


@pytest.fixture(scope="module")
def cube() -> np.ndarray:
    made = np.random.default_rng(0).uniform(-0.02, 0.6, (len(EVERY_BAND), 30, 40)).astype(np.float32)
    made[:, 3, 4] = np.nan
    made[:, 5, 6] = 0
    return made


@pytest.mark.parametrize("index", INDICES, ids=lambda i: i.name)
def test_an_index_is_its_written_formula(index: object, cube: np.ndarray) -> None:
    name = index.name  # type: ignore[attr-defined]
    formula = re.sub(r"(\d\.\d) \(", r"\1 * (", FEATURES[name].formula)
    numbers = {b.number: np.maximum(cube[n], 0).astype(float) for n, b in enumerate(ALL_BANDS)}
    assert set(re.findall(r"B\d[\dA]", formula)) == {
        b.number for b in ALL_BANDS if b.key in FEATURES[name].bands
    }
    with np.errstate(invalid="ignore", divide="ignore"):
        expected = eval(formula, {}, numbers)
    expected = np.nan_to_num(expected)  # 0 where all is dark
    expected[3, 4] = np.nan
    found = computed(cube, EVERY_BAND, (name,))
    assert found.dtype == np.float32
    assert found[0] == pytest.approx(expected, abs=2e-5, nan_ok=True)
    assert np.isnan(found[0, 3, 4])


def test_bands_come_as_they_are_and_in_the_order_asked(cube: np.ndarray) -> None:
    wanted = ("swir16", "NDVI", "blue")
    found = computed(cube, EVERY_BAND, wanted)
    assert np.array_equal(found[0], cube[EVERY_BAND.index("swir16")], equal_nan=True)
    assert np.array_equal(found[2], cube[EVERY_BAND.index("blue")], equal_nan=True)
    assert columns_of(EVERY_BAND, ("nir", "red")) == (EVERY_BAND.index("nir"), EVERY_BAND.index("red"))
    assert np.shares_memory(computed(cube[:4], BANDS, BANDS), cube), "no copy of what is used as it stands"


def test_names_and_sets_are_read_whatever_their_case() -> None:
    assert resolved("10m") == BANDS
    assert resolved("All-Bands") == EVERY_BAND
    assert resolved(["ndvi", "Blue", "NDREI"]) == ("NDVI", "blue", "NDRE")
    assert all(set(members) <= set(FEATURES) for members in FEATURE_SETS.values())
    assert {name: set_of(members) for name, members in FEATURE_SETS.items()} == {n: n for n in FEATURE_SETS}
    assert set_of(("nir", "blue")) is None


@pytest.mark.parametrize("value", ["", "60m", [], ["NDVI", "ndvi"], ["thermal"], [3], 5, None, [["blue"]]])
def test_anything_else_is_refused_in_a_sentence(value: object) -> None:
    with pytest.raises(InvalidRequest) as caught:
        resolved(value)
    assert caught.value.field == "features"


def test_only_the_bands_that_are_needed_are_read() -> None:
    assert bands_to_read(BANDS) == BANDS
    assert bands_to_read(["NDVI"]) == BANDS, "pictures need them"
    assert bands_to_read(["NBR", "NDRE"]) == (*BANDS, "rededge1", "swir22")
    assert set(bands_to_read(FEATURE_SETS["all-bands"])) == set(EVERY_BAND)


def test_a_band_that_was_not_read_is_named(cube: np.ndarray) -> None:
    with pytest.raises(InvalidRequest, match="without B12, which NBR"):
        computed(cube[:4], BANDS, ("NBR",))


def test_features_are_told_by_number_and_name() -> None:
    assert words(("blue", "swir16", "NDVI")) == "B02, B11, NDVI"


def test_a_hundred_and_twenty_features_are_fitted() -> None:
    rng = np.random.default_rng(1)
    centres = rng.normal(0, 1, (6, 120))
    kinds = rng.integers(0, 6, 20_000)
    pixels = (centres[kinds] + rng.normal(0, 0.3, (20_000, 120))).astype(np.float32)
    model = fit(pixels, [str(n) for n in range(120)], 6, 0, Progress())
    labels = model.nearest(np.ascontiguousarray(pixels.T), np.ones(len(pixels), bool))
    assert len({(int(a), int(b)) for a, b in zip(kinds, labels, strict=True)}) == 6, "each kind is a cluster"
    z = ((np.array(model.centres) - model.mean) / model.scale).mean(axis=1)
    assert (np.diff(z) >= 0).all(), "ordered by a rule that needs no names"
