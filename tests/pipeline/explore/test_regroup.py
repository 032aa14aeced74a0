"""A cluster split in two and water set apart: exact, kept in the model, the same on another date."""

import json

import numpy as np
import pytest

from pipeline import Analysis, ClusterModel, InvalidRequest, analyse
from pipeline.explore.classes import Classes
from pipeline.explore.confidence_view import confidence_view
from pipeline.explore.pixel import inspect_pixel
from pipeline.explore.regroup import repeated, split, steps, water_apart
from pipeline.exports import files, provenance
from pipeline.exports.snippet import python_snippet
from pipeline.permalink import from_query, to_query
from tests.pipeline.conftest import Land


def test_a_split_moves_pixels_of_one_cluster_alone(done: Analysis) -> None:
    made = split(done, 2)
    before, after = done.labels.values, made.labels.values
    assert len(made.areas) == len(done.areas) + 1
    assert (after[before == 1] == 1).all()
    assert set(np.unique(after[before == 2])) == {2, 3}
    assert (after[before > 2] == before[before > 2] + 1).all()
    assert made.areas["hectares"][[2, 3]].sum() == pytest.approx(done.areas["hectares"][2])
    assert made.areas["pixels"].sum() == done.areas["pixels"].sum()
    low, high = (made.imagery.values[:, after == n].mean() for n in (2, 3))
    assert low < high, "the darker half first"


def test_the_halves_are_those_of_two_means_by_definition(done: Analysis) -> None:
    made = split(done, 2)
    here = done.labels.values == 2
    z = made.imagery.values[:, here].T / np.array(done.model.scale)
    halves = [z[made.labels.values[here] == n] for n in (2, 3)]
    inertia = sum(((half - half.mean(axis=0)) ** 2).sum() for half in halves)
    from sklearn.cluster import KMeans

    assert inertia <= 1.001 * KMeans(2, n_init=10, random_state=0).fit(z).inertia_


def test_water_is_set_apart_by_the_rule_for_each_pixel(done: Analysis) -> None:
    made = water_apart(done)
    _, green, _, nir = (np.maximum(plane, 0) for plane in made.imagery.values)
    with np.errstate(invalid="ignore"):
        water = ((green - nir) / (green + nir) > 0) & (nir < 0.15)
    assert np.array_equal(made.labels.values == 5, water)
    assert made.suggestions[4].kind == "Water"
    with pytest.raises(InvalidRequest, match="already"):
        water_apart(made)


def test_they_live_in_model_link_python_and_files(done: Analysis, land: Land) -> None:
    made = water_apart(split(done, 3))
    assert steps(made.model) == "s3.w"
    model = ClusterModel.from_json(files.make(made, "model").decode())
    assert model == made.model
    assert model.fingerprint != done.model.fingerprint
    again = analyse(land.request(), model=model)
    assert np.array_equal(again.labels.values, made.labels.values), "another date is labelled alike"
    query = to_query(made.request, steps=steps(made.model))
    assert from_query(query, [made.request.catalog]).steps == "s3.w"
    assert from_query("steps=s3.x", []).unread == ("steps",)
    assert np.array_equal(repeated(done, "s3.w").labels.values, made.labels.values)
    assert "repeated(analysis, 's3.w')" in python_snippet(made)
    compile(python_snippet(made), "snippet", "exec")
    told = json.loads(provenance.tags(made)["MODEL"])["refinements"]
    assert [entry["kind"] for entry in told] == ["split", "water"]


def test_names_that_a_person_gave_stay(done: Analysis) -> None:
    classes = Classes.of(done.suggestions).rename(1, "Lake").rename(4, "Quarry")
    edited = done.with_classes(classes.lut(), classes.suggestions())
    made = water_apart(split(edited, 2))
    names = [s.name for s in made.suggestions]
    assert names[0] == "Lake"
    assert names[4] == "Quarry"
    assert len(names) == 6
    assert np.array_equal(made.labels.values == 5, (edited.labels.values == 4) & (made.labels.values != 6))
    merged = Classes.of(done.suggestions).merge([2, 3])
    with pytest.raises(InvalidRequest, match="merged class"):
        split(done.with_classes(merged.lut(), merged.suggestions()), 2)


def test_a_pixel_and_the_margin_know_the_halves(done: Analysis) -> None:
    made = split(done, 2)
    row, column = (int(v[0]) for v in np.nonzero(made.labels.values == 3))
    report = inspect_pixel(made, row, column)
    assert report is not None
    assert (report.cluster, report.nearest) == (3, 3)
    assert confidence_view(made)[1]["hectares"].sum() == pytest.approx(made.areas["hectares"].iloc[1:].sum())


@pytest.mark.parametrize("number", [0, 5, -1])
def test_a_class_that_is_not_there_is_refused(done: Analysis, number: int) -> None:
    with pytest.raises(InvalidRequest, match="There is no class"):
        split(done, number)


@pytest.mark.parametrize(
    "value",
    [
        {"kind": "split", "cluster": 9, "centres": [[0.1] * 4, [0.2] * 4]},
        {"kind": "split", "cluster": 1, "centres": [[0.1] * 3, [0.2] * 4]},
        {"kind": "split", "cluster": True, "centres": [[0.1] * 4, [0.2] * 4]},
        {"kind": "split", "cluster": 1, "centres": [[float("nan")] * 4, [0.2] * 4]},
        {"kind": "merge"},
        {},
        5,
    ],
)
def test_a_file_with_other_refinements_is_refused(done: Analysis, value: object) -> None:
    values = json.loads(done.model.to_json()) | {"refinements": [value]}
    with pytest.raises(InvalidRequest):
        ClusterModel.from_json(json.dumps(values))
