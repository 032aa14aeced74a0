"""Files made to hurt: each ends in one sentence, soon, without much memory, whatever it holds."""

import copy
import io
import json
import math
import sqlite3
import struct
import time
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import shapely
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from shapely.geometry import mapping

from pipeline import AreaOfInterest, InvalidRequest
from pipeline.area import repair
from pipeline.area.files import area_from_file
from pipeline.area.polygons import area_of
from pipeline.area.repair import put_together
from pipeline.uploads import from_file
from tests.pipeline.area.test_odd_files import PARCELS, SITE, same, zipped

LONGEST_S = 30


def star(corners: int) -> shapely.Polygon:
    """Return a star whose every edge crosses nearly every other one."""
    step = corners // 2
    turns = [2 * math.pi * ((n * step) % corners) / corners for n in range(corners)]
    return shapely.Polygon([(11 + 0.1 * math.cos(t), 46 + 0.1 * math.sin(t)) for t in turns])


def stripes(n: int) -> shapely.MultiPolygon:
    width = 0.1 / n
    across = [shapely.box(11 + 2 * i * width, 46, 11 + (2 * i + 1) * width, 46.2) for i in range(n)]
    along = [shapely.box(11, 46 + 2 * i * width, 11.2, 46 + (2 * i + 1) * width) for i in range(n)]
    return shapely.MultiPolygon(across + along)


def slivers(n: int) -> shapely.MultiPolygon:
    angles = [math.pi * i / n for i in range(n)]
    ends = [(0.1 * math.cos(t), 0.1 * math.sin(t)) for t in angles]
    return shapely.MultiPolygon(
        [shapely.Polygon([(11 - x, 46 - y), (11 + x, 46 + y), (11 + x + 1e-5, 46 + y)]) for x, y in ends]
    )


def geojson(geometry: Any) -> bytes:
    return json.dumps(mapping(geometry)).encode()


def nested_wkb(depth: int) -> bytes:
    return b"\1\7\0\0\0\1\0\0\0" * depth + shapely.to_wkb(SITE)


def database(tmp_path: Path, blob: bytes, table: Any = "a", column: Any = "geom") -> bytes:
    path = tmp_path / "made.gpkg"
    with sqlite3.connect(path) as opened:
        opened.execute("CREATE TABLE a (geom BLOB, name TEXT)")
        opened.execute("INSERT INTO a VALUES (?, 'x')", (blob,))
        opened.execute("CREATE TABLE gpkg_geometry_columns (table_name, column_name, srs_id)")
        opened.execute("INSERT INTO gpkg_geometry_columns VALUES (?, ?, 4326)", (table, column))
        opened.execute(
            "CREATE TABLE gpkg_spatial_ref_sys (srs_id, organization, organization_coordsys_id, definition)"
        )
        opened.execute("INSERT INTO gpkg_spatial_ref_sys VALUES (4326, 'EPSG', 4326, '')")
    opened.close()
    return path.read_bytes()


