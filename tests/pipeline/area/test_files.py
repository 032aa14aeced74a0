"""Uploaded files: the same area from every format and coordinate system, and everything else refused."""

import io
import json
import sqlite3
import time
import zipfile
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Transformer
from shapely.geometry import mapping, shape

from pipeline import AnalysisRequest, AreaOfInterest, InvalidRequest
from pipeline.area.files import MAX_FILE_BYTES, area_from_file
from pipeline.area.grid import grid_for, inside
from pipeline.uploads import from_file

FIELD = shapely.Polygon(
    [(11.30, 46.47), (11.36, 46.46), (11.38, 46.50), (11.33, 46.52), (11.29, 46.50)],
    [[(11.32, 46.48), (11.34, 46.48), (11.33, 46.495)]],
)
BESIDE = shapely.box(11.36, 46.51, 11.37, 46.52)
DEGREE_M = 111_200


def written(folder: Path, ending: str, layers: dict[str, list[Any]], crs: str | None = "EPSG:4326") -> bytes:
    path = folder / f"area{ending}"
    for name, geometries in layers.items():
        kinds = {g.geom_type for g in geometries}
        pyogrio.raw.write(
            path,
            geometry=np.array([shapely.to_wkb(g) for g in geometries], object),
            field_data=[],
            fields=[],
            geometry_type=kinds.pop() if len(kinds) == 1 else "Unknown",
            layer=name,
            append=path.exists(),
            crs=crs,
            driver={".gpkg": "GPKG", ".kml": "KML", ".geojson": "GeoJSON"}[ending],
        )
    return path.read_bytes()


def projected(geometry: Any, epsg: int) -> Any:
    to = Transformer.from_crs(4326, epsg, always_xy=True).transform
    return shapely.transform(geometry, lambda xy: np.column_stack(to(*xy.T)))


def outline(area: AreaOfInterest) -> Any:
    return shape(area.geometry or {})


def apart_m(area: AreaOfInterest, geometry: Any) -> float:
    """Return the greatest distance of the two outlines, metres (of latitude)."""
    return float(outline(area).hausdorff_distance(shapely.MultiPolygon([geometry]))) * DEGREE_M


@pytest.mark.parametrize("ending", [".gpkg", ".kml", ".geojson"])
def test_every_format_gives_the_same_area(tmp_path: Path, ending: str) -> None:
    area = area_from_file(f"area{ending}", written(tmp_path, ending, {"fields": [FIELD]}))
    assert apart_m(area, FIELD) < 0.15
    assert inside(area, grid_for(area)).sum() > 100_000


@pytest.mark.parametrize("epsg", [32632, 3035, 3857, 25832, 4258])
def test_every_coordinate_system_gives_the_same_area(tmp_path: Path, epsg: int) -> None:
    square = shapely.box(670_000, 5_140_000, 690_000, 5_160_000)
    in_degrees = Transformer.from_crs(32632, 4326, always_xy=True).transform
    dense = shapely.transform(shapely.segmentize(square, 100), lambda xy: np.column_stack(in_degrees(*xy.T)))
    there = projected(dense, epsg) if epsg != 32632 else square
    area = area_from_file("area.gpkg", written(tmp_path, ".gpkg", {"fields": [there]}, f"EPSG:{epsg}"))
    assert apart_m(area, dense) < 1
    hectares = inside(area, grid_for(area)).sum() / 100
    assert hectares == pytest.approx(40_000, rel=1e-4)


def test_a_named_coordinate_system_of_geojson_is_followed() -> None:
    values = {
        "type": "FeatureCollection",
        "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32632"}},
        "features": [
            {
                "type": "Feature",
                "properties": {},
                "geometry": mapping(projected(shapely.segmentize(FIELD, 0.001), 32632)),
            }
        ],
    }
    assert apart_m(area_from_file("area.geojson", json.dumps(values).encode()), FIELD) < 0.3


