"""Polygons: exact outlines, areas that are those of the table and of the GeoTIFF, files that others open."""

import io
import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import rasterio
import shapely
from affine import Affine
from pyproj import Geod
from rasterio import features
from shapely.geometry import shape

from pipeline import Analysis, AnalysisRequest, AreaOfInterest, analyse
from pipeline.errors import FileRefused
from pipeline.explore.classes import Classes
from pipeline.explore.sieve import sieve
from pipeline.exports import files, geojson, provenance, vectors
from pipeline.exports.files import file_name
from pipeline.exports.geotiff import geotiff_bytes
from pipeline.exports.outlines import count_corners, trace

GRID = Affine(10, 0, 600_000, 0, -10, 5_200_000)


def polygons_of_gdal(labels: np.ndarray) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for geometry, value in features.shapes(labels, labels > 0, connectivity=4, transform=GRID):
        found.setdefault(int(value), []).append(shape(geometry))
    return found


@pytest.mark.parametrize("seed", range(60))
def test_outlines_are_those_of_gdal(seed: int) -> None:
    random = np.random.default_rng(seed)
    rows, columns = random.integers(1, 14, 2)
    labels = random.integers(0, random.integers(2, 5), (rows, columns)).astype(np.uint8)
    patches = trace(labels, GRID)
    expected = polygons_of_gdal(labels)
    assert sorted(expected) == np.unique(patches.cluster).tolist()
    assert shapely.is_valid(patches.polygons).all()
    for cluster, theirs in expected.items():
        ours = patches.polygons[patches.cluster == cluster]
        assert len(ours) == len(theirs)
        merged = shapely.multipolygons(ours)
        assert shapely.is_valid(merged)
        assert shapely.equals(merged, shapely.union_all(theirs))


def test_areas_are_pixels_and_rings_turn_as_the_rules_say() -> None:
    patches = trace(np.random.default_rng(1).integers(0, 3, (60, 70)).astype(np.uint8), GRID)
    assert (shapely.area(patches.polygons) == patches.pixels * 100).all()
    assert (np.diff(patches.cluster) >= 0).all()
    assert shapely.is_ccw(shapely.get_exterior_ring(patches.polygons)).all()
    holes = [r for p in patches.polygons for r in p.interiors]
    assert len(holes) > 10
    assert not shapely.is_ccw(np.array(holes)).any()


def test_a_patch_that_touches_itself_at_a_point_has_a_hole_there() -> None:
    ring = np.array([[1, 1, 1], [1, 0, 1], [1, 1, 0]], np.uint8)
    (polygon,) = trace(ring, GRID).polygons
    assert shapely.is_valid(polygon)
    assert shapely.get_num_interior_rings(polygon) == 1
    assert polygon.area == 700


def test_nothing_gives_nothing() -> None:
    patches = trace(np.zeros((4, 5), np.uint8), GRID)
    assert len(patches.polygons) == len(patches.cluster) == len(patches.pixels) == 0


def test_corners_are_counted_before_anything_is_traced() -> None:
    board = (np.indices((6, 6)).sum(axis=0) % 2 + 1).astype(np.uint8)
    assert count_corners(board) == 25
    assert count_corners(np.ones((6, 6), np.uint8)) == 0
    assert count_corners(np.repeat([[1, 2]], 6, axis=0).astype(np.uint8)) == 0


