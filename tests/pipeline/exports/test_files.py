"""The list of downloads: every file opens, is made once, and is in the zip."""

import csv
import io
import json
import re
import threading
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyogrio
import pytest
import rasterio
from odc.geo.geobox import GeoBox

from pipeline import Analysis, AreaOfInterest, ClusterModel, analyse
from pipeline.errors import FileRefused
from pipeline.explore.classes import Classes
from pipeline.exports import files, image, vectors
from pipeline.exports.files import Files, file_name, is_quick, size_words
from pipeline.exports.formats import all_formats, format_of
from pipeline.exports.geotiff import geotiff_bytes
from pipeline.exports.package import package_zip
from pipeline.exports.provenance import file_stem
from tests.pipeline.conftest import Land

KEYS = [f.key for f in all_formats()]


def renamed(analysis: Analysis, name: str) -> Analysis:
    areas = analysis.areas.copy()
    areas.loc[1, "name"] = name
    return replace(analysis, areas=areas)


def test_the_list_has_every_format_under_a_name_of_its_own(done: Analysis) -> None:
    assert KEYS == [
        "geotiff",
        "geopackage",
        "geojson",
        "table",
        "zones",
        "zones-long",
        "change",
        "change-long",
        "change-geotiff",
        "picture",
        "picture-2x",
        "image",
        "style",
        "model",
        "report",
        "package",
    ]
    names = [file_name(done, k) for k in KEYS]
    stem = file_stem(done)
    assert re.fullmatch(r"clusters_2022-06-17_46\.932N_10\.337E_k4_[0-9a-f]{8}", stem)
    assert names[:2] == [f"{stem}.tif", f"{stem}.gpkg"]
    assert len(set(names)) == len(names)
    assert all(f.title and f.note and "/" in f.mime for f in all_formats())


@pytest.mark.parametrize("tile", ["../../etc/x", '"); import os #', "32T/PS", "a\nb"])
def test_a_catalogue_has_no_say_in_file_names(done: Analysis, tile: str) -> None:
    scenes = (replace(done.scenes[0], tile=tile),)
    made = replace(done, pixels=replace(done.pixels, scenes=scenes))
    assert re.fullmatch(r"clusters_[-0-9A-Za-z._]+_k4_[0-9a-f]{8}\.tif", file_name(made, "geotiff"))


def test_different_results_have_different_file_names(done: Analysis) -> None:
    """Other settings, sieved, edited, labelled with a model: on the same day and place."""
    classes = Classes.of(done.suggestions).rename(1, "Lake")
    results = [
        done,
        replace(done, request=replace(done.request, seed=5)),
        replace(done, smallest_patch_ha=1.0),
        done.with_classes(classes.lut(), classes.suggestions()),
        replace(done, model_given=True),
    ]
    assert len({file_stem(result) for result in results}) == len(results)
    assert file_stem(replace(done)) == file_stem(done), "the same result, the same name"


@pytest.fixture(scope="module")
def package(done: Analysis) -> bytes:
    return package_zip(done)


def test_the_zip_holds_every_file_under_one_stem(done: Analysis, package: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(package)) as opened:
        assert opened.testzip() is None
        names = opened.namelist()
        contents = {n: opened.read(n) for n in names}
    expected = {file_name(done, k) for k in KEYS if k != "package" and format_of(k).fits(done)}
    stem = file_stem(done)
    assert set(names) == {*expected, f"{stem}.tif.aux.xml", f"{stem}.csvt", "README.txt"}
    header = contents[f"{stem}.csv"].decode("utf-8-sig").splitlines()[0]
    assert header.count(",") == contents[f"{stem}.csvt"].decode().count(",")
    assert contents[file_name(done, "geotiff")] == geotiff_bytes(done)
    readme = contents["README.txt"].decode()
    assert all(name in readme for name in expected)
    assert "Copernicus Sentinel data 2022" in readme
    assert "{" not in readme


@pytest.mark.parametrize("composite", ["day", "median"])
def test_gdal_reads_the_table_with_the_types_of_its_side_car(
    done: Analysis, land: Land, tmp_path: Path, composite: str
) -> None:
    """As QGIS does."""
    made = done if composite == "day" else analyse(land.request(composite=composite))
    zipfile.ZipFile(io.BytesIO(package_zip(made))).extractall(tmp_path)
    table = pyogrio.read_dataframe(tmp_path / file_name(made, "table"), read_geometry=False)
    areas = made.areas.reset_index()
    assert table["pixels"].tolist() == areas["pixels"].tolist()
    assert table["hectares"].dtype == float
    assert table["name"].tolist() == areas["name"].tolist()
    if composite == "day":
        assert {str(when)[:10] for when in table["date"]} == {made.period_iso}
    else:
        assert set(table["date"]) == {"2022-06-01/2022-06-30"}


def test_what_cannot_be_made_is_left_out_of_the_zip_and_told(
    done: Analysis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vectors, "MAX_CORNERS", 10)
    kept = Files(done)
    with zipfile.ZipFile(io.BytesIO(kept.content("package"))) as opened:
        names, readme = opened.namelist(), opened.read("README.txt").decode()
    assert file_name(done, "geopackage") not in names
    assert file_name(done, "geotiff") in names
    assert "is missing. The clusters are too speckled for polygons" in readme
    assert "too speckled" in (kept.problem("geopackage") or "")
    assert kept.size("geopackage") is None