def header(wkb: bytes) -> bytes:
    return b"GP\0\1" + struct.pack("<i", 4326) + wkb


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param(geojson(star(4990)), "too often", id="a star that crosses itself"),
        pytest.param(geojson(stripes(400)), "too often", id="crossing stripes"),
        pytest.param(geojson(slivers(19_000)), "too often", id="slivers"),
        pytest.param(
            b'{"type":"Polygon","coordinates":[[[1e308,46],[12,46],[11,47],[1e308,46]]]}',
            "not all numbers",
            id="1e308",
        ),
        pytest.param(
            b'{"type":"Polygon","coordinates":[[[1' + b"0" * 400 + b",46],[12,46],[11,47]]]}",
            "not all numbers",
            id="a number of 400 digits",
        ),
        pytest.param(b"<kml>" + b"<Folder>" * 90_000, "too many elements, or too deep", id="nested folders"),
        pytest.param(b"<kml>" + b"<Folder/>" * 500_001, "too many elements", id="folders side by side"),
        pytest.param(
            b'{"type":"Feature","geometry":' * 900 + b"null" + b"}" * 900,
            "GeoJSON|polygon",
            id="nested features",
        ),
        pytest.param(
            b'{"type":"GeometryCollection","geometries":[' * 900 + b"]}" * 900,
            "not (Geo)?JSON",
            id="collections",
        ),
        pytest.param(zipped({"a.kml": b"<kml>" + b" " * 30_000_000}), "more than 25 MB", id="a zip bomb"),
        pytest.param(zipped({f"{n}.kml": b"" for n in range(501)}), "501, at most 500", id="many members"),
        pytest.param(zipped({"a.kml": b"<kml/>"})[:60], "cannot be unpacked", id="half a zip"),
    ],
)
def test_what_explodes_is_refused_before_it_does(content: bytes, words: str) -> None:
    started = time.monotonic()
    with pytest.raises(InvalidRequest, match=words):
        area_from_file("a.file", content)
    assert time.monotonic() - started < LONGEST_S


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"blob": header(nested_wkb(100_000))}, "not a GeoPackage"),
        ({"blob": header(shapely.to_wkb(SITE)), "table": None}, "not a GeoPackage"),
        ({"blob": header(shapely.to_wkb(SITE)), "table": 7}, "not a GeoPackage"),
        ({"blob": header(shapely.to_wkb(SITE)), "column": b"x"}, "not a GeoPackage"),
        ({"blob": header(b"\1\3\0\0\0\xff\xff\xff\x7f")}, "not a GeoPackage"),
        ({"blob": b"GP\0\x0f" + b"\0" * 90}, "not a GeoPackage"),
    ],
)
def test_databases_made_to_hurt_are_refused(tmp_path: Path, options: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidRequest, match=words):
        area_from_file("a.gpkg", database(tmp_path, **options))


def test_the_made_up_database_is_one_otherwise(tmp_path: Path) -> None:
    assert same(area_from_file("a.gpkg", database(tmp_path, header(nested_wkb(10)))), SITE)


def test_an_encrypted_archive_is_told(tmp_path: Path) -> None:
    content = bytearray(zipped({"a.kml": b"<kml/>"}, zipfile.ZIP_STORED))
    for signature, flags in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        content[content.index(signature) + flags] |= 1
    with pytest.raises(InvalidRequest, match="cannot be unpacked"):
        area_from_file("a.zip", bytes(content))


def test_a_star_is_repaired_in_a_child_and_gives_what_it_encloses() -> None:
    area, zones = put_together([star(101)], zones=True)
    here, _ = repair._here([star(101)], zones=True)
    assert area == here
    assert zones[0]


def test_a_child_that_takes_too_much_ends_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repair, "CHILD_S", -9.9)  # 0.1 s
    with pytest.raises(InvalidRequest, match="too complicated"):
        put_together([star(151)], zones=False)


def test_drawings_are_bounded_too() -> None:
    with pytest.raises(InvalidRequest, match="too often"):
        area_of(star(4990))


def kml() -> ElementTree.Element:
    ring = "11.3,46.47,0 11.34,46.47,0 11.34,46.5,0 11.3,46.5,0 11.3,46.47,0"
    hole = "11.31,46.48 11.32,46.48 11.32,46.49 11.31,46.48"
    return ElementTree.fromstring(
        "<kml><Document><name>d</name><Folder><name>f</name><Placemark><name>p</name><ExtendedData>"
        '<Data name="a"><value>1</value></Data></ExtendedData><MultiGeometry><Polygon><outerBoundaryIs>'
        f"<LinearRing><coordinates>{ring}</coordinates></LinearRing></outerBoundaryIs><innerBoundaryIs>"
        f"<LinearRing><coordinates>{hole}</coordinates></LinearRing></innerBoundaryIs></Polygon><Point>"
        "<coordinates>1,2</coordinates></Point></MultiGeometry></Placemark></Folder></Document></kml>"
    )