@pytest.fixture(scope="module")
def package(done: Analysis, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("vectors") / file_name(done, "geopackage")
    path.write_bytes(files.make(done, "geopackage"))
    return path


def test_the_geopackage_agrees_with_table_and_geotiff(done: Analysis, package: Path) -> None:
    classes = gpd.read_file(package, layer="classes").set_index("class")
    patches = gpd.read_file(package, layer="patches")
    assert classes.crs.to_epsg() == 32632 == patches.crs.to_epsg()
    table = done.areas.loc[1:]
    with rasterio.open(io.BytesIO(geotiff_bytes(done))) as dataset:
        in_tiff = np.bincount(dataset.read(1).ravel(), minlength=len(done.areas))[1:] * 0.01
    for hectares in (
        classes["hectares"],
        classes.geometry.area / 10_000,
        patches.groupby("class")["hectares"].sum(),
        patches.geometry.area.groupby(patches["class"]).sum() / 10_000,
        in_tiff,
    ):
        assert np.asarray(hectares) == pytest.approx(table["hectares"].to_numpy(), abs=1e-6)
    assert classes["name"].tolist() == table["name"].tolist()
    assert classes["color"].tolist() == table["color"].tolist()
    assert (classes["pixels"] == table["pixels"]).all()
    assert set(classes.geom_type) == {"MultiPolygon"}
    assert set(patches.geom_type) == {"Polygon"}
    assert len(patches) > len(classes)
    assert (patches["name"] == table["name"].loc[patches["class"]].to_numpy()).all()


def test_it_lies_on_the_pixels_and_tells_where_it_comes_from(done: Analysis, package: Path) -> None:
    _, _, wkb, data = pyogrio.raw.read(package, layer="classes")
    shapes = zip(shapely.from_wkb(wkb), data[0], strict=True)
    burnt = features.rasterize(shapes, out_shape=done.labels.shape, transform=done.grid.affine, dtype="uint8")
    assert (burnt == done.labels.values).all()
    tags = pyogrio.read_info(package, layer="classes")["dataset_metadata"]
    assert tags == provenance.tags(done)
    assert AnalysisRequest.from_json(tags["REQUEST"]) == done.request


def test_qgis_finds_its_style_in_the_geopackage(done: Analysis, package: Path) -> None:
    styles = pyogrio.read_dataframe(package, layer="layer_styles")
    assert styles["f_table_name"].tolist() == ["classes", "patches"]
    assert set(styles["f_geometry_column"]) == {"geom"}
    assert styles["useAsDefault"].all()
    for style in styles["styleQML"]:
        assert 'type="categorizedSymbol" attr="class"' in style
        for number, row in done.areas.loc[1:].iterrows():
            red, green, blue = bytes.fromhex(row.color[1:])
            assert f'value="{number}"' in style
            assert f"{red},{green},{blue},255" in style


def test_the_geojson_keeps_rfc_7946(done: Analysis) -> None:
    text = files.make(done, "geojson").decode()
    for feature in json.loads(text)["features"]:
        told = feature["properties"]
        assert told["title"] == f"{told['class']} {told['name']}"
        assert told["fill"] == told["color"], "as simplestyle viewers read it"
    content = json.loads(text)
    assert "crs" not in content
    assert [f["properties"]["class"] for f in content["features"]] == done.areas.index[1:].tolist()
    for feature, (_, row) in zip(content["features"], done.areas.loc[1:].iterrows(), strict=True):
        assert feature["properties"]["name"] == row["name"]
        assert feature["properties"]["hectares"] == row["hectares"]
        geometry = shape(feature["geometry"])
        assert geometry.geom_type == "MultiPolygon"
        assert shapely.is_ccw(shapely.get_exterior_ring(shapely.get_parts(geometry))).all()
        positions = shapely.get_coordinates(geometry)
        assert (np.abs(positions * 1e7 - np.round(positions * 1e7)) < 1e-5).all(), "7 decimals"
        true_m2 = abs(Geod(ellps="WGS84").geometry_area_perimeter(geometry)[0])
        assert true_m2 / 1e4 == pytest.approx(row["hectares"] * done.true_area_factor, rel=1e-3)
    assert content["metadata"]["scenes"][0]["id"] == "S2A_32TPS_20220617_0_L2A"
    assert len(pyogrio.read_dataframe(io.BytesIO(text.encode()))) == len(done.areas) - 1


def test_at_the_antimeridian_polygons_are_cut() -> None:
    box = np.array([shapely.box(828_000, 8_000_000, 832_000, 8_004_000)])
    west, east = (geojson.in_degrees(box, epsg)[0] for epsg in (32701, 32760))
    parts = geojson.in_degrees(np.array([shapely.box(100_000, 8_000_000, 300_000, 8_100_000)]), 32701)[0]
    assert -180 < west.bounds[0] < west.bounds[2] < 180
    assert east.bounds[0] >= -180
    assert east.bounds[2] <= 180
    assert (parts.bounds[0], parts.bounds[2]) == (-180, 180)
    assert parts.geom_type == "MultiPolygon"
    assert max(p.bounds[2] - p.bounds[0] for p in parts.geoms) < 3


def test_speckle_is_refused_with_the_number_and_a_way_out(
    done: Analysis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vectors, "MAX_CORNERS", 10)
    for key in ("geopackage", "geojson"):
        with pytest.raises(FileRefused, match=r"turn [\d,]+ times, at most 10\. Set a larger"):
            files.make(done, key)


def test_classes_without_a_pixel_are_left_out(done: Analysis) -> None:
    made = done.with_labels(np.where(done.labels.values == 2, 0, done.labels.values).astype(np.uint8))
    content = json.loads(files.make(made, "geojson"))
    assert [f["properties"]["class"] for f in content["features"]] == [1, 3, 4]


def test_merged_and_sieved_classes_are_in_the_files(done: Analysis, tmp_path: Path) -> None:
    classes = Classes.of(done.suggestions).merge([1, 3], "Both")
    merged = done.with_classes(classes.lut(), classes.suggestions())
    made = merged.with_labels(sieve(merged.labels.values, 1.0), smallest_patch_ha=1.0)
    (tmp_path / "edited.gpkg").write_bytes(files.make(made, "geopackage"))
    found = gpd.read_file(tmp_path / "edited.gpkg", layer="classes")
    assert found["name"].tolist() == made.areas["name"].tolist()[1:]
    assert (found.geometry.area / 10_000).to_numpy() == pytest.approx(made.areas["hectares"].to_numpy()[1:])
    tags = pyogrio.read_info(tmp_path / "edited.gpkg", layer="classes")["dataset_metadata"]
    assert json.loads(tags["CLASS_OF_CLUSTER"]) == list(classes.lut())
    assert json.loads(tags["SMALLEST_PATCH_HA"]) == 1.0


def test_an_area_too_large_is_refused_before_its_labels_are_read(
    done: Analysis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vectors, "MAX_PX", 10)
    with pytest.raises(FileRefused, match="too large for polygons: 90,000 pixels, at most 10"):
        files.make(done, "geojson")


def test_names_go_into_the_files_as_they_are(done: Analysis, tmp_path: Path) -> None:
    areas = done.areas.copy()
    areas.loc[1, "name"] = odd = 'Wald & <b>Wiese</b> "naß" \'; DROP TABLE'
    made = replace(done, areas=areas)
    (tmp_path / "odd.gpkg").write_bytes(files.make(made, "geopackage"))
    assert gpd.read_file(tmp_path / "odd.gpkg", layer="classes")["name"][0] == odd
    assert json.loads(files.make(made, "geojson"))["features"][0]["properties"]["name"] == odd


def test_a_real_place(real_api: str, tmp_path: Path) -> None:
    """Bolzano, 5 km: 250,000 pixels, about 13,000 patches."""
    area = AreaOfInterest.square(11.34, 46.49, 5)
    made = analyse(AnalysisRequest(area, date(2022, 6, 1), date(2022, 6, 30), catalog=real_api))
    (tmp_path / "bolzano.gpkg").write_bytes(files.make(made, "geopackage"))
    classes = gpd.read_file(tmp_path / "bolzano.gpkg", layer="classes")
    assert (classes.geometry.area / 10_000).to_numpy() == pytest.approx(
        made.areas.hectares[1:].to_numpy(), abs=1e-6
    )
    assert classes.is_valid.all()
    patches = gpd.read_file(tmp_path / "bolzano.gpkg", layer="patches")
    assert patches.is_valid.all()
    assert len(patches) > 5_000