def test_all_layers_with_polygons_are_united_and_it_is_said(tmp_path: Path) -> None:
    overlapping, far = shapely.box(11.37, 46.49, 11.39, 46.5), shapely.box(11.45, 46.5, 11.46, 46.51)
    fields = [FIELD, BESIDE, overlapping]
    layers: dict[str, list[Any]] = {"points": [shapely.Point(11, 46)], "fields": fields, "more": [far]}
    content = written(tmp_path, ".gpkg", layers)
    area = area_from_file("area.gpkg", content)
    expected = shapely.union_all([FIELD, BESIDE, overlapping, far])
    assert outline(area).symmetric_difference(expected).area < 1e-6 * expected.area
    assert "All 2 layers of “area.gpkg” are taken together: “fields”, “more”" in area.note
    one = area_from_file("area.gpkg", content, layer="more")
    assert apart_m(one, far) < 0.15
    assert "1 of 2 layers" in one.note
    with pytest.raises(InvalidRequest, match=r"no layer “points”.*“fields”, “more”"):
        area_from_file("area.gpkg", content, layer="points")


def test_kml_takes_all_folders_with_polygons_and_says_so() -> None:
    ring = "11.30,46.47,300 11.36,46.46,300 11.38,46.50,300 11.30,46.47,300"
    coordinates = f"<LinearRing><coordinates>{ring}</coordinates></LinearRing>"
    polygon = f"<Polygon><outerBoundaryIs>{coordinates}</outerBoundaryIs></Polygon>"
    other = polygon.replace("46.47", "45.47").replace("46.46", "45.46").replace("46.50", "45.50")
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
        "<Folder><Placemark><Point><coordinates>1,2</coordinates></Point></Placemark></Folder>"
        f"<Folder><name>a</name><Placemark><MultiGeometry>{polygon}{polygon}</MultiGeometry></Placemark></Folder>"
        f"<Folder><name>b</name><Placemark>{other}</Placemark></Folder></Document></kml>"
    )
    triangle = shapely.Polygon([(11.30, 46.47), (11.36, 46.46), (11.38, 46.50)])
    for content in (
        text.encode(),
        b"\xef\xbb\xbf" + text.encode(),
        text.replace("UTF-8", "UTF-16").encode("utf-16"),
    ):
        area = area_from_file("a.kml", content)
        assert len(area.polygons) == 2
        assert "All 2 layers of “a.kml” are taken together: “a”, “b”" in area.note
        assert apart_m(area_from_file("a.kml", content, layer="a"), triangle) < 0.15


def test_a_geopackage_that_was_open_elsewhere_is_not_taken_for_whole(tmp_path: Path) -> None:
    written(tmp_path, ".gpkg", {"fields": [FIELD]})
    database = sqlite3.connect(tmp_path / "area.gpkg")
    database.execute("PRAGMA journal_mode=WAL")
    database.close()
    content = (tmp_path / "area.gpkg").read_bytes()
    assert content[18] == 2
    with pytest.raises(InvalidRequest, match="Close it in QGIS first"):
        area_from_file("area.gpkg", content)


def feature(geometry: Any) -> bytes:
    return json.dumps({"type": "Feature", "properties": {}, "geometry": geometry}).encode()


def polygon(*corners: tuple[float, float]) -> bytes:
    return feature({"type": "Polygon", "coordinates": [[*corners, corners[0]]]})


