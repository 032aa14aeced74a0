"""Names that the image's own classification bears out, and those it gives itself."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipeline import Analysis, ClusterModel, analyse
from pipeline.clustering.palette import colours
from pipeline.clustering.reasons import reasons
from pipeline.clustering.surface_types import Suggestion
from pipeline.explore.classes import Classes
from pipeline.exports.provenance import names_are
from pipeline.exports.snippet import python_snippet
from pipeline.reference.agreement import Agreement
from pipeline.reference.names import (
    agreeing_ha,
    believable,
    checked,
    doubts,
    with_checked_names,
    with_names,
)
from pipeline.reference.profiles import find


def test_a_name_that_the_majority_speaks_against_is_mixed(done: Analysis) -> None:
    """The classification of this land calls everything vegetation: water and soil are doubted."""
    agreement = done.compare("scl")
    against = doubts(agreement, done.suggestions)
    doubted = {s.kind for n, s in enumerate(done.suggestions, start=1) if n in against}
    assert doubted == {"Water", "Bare or built-up"}
    after = with_checked_names(done)
    water = after.suggestions[0]
    assert water.name == "Mixed: 100 % vegetation"
    assert water.reason.startswith("NDWI 0.")
    assert water.reason.endswith("100 % vegetation"), "both figures"
    assert np.array_equal(after.labels.values, done.labels.values)
    assert "Mixed: 100 % vegetation" in after.model.classes, "the model keeps the names"


def test_the_page_shows_names_that_the_image_bears_out_and_nothing_else_changes(
    done: Analysis, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shown = believable(done)
    assert [s.name for s in shown.suggestions] == [s.name for s in with_checked_names(done).suggestions]
    assert shown.areas["name"][1] == "Mixed: 100 % vegetation"
    assert shown.areas["pixels"].equals(done.areas["pixels"])
    assert shown.areas["color"].equals(done.areas["color"])
    assert (shown.model, shown.edits, shown.raster) == (done.model, None, done.raster)
    assert "checked by the scene classification" in names_are(shown)
    assert believable(replace(done, preview=True)).suggestions == done.suggestions

    monkeypatch.setattr("pipeline.analyse", lambda _request: done)
    monkeypatch.chdir(tmp_path)
    found: dict[str, Any] = {}
    exec(compile(python_snippet(shown), "snippet", "exec"), found)
    assert found["analysis"].suggestions == shown.suggestions
    assert "believable" not in python_snippet(done)


def test_a_model_carries_what_a_person_chose_and_no_name_that_the_image_suggested(done: Analysis) -> None:
    """One name is a person's, two clusters are merged: the others are named anew on every image."""
    shown = believable(done)
    assert shown.suggestions[0].name == "Mixed: 100 % vegetation"
    classes = Classes.of(shown.suggestions).rename(2, "My wood").recolour(3, "#123456")
    edited = shown.with_classes(classes.lut(), classes.suggestions())
    assert edited.suggestions == classes.suggestions(), "here all is as it was shown"

    there = analyse(done.request, model=ClusterModel.from_json(edited.model.to_json()))
    fresh = [s.name for s in analyse(done.request, model=done.model).suggestions]
    assert [s.name for s in there.suggestions] == [fresh[0], "My wood", *fresh[2:]]
    assert there.suggestions[2].color == "#123456"
    again = believable(there)
    assert again.suggestions[0].name == "Mixed: 100 % vegetation", "suggested anew, by this image"

    twice = again.with_classes(range(len(again.areas)), again.suggestions)
    assert twice.model == edited.model, "a second edit makes nobody the author of the rest"
    merged = Classes.of(again.suggestions).merge([1, 2], "Both")
    both = again.with_classes(merged.lut(), merged.suggestions())
    assert analyse(done.request, model=both.model).suggestions[0].name == "Both"
    assert "Mixed" in with_checked_names(done).model.classes, "that is asked for"


def test_a_name_has_the_majority_of_what_can_tell(done: Analysis) -> None:
    """40 % go with the name, 35 % against it, the rest is unclassified: nobody speaks against it."""
    table = pd.DataFrame({"Vegetation": [40.0], "Not vegetated": [35.0], "Unclassified": [25.0]}, index=[1])
    values = {"Vegetation": 4, "Not vegetated": 5, "Unclassified": 7}
    wood = Suggestion("Dense vegetation", "Dense vegetation", "NDVI 0.80", "#205e06")
    agreement = Agreement(find("scl"), table, values)
    assert not doubts(agreement, [wood])
    assert agreeing_ha(agreement, [wood]) == pytest.approx((40, 75))
    turned = Agreement(find("scl"), table.iloc[:, [1, 0, 2]].set_axis(table.columns, axis=1), values)
    assert doubts(turned, [wood]) == {1: "40 % not vegetated"}
    assert not doubts(turned, [replace(wood, name="My wood")])
    assert agreeing_ha(agreement, [replace(wood, name="My wood")]) == (0, 0)


def test_snow_is_named_snow() -> None:
    table = pd.DataFrame({"Snow or ice": [70.0, 55.0], "Not vegetated": [30.0, 45.0]}, index=[1, 2])
    agreement = Agreement(find("scl"), table, {"Snow or ice": 11, "Not vegetated": 5})
    bright = Suggestion("Very bright", "Very bright", "visible 0.60", "#f5f0cf")
    bare = Suggestion("Bare or built-up", "Bare or built-up", "NDVI 0.05", "#c4824a")
    first, second = checked(agreement, [bright, bare])
    assert (first.name, first.kind) == ("Snow or ice", "Snow or ice")
    assert first.reason == "visible 0.60, 70 % snow or ice"
    assert first.color == colours(["snow"], [0])[0]
    assert second.name == "Mixed: 55 % snow or ice"


def test_the_scene_classification_can_give_the_names_itself(done: Analysis) -> None:
    after = with_names(done, done.compare("scl"))
    assert {s.kind for s in after.suggestions} == {"Vegetation"}
    told = reasons(after.spectra, after.suggestions, after.bands)
    assert "By the spectrum it would be “Water”" in told[0].sentence
    assert np.array_equal(after.labels.values, done.labels.values)
