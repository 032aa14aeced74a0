"""How many of the demo's pixels are what the names say: its true classes are known."""

from collections.abc import Iterable
from datetime import date

import numpy as np
import pytest
import rasterio
from rasterio.vrt import WarpedVRT

import demo
from pipeline import Analysis, AnalysisRequest, AreaOfInterest, analyse
from pipeline.explore.regroup import water_apart
from pipeline.reference.names import with_checked_names, with_names

COVER = {
    "Water": {1},
    "Tree cover": {2, 3},
    "Cropland": {4, 6},
    "Grassland": {5},
    "Built-up": {8},
    "Bare": {9},
    "Shrubland": {7},
}
"""Values of the demo's true cover that a class of the reference map means."""
SCENE_CLASSES = {"Water": {1}, "Vegetation": {2, 3, 4, 5}, "Not vegetated": {6, 7, 8, 9}}
"""Values of the true classes of the day."""


@pytest.fixture(scope="module")
def june() -> Analysis:
    area = AreaOfInterest.square(demo.LONGITUDE, demo.LATITUDE, 10)
    request = AnalysisRequest(area, date(2024, 6, 1), date(2024, 6, 30), catalog="demo", n_clusters=6)
    return analyse(request)


def truth_of_day(june: Analysis) -> np.ndarray:
    rows, columns = june.grid.shape
    found = np.zeros((rows, columns), np.uint8)
    for (_, day), path in demo.true_classes().items():
        if day == june.date.isoformat():
            with rasterio.open(path) as dataset:
                options = {"crs": june.grid.crs.to_wkt(), "transform": june.grid.affine}
                with WarpedVRT(dataset, width=columns, height=rows, **options) as warped:
                    found = np.where(found == 0, warped.read(1), found)
    return found


def right(june: Analysis, truth: np.ndarray, meant: Iterable[set[int]]) -> float:
    """Return the share of clear pixels whose true class is among those that their name means."""
    labels = june.labels.values
    hits = sum(np.isin(truth[labels == n], list(m)).sum() for n, m in enumerate(meant, start=1))
    return float(hits / (labels > 0).sum())


def test_with_the_reference_map_four_of_five_pixels_are_what_the_names_say(june: Analysis) -> None:
    """A name that tells two classes counts where either is there. By spectra alone it is 64 %."""
    agreement = june.compare("worldcover")
    named = with_names(june, agreement)
    truth = demo.true_cover_on(june.grid.shape, tuple(june.grid.affine)[:6], 32632)
    meant = [
        set().union(*(values for name, values in COVER.items() if name.lower() in s.name.lower()))
        for s in named.suggestions
    ]
    assert right(june, truth, meant) >= 0.80
    assert "made up" in agreement.reference.title
    assert named.names_from == agreement.reference.title


def test_with_the_scene_classification_seven_of_ten_are(june: Analysis) -> None:
    named = with_names(june, june.compare("scl"))
    meant = [SCENE_CLASSES.get(s.kind, set()) for s in named.suggestions]
    assert right(june, truth_of_day(june), meant) >= 0.70
    assert [s.name for s in with_checked_names(june).suggestions] == [s.name for s in june.suggestions]


def test_water_set_apart_is_the_water(june: Analysis) -> None:
    made = water_apart(june)
    water = truth_of_day(june)[made.labels.values == len(made.suggestions)] == 1
    assert water.mean() > 0.9


def test_on_bolzano_no_name_is_left_that_most_of_its_pixels_speak_against(bolzano: Analysis) -> None:
    checked = with_checked_names(bolzano)
    assert "Mixed: 71 % not vegetated" in [s.name for s in checked.suggestions]
    table = checked.compare("scl").table
    expected = {"Dense vegetation": "Vegetation", "Crops or grass": "Vegetation", "Water": "Water"}
    for cluster, suggestion in enumerate(checked.suggestions, start=1):
        if suggestion.kind in expected:
            row = table.loc[cluster]
            assert row[expected[suggestion.kind]] > row.sum() / 2
    river = water_apart(bolzano)
    assert river.areas["hectares"].iloc[-1] > 5, "the river and the lakes, in a click"
