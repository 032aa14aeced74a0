"""STAC items of invented scenes: the parts that all of them share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pyproj import Transformer

COG = "image/tiff; application=geotiff; profile=cloud-optimized"
EXTENSIONS = "https://stac-extensions.github.io"
Ring = list[list[float]]
"""Closed outline, longitude and latitude of every point."""


def feature(
    name: str,
    collection: str,
    ring: Ring,
    properties: Mapping[str, Any],
    assets: Mapping[str, Mapping[str, Any]],
    extensions: Iterable[str] = (),
) -> dict[str, Any]:
    """Return a STAC item.

    Parameters
    ----------
    name : str
        Its id.
    collection : str
        Id of its collection.
    ring : list
        Closed outline in longitude and latitude.
    properties, assets : mapping
        As in the item.
    extensions : iterable of str
        Names and versions, e.g. "projection/v1.1.0".
    """
    return {
        "type": "Feature",
        "stac_version": "1.0.0",
        "stac_extensions": [f"{EXTENSIONS}/{part}/schema.json" for part in extensions],
        "id": name,
        "collection": collection,
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "bbox": bbox(ring),
        "properties": dict(properties),
        "links": [],
        "assets": {key: dict(asset) for key, asset in assets.items()},
    }


def to_degrees(points: Iterable[tuple[float, float]], epsg: int) -> Ring:
    """Return points of a projection as longitude and latitude."""
    transform = Transformer.from_crs(epsg, 4326, always_xy=True).transform
    return [list(transform(x, y)) for x, y in points]


def outline(left: float, top: float, shape: tuple[int, int], step: float, epsg: int) -> Ring:
    """Return the outline of a grid: its corners, counter-clockwise, the first one twice."""
    right, bottom = left + shape[1] * step, top - shape[0] * step
    return to_degrees(((left, top), (left, bottom), (right, bottom), (right, top), (left, top)), epsg)


def bbox(ring: Ring) -> list[float]:
    """Return west, south, east and north of an outline."""
    longitudes, latitudes = zip(*ring, strict=True)
    return [float(v) for v in (min(longitudes), min(latitudes), max(longitudes), max(latitudes))]


def grid(shape: tuple[int, int], left: float, top: float, step: float) -> dict[str, Any]:
    """Return the fields of an asset that describe its grid.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns.
    left, top : float
        Upper left corner.
    step : float
        Side of a pixel.
    """
    return {"proj:shape": list(shape), "proj:transform": [step, 0, left, 0, -step, top]}