def test_each_file_is_made_once_for_all_threads(done: Analysis, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    make = files.make

    def counted(analysis: Analysis, key: str) -> bytes:
        made.append(key)
        return make(analysis, key)

    monkeypatch.setattr(files, "make", counted)
    kept = Files(done)
    assert kept.size("table") is None
    threads = [threading.Thread(target=kept.content, args=("table",)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == ["table"]
    assert kept.size("table") == len(kept.content("table"))
    kept.content("package")
    assert sorted(made) == sorted(k for k in KEYS if k != "package" and format_of(k).fits(done))


def test_what_is_too_much_to_keep_is_made_again(done: Analysis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "KEPT_BYTES", 100)
    kept = Files(done)
    assert kept.content("table") == kept.content("table")
    assert kept.size("table")
    assert not kept._kept


@pytest.mark.parametrize(
    ("n_bytes", "words"),
    [
        (1, "1 kB"),
        (68_400, "68 kB"),
        (999_400, "999 kB"),
        (1_440_000, "1.4 MB"),
        (9_960_000, "10 MB"),
        (118e6, "118 MB"),
    ],
)
def test_sizes_in_words(n_bytes: int, words: str) -> None:
    assert size_words(n_bytes) == words


def test_the_table_opens_in_pandas_and_sums_to_the_area(done: Analysis) -> None:
    content = files.make(done, "table")
    assert content.startswith(b"\xef\xbb\xbf"), "by this Excel knows UTF-8"
    table = pd.read_csv(io.BytesIO(content), index_col="cluster")
    assert table.index.tolist() == done.areas.index.tolist()
    for column in ("name", "color", "pixels"):
        assert table[column].tolist() == done.areas[column].tolist()
    assert table["hectares"].to_numpy() == pytest.approx(done.areas["hectares"].to_numpy())
    assert table["hectares"].sum() == pytest.approx(900)
    assert table["hectares_true"].sum() == pytest.approx(900 * done.true_area_factor, abs=0.01)
    assert set(table["date"]) == {"2022-06-17"}
    assert set(table["scenes"]) == {"S2A_32TPS_20220617_0_L2A"}


@pytest.mark.parametrize("name", ['Wald, "naß"; groß', "=HYPERLINK(1)", "+1", "@x", "-1"])
def test_names_are_quoted_and_never_formulas(done: Analysis, name: str) -> None:
    text = files.make(renamed(done, name), "table").decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert rows[1]["name"] in (name, f"'{name}")
    assert not rows[1]["name"].startswith(("=", "+", "-", "@"))


def test_the_image_is_what_the_map_shows_on_the_grid(land: Land, tmp_path: Path) -> None:
    at_the_edge = AreaOfInterest.square(10.3639, 46.932, 3)
    made = analyse(land.request(area=at_the_edge))
    path = tmp_path / "image.tif"
    path.write_bytes(files.make(made, "image"))
    with rasterio.open(path) as dataset:
        assert dataset.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert [c.name for c in dataset.colorinterp] == ["red", "green", "blue", "alpha"]
        assert dataset.dtypes == ("uint8",) * 4
        assert dataset.crs.to_epsg() == 32632
        assert tuple(dataset.transform)[:6] == tuple(made.grid.affine)[:6]
        bands, tags = dataset.read(), dataset.tags()
        assert dataset.overviews(1)
    rows, columns = land.window(made.grid)
    has_data = (land.dn[:, rows, columns] > 0).all(axis=0)
    assert 0 < has_data.mean() < 1
    assert (bands[3] == np.where(has_data, 255, 0)).all(), "clouds are shown, missing data are not"
    assert not bands[:3, bands[3] == 0].any()
    stretch = json.loads(tags["STRETCH"])
    for band, (name, source) in enumerate((("red", 2), ("green", 1), ("blue", 0))):
        low, high = stretch[name]
        reflectance = land.dn[source, rows, columns][has_data] / 10_000
        expected = np.clip((reflectance - low) / (high - low) * 255, 0, 255)
        assert np.abs(bands[band][has_data] - expected).max() <= 1
    assert tags["TIFFTAG_COPYRIGHT"].startswith("Contains modified Copernicus")
    assert json.loads(tags["SCENES"])[0]["id"] == "S2A_32TPS_20220617_0_L2A"


def test_an_image_too_large_to_send_is_refused(done: Analysis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image, "MAX_PX", 10)
    with pytest.raises(FileRefused, match="too large to send: 90,000 pixels, at most 10"):
        files.make(done, "image")


def test_the_model_can_be_loaded_and_labels_the_same(done: Analysis, land: Land) -> None:
    model = ClusterModel.from_json(files.make(done, "model").decode())
    assert model == done.model
    again = analyse(land.request(), model=model)
    assert (again.labels.values == done.labels.values).all()


def test_fifty_megabytes_are_no_limit(done: Analysis, monkeypatch: pytest.MonkeyPatch) -> None:
    large = np.random.default_rng(0).bytes(60 * 2**20)
    monkeypatch.setattr(files, "make", lambda analysis, key: large if key == "geopackage" else b"x")
    kept = Files(done)
    package = kept.content("package")
    with zipfile.ZipFile(io.BytesIO(package)) as opened:
        assert opened.read(file_name(done, "geopackage")) == large
    assert size_words(kept.size("package") or 0) == "63 MB"


@pytest.mark.parametrize("size_px", [(1000, 1000), (1001, 1000)])
def test_sizes_are_made_ahead_up_to_ten_kilometres(done: Analysis, size_px: tuple[int, int]) -> None:
    extent = replace(done.pixels.extent, grid=GeoBox(size_px, done.grid.affine, done.grid.crs))
    large = replace(done, pixels=replace(done.pixels, extent=extent))
    assert is_quick(large) is (size_px == (1000, 1000))
