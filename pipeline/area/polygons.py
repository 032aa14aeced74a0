"""Areas of any outline: from polygons in degrees, to pixels, to lines on a map."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np
import shapely
from shapely import affinity
from shapely.geometry import mapping, shape
from shapely.geometry.base import BaseGeometry

from pipeline.area import crossings
from pipeline.area.antimeridian import in_one_piece, jumps, split_at_antimeridian, turn_towards
from pipeline.area.aoi import MAX_LATITUDE, MIN_LATITUDE, AreaOfInterest, Rings, not_degrees
from pipeline.area.grid import LatLon, epsg_of, grid_for, outline, polygons_on
from pipeline.errors import InvalidRequest

PRECISION_DEGREES = 1e-6
"""Corners are rounded to this (0.1 m), and left out where the edge is this straight."""
LARGEST_KM = 1000.0
"""Extent from which on an area is refused at once; what an installation allows is far less."""
MAX_POINTS_ON_MAP = 2000
FEW_AT_ONCE = 2_000_000
"""Pairs of a point and an edge that are looked at together."""
KM_PER_DEGREE = 111.2
"""A degree of latitude (mean radius of the Earth, 6371 km)."""

Shape = tuple[tuple[tuple[LatLon, ...], ...], ...]
"""Polygons, each its outer ring and its holes, in (latitude, longitude); longitudes are continuous."""


def area_from_geojson(geometry: dict[str, Any]) -> AreaOfInterest:
    """Return the area inside a GeoJSON Polygon or MultiPolygon drawn on a map.

    Raises
    ------
    InvalidRequest
        When it has no area, lies outside the tiles, or is no geometry at all.
    """
    try:
        return area_of(shape(geometry))
    except (AttributeError, KeyError, TypeError, ValueError, shapely.errors.ShapelyError) as error:
        raise InvalidRequest("The drawing cannot be read. Draw the area again.", "area") from error


def area_of(geometry: BaseGeometry, *, exact: bool = False) -> AreaOfInterest:
    """Return the area inside polygons in longitude/latitude (WGS 84): their union.

    Rings that cross themselves are repaired (every enclosed part counts). Longitudes of any world copy will
    do; what crosses the antimeridian is split there, as RFC 7946 (section 3.1.9) asks.

    Parameters
    ----------
    geometry : shapely geometry
        Its polygons count, whatever else is in it.
    exact : bool
        Keep corners on straight edges: zones that share the edge have them, too.

    Raises
    ------
    InvalidRequest
        When nothing has an area, it lies outside the latitudes of Sentinel-2 tiles, or it is far too large.
    """
    if not np.isfinite(shapely.get_coordinates(geometry)).all():
        raise InvalidRequest("The polygon's coordinates are not all numbers. Give another one.", "area")
    polygons = polygons_in(geometry)
    crossings.check(polygons)
    united = shapely.union_all([_repaired(polygon) for polygon in polygons])
    united = united if exact else united.simplify(PRECISION_DEGREES)
    if not united.area > 0:
        raise InvalidRequest("The polygon has no area. Give at least three corners.", "area")
    united = _in_one_piece(united)
    _check_place(*united.bounds)
    turn = turn_towards(0, (united.bounds[0] + united.bounds[2]) / 2)
    within = split_at_antimeridian(affinity.translate(united, xoff=turn))
    rounded = polygons_in(shapely.set_precision(within, PRECISION_DEGREES).normalize())
    if not rounded:
        raise InvalidRequest("The polygon is smaller than a pixel of 10 m. Give a larger one.", "area")
    return AreaOfInterest.polygon(mapping(shapely.MultiPolygon(rounded)))


def rings_of(geometry: BaseGeometry) -> tuple[Rings, ...]:
    """Return the polygons of a feature in longitude/latitude, repaired and rounded."""
    united = shapely.union_all([_repaired(polygon) for polygon in polygons_in(geometry)])
    if united.is_empty:
        return ()
    united = _in_one_piece(united)
    turn = turn_towards(0.0, (united.bounds[0] + united.bounds[2]) / 2)
    within = split_at_antimeridian(affinity.translate(united, xoff=turn))
    rounded = polygons_in(shapely.set_precision(within, PRECISION_DEGREES).normalize())
    return tuple(
        tuple(tuple((x, y) for x, y in ring.coords) for ring in (polygon.exterior, *polygon.interiors))
        for polygon in rounded
    )


def polygons_in(geometry: BaseGeometry) -> list[shapely.Polygon]:
    """Return the polygons that a geometry consists of; points and lines are left out."""
    found: list[shapely.Polygon] = []
    for part in shapely.get_parts(geometry):
        if part.geom_type == "Polygon" and not part.is_empty:
            found.append(part)
        elif hasattr(part, "geoms"):
            found.extend(polygons_in(part))
    return found


@lru_cache(maxsize=8)
def pixels_inside(area: AreaOfInterest) -> int:
    """Return how many pixels of 10 m belong to an area, without drawing them.

    Of polygons, a pixel belongs to them when its centre lies inside (the same as `grid.inside`): in every row
    of pixels the edges' crossings, sorted, are in turn a beginning and an end.
    """
    grid = grid_for(area)
    rows, columns = grid.shape
    if area.size_km is not None:
        return int(rows * columns)
    to_pixels = ~grid.affine
    crossings_row, crossings = [], []
    for ring in _rings(polygons_on(area, epsg_of(grid))):
        x, y = (np.asarray(v) for v in to_pixels * shapely.get_coordinates(ring).T)
        low, high = np.minimum(y[:-1], y[1:]), np.maximum(y[:-1], y[1:])
        first, last = np.ceil(low - 0.5).astype(int), np.ceil(high - 0.5).astype(int)
        count = last - first
        edge = np.repeat(np.arange(len(count)), count)
        row = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count) + first[edge]
        slope = (x[edge + 1] - x[edge]) / (y[edge + 1] - y[edge])
        crossings_row.append(row)
        crossings.append(np.floor(x[edge] + (row + 0.5 - y[edge]) * slope + 0.5))
    row, columns_left = np.concatenate(crossings_row), np.concatenate(crossings)
    ordered = columns_left[np.lexsort((columns_left, row))]
    return int((ordered[1::2] - ordered[::2]).sum())


@lru_cache(maxsize=8)
def shape_on_map(area: AreaOfInterest) -> Shape:
    """Return the outline of an area for a map; one with very many corners is drawn with fewer."""
    if area.geometry is None:
        return ((outline(grid_for(area)),),)
    geometry = _in_one_piece(shape(area.geometry), near=area.longitude)
    west, south, east, north = geometry.bounds
    tolerance = max(east - west, north - south) / MAX_POINTS_ON_MAP
    for coarser in range(5):
        if shapely.get_num_coordinates(geometry) <= MAX_POINTS_ON_MAP:
            break
        geometry = geometry.simplify(tolerance * 2**coarser)
    return tuple(
        tuple(tuple((y, x) for x, y in ring.coords) for ring in (polygon.exterior, *polygon.interiors))
        for polygon in shapely.get_parts(geometry)
    )


def _in_one_piece(geometry: BaseGeometry, near: float | None = None) -> BaseGeometry:
    """Return polygons with continuous longitudes: those cut at the antimeridian lie side by side again."""
    west, _, east, _ = geometry.bounds
    if near is None and not jumps(west, east):
        return geometry
    if near is None:
        return shapely.union_all(in_one_piece(shapely.get_parts(geometry)))
    parts: list[Any] = in_one_piece(shapely.get_parts(geometry), near)
    return shapely.MultiPolygon(parts)


def _check_place(west: float, south: float, east: float, north: float) -> None:
    if south < -90 or north > 90:
        raise InvalidRequest(
            f"{not_degrees((west, south, east, north))} Give them in WGS 84 (EPSG:4326), "
            "or a file that names its coordinate system.",
            "area",
        )
    if south < MIN_LATITUDE or north > MAX_LATITUDE:
        raise InvalidRequest(
            f"There are no Sentinel-2 tiles at latitude {south if south < MIN_LATITUDE else north:.4g}°. "
            "Give an area from −80° to 84°.",
            "area",
        )
    if jumps(west, east):
        raise InvalidRequest(
            f"The area spans {east - west:.0f}° of longitude. If it crosses the 180° meridian, "
            "split it there in two.",
            "area",
        )
    width = (east - west) * KM_PER_DEGREE * math.cos(math.radians((south + north) / 2))
    size_km = max(width, (north - south) * KM_PER_DEGREE)
    if size_km > LARGEST_KM:
        raise InvalidRequest(
            f"The area is far too large: about {size_km:,.0f} km. Give a smaller one.", "area"
        )


def _repaired(polygon: shapely.Polygon) -> BaseGeometry:
    """Return the area that an odd number of a polygon's rings enclose, with rings that do not cross.

    The rings are cut where they meet, and each face between them is asked for. `shapely.make_valid` gives the
    same, but takes seconds for fifty corners that all cross.
    """
    if polygon.is_valid:
        return polygon
    noded = shapely.union_all([polygon.boundary])
    faces = shapely.get_parts(shapely.polygonize([noded]))
    within = _enclosed(shapely.get_coordinates(shapely.point_on_surface(faces)), polygon)
    return shapely.union_all(faces[within])


def _enclosed(points: np.ndarray, polygon: shapely.Polygon) -> np.ndarray:
    """Return which points ``(n, 2)`` have an odd number of a polygon's edges to their east: bool ``(n,)``."""
    start, end = crossings.edges_of([polygon])
    odd = np.zeros(len(points), bool)
    step = max(1, FEW_AT_ONCE // max(len(start), 1))
    for first in range(0, len(points), step):
        x, y = points[first : first + step, :1], points[first : first + step, 1:]
        crosses = (start[:, 1] > y) != (end[:, 1] > y)
        with np.errstate(divide="ignore", invalid="ignore"):
            at = start[:, 0] + (y - start[:, 1]) * (end[:, 0] - start[:, 0]) / (end[:, 1] - start[:, 1])
        odd[first : first + step] = (crosses & (x < at)).sum(axis=1) % 2 == 1
    return odd


def _rings(geometry: BaseGeometry) -> list[BaseGeometry]:
    return [ring for part in shapely.get_parts(geometry) for ring in (part.exterior, *part.interiors)]
