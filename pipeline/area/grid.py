"""The pixel grid of an area: its UTM zone, snapped to 10 m.

Everything downstream takes an odc-geo `GeoBox` (shape, affine, CRS) instead of loose numbers. odc-geo and
pyproj are imported on first use: a page is shown before anybody needs a grid.
"""

from __future__ import annotations

import math
import threading
from typing import TYPE_CHECKING, Any

import numpy as np
from affine import Affine
from shapely import segmentize, transform
from shapely.geometry import Polygon, box, mapping, shape
from shapely.geometry.base import BaseGeometry

from pipeline.area.antimeridian import TURN, split_at_antimeridian, turn_towards
from pipeline.area.aoi import AreaOfInterest
from pipeline.area.blocks import Block
from pipeline.errors import InvalidRequest

if TYPE_CHECKING:
    from odc.geo.geobox import GeoBox
    from pyproj import Transformer

RESOLUTION_M = 10
"""Pixel side of the bands used, metres."""
PIXEL_HA = RESOLUTION_M**2 / 10_000
"""Hectares of a pixel on the UTM grid."""
MAX_EDGE_DEGREES = 0.01
"""Longer edges of polygons are cut before they are projected: one of 1 km bends by less than 0.2 m."""

LatLon = tuple[float, float]

_mask_lock = threading.Lock()
"""rasterio silences a warning of its own while it draws a mask, which only one thread at a time can do."""


