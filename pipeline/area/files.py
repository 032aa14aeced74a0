"""An uploaded file -> the area inside its polygons: GeoJSON, GeoPackage (its tables), KML.

The files come from anybody. They are read from memory with the standard library's parsers, which follow no
link, expand no entity and write nothing; what is not understood is refused in one sentence.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from typing import Any
from xml.etree import ElementTree

import numpy as np
import shapely
from pyproj import CRS, Transformer
from pyproj.exceptions import ProjError
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from pipeline.area.aoi import AreaOfInterest
from pipeline.area.polygons import area_of, polygons_in
from pipeline.errors import InvalidRequest
from pipeline.request import MAX_FILE_MB, AnalysisRequest

MAX_FILE_BYTES = MAX_FILE_MB * 2**20
MAX_CORNERS = 100_000
MAX_STEPS = 200
"""A GeoPackage's queries end after this many times 100,000 steps of SQLite: a table of 5 MB needs less."""
EDGE_PARTS = 16
"""Longer edges than this part of the extent are cut before they change their coordinate system."""
WGS84 = "OGC:CRS84"

_READABLE = "Give GeoJSON, GeoPackage or KML."
_SQLITE = b"SQLite format 3\0"
_CRS_NAME = re.compile(
    r"(?:urn:ogc:def:crs:|https?://www\.opengis\.net/def/crs/)?(\w+)(?:[:/][\d.]*)?[:/](\w+)"
)


def from_file(name: str, content: bytes) -> AreaOfInterest | AnalysisRequest:
    """Return the area in a file, or the request that `AnalysisRequest.to_json` wrote into it.

    Raises
    ------
    InvalidRequest
        As `area_from_file` and `AnalysisRequest.from_json`.
    """
    _check_size(name, content)
    if _first(content) == b"{":
        values = _json(name, content)
        if isinstance(values, dict) and {"version", "area"} <= values.keys():
            return AnalysisRequest.from_json(content.decode("utf-8-sig"))
    return area_from_file(name, content)


def area_from_file(name: str, content: bytes) -> AreaOfInterest:
    """Return the area inside the polygons of a file's first layer that has any: their union, in WGS 84.

    The content decides what the file is, not its name.

    Parameters
    ----------
    name : str
        As the visitor's computer calls it; for messages.
    content : bytes
        At most `MAX_FILE_BYTES`.

    Raises
    ------
    InvalidRequest
        For a file that is empty, too large, unreadable or without polygons, for one without a coordinate
        system, and for polygons that are no area here (polygons.area_of).
    """
    _check_size(name, content)
    if content.startswith(_SQLITE):
        polygons, crs = _geopackage(name, content)
    elif _first(content) in (b"{", b"["):
        polygons, crs = _geojson(name, content)
    elif _first(content) == b"<" or content.startswith((b"\xff\xfe", b"\xfe\xff")):
        polygons, crs = _kml(name, content), CRS(WGS84)
    else:
        hint = "It is a zip archive: unpack it first. " if content.startswith(b"PK\3\4") else ""
        raise _refusal(f"“{name}” cannot be read. {hint}{_READABLE}")
    if not polygons:
        raise _refusal(f"There is no polygon in “{name}”. Give a file with a layer of polygons.")
    geometry = shapely.GeometryCollection(polygons)
    corners = int(shapely.get_num_coordinates(geometry))
    if corners > MAX_CORNERS:
        raise _refusal(
            f"The polygons in “{name}” have too many corners: {corners:,}, at most {MAX_CORNERS:,}. "
            "Simplify them, or give only those of the area."
        )
    if not np.isfinite(shapely.get_coordinates(geometry)).all():
        raise _refusal(f"The coordinates in “{name}” are not all numbers. {_READABLE}")
    return area_of(_in_degrees(name, geometry, crs))


