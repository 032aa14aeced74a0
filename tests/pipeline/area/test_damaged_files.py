"""Uploads damaged by structure, part by part: an area, or one sentence, never another exception.

Each cell, row, column and table of a GeoPackage; each field of the files of a shapefile; each file in an
archive. KML and GeoJSON are in test_hostile_files.py.
"""

import sqlite3
import struct
from collections.abc import Iterator
from contextlib import closing
from itertools import product
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import geopandas
import pytest

from pipeline import AreaOfInterest, InvalidRequest
from pipeline.uploads import from_file
from tests.pipeline.area.test_hostile_files import kml
from tests.pipeline.area.test_odd_files import PARCELS, SITE, shapefile, zipped

VALUES: tuple[Any, ...] = (
    *(None, 0, -1, 1.5, 2**62, 1e308, float("inf"), "", "x", "a\0b", '"; DROP TABLE areas', b"", b"x"),
    b"GP\0\1" + b"\0" * 40,
)
# Codes of EPSG that are no map: heights, a globe, three dimensions, a local grid, none at all.
ODD_CODES = (5773, 4978, 4979, 9518, 5819, 999_999)
JUNK_SQL = (
    'UPDATE "{table}" SET "{column}" = "{column}" || "{column}" WHERE rowid = {row}',
    'UPDATE "{table}" SET "{column}" = CAST(x\'fffe80\' AS TEXT) WHERE rowid = {row}',
    'UPDATE "{table}" SET "{column}" = CAST("{column}" AS BLOB) WHERE rowid = {row}',
    'UPDATE "{table}" SET "{column}" = CAST("{column}" AS TEXT) WHERE rowid = {row}',
)


def an_area_or_a_sentence(name: str, content: bytes, what: object) -> bool:
    """Tell whether a file gave an area; nothing but `InvalidRequest` may come instead."""
    try:
        return isinstance(from_file(name, content), AreaOfInterest)
    except InvalidRequest:
        return False
    except BaseException as error:
        raise AssertionError(f"{name}, {what}: {error!r}") from error


@pytest.fixture(scope="module")
def geopackage(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[tuple[str, ...], list[Any]]]:
    """Columns and rows of every table of a GeoPackage as GDAL writes it, indices aside."""
    path = tmp_path_factory.mktemp("gpkg") / "areas.gpkg"
    rows = {"kind": ["wood", "meadow"], "n": [1, 2], "share": [0.5, None]}
    table = geopandas.GeoDataFrame(rows, geometry=[SITE, PARCELS[1]], crs=4326).to_crs(32632)
    table.to_file(path, layer="areas")
    with closing(sqlite3.connect(path)) as database:
        query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'rtree%'"
        tables = [name for (name,) in database.execute(query) if not name.startswith("sqlite")]
        found = {}
        for table in tables:
            answer = database.execute(f'SELECT * FROM "{table}"')
            found[table] = (tuple(column[0] for column in answer.description), answer.fetchall())
    assert {"areas", "gpkg_contents", "gpkg_geometry_columns", "gpkg_spatial_ref_sys"} <= found.keys()
    return found


def written(tables: dict[str, tuple[tuple[str, ...], list[Any]]]) -> sqlite3.Connection:
    """Return the tables as a database without types and rules, so that anything can stand anywhere."""
    database = sqlite3.connect(":memory:")
    for table, (columns, rows) in tables.items():
        named = ", ".join(f'"{column}"' for column in columns)
        database.execute(f'CREATE TABLE "{table}" ({named})')
        database.executemany(f'INSERT INTO "{table}" VALUES ({", ".join("?" * len(columns))})', rows)
    database.commit()
    return database


def damages(table: str, columns: tuple[str, ...], rows: list[Any]) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """Yield every way to spoil a table: statements, and what is put into them."""
    yield f'DROP TABLE "{table}"', ()
    yield f'DELETE FROM "{table}"', ()
    yield f'ALTER TABLE "{table}" RENAME TO "other"', ()
    yield f'INSERT INTO "{table}" SELECT * FROM "{table}"', ()
    for column in columns:
        yield f'ALTER TABLE "{table}" DROP COLUMN "{column}"', ()
        yield f'ALTER TABLE "{table}" RENAME COLUMN "{column}" TO ""', ()
        yield f'ALTER TABLE "{table}" RENAME COLUMN "{column}" TO "x y"', ()
    for row in range(1, len(rows) + 1):
        yield f'DELETE FROM "{table}" WHERE rowid = {row}', ()
        for column in columns:
            place = {"table": table, "column": column, "row": row}
            yield from ((statement.format(**place), ()) for statement in JUNK_SQL)
            for value in (*VALUES, *(ODD_CODES if "id" in column else ())):
                yield f'UPDATE "{table}" SET "{column}" = ? WHERE rowid = {row}', (value,)