def utm_epsg(longitude: float, latitude: float) -> int:
    """Return the EPSG code of the UTM zone that Sentinel-2 tiles use at a point.

    The zones around Norway (32V) and Svalbard (31X..37X) are the widened ones of the military grid
    reference system, whose tiles Sentinel-2 follows.
    """
    zone = min(int((longitude + 180) // 6) + 1, 60)
    if 56 <= latitude < 64 and 3 <= longitude < 12:
        zone = 32
    elif latitude >= 72 and 0 <= longitude < 42:
        zone = 31 + 2 * int((longitude + 3) // 12)
    return (32600 if latitude >= 0 else 32700) + zone


def grid_for(area: AreaOfInterest) -> GeoBox:
    """Return the 10 m grid of an area in the UTM zone of its centre.

    A square has ``round(100 * size_km)`` pixels a side, its corner rounded to the nearest 10 m; polygons get
    the smallest grid on multiples of 10 m that holds them.

    Returns
    -------
    GeoBox
        Shape ``(y, x)``, north up, pixel edges on multiples of 10 m.
    """
    from odc.geo.geobox import GeoBox

    epsg = utm_epsg(area.longitude, area.latitude)
    if area.size_km is None:
        west, south, east, north = polygons_on(area, epsg).bounds
        left, top = _floor10(west), _ceil10(north)
        width, height = (_ceil10(east) - left) // RESOLUTION_M, (top - _floor10(south)) // RESOLUTION_M
    else:
        x, y = _transformer(4326, epsg).transform(area.longitude, area.latitude)
        width = height = round(100 * area.size_km)
        half = width * RESOLUTION_M / 2
        left, top = _round10(x - half), _round10(y - half) + height * RESOLUTION_M
    affine = Affine(RESOLUTION_M, 0, left, 0, -RESOLUTION_M, top)
    return GeoBox((height, width), affine, f"EPSG:{epsg}")


def size_km(grid: GeoBox) -> float:
    """Return the longer side of a grid in kilometres."""
    rows, columns = grid.shape
    return float(max(rows, columns) * RESOLUTION_M / 1000)


def hectares(grid: GeoBox) -> float:
    """Return the grid's area in hectares (grid area, no ellipsoidal factor)."""
    rows, columns = grid.shape
    return round(float(rows * columns * PIXEL_HA), 2)


def bounds_of(grid: GeoBox) -> tuple[float, float, float, float]:
    """Return west, south, east, north of a grid in metres of its CRS."""
    b = grid.boundingbox
    return (b.left, b.bottom, b.right, b.top)


def epsg_of(grid: GeoBox) -> int:
    """Return the EPSG code of a grid."""
    if grid.crs is None or grid.crs.epsg is None:
        raise ValueError(f"a grid needs a CRS with an EPSG code, not {grid.crs}")
    return int(grid.crs.epsg)


def outline(grid: GeoBox, points_per_side: int = 16) -> tuple[LatLon, ...]:
    """Return the edge of a grid as (latitude, longitude) pairs for a map.

    Longitudes are continuous: beside the antimeridian they pass 180 instead of jumping to -180.
    """
    west, south, east, north = bounds_of(grid)
    t = np.linspace(0, 1, points_per_side, endpoint=False)
    x = np.concatenate(
        [west + t * (east - west), np.full_like(t, east), east - t * (east - west), np.full_like(t, west)]
    )
    y = np.concatenate(
        [
            np.full_like(t, south),
            south + t * (north - south),
            np.full_like(t, north),
            north - t * (north - south),
        ]
    )
    longitudes, latitudes = _transformer(epsg_of(grid), 4326).transform(x, y)
    longitudes = np.unwrap(longitudes, period=TURN)
    return tuple(zip(latitudes.tolist(), longitudes.tolist(), strict=True))


def window_of(grid: GeoBox, bounds: tuple[LatLon, LatLon]) -> tuple[slice, slice]:
    """Return the rows and columns of a grid under ((south, west), (north, east)); empty where they miss it.

    Any world copy of the longitudes will do.
    """
    (south, west), (north, east) = bounds
    here = Polygon([(longitude, latitude) for latitude, longitude in outline(grid)]).envelope
    turn = turn_towards(here.centroid.x, (west + east) / 2)
    seen = box(west + turn, south, east + turn, north).intersection(here)
    if seen.is_empty:
        return slice(0, 0), slice(0, 0)
    xy = _project(segmentize(seen, 0.1), epsg_of(grid)).bounds
    columns, rows = zip(*(~grid.affine * corner for corner in ((xy[0], xy[3]), (xy[2], xy[1]))), strict=True)
    spans = (
        slice(max(math.floor(a), 0), min(math.ceil(b), n))
        for (a, b), n in zip((rows, columns), grid.shape, strict=True)
    )
    return next(spans), next(spans)


def footprint(area: AreaOfInterest) -> dict[str, Any]:
    """Return the area as GeoJSON in longitude/latitude, split at the antimeridian, for a STAC search."""
    if area.geometry is not None:
        return dict(mapping(shape(area.geometry)))
    ring = Polygon([(lon, lat) for lat, lon in outline(grid_for(area), 4)])
    return dict(mapping(split_at_antimeridian(ring)))


def inside(area: AreaOfInterest, grid: GeoBox, block: Block | None = None) -> np.ndarray:
    """Return which pixels belong to the area: bool ``(y, x)``, True where the pixel's centre lies inside.

    Parameters
    ----------
    area : AreaOfInterest
        The area.
    grid : GeoBox
        Its grid, or a coarser one over it.
    block : Block, optional
        The part of the grid that is asked for; all of it by default.

    Raises
    ------
    InvalidRequest
        When polygons hold no pixel centre of the whole grid.
    """
    part = grid if block is None else block.of(grid)
    rows, columns = part.shape
    if area.size_km is None:
        within = centres_within(polygons_on(area, epsg_of(grid)), part)
        if block is None and not within.any():
            raise InvalidRequest("The polygon is smaller than a pixel of 10 m. Draw a larger one.", "area")
        return np.asarray(within)
    exact = grid_for(area)
    if exact == grid:
        return np.broadcast_to(np.True_, (rows, columns))
    west, south, east, north = bounds_of(exact)
    x = part.affine.c + (np.arange(columns) + 0.5) * part.affine.a
    y = part.affine.f + (np.arange(rows) + 0.5) * part.affine.e
    return np.outer((south < y) & (y < north), (west < x) & (x < east))


def centres_within(geometry: BaseGeometry, grid: GeoBox) -> np.ndarray:
    """Return which pixels have their centre within a geometry in the grid's metres: bool ``(y, x)``."""
    from rasterio.features import geometry_mask

    if geometry.is_empty:
        return np.zeros(grid.shape, bool)
    with _mask_lock:
        shapes = [mapping(geometry)]
        within = geometry_mask(shapes, out_shape=grid.shape, transform=grid.affine, invert=True)
    return np.asarray(within)


def polygons_on(area: AreaOfInterest, epsg: int) -> BaseGeometry:
    """Return an area's polygons in a UTM zone, metres.

    They get corners enough that edges straight in degrees stay in place.
    """
    return geometry_on(shape(area.geometry or {}), epsg)


def geometry_on(geometry: BaseGeometry, epsg: int) -> BaseGeometry:
    """Return a geometry in longitude/latitude in a UTM zone, metres."""
    return _project(segmentize(geometry, MAX_EDGE_DEGREES), epsg)


def _project(geometry: BaseGeometry, epsg: int) -> BaseGeometry:
    to_utm = _transformer(4326, epsg).transform
    return transform(geometry, lambda xy: np.column_stack(to_utm(xy[:, 0], xy[:, 1])))


def true_area_factor(grid: GeoBox) -> float:
    """Return ellipsoidal area divided by grid area at the grid's centre.

    Pixels are counted on the UTM grid, whose scale differs from 1 by up to 0.2 %. The factor is the area of
    a small square at the centre on the WGS 84 ellipsoid (Karney's geodesics, as in PROJ) over its grid area.
    """
    from pyproj import Geod

    west, south, east, north = bounds_of(grid)
    x, y, half = (west + east) / 2, (south + north) / 2, 500.0
    xs, ys = [x - half, x + half, x + half, x - half], [y - half, y - half, y + half, y + half]
    longitudes, latitudes = _transformer(epsg_of(grid), 4326).transform(xs, ys)
    area_m2, _ = Geod(ellps="WGS84").polygon_area_perimeter(longitudes, latitudes)
    return abs(area_m2) / (2 * half) ** 2


def _transformer(source: int, target: int) -> Transformer:
    from pyproj import Transformer

    return Transformer.from_crs(source, target, always_xy=True)


def _round10(metres: float) -> int:
    return math.floor(metres / RESOLUTION_M + 0.5) * RESOLUTION_M


def _floor10(metres: float) -> int:
    return math.floor(metres / RESOLUTION_M) * RESOLUTION_M


def _ceil10(metres: float) -> int:
    return math.ceil(metres / RESOLUTION_M) * RESOLUTION_M