def damaged_kml() -> Iterator[bytes]:
    """Give KML with each element removed, emptied, doubled, renamed, and each text changed."""
    for number in range(len(list(kml().iter()))):
        for damage in range(5):
            root = kml()
            parents = {child: parent for parent in root.iter() for child in parent}
            element = list(root.iter())[number]
            parent = parents.get(element)
            if damage == 0 and parent is not None:
                parent.remove(element)
            elif damage == 1:
                element.clear()
            elif damage == 2 and parent is not None:
                parent.append(copy.deepcopy(element))
            elif damage == 3:
                element.tag = "Polygon" if element.tag != "Polygon" else "Folder"
            else:
                element.text = "x,1e999 , nan"
            yield ElementTree.tostring(root)


def test_no_damage_by_structure_breaks_kml() -> None:
    for content in damaged_kml():
        with suppress(InvalidRequest):
            assert isinstance(from_file("a.kml", content), AreaOfInterest), content


NEST = shapely.GeometryCollection([PARCELS[2]])
JUNK: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    1e308,
    float("nan"),
    "",
    "x",
    [],
    [[]],
    {},
    {"type": "Polygon"},
    10**400,
)


def places(value: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if way:
        yield way
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in inner:
        yield from places(part, (*way, key))


def damaged(values: Any) -> Iterator[Any]:
    """Give copies of nested values with each part removed, doubled, and replaced by junk."""
    for way in list(places(values)):
        for damage in ("remove", "double", *JUNK):
            spoiled = copy.deepcopy(values)
            holder = spoiled
            for key in way[:-1]:
                holder = holder[key]
            if damage == "remove":
                del holder[way[-1]]
            elif damage == "double":
                holder[way[-1]] = [holder[way[-1]]] * 2
            else:
                holder[way[-1]] = copy.deepcopy(damage)
            yield spoiled


def test_no_damage_by_structure_breaks_geojson() -> None:
    values = json.loads(json.dumps({
        "type": "FeatureCollection",
        "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}},
        "features": [
            {"type": "Feature", "properties": {"a": 1}, "geometry": mapping(SITE)},
            {"type": "Feature", "properties": {}, "geometry": mapping(NEST)},
        ],
    }))  # fmt: skip
    for spoiled in damaged(values):
        with suppress(InvalidRequest):
            content = json.dumps(spoiled).encode()
            assert isinstance(from_file("a.geojson", content), AreaOfInterest), spoiled


@hypothesis_settings(max_examples=60)
@given(st.data())
def test_no_damage_breaks_a_zipped_shapefile(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    if not SHAPEFILE:
        from tests.pipeline.area.test_odd_files import shapefile

        SHAPEFILE.update(shapefile(tmp_path_factory.mktemp("shape")))
    files = dict(SHAPEFILE)
    name = data.draw(st.sampled_from(sorted(files)))
    what = data.draw(st.sampled_from(["remove", "empty", "cut", "bytes"]))
    if what == "remove":
        del files[name]
    elif what == "empty":
        files[name] = b""
    elif what == "cut":
        files[name] = files[name][: data.draw(st.integers(0, len(files[name])))]
    else:
        at = data.draw(st.integers(0, len(files[name])))
        files[name] = files[name][:at] + data.draw(st.binary(min_size=1, max_size=8)) + files[name][at + 4 :]
    with suppress(InvalidRequest):
        area_from_file("a.zip", zipped(files))


SHAPEFILE: dict[str, bytes] = {}


@hypothesis_settings(max_examples=60)
@given(st.integers(0, 2000), st.binary(min_size=1, max_size=8))
def test_no_damage_breaks_an_archive(place: int, damage: bytes) -> None:
    content = zipped({"doc.kml": ElementTree.tostring(kml())})
    at = place * len(content) // 2001
    with suppress(InvalidRequest):
        area_from_file("a.kmz", content[:at] + damage + content[at + len(damage) :])


def test_bytes_that_are_no_file_at_all_are_refused() -> None:
    for content in (b"\0" * 100, b"PK\3\4", io.BytesIO(b"SQLite format 3\0").getvalue()):
        with pytest.raises(InvalidRequest):
            area_from_file("a", content)