def zipped(content: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("doc.kml", content)
    return target.getvalue()


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE kml [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefghi", "bcdefghij", strict=True))
    + "]><kml><Placemark><name>&j;</name></Placemark></kml>"
)
OUTSIDE = '<?xml version="1.0"?><!DOCTYPE kml [<!ENTITY x SYSTEM "file:///etc/passwd">]><kml>&x;</kml>'


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param(b"", "is empty", id="empty"),
        pytest.param(b"[" * MAX_FILE_BYTES + b"[", "5.000001 MB, at most 5 MB", id="too large"),
        pytest.param(b"[" * 1_000_000, "not JSON", id="deep"),
        pytest.param(b"\0\1\2", "cannot be read", id="binary"),
        pytest.param(b"hello", "cannot be read", id="text"),
        pytest.param(b"[1, 2]", "not GeoJSON", id="list"),
        pytest.param(b'{"a": 1}', "not GeoJSON", id="no type"),
        pytest.param(b'{"type": "FeatureCollection"}', "not GeoJSON", id="no features"),
        pytest.param(b'{"type": "FeatureCollection", "features": [5]}', "not GeoJSON", id="numbers"),
        pytest.param(b'{"type": "FeatureCollection", "features": []}', "no polygon", id="no feature"),
        pytest.param(feature(None), "no polygon", id="null geometry"),
        pytest.param(feature({"type": "Point", "coordinates": [11, 46]}), "no polygon", id="point"),
        pytest.param(feature({"type": "Polygon", "coordinates": [[[11, "x"]]]}), "not GeoJSON", id="letters"),
        pytest.param(feature({"type": "Polygon", "coordinates": []}), "no polygon", id="no rings"),
        pytest.param(polygon((11, 46), (12, 46), (13, 46)), "no area", id="a line"),
        pytest.param(polygon((11, 46), (11, 46), (11, 46)), "no area", id="a point"),
        pytest.param(
            polygon((11, 46), (11.0000001, 46), (11, 46.0000001)), "smaller than a pixel", id="tiny"
        ),
        pytest.param(polygon((11, 85), (12, 85), (11, 86)), "latitude 86°", id="north"),
        pytest.param(polygon((11, -85), (12, -85), (11, -84)), "latitude -85°", id="south"),
        pytest.param(polygon((5e5, 5e6), (6e5, 5e6), (5e5, 6e6)), "not in degrees", id="metres"),
        pytest.param(polygon((179.9, 10), (-179.9, 10), (-179.9, 10.1)), "180° meridian", id="antimeridian"),
        pytest.param(polygon((0, 10), (40, 10), (20, 40)), "too large: about", id="a continent"),
        pytest.param(polygon((float("nan"), 10), (40, 10), (20, 40)), "not GeoJSON", id="nan"),
        pytest.param(polygon((float("inf"), 10), (40, 10), (20, 40)), "not all numbers", id="infinite"),
        pytest.param(
            b'{"type":"Polygon","crs":null,"coordinates":[[[11,46],[12,46],[11,47],[11,46]]]}',
            "coordinate system",
            id="no crs",
        ),
        pytest.param(
            b'{"type":"Polygon","crs":{"type":"name","properties":{"name":"EPSG:1"}},'
            b'"coordinates":[[[11,46],[12,46],[11,47],[11,46]]]}',
            "coordinate system",
            id="unknown crs",
        ),
        pytest.param(b"<html></html>", "not KML", id="html"),
        pytest.param(b"<kml><Placemark>", "not KML", id="cut short"),
        pytest.param(b"<kml></kml>", "no polygon", id="empty kml"),
        pytest.param(
            b"<kml><Placemark><Polygon></Polygon></Placemark></kml>", "no polygon", id="polygon without rings"
        ),
        pytest.param(BOMB.encode(), "not KML", id="entities in entities"),
        pytest.param(BOMB.encode("utf-16"), "not KML", id="entities in UTF-16"),
        pytest.param(OUTSIDE.encode(), "not KML", id="an entity outside"),
        pytest.param(zipped(b"0" * 2**20), "cannot be unpacked", id="kmz of zeros"),
        pytest.param(b"SQLite format 3\0" + b"\0" * 100, "not a GeoPackage", id="no database"),
    ],
)
def test_other_files_are_refused_in_one_sentence(content: bytes, words: str) -> None:
    with pytest.raises(InvalidRequest, match=words) as caught:
        area_from_file("area.file", content)
    assert caught.value.field == "area"


def database(tmp_path: Path, *statements: str) -> bytes:
    """Return a GeoPackage with one field, changed by statements."""
    written(tmp_path, ".gpkg", {"fields": [FIELD]})
    with sqlite3.connect(tmp_path / "area.gpkg") as opened:
        for statement in statements:
            opened.execute(statement)
    opened.close()
    return (tmp_path / "area.gpkg").read_bytes()


@pytest.mark.parametrize("srs_id", [-1, 0, 77_777])
def test_a_geopackage_without_a_coordinate_system_is_refused(tmp_path: Path, srs_id: int) -> None:
    content = database(tmp_path, f"UPDATE gpkg_geometry_columns SET srs_id = {srs_id}")
    with pytest.raises(InvalidRequest, match="coordinate system"):
        area_from_file("area.gpkg", content)