def _check_size(name: str, content: bytes) -> None:
    if not content:
        raise _refusal(f"“{name}” is empty. {_READABLE}")
    if len(content) > MAX_FILE_BYTES:
        megabytes = len(content) / 2**20
        raise _refusal(
            f"“{name}” is too large: {megabytes:.1f} MB, at most {MAX_FILE_MB} MB. "
            "Simplify it, or give only the polygons of the area."
        )


def _first(content: bytes) -> bytes:
    return content.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]


def _refusal(sentence: str) -> InvalidRequest:
    return InvalidRequest(sentence, "area")


# GeoJSON (RFC 7946, and the coordinate systems of its predecessor of 2008)


def _geojson(name: str, content: bytes) -> tuple[list[shapely.Polygon], CRS]:
    values = _json(name, content)
    if not isinstance(values, dict):
        raise _refusal(f"“{name}” is JSON, but not GeoJSON. {_READABLE}")
    try:
        polygons = [part for geometry in _geometries(values) for part in polygons_in(shape(geometry))]
    except (
        AttributeError,
        IndexError,
        KeyError,
        TypeError,
        ValueError,
        shapely.errors.ShapelyError,
    ) as error:
        raise _refusal(f"“{name}” is not GeoJSON as it should be. {_READABLE}") from error
    return polygons, _crs_of_geojson(name, values)


def _json(name: str, content: bytes) -> Any:
    try:
        return json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise _refusal(f"“{name}” is not JSON as it should be. {_READABLE}") from error


def _geometries(values: dict[str, Any]) -> Iterable[dict[str, Any]]:
    match values["type"]:
        case "FeatureCollection":
            features: Sequence[dict[str, Any]] = values["features"]
        case "Feature":
            features = [values]
        case "Polygon" | "MultiPolygon" | "GeometryCollection":
            features = [{"geometry": values}]
        case _:
            features = []
    wanted = ("Polygon", "MultiPolygon", "GeometryCollection")
    geometries = [feature["geometry"] for feature in features]
    return [geometry for geometry in geometries if geometry and geometry["type"] in wanted]


def _crs_of_geojson(name: str, values: dict[str, Any]) -> CRS:
    if "crs" not in values:
        return CRS(WGS84)
    try:
        authority, code = _CRS_NAME.fullmatch(values["crs"]["properties"]["name"]).groups()  # type: ignore[union-attr]
        return CRS.from_authority(authority, code)
    except (AttributeError, KeyError, TypeError, ProjError) as error:
        raise _without_crs(name) from error


# KML (OGC 12-007r2): always WGS 84


class _NoDoctype(ElementTree.TreeBuilder):
    def doctype(self, name: str, public: str | None, system: str | None) -> None:
        raise ValueError("a document type can declare entities")


def _kml(name: str, content: bytes) -> list[shapely.Polygon]:
    try:
        root = ElementTree.fromstring(content, ElementTree.XMLParser(target=_NoDoctype()))
        if _tag(root) != "kml":
            raise ValueError(root.tag)
        for layer in root.iter():
            if _tag(layer) in ("kml", "Document", "Folder"):
                marks = [child for child in layer if _tag(child) == "Placemark"]
                polygons = [_polygon(e) for mark in marks for e in mark.iter() if _tag(e) == "Polygon"]
                if polygons:
                    return polygons
    except (ElementTree.ParseError, ValueError, LookupError, shapely.errors.ShapelyError) as error:
        raise _refusal(f"“{name}” is not KML as it should be. {_READABLE}") from error
    return []


def _polygon(element: ElementTree.Element) -> shapely.Polygon:
    boundaries = {"outerBoundaryIs": [], "innerBoundaryIs": []}  # type: dict[str, list[list[list[float]]]]
    for part in element.iter():
        if _tag(part) in boundaries:
            text = next(c.text or "" for c in part.iter() if _tag(c) == "coordinates")
            ring = [[float(number) for number in point.split(",")[:2]] for point in text.split()]
            boundaries[_tag(part)].append(ring)
    (outer,) = boundaries["outerBoundaryIs"]
    return shapely.Polygon(outer, boundaries["innerBoundaryIs"])


