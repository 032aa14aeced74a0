"""GeoJSON (RFC 7946), and the named coordinate systems of its predecessor of 2008."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from pipeline.area.formats.raw import MAX_DEPTH, Budget, Damaged, Feature, Layer, Polygon, attributes, polygon

if TYPE_CHECKING:
    from pyproj import CRS

CRS_NAME = re.compile(
    r"(?:urn:ogc:def:crs:|https?://www\.opengis\.net/def/crs/)?(\w{1,20})(?:[:/][\d.]{0,20})?[:/](\w{1,20})"
)
GEOMETRIES = (
    *("Point", "MultiPoint", "LineString", "MultiLineString"),
    *("Polygon", "MultiPolygon", "GeometryCollection"),
)


class NoJson(Damaged):
    """The text is no JSON."""


class UnknownCrs(Exception):
    """The coordinate system is not named in a way that is understood."""


def parsed(content: bytes) -> Any:
    """Return the value of JSON text in UTF-8, UTF-16 or UTF-32."""
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise NoJson("no JSON") from error


def layers(values: Any, budget: Budget) -> list[Layer]:
    """Return the layer that a parsed GeoJSON text holds; without features with polygons, an empty one."""
    if not isinstance(values, Mapping):
        raise Damaged("no object")
    found = []
    for geometry, properties in _features(values):
        budget.feature()
        shapes = tuple(_polygons(geometry, budget)) if geometry is not None else ()
        if shapes:
            named = attributes(properties) if isinstance(properties, Mapping) else ()
            found.append(Feature(shapes, named))
    crs = _crs(values)
    return [Layer("", tuple(found), crs, crs_named="crs" in values)]


def _features(values: Mapping[str, Any]) -> Iterator[tuple[Any, Any]]:
    kind = values.get("type")
    if kind == "FeatureCollection":
        features = values.get("features")
        if not isinstance(features, list):
            raise Damaged("features is no list")
    elif kind == "Feature":
        features = [values]
    elif kind in GEOMETRIES:
        features = [{"type": "Feature", "geometry": values}]
    else:
        raise Damaged("no type of GeoJSON")
    for feature in features:
        if not isinstance(feature, Mapping):
            raise Damaged("a feature is no object")
        yield feature.get("geometry"), feature.get("properties")


def _polygons(geometry: Any, budget: Budget, depth: int = 0) -> Iterator[Polygon]:
    if not isinstance(geometry, Mapping) or depth > MAX_DEPTH:
        raise Damaged("a geometry is no object")
    kind, coordinates = geometry.get("type"), geometry.get("coordinates")
    if kind == "GeometryCollection":
        parts = geometry.get("geometries")
        for part in parts if isinstance(parts, list) else ():
            yield from _polygons(part, budget, depth + 1)
    elif kind in ("Polygon", "MultiPolygon"):
        if not isinstance(coordinates, list):
            raise Damaged("coordinates is no list")
        for rings in coordinates if kind == "MultiPolygon" else [coordinates]:
            if not isinstance(rings, list) or not all(isinstance(ring, list) for ring in rings):
                raise Damaged("rings are no lists")
            made = polygon([budget.ring(_positions(ring)) for ring in rings])
            if made is not None:
                yield made


def _positions(ring: list[Any]) -> Iterator[list[Any]]:
    for position in ring:
        if not isinstance(position, list) or len(position) < 2:
            raise Damaged("a position is no pair")
        yield position


def _crs(values: Mapping[str, Any]) -> CRS | None:
    if "crs" not in values:
        return None
    from pyproj import CRS
    from pyproj.exceptions import ProjError

    try:
        name = values["crs"]["properties"]["name"]
        found = CRS_NAME.fullmatch(name[:200])
        if found is None:
            raise UnknownCrs
        return CRS.from_authority(*found.groups())
    except (AttributeError, KeyError, TypeError, ProjError) as error:
        raise UnknownCrs from error
