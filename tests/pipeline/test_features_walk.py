"""Other features than the four bands, and saved models, through the whole walk on made-up land."""

import json
from dataclasses import replace

import numpy as np
import pytest

from pipeline import Analysis, AnalysisRequest, ClusterModel, InvalidRequest, analyse
from pipeline.clustering.reasons import reasons
from pipeline.explore.classes import Classes
from pipeline.explore.confidence_view import confidence_view
from pipeline.explore.pixel import inspect_pixel
from pipeline.exports import files, provenance
from pipeline.exports.snippet import python_snippet
from pipeline.permalink import from_query, to_query
from tests.pipeline.conftest import Land

MIXED = ("NDVI", "nir", "NDWI")


@pytest.fixture(scope="module")
def mixed(land: Land) -> Analysis:
    return analyse(land.request(features=MIXED))


def test_features_are_what_is_clustered(mixed: Analysis) -> None:
    blue, green, red, nir = mixed.imagery.values
    with np.errstate(invalid="ignore"):
        expected = np.stack([(nir - red) / (nir + red), nir, (green - nir) / (green + nir)])
    assert mixed.features.dims == ("feature", "y", "x")
    assert mixed.features.feature.values.tolist() == list(MIXED)
    assert mixed.features.dtype == np.float32
    assert mixed.features.values == pytest.approx(expected, abs=1e-6, nan_ok=True)
    assert blue.shape == mixed.labels.shape
    assert mixed.model.features == MIXED
    assert np.array_equal(mixed.model.label(mixed.features).values, mixed.labels.values)
    assert mixed.sample_features.shape == (len(mixed.sample.rows), 3)


def test_names_come_from_the_bands_though_they_were_not_clustered(mixed: Analysis, done: Analysis) -> None:
    assert {s.kind for s in mixed.suggestions} == {s.kind for s in done.suggestions}
    assert mixed.suggestions[0].kind == "Water"
    assert all(r.figures for r in reasons(mixed.spectra, mixed.suggestions, mixed.bands))


def test_the_same_clusters_again_and_another_number_of_them(mixed: Analysis, land: Land) -> None:
    assert np.array_equal(analyse(land.request(features=MIXED)).labels.values, mixed.labels.values)
    other = mixed.recluster(3)
    assert other.model.features == MIXED
    assert len(other.areas) == 4


def test_everything_that_tells_of_a_pixel_follows(mixed: Analysis) -> None:
    row, column = (int(v[0]) for v in np.nonzero(mixed.labels.values))
    report = inspect_pixel(mixed, row, column)
    assert report is not None
    assert dict(report.indices).keys() == {"NDVI", "NDWI"}
    assert report.nearest == report.cluster == mixed.labels.values[row, column]
    assert len(report.reflectance or ()) == 4
    assert confidence_view(mixed)[1]["hectares"].sum() > 0


def test_files_tell_the_features(mixed: Analysis) -> None:
    assert "NDVI, B08, NDWI" in provenance.tags(mixed)["METHOD"]
    assert json.loads(provenance.tags(mixed)["FEATURES"])["NDVI"] == "(B08 - B04) / (B08 + B04)"
    assert "NDVI, B08, NDWI" in files.make(mixed, "report").decode()
    assert b"NDVI nir NDWI" in files.make(mixed, "table")
    assert "features=('NDVI', 'nir', 'NDWI')" in python_snippet(mixed)


def test_links_and_saved_requests_carry_them(mixed: Analysis) -> None:
    request = mixed.request
    assert AnalysisRequest.from_json(request.to_json()) == request
    assert from_query(to_query(request), [request.catalog]).request() == request
    usual = replace(request, features="10m")  # type: ignore[arg-type]
    assert "features" not in to_query(usual)
    assert "features=water" in to_query(replace(request, features="water"))  # type: ignore[arg-type]
    assert from_query("features=nonsense", []).unread == ("features",)
    old = {k: v for k, v in json.loads(usual.to_json()).items() if k != "features"} | {"version": 1}
    assert AnalysisRequest.from_json(json.dumps(old)) == usual


def test_a_model_of_other_features_or_another_order_is_refused(
    mixed: Analysis, done: Analysis, land: Land
) -> None:
    for model in (mixed.model, replace(done.model, features=("nir", "red", "green", "blue"))):
        with pytest.raises(InvalidRequest, match="in this order"):
            analyse(land.request(), model=model)
    again = analyse(land.request(features=MIXED), model=ClusterModel.from_json(mixed.model.to_json()))
    assert np.array_equal(again.labels.values, mixed.labels.values)


def test_a_model_of_version_1_is_read(done: Analysis) -> None:
    values = json.loads(done.model.to_json())
    for name in ("reach", "origin", "classes"):
        del values[name]
    old = {**values, "version": 1, "bands": values.pop("features")}
    del old["features"]
    model = ClusterModel.from_json(json.dumps(old))
    assert (model.features, model.centres, model.scale) == (
        done.model.features,
        done.model.centres,
        done.model.scale,
    )


def test_a_saved_model_is_told_everywhere_with_the_areas_own_figures(done: Analysis, land: Land) -> None:
    shifted = tuple(tuple(v * 1.15 for v in centre) for centre in done.model.centres)
    model = replace(done.model, centres=shifted)
    made = analyse(land.request(), model=model)
    means = [np.nanmean(done.imagery.values[:, made.labels.values == n], axis=1) for n in range(1, 5)]
    assert made.spectra == pytest.approx(np.array(means), abs=1e-4)
    assert any(model.fingerprint in note for note in made.notes)
    assert model.fingerprint in provenance.tags(made)["MODEL_IS"]
    assert model.fingerprint in provenance.tags(made)["METHOD"]
    for key in ("report", "table", "geojson"):
        assert model.fingerprint in files.make(made, key).decode("utf-8-sig"), key
    assert model.fingerprint in python_snippet(made)
    query = to_query(made.request, model.fingerprint)
    assert from_query(query, [made.request.catalog]).model == model.fingerprint
    assert from_query("model=<script>", []).unread == ("model",)
    assert provenance.tags(done)["MODEL_IS"] == "fitted on this image"


def test_classes_that_a_person_made_go_with_the_model(done: Analysis, land: Land) -> None:
    classes = Classes.of(done.suggestions).merge([2, 3], "Green land").rename(1, "Lake")
    edited = done.with_classes(classes.lut(), classes.suggestions())
    model = ClusterModel.from_json(files.make(edited, "model").decode())
    again = analyse(land.request(), model=model)
    assert np.array_equal(again.labels.values, edited.labels.values)
    assert again.areas.equals(edited.areas)
    assert again.edits == edited.edits == classes.lut()
    assert not done.model.classes, "the value that was edited stays as it was"
    further = Classes.of(again.suggestions).merge([1, 2], "All")
    merged = again.with_classes(further.lut(), further.suggestions())
    assert merged.edits == (0, 1, 1, 1, 2)
    with pytest.raises(InvalidRequest, match="made of 4 clusters"):
        analyse(land.request(), model=replace(model, centres=model.centres[:3]))