def test_no_damage_by_structure_breaks_a_geopackage(
    geopackage: dict[str, tuple[tuple[str, ...], list[Any]]],
) -> None:
    with closing(written(geopackage)) as whole:
        assert an_area_or_a_sentence("a.gpkg", whole.serialize(), "nothing")
        n, n_read = 0, 0
        for table, (columns, rows) in geopackage.items():
            for statement, values in damages(table, columns, rows):
                with closing(sqlite3.connect(":memory:")) as spoiled:
                    spoiled.deserialize(whole.serialize())
                    spoiled.execute(statement, values)
                    spoiled.commit()
                    n += 1
                    n_read += an_area_or_a_sentence("a.gpkg", spoiled.serialize(), (statement, values))
    assert n > 500
    assert 0 < n_read < n, "some damage does not matter, some does"


def test_no_field_of_a_shapefile_breaks_it(tmp_path: Path) -> None:
    """Every number in the headers and the first records of its files; every word of its coordinate system."""
    files = shapefile(tmp_path)
    assert an_area_or_a_sentence("a.zip", zipped(files), "nothing")
    ends = {"areas.shp": 300, "areas.dbf": 140}
    numbers = (*(struct.pack("<i", n) for n in (0, -1, 5, 2**31 - 1)), struct.pack(">i", 3))
    for name, end in ends.items():
        for at, number in product(range(0, end, 4), numbers):
            spoiled = files[name][:at] + number + files[name][at + 4 :]
            an_area_or_a_sentence("a.zip", zipped({**files, name: spoiled}), (name, at, number))
    for at, number in product(range(100, 300, 4), (float("nan"), -1e308, 0.0)):
        spoiled = files["areas.shp"][:at] + struct.pack("<d", number) + files["areas.shp"][at + 8 :]
        an_area_or_a_sentence("a.zip", zipped({**files, "areas.shp": spoiled}), (at, number))
    words = files["areas.prj"].decode().replace("[", " [ ").replace(",", " , ").split()
    for n, junk in product(range(len(words)), ("", "x", "-1e999", "]")):
        spoiled = " ".join([*words[:n], junk, *words[n + 1 :]]).encode()
        an_area_or_a_sentence("a.zip", zipped({**files, "areas.prj": spoiled}), (n, junk))
    for name, junk in product(("utf_16", "idna", "zip", "rot13", "\0", "💥", "x" * 9000, "8859999"), (0,)):
        an_area_or_a_sentence("a.zip", zipped({**files, "areas.cpg": name.encode()}), (name, junk))


def members(tmp_path: Path) -> dict[str, bytes]:
    with closing(sqlite3.connect(":memory:")) as empty:
        empty.execute("CREATE TABLE a (b)")
        empty.commit()
        database = empty.serialize()
    return {
        "doc.kml": ElementTree.tostring(kml()),
        "more/areas.geojson": b'{"type": "Polygon", "coordinates": [[[11, 46], [11.1, 46], [11, 46.1]]]}',
        "empty.gpkg": database,
        **shapefile(tmp_path),
    }


def test_no_mix_up_of_the_files_in_an_archive_breaks_it(tmp_path: Path) -> None:
    """Each file removed, emptied, cut, doubled, under the name of each other one, as an archive in it."""
    files = members(tmp_path)
    whole = {name: content for name, content in files.items() if name != "empty.gpkg"}
    for ending in ("kmz", "zip"):
        assert an_area_or_a_sentence(f"a.{ending}", zipped(whole), "nothing")
    for name, content in files.items():
        others = {other: files[other] for other in files if other != name}
        odd = [
            b"",
            b"\0",
            content[: len(content) // 2],
            content * 2,
            zipped(whole),
            b"\xef\xbb\xbf" + content,
        ]
        for junk in (*odd, *others.values()):
            for kept in ({}, others):
                an_area_or_a_sentence("a.zip", zipped({**kept, name: junk}), (name, junk[:20]))
        for new in ("/", "../up.kml", "a/" * 300 + "b.kml", "A.KML", ".kml", "doc.kml/", "a\0.shp"):
            an_area_or_a_sentence("a.kmz", zipped({**others, new: content}), (name, new))
