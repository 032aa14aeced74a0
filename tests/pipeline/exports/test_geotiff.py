"""What a user takes away, opened with other programs."""

import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as Xml

import numpy as np
import pytest
import rasterio
from rasterio.shutil import copy

from pipeline import Analysis, AnalysisRequest, ClusterModel, analyse
from pipeline.exports import geotiff
from pipeline.exports.geotiff import geotiff_bytes
from pipeline.exports.package import package_zip
from pipeline.exports.provenance import file_stem
from pipeline.exports.styles import attribute_table_xml, qgis_style
from tests.pipeline.conftest import Land


@pytest.fixture(scope="module")
def tiff(land: Land, tmp_path_factory: pytest.TempPathFactory) -> tuple[Analysis, Path]:
    made = analyse(land.request(5))
    path = tmp_path_factory.mktemp("exports") / "clusters.tif"
    made.to_geotiff(path)
    return made, path


def test_the_file_opens_finished(tiff: tuple[Analysis, Path]) -> None:
    made, path = tiff
    with rasterio.open(path) as dataset:
        assert dataset.driver == "GTiff"
        assert dataset.dtypes == ("uint8",)
        assert dataset.tags(1, ns="IMAGE_STRUCTURE")["NBITS"] == "4"
        assert dataset.nodata == 0
        assert dataset.crs.to_epsg() == 32632
        assert tuple(dataset.transform)[:6] == tuple(made.grid.affine)[:6]
        assert (dataset.read(1) == made.labels.values).all()
        colors = dataset.colormap(1)
        for cluster, row in made.areas.iterrows():
            expected = (*bytes.fromhex(row.color[1:]), 255 if cluster else 0)
            assert colors[cluster] in (expected, (*expected[:3], 255))
        assert len({colors[n] for n in range(1, 5)}) == 4


@pytest.mark.parametrize(("k", "bits"), [(2, "4"), (12, "4"), (15, "4"), (16, None)])
def test_every_number_of_classes_keeps_its_pixels_colours_and_names(
    done: Analysis, tmp_path: Path, k: int, bits: str | None
) -> None:
    """12 clusters are the most that are fitted, 15 classes the most that splitting makes (regroup)."""
    labels = np.random.default_rng(k).integers(0, k + 1, done.labels.shape).astype(np.uint8)
    few = done.suggestions[0]
    suggestions = [replace(few, name=f"Class {n}", color=f"#{n:02x}80ff") for n in range(1, k + 1)]
    made = done.with_labels(labels, suggestions)
    made.to_geotiff(tmp_path / "a.tif")
    with rasterio.open(tmp_path / "a.tif") as dataset:
        assert dataset.tags(1, ns="IMAGE_STRUCTURE").get("NBITS") == bits
        assert (dataset.read(1) == labels).all()
        colors = dataset.colormap(1)
        assert [colors[n][0] for n in range(1, k + 1)] == list(range(1, k + 1))
        assert len(colors) == (16 if bits else 256)
    rows = Xml.fromstring(attribute_table_xml(made)).findall(".//Row")
    told = [[field.text for field in row.findall("F")] for row in rows]
    assert told == [[str(n), f"Class {n}", str(n), "128", "255", "255"] for n in range(1, k + 1)]


