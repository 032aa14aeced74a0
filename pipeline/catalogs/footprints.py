"""Outlines of scenes: read from STAC items with bounds, whole at the antimeridian, beside their files."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from shapely import get_num_coordinates, make_valid, transform
from shapely.errors import ShapelyError
from shapely.geometry import MultiPolygon, Polygon, box, shape
from shapely.geometry.base import BaseGeometry
from shapely.ops import unary_union

from pipeline.area.antimeridian import TURN, jumps, split_at_antimeridian

MAX_CORNERS = 10_000
"""Most corners of an outline that is used; outlines of tiles have tens."""
MAX_REPAIRED_CORNERS = 300
"""Most corners of an outline that crosses itself: each edge could cross every other one."""
MAX_PARTS = 100
KM_PER_DEGREE = 111.2
"""A degree of latitude (mean radius of the Earth, 6371 km)."""
LARGEST_SPAN_DEGREES = 60.0
"""A tile is 1 to 2 degrees wide, 20 at the highest latitudes."""


class NoFootprint(Exception):
    """An item has no outline that can be used; the text says why."""


@np.errstate(invalid="ignore")
def footprint_of(item: Mapping[str, Any]) -> BaseGeometry:
    """Return the outline of an item in longitude/latitude, split at the antimeridian.

    Where the geometry is missing, empty or no area, the bounding box stands for it.

    Raises
    ------
    NoFootprint
        When there is neither, or what there is cannot be the outline of a tile.
    """
    outline = _outline(item.get("geometry"))
    if outline is None:
        outline = _box(item.get("bbox"))
    if outline is None:
        raise NoFootprint("it has no geometry")
    parts = [_unwrapped(p) for p in getattr(outline, "geoms", [outline]) if isinstance(p, Polygon)]
    try:
        footprint = unary_union([split_at_antimeridian(p) for p in parts])
    except ShapelyError as error:
        raise NoFootprint("it has no geometry") from error
    if footprint.is_empty or not footprint.area > 0:
        raise NoFootprint("it has no geometry")
    return footprint


def share_of_files(
    footprint: BaseGeometry, affine: tuple[float, ...] | None, size: tuple[int, int] | None
) -> float | None:
    """Return how much of its files an outline promises to have data: 0..1, None where it is not known."""
    if affine is None or size is None:
        return None
    files_km2 = size[0] * size[1] * abs(affine[0] * affine[4] - affine[1] * affine[3]) / 1e6
    latitude = footprint.centroid.y
    outline_km2 = footprint.area * KM_PER_DEGREE**2 * math.cos(math.radians(latitude))
    share = outline_km2 / files_km2 if files_km2 > 0 else 0.0
    return min(share, 1.0) if share > 0 else None


def _outline(geometry: Any) -> BaseGeometry | None:
    """Return the valid polygons of a GeoJSON geometry; None where there are none."""
    if not isinstance(geometry, Mapping) or geometry.get("type") not in ("Polygon", "MultiPolygon"):
        return None
    if _n_positions(geometry.get("coordinates")) > MAX_CORNERS:
        raise NoFootprint(f"its outline has more than {MAX_CORNERS:,} corners")
    try:
        outline = shape(_flat(geometry))
        if not np.isfinite([*outline.bounds]).all() or not _is_small(outline):
            return None
        if not outline.is_valid:
            if get_num_coordinates(outline) > MAX_REPAIRED_CORNERS:
                raise NoFootprint("its outline crosses itself")
            outline = make_valid(outline)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, OverflowError, ShapelyError):
        return None
    return outline if _has_polygon(outline) else None


def _flat(geometry: Mapping[str, Any]) -> dict[str, Any]:
    """Return a geometry whose positions are longitude and latitude only."""
    coordinates = geometry["coordinates"]
    polygons = coordinates if geometry["type"] == "MultiPolygon" else [coordinates]
    flat = [[[(float(p[0]), float(p[1])) for p in ring] for ring in polygon] for polygon in polygons]
    return {"type": "MultiPolygon", "coordinates": flat}


def _n_positions(coordinates: Any) -> int:
    """Return how many positions nested lists hold; counting ends where there are too many or too deep."""
    waiting, count, seen = [(coordinates, 0)], 0, 0
    while waiting and count <= MAX_CORNERS:
        value, depth = waiting.pop()
        seen += 1
        if not isinstance(value, list) or not value:
            continue
        if isinstance(value[0], list):
            if depth > 4 or len(value) + seen > 4 * MAX_CORNERS:
                return MAX_CORNERS + 1
            waiting.extend((inner, depth + 1) for inner in value)
        else:
            count += 1
    return count


def _box(bbox: Any) -> BaseGeometry | None:
    """Return the outline of a bounding box of four or six numbers; None where it is none."""
    if not isinstance(bbox, list) or len(bbox) not in (4, 6):
        return None
    half = len(bbox) // 2
    try:
        west, south, east, north = map(float, (bbox[0], bbox[1], bbox[half], bbox[half + 1]))
    except (TypeError, ValueError, OverflowError):
        return None
    if not all(map(math.isfinite, (west, south, east, north))) or not south < north:
        return None
    outline = box(west, south, east if west < east else east + TURN, north)
    return outline if outline.area > 0 and _is_small(outline) else None


def _has_polygon(geometry: BaseGeometry) -> bool:
    parts = getattr(geometry, "geoms", [geometry])
    return len(parts) <= MAX_PARTS and any(
        isinstance(p, Polygon | MultiPolygon) and p.area > 0 for p in parts
    )


def _is_small(geometry: BaseGeometry) -> bool:
    """Return whether an outline lies on the globe and can be that of a tile."""
    west, south, east, north = geometry.bounds
    wide = east - west
    return (
        west >= -540
        and east <= 540
        and south >= -90
        and north <= 90
        and north - south <= LARGEST_SPAN_DEGREES
        and (wide <= LARGEST_SPAN_DEGREES or wide >= TURN - LARGEST_SPAN_DEGREES)
    )


def _unwrapped(polygon: BaseGeometry) -> BaseGeometry:
    """Return a polygon that crosses the antimeridian with continuous longitudes.

    A granule is about 1.5 degrees wide, 20 at the highest latitudes: one that spans more than half the globe
    has jumped from 180 to -180.
    """
    west, _, east, _ = polygon.bounds
    if not jumps(west, east):
        return polygon

    def shifted(xy: Any) -> Any:
        xy = xy.copy()
        xy[xy[:, 0] < 0, 0] += TURN
        return xy

    return make_valid(transform(polygon, shifted))