def _tag(element: ElementTree.Element) -> str:
    return str(element.tag).rpartition("}")[2]


# GeoPackage (OGC 12-128r19): an SQLite database, read from a copy in memory


def _geopackage(name: str, content: bytes) -> tuple[list[shapely.Polygon], CRS]:
    no_journal = content[:18] + b"\1\1" + content[20:]
    try:
        with closing(sqlite3.connect(":memory:")) as database:
            database.deserialize(no_journal)
            _restrict(database)
            return _first_layer(name, database)
    except (sqlite3.Error, ValueError, TypeError, IndexError, shapely.errors.ShapelyError) as error:
        raise _refusal(f"“{name}” is not a GeoPackage as it should be. {_READABLE}") from error


def _restrict(database: sqlite3.Connection) -> None:
    """Allow nothing but plain queries, bounded in time and size: a file can bring views of its own."""
    allowed = (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ)
    steps = iter(range(MAX_STEPS))
    database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_FILE_BYTES)
    database.set_progress_handler(lambda: next(steps, None) is None, 100_000)
    database.set_authorizer(
        lambda action, *_: sqlite3.SQLITE_OK if action in allowed else sqlite3.SQLITE_DENY
    )


def _first_layer(name: str, database: sqlite3.Connection) -> tuple[list[shapely.Polygon], CRS]:
    layers = database.execute("SELECT table_name, column_name, srs_id FROM gpkg_geometry_columns").fetchall()
    for table, column, srs_id in layers:
        rows = database.execute(f"SELECT {_quoted(column)} FROM {_quoted(table)}")
        polygons, total = [], 0
        for (blob,) in rows:
            total += len(blob or b"")
            if total > MAX_FILE_BYTES:
                raise ValueError("a view that repeats its rows")
            if blob:
                polygons += polygons_in(shapely.from_wkb(_wkb(blob)))
        if polygons:
            return polygons, _crs_of_geopackage(name, database, srs_id)
    return [], CRS(WGS84)


def _wkb(blob: bytes) -> bytes:
    """Return the well-known binary in a GeoPackage geometry (section 2.1.3): behind flags and envelope."""
    if blob[:2] != b"GP":
        raise ValueError("no GeoPackage geometry")
    envelope = (0, 32, 48, 48, 64)[blob[3] >> 1 & 0b111]
    return blob[8 + envelope :]


def _crs_of_geopackage(name: str, database: sqlite3.Connection, srs_id: int) -> CRS:
    query = (
        "SELECT organization, organization_coordsys_id, definition FROM gpkg_spatial_ref_sys WHERE srs_id = ?"
    )
    found = database.execute(query, (srs_id,)).fetchone()
    if found is None or srs_id in (-1, 0):
        raise _without_crs(name)
    organization, code, definition = found
    try:
        return CRS.from_authority(organization, str(code))
    except (ProjError, TypeError):
        pass
    try:
        return CRS.from_wkt(definition)
    except (ProjError, TypeError) as error:
        raise _without_crs(name) from error


def _quoted(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'


# Coordinate systems


def _without_crs(name: str) -> InvalidRequest:
    return _refusal(
        f"“{name}” does not say its coordinate system in a way that is understood here. "
        "Save it in WGS 84 (EPSG:4326)."
    )


def _in_degrees(name: str, geometry: BaseGeometry, crs: CRS) -> BaseGeometry:
    if crs.equals(CRS(WGS84)) or crs.to_epsg() == 4326:
        return geometry
    west, south, east, north = geometry.bounds
    longest = max(east - west, north - south) / EDGE_PARTS
    if not longest > 0:
        return geometry
    try:
        transformer = Transformer.from_crs(crs, WGS84, always_xy=True)
        dense = shapely.segmentize(geometry, longest)
        degrees = shapely.transform(dense, lambda xy: np.column_stack(transformer.transform(*xy.T)))
    except (ProjError, shapely.errors.ShapelyError, ValueError) as error:
        raise _without_crs(name) from error
    return degrees
