"""Change in the files of a result: who became what, where, and pixel by pixel."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyogrio
import pytest
import rasterio

from pipeline import Analysis, InvalidRequest
from pipeline.accuracy import SamplingDesign, with_change_sample
from pipeline.errors import FileRefused
from pipeline.explore.change import Change
from pipeline.exports import change as files
from pipeline.exports import vectors
from pipeline.exports.change_long import long_csv
from pipeline.exports.change_package import change_name, change_zip
from pipeline.exports.change_raster import change_geotiff_bytes
from pipeline.exports.files import Files
from pipeline.exports.formats import all_formats
from pipeline.exports.geopackage import geopackage_bytes
from pipeline.exports.report import report_html
from pipeline.exports.snippet import python_snippet

KEYS = ["change", "change-long", "change-geotiff"]


@pytest.fixture(scope="module")
def later(done: Analysis) -> Analysis:
    """The same land, of which the right half became class 1 and a corner lies under a cloud."""
    labels = done.labels.values.copy()
    half = labels[:, labels.shape[1] // 2 :]
    half[half > 0] = 1
    labels[:20, :30] = 0
    return done.with_labels(labels)


@pytest.fixture(scope="module")
def both(done: Analysis, later: Analysis) -> Analysis:
    return done.with_second_date(later)


@pytest.fixture(scope="module")
def change(both: Analysis) -> Change:
    assert both.second is not None
    return both.second.change


def read(content: bytes) -> pd.DataFrame:
    return pd.read_csv(io.BytesIO(content), encoding="utf-8-sig")


def test_the_matrix_has_sums_on_both_sides(both: Analysis, change: Change) -> None:
    table = read(files.matrix_csv(both)).set_index("from / to")
    k = len(change.clusters)
    values = table.iloc[:k, :k].to_numpy(float)
    assert values == pytest.approx(change.matrix.to_numpy(float), abs=0.006)
    assert table.loc["after", "before"] == pytest.approx(change.compared_ha, abs=0.01)
    assert table["before"].iloc[:k].tolist() == pytest.approx(values.sum(axis=1).tolist(), abs=0.03)


def test_the_raster_says_what_each_pixel_was_and_became(both: Analysis, later: Analysis) -> None:
    with rasterio.open(io.BytesIO(change_geotiff_bytes(both))) as dataset:
        first, second, code = dataset.read()
        assert dataset.dtypes == ("uint16",) * 3
        assert dataset.nodata == 0
        assert dataset.descriptions == ("cluster 2022-06-17", "cluster 2022-06-17", "from_to")
        assert dataset.transform == both.grid.affine
        assert json.loads(dataset.tags()["SECOND_SCENES"]) == [s.id for s in later.scenes]
    assert np.array_equal(first, both.labels.values)
    assert np.array_equal(second, later.labels.values)
    long = read(long_csv(both)).dropna(subset=["code"]).set_index("code")["hectares"]
    codes, counts = np.unique(code[code > 0], return_counts=True)
    assert long[long > 0].to_dict() == pytest.approx(dict(zip(codes.tolist(), counts / 100, strict=True)))
    assert not code[(first == 0) | (second == 0)].any()


def test_the_geopackage_has_the_land_that_changed(both: Analysis, change: Change, tmp_path: Path) -> None:
    path = tmp_path / "change.gpkg"
    path.write_bytes(geopackage_bytes(both))
    layer = pyogrio.read_dataframe(path, layer=files.LAYER)
    assert (layer["from"] != layer["to"]).all()
    assert layer["hectares"].sum() == pytest.approx(change.changed_ha, abs=0.05)
    assert (layer.geometry.area / 10_000).tolist() == pytest.approx(layer["hectares"].tolist(), abs=0.006)
    assert layer.crs == pyogrio.read_dataframe(path, layer="classes").crs


def test_change_too_speckled_for_polygons_is_a_table(
    both: Analysis, change: Change, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vectors, "MAX_CORNERS", 10)
    land, fields = files.layer(both)
    assert land is None
    assert fields["hectares"].sum() == pytest.approx(change.changed_ha, abs=0.05)


def test_the_same_twice_is_no_change(done: Analysis, tmp_path: Path) -> None:
    same = done.with_second_date(done)
    path = tmp_path / "same.gpkg"
    path.write_bytes(geopackage_bytes(same))
    assert len(pyogrio.read_dataframe(path, layer=files.LAYER)) == 0
    assert same.second is not None
    assert same.second.change.changed_ha == 0


def test_the_report_has_the_matrix_and_the_sentence(both: Analysis, done: Analysis, change: Change) -> None:
    report = report_html(both)
    assert change.sentence.split(" Most")[0] in report
    assert "What changed until 17 June 2022" in report
    assert "What changed" not in report_html(done)


def test_the_zip_explains_itself(both: Analysis, change: Change) -> None:
    with zipfile.ZipFile(io.BytesIO(change_zip(both))) as opened:
        assert opened.testzip() is None
        assert opened.namelist() == ["change.csv", "change_long.csv", "change.tif", "README.txt"]
        readme = opened.read("README.txt").decode()
        long = read(opened.read("change_long.csv"))
    assert change.sentence in readme
    assert "Copernicus Sentinel data 2022" in readme
    assert long["hectares"].sum() == pytest.approx(change.total_ha, abs=0.1)
    assert change_name(both).startswith("change_to_2022-06-17_clusters_2022-06-17_")


def test_a_checked_change_is_in_the_zip_the_report_and_the_python(both: Analysis, tmp_path: Path) -> None:
    design = both.sampling_design(n=120, of="change")
    checked = with_change_sample(both, design.with_labels({p.id: p.stratum for p in design.drawn}))
    assert checked.second is not None
    assert checked.second.checked is not None
    with zipfile.ZipFile(io.BytesIO(change_zip(checked))) as opened:
        readme = opened.read("README.txt").decode()
        table = read(opened.read("change_estimate.csv")).set_index("class")
        points = SamplingDesign.from_json(opened.read("change_points.json").decode())
    assert checked.second.checked.sentence() in readme
    assert points == checked.second.checked.design
    expected = checked.second.checked.estimate.areas["hectares"]
    assert table["hectares"].to_dict() == pytest.approx(expected.to_dict(), abs=1e-3)
    report = report_html(checked)
    assert "120 random points were checked" in report
    assert "have changed; the two maps show" in report
    assert "random points" not in report_html(both)

    snippet = python_snippet(checked)
    assert "from pipeline.accuracy import SamplingDesign, with_change_sample" in snippet
    found: dict[str, Any] = {}
    lines = snippet[snippet.index("design = SamplingDesign") : snippet.index("print(analysis.second.checked")]
    exec(
        "from pipeline.accuracy import SamplingDesign, with_change_sample\nanalysis = both\n" + lines,
        {"both": both},
        found,
    )
    assert found["analysis"].second.checked.changed == checked.second.checked.changed

    checked.save(tmp_path / "saved")
    again = Analysis.load(tmp_path / "saved")
    assert again.second is not None
    assert again.second.checked is not None
    assert again.second.checked.design == checked.second.checked.design
    assert again.second.checked.changed == checked.second.checked.changed


def test_the_zip_of_everything_has_them_where_there_is_a_second_date(both: Analysis, done: Analysis) -> None:
    endings = [f.ending for f in all_formats() if f.key in KEYS]
    assert endings == ["_change.csv", "_change_long.csv", "_change.tif"]
    with zipfile.ZipFile(io.BytesIO(Files(both).content("package"))) as opened:
        names = opened.namelist()
        assert all(any(name.endswith(ending) for name in names) for ending in endings)
        assert "_change.tif  " in opened.read("README.txt").decode()
    assert not any(f.fits(done) for f in all_formats() if f.key in KEYS)


def test_without_a_second_date_there_is_a_sentence(done: Analysis) -> None:
    for make in (files.matrix_csv, long_csv, change_geotiff_bytes, change_zip, files.layer):
        with pytest.raises(FileRefused, match="no second date"):
            make(done)


def test_an_edit_ends_the_comparison_and_another_area_is_refused(both: Analysis, later: Analysis) -> None:
    assert both.with_labels(both.labels.values).second is None
    other = later.recluster(3)
    with pytest.raises(InvalidRequest):
        both.with_second_date(other)
