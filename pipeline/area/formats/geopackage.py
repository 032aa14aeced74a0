"""GeoPackage (OGC 12-128r19): an SQLite database, read from a copy in memory with plain queries alone."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

from pipeline.area.formats.geojson import UnknownCrs
from pipeline.area.formats.raw import Budget, Damaged, Feature, Layer, attributes
from pipeline.area.formats.wkb import polygons

if TYPE_CHECKING:
    from pyproj import CRS

MAGIC = b"SQLite format 3\0"
MAX_STEPS = 200
"""Queries end after this many times 100,000 steps of SQLite: a table of 5 MB needs less."""
MAX_LAYERS, MAX_WKT = 50, 20_000
ENVELOPES = (0, 32, 48, 48, 64)
"""Bytes of a geometry's envelope by its code (section 2.1.3)."""


class OpenElsewhere(Exception):
    """The database was open in another program: its newest changes lie in a file of their own."""


def layers(content: bytes, budget: Budget) -> list[Layer]:
    """Return the layers with polygons.

    Raises
    ------
    Damaged, TooMuch
        When the content is no GeoPackage, or passes a bound.
    OpenElsewhere
        When it was saved while a write-ahead log was in use.
    UnknownCrs
        When a layer with polygons has a coordinate system that is not understood.
    """
    if content[18:20] != b"\1\1":
        if 2 in content[18:20]:
            raise OpenElsewhere
        raise Damaged("no version of SQLite")
    try:
        with closing(sqlite3.connect(":memory:")) as database:
            database.deserialize(content)
            _restrict(database, len(content))
            return _layers(database, budget, len(content))
    except (sqlite3.Error, ValueError, TypeError, OverflowError, MemoryError) as error:
        raise Damaged("no GeoPackage") from error


def _restrict(database: sqlite3.Connection, size: int) -> None:
    """Allow nothing but plain queries, bounded in time and size: a file can bring views of its own."""
    allowed = (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ)
    steps = iter(range(MAX_STEPS))
    database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, size)
    database.set_progress_handler(lambda: next(steps, None) is None, 100_000)
    database.set_authorizer(
        lambda action, *_: sqlite3.SQLITE_OK if action in allowed else sqlite3.SQLITE_DENY
    )


def _layers(database: sqlite3.Connection, budget: Budget, size: int) -> list[Layer]:
    query = "SELECT table_name, column_name, srs_id FROM gpkg_geometry_columns"
    found = []
    for table, column, srs_id in database.execute(query).fetchmany(MAX_LAYERS):
        if not isinstance(table, str) or not isinstance(column, str):
            raise Damaged("a table without a name")
        features = _features(database, table, column, budget, size)
        if features:
            found.append(Layer(table, features, _crs(database, srs_id)))
    return found


def _features(
    database: sqlite3.Connection, table: str, column: str, budget: Budget, size: int
) -> tuple[Feature, ...]:
    rows = database.execute(f"SELECT * FROM {_quoted(table)}")
    names = [str(description[0]) for description in rows.description]
    if column not in names:
        raise Damaged("no geometry column")
    found, total = [], 0
    for row in rows:
        budget.feature()
        values: dict[str, Any] = dict(zip(names, row, strict=True))
        blob = values.pop(column)
        total += sum(len(v) for v in row if isinstance(v, bytes | str))
        if total > size:
            raise Damaged("a view that repeats its rows")
        if isinstance(blob, bytes) and blob:
            shapes = tuple(polygons(_wkb(blob), budget))
            if shapes:
                found.append(Feature(shapes, attributes(values)))
    return tuple(found)


def _wkb(blob: bytes) -> bytes:
    """Return the well-known binary in a GeoPackage geometry: behind flags and envelope."""
    if blob[:2] != b"GP" or len(blob) < 8 or blob[3] >> 1 & 0b111 >= len(ENVELOPES):
        raise Damaged("no GeoPackage geometry")
    return blob[8 + ENVELOPES[blob[3] >> 1 & 0b111] :]


def _crs(database: sqlite3.Connection, srs_id: Any) -> CRS:
    from pyproj import CRS
    from pyproj.exceptions import ProjError

    query = (
        "SELECT organization, organization_coordsys_id, definition FROM gpkg_spatial_ref_sys WHERE srs_id = ?"
    )
    found = database.execute(query, (srs_id,)).fetchone()
    if found is None or srs_id in (-1, 0):
        raise UnknownCrs
    organization, code, definition = found
    try:
        return CRS.from_authority(str(organization)[:20], str(code)[:20])
    except ProjError:
        pass
    try:
        return CRS.from_wkt(str(definition)[:MAX_WKT])
    except ProjError as error:
        raise UnknownCrs from error


def _quoted(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'
