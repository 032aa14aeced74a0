"""The form's Image section and what is looked at: simple first, the rest where it is asked for."""

from datetime import date
from typing import Any

import pytest

from pipeline import FEATURE_SETS
from pipeline.catalogs.profiles import offered
from widgets.controls import Fields
from widgets.form.image_part import spelled
from widgets.form.look_at import OWN, LookAt
from widgets.form.settings import Settings

SETTINGS = Settings("46.49", "11.34", 5.0, date(2022, 6, 1), date(2022, 6, 30))


@pytest.fixture
def fields() -> Fields:
    def nothing(*_: Any) -> None:
        """No area is drawn or uploaded here."""

    return Fields(SETTINGS, offered(), 20.0, on_clear=nothing, on_file=nothing, on_refused=nothing)


def test_the_way_swaps_clouds_for_periods_and_keeps_both_settings(fields: Fields) -> None:
    image = fields.image_part
    assert image.swapped.children == (image.inputs["max_cloud_cover"],)
    assert image.more.children == (image.inputs["mask_buffer_m"],)
    image.segments["periods"].click()
    assert fields.settings.composite == "periods"
    assert image.swapped.children == (image.inputs["periods"],)
    assert image.inputs["max_cloud_cover"] in image.more.children
    assert "eo-on" in image.segments["periods"]._dom_classes
    assert "1 January 2022 to 31 December 2022" in image.spelled.value
    image.inputs["periods"].value = 6
    image.inputs["mask_buffer_m"].value = 40
    request = fields.settings.request()
    assert request is not None
    assert (request.composite, request.periods, request.mask_buffer_m) == ("periods", 6, 40)
    image.segments["day"].click()
    assert fields.inputs["start"].value == date(2022, 6, 1)
    assert "1–30 June 2022" in image.spelled.value


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        (date(2022, 6, 1), date(2022, 6, 30), "1–30 June 2022"),
        (date(2022, 6, 9), date(2022, 6, 9), "9 June 2022"),
        (date(2022, 6, 9), date(2023, 7, 1), "9 June 2022 to 1 July 2023"),
        (date(2022, 6, 9), date(2022, 6, 1), ""),
        (None, date(2022, 6, 1), ""),
    ],
)
def test_dates_are_spelled(start: date | None, end: date | None, words: str) -> None:
    assert spelled(start, end) == words


def test_a_set_or_a_choice_of_features(fields: Fields) -> None:
    look = fields.inputs["features"]
    assert isinstance(look, LookAt)
    assert not look.choice.children
    look.sets.value = "vegetation"
    assert fields.settings.features == FEATURE_SETS["vegetation"]
    look.sets.value = OWN
    assert look.own in look.choice.children
    assert fields.settings.features == FEATURE_SETS["vegetation"], "nothing was chosen yet"
    look.own.value = ("nir", "NDVI")
    assert fields.settings.features == ("nir", "NDVI")
    look.own.value = FEATURE_SETS["10m"]
    assert look.own in look.choice.children, "the list stays while one chooses"
    look.own.value = ()
    assert fields.settings.features == FEATURE_SETS["10m"], "nothing at all cannot be chosen"
    look.sets.value = "water"
    assert not look.choice.children
    fields.settings = fields.settings.changed(features=("NDVI",))
    assert (look.sets.value, look.own.value) == (OWN, ("NDVI",))