@pytest.mark.parametrize(
    "view",
    [
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS geom FROM n",
        "SELECT zeroblob(1000000000) AS geom",
        "SELECT a.geom FROM " + ", ".join(f"many {x}" for x in "abcdefgh"),
    ],
)
def test_a_geopackage_cannot_keep_the_server_busy(tmp_path: Path, view: str) -> None:
    fill = [f"INSERT INTO many VALUES (x'{'00' * 9}')" for _ in range(50)]
    content = database(
        tmp_path,
        "CREATE TABLE many (geom BLOB)",
        *fill,
        f"CREATE VIEW endless AS {view}",
        "UPDATE gpkg_geometry_columns SET table_name = 'endless'",
    )
    started = time.monotonic()
    with pytest.raises(InvalidRequest, match="not a GeoPackage"):
        area_from_file("area.gpkg", content)
    assert time.monotonic() - started < 20


def test_a_table_named_to_break_the_query_is_only_a_name(tmp_path: Path) -> None:
    content = database(
        tmp_path,
        'ALTER TABLE fields RENAME TO "x""; DROP TABLE y; --"',
        "UPDATE gpkg_geometry_columns SET table_name = 'x\"; DROP TABLE y; --'",
    )
    assert apart_m(area_from_file("area.gpkg", content), FIELD) < 0.15


def test_a_polygon_that_crosses_itself_counts_what_it_encloses() -> None:
    bow_tie = polygon((11.0, 46.0), (11.1, 46.1), (11.1, 46.0), (11.0, 46.1))
    area = area_from_file("area.geojson", bow_tie)
    assert outline(area).area == pytest.approx(2 * 0.5 * 0.1 * 0.05, rel=1e-4)


def test_a_polygon_split_at_the_antimeridian_is_one_area() -> None:
    halves = {
        "type": "MultiPolygon",
        "coordinates": [
            [[[179.98, -17.0], [180, -17.0], [180, -16.9], [179.98, -16.9], [179.98, -17.0]]],
            [[[-180, -17.0], [-179.94, -17.0], [-179.94, -16.9], [-180, -16.9], [-180, -17.0]]],
        ],
    }
    area = area_from_file("area.geojson", feature(halves))
    continuous = area_from_file(
        "area.geojson", polygon((179.98, -17.0), (180.06, -17.0), (180.06, -16.9), (179.98, -16.9))
    )
    assert area == continuous
    assert inside(area, grid_for(area)).mean() > 0.95


def test_a_saved_request_is_a_request_and_a_wrong_one_is_told() -> None:
    request = AnalysisRequest(AreaOfInterest.square(11.34, 46.49, 5), date(2022, 6, 1), date(2022, 6, 30))
    assert from_file("request.json", request.to_json().encode()) == request
    with pytest.raises(InvalidRequest, match="out of range"):
        from_file("request.json", request.to_json().replace('"n_clusters": 6', '"n_clusters": 99').encode())
    assert isinstance(from_file("a.json", polygon((11, 46), (11.1, 46), (11, 46.1))), AreaOfInterest)


@given(
    st.binary(max_size=300),
    st.sampled_from([b"", b"{", b"<kml>", b"SQLite format 3\0", b"\xff\xfe", b"PK\3\4"]),
)
def test_no_bytes_break_it(content: bytes, start: bytes) -> None:
    with pytest.raises(InvalidRequest):
        from_file("area", start + content)


@given(
    st.integers(0, 2000), st.binary(min_size=1, max_size=8), st.sampled_from([".gpkg", ".kml", ".geojson"])
)
def test_no_damage_breaks_it(
    tmp_path_factory: pytest.TempPathFactory, place: int, damage: bytes, ending: str
) -> None:
    content = SAMPLES.get(ending) or SAMPLES.setdefault(
        ending, written(tmp_path_factory.mktemp("sample"), ending, {"fields": [FIELD]})
    )
    at = place * len(content) // 2001
    with suppress(InvalidRequest):
        area_from_file(f"area{ending}", content[:at] + damage + content[at + len(damage) :])


SAMPLES: dict[str, bytes] = {}