def test_four_bits_make_the_file_smaller_with_the_same_pixels(
    done: Analysis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = len(geotiff_bytes(done))
    monkeypatch.setattr(geotiff, "MOST_IN_4_BITS", 0)
    done.to_geotiff(tmp_path / "a.tif")
    with rasterio.open(tmp_path / "a.tif") as dataset:
        assert (dataset.read(1) == done.labels.values).all()
    assert small < (tmp_path / "a.tif").stat().st_size


def test_it_is_cloud_optimised_with_overviews(tiff: tuple[Analysis, Path]) -> None:
    made, path = tiff
    with rasterio.open(path) as dataset:
        assert dataset.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert dataset.overviews(1) == [2]
        assert dataset.profile["compress"] == "deflate"
        assert dataset.block_shapes == [(256, 256)]
    with rasterio.open(path, overview_level=0) as overview:
        assert overview.shape == (250, 250)
        labels = made.labels.values
        corners = [labels[i::2, j::2] for i in (0, 1) for j in (0, 1)]
        assert np.any([overview.read(1) == c for c in corners], axis=0).all(), "nearest, never a mean"


def test_the_tags_tell_everything(tiff: tuple[Analysis, Path]) -> None:
    made, path = tiff
    with rasterio.open(path) as dataset:
        tags = dataset.tags()
    assert json.loads(tags["CLASS_NAMES"]) == {str(n): name for n, name in made.areas["name"].items()}
    assert json.loads(tags["CLASS_HECTARES"])["1"] == made.areas.hectares[1]
    (scene,) = json.loads(tags["SCENES"])
    assert scene["id"] == "S2A_32TPS_20220617_0_L2A"
    assert scene["datetime"].startswith("2022-06-17T10:17")
    assert scene["offset_dn"] == 0
    assert scene["offset_reason"] == made.scenes[0].offset.reason
    assert AnalysisRequest.from_json(tags["REQUEST"]) == made.request
    assert ClusterModel.from_json(tags["MODEL"]) == made.model
    assert tags["SEED"] == "0"
    assert json.loads(tags["NOTES"]) == list(made.notes)
    versions = json.loads(tags["SOFTWARE_VERSIONS"])
    assert versions["rasterio"] == rasterio.__version__
    assert tags["TIFFTAG_COPYRIGHT"] == "Contains modified Copernicus Sentinel data 2022"
    assert f"{made.true_area_factor:.5f}" in tags["HECTARES_ARE"]


def test_the_model_in_the_tags_labels_the_same(tiff: tuple[Analysis, Path]) -> None:
    made, path = tiff
    with rasterio.open(path) as dataset:
        model = ClusterModel.from_json(dataset.tags()["MODEL"])
    assert (model.label(made.imagery).values == made.labels.values).all()


def test_paths_open_files_and_bytes_are_the_same(done: Analysis, tmp_path: Path) -> None:
    buffer = io.BytesIO()
    buffer.write(b"before")
    done.to_geotiff(buffer)
    done.to_geotiff(tmp_path / "a.tif")
    done.to_geotiff(str(tmp_path / "b.tif"))
    content = geotiff_bytes(done)
    assert buffer.getvalue() == b"before" + content
    assert (tmp_path / "a.tif").read_bytes() == content == (tmp_path / "b.tif").read_bytes()


def test_a_small_area_is_a_valid_file_too(land: Land, tmp_path: Path) -> None:
    made = analyse(land.request(0.5))
    made.to_geotiff(tmp_path / "small.tif")
    with rasterio.open(tmp_path / "small.tif") as dataset:
        assert dataset.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert (dataset.read(1) == made.labels.values).all()


def test_gdal_reads_the_class_names_beside_the_file(done: Analysis, tmp_path: Path) -> None:
    stem = file_stem(done)
    with zipfile.ZipFile(io.BytesIO(package_zip(done))) as package:
        package.extractall(tmp_path)
    copy(str(tmp_path / f"{stem}.tif"), str(tmp_path / "look.vrt"), driver="VRT")  # GDAL writes what it knows
    band = Xml.parse(tmp_path / "look.vrt").getroot().find("VRTRasterBand")
    assert band is not None
    rows = band.findall("GDALRasterAttributeTable/Row")
    classes = done.areas.iloc[1:]
    assert [[f.text for f in row.findall("F")][:2] for row in rows] == [
        [str(number), name] for number, name in classes["name"].items()
    ]
    colors = ["#" + bytes(int(f.text or "") for f in row.findall("F")[2:5]).hex() for row in rows]
    assert colors == classes["color"].tolist()
    assert band.findtext("NoDataValue") == "0"
    assert len(band.findall("ColorTable/Entry")) == 16, "no list of 256 classes"
    with rasterio.open(tmp_path / f"{stem}.tif") as dataset:
        assert dataset.tags()["SEED"] == "0", "the side-car hides no tags"
        assert dataset.nodata == 0


def test_the_qgis_style_names_each_cluster_once(done: Analysis) -> None:
    text = qgis_style(done)
    assert text.startswith("<!DOCTYPE qgis")
    renderer = Xml.fromstring(text).find("pipe/rasterrenderer")
    assert renderer is not None
    assert renderer.attrib["type"] == "paletted"
    entries = renderer.findall("colorPalette/paletteEntry")
    assert [e.attrib["value"] for e in entries] == ["1", "2", "3", "4"]
    for entry, (number, row) in zip(entries, done.areas.iloc[1:].iterrows(), strict=True):
        assert entry.attrib["color"] == row.color
        assert row["name"] in entry.attrib["label"]
        assert entry.attrib["label"].startswith(f"{number} ")
        assert f"{row.hectares:,.1f} ha" in entry.attrib["label"]


def test_names_with_special_characters_stay_valid_xml(done: Analysis) -> None:
    areas = done.areas.copy()
    areas.loc[1, "name"] = 'Water <&> "wet"'
    odd = replace(done, areas=areas)
    first = Xml.fromstring(attribute_table_xml(odd)).find(".//Row")
    assert first is not None
    assert first.findall("F")[1].text == 'Water <&> "wet"'
    assert 'Water <&> "wet"' in Xml.fromstring(qgis_style(odd)).findall(".//paletteEntry")[0].attrib["label"]
