"""The table of the year is complete, and its spectra are those of plants, soil, water and snow."""

import pytest

from synthetic import spectra
from synthetic.bands import BANDS
from synthetic.crops import CROPS, states
from synthetic.place import CLASSES, COVER_CLASSES
from synthetic.seasons import SEASONS

AT = {band.key: number for number, band in enumerate(BANDS)}


def test_every_crop_has_a_state_in_every_season() -> None:
    assert sum(crop.share for crop in CROPS) == pytest.approx(1)
    for crop in CROPS:
        assert set(crop.seasons) == set(SEASONS)
        assert crop.cover_class in COVER_CLASSES
        for season, stages in crop.seasons.items():
            assert sum(state.fields for state in stages) == pytest.approx(1), (crop.name, season)
            assert {state.true_class for state in stages} <= set(CLASSES)


def test_every_field_is_in_a_state_of_its_crop() -> None:
    for season in SEASONS:
        found, which = states(season)
        assert set(which.tolist()) == set(range(len(found)))


def test_spectra_have_the_shapes_of_their_surfaces() -> None:
    def ratio(spectrum: spectra.Spectrum, one: str, other: str) -> float:
        a, b = spectrum[AT[one]], spectrum[AT[other]]
        return (a - b) / (a + b)

    plants = (spectra.GREEN, spectra.MEADOW, spectra.CONIFER, spectra.BROADLEAF)
    for plant in plants:
        assert plant[AT["red"]] < plant[AT["rededge1"]] < plant[AT["rededge2"]] < plant[AT["rededge3"]]
        assert plant[AT["swir16"]] > plant[AT["swir22"]]
    assert ratio(spectra.SNOW, "green", "swir16") > 0.4
    assert ratio(spectra.LAKE, "green", "swir16") > 0.4
    assert ratio(spectra.SOIL, "swir16", "nir") > 0
