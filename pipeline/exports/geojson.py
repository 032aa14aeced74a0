"""The clusters as polygons in longitude and latitude: GeoJSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.area.antimeridian import EDGE, split_at_antimeridian, wrapped
from pipeline.exports.formats import Format
from pipeline.exports.provenance import source
from pipeline.exports.vectors import dissolved, polygons

if TYPE_CHECKING:
    from pipeline.result import Analysis

FILL_OPACITY = 0.75
"""Of GeoJSON's polygons in viewers that follow simplestyle, such as geojson.io and GitHub."""
DECIMALS = 7
"""Of degrees: a centimetre, and all that RFC 7946 advises."""
MAX_EDGE_M = 500
"""Longer edges are cut before they are projected: straight in UTM, they bend in degrees (500 m: by 5 cm)."""


def geojson_bytes(analysis: Analysis) -> bytes:
    """Return a GeoJSON (RFC 7946) with one multipolygon a cluster in longitude and latitude (WGS 84).

    Raises
    ------
    FileRefused
        As `polygons`.
    """
    from pipeline.area.grid import epsg_of

    found, classes = dissolved(polygons(analysis))
    areas = analysis.areas
    features = [
        _feature(
            {
                "class": number,
                "name": areas["name"][number],
                "color": areas["color"][number],
                "pixels": int(areas["pixels"][number]),
                "hectares": float(areas["hectares"][number]),
                "title": f"{number} {areas['name'][number]}",
                "fill": areas["color"][number],
                "stroke": areas["color"][number],
                "fill-opacity": FILL_OPACITY,
            },
            geometry,
        )
        for number, geometry in zip(found.tolist(), in_degrees(classes, epsg_of(analysis.grid)), strict=True)
    ]
    about = {k.removeprefix("TIFFTAG_").lower(): v for k, v in source(analysis).items()}
    head = json.dumps({"type": "FeatureCollection", "metadata": about}, ensure_ascii=False)
    body = ",\n".join(features)
    return f'{head[:-1]}, "features": [\n{body}\n]}}\n'.encode()


def _feature(properties: Mapping[str, Any], geometry: Any) -> str:
    import shapely

    words = json.dumps(properties, ensure_ascii=False)
    return f'{{"type": "Feature", "properties": {words}, "geometry": {shapely.to_geojson(geometry)}}}'


def in_degrees(geometries: np.ndarray, epsg: int) -> np.ndarray:
    """Return geometries of a UTM zone in longitude and latitude, cut where they cross the antimeridian."""
    import shapely
    from pyproj import Transformer

    to_degrees = Transformer.from_crs(epsg, 4326, always_xy=True).transform

    def project(xy: np.ndarray) -> np.ndarray:
        longitude, latitude = to_degrees(xy[:, 0], xy[:, 1])
        continuous = longitude[0] + wrapped(longitude - longitude[0]) if len(xy) else longitude
        return np.column_stack([continuous, latitude])

    projected = shapely.transform(shapely.segmentize(geometries, MAX_EDGE_M), project)
    west, _, east, _ = shapely.total_bounds(projected)
    if len(projected) and (west < -EDGE or east > EDGE):
        projected = np.array([split_at_antimeridian(g) for g in projected])
    rounded: np.ndarray = shapely.transform(projected, lambda xy: np.round(xy, DECIMALS))
    return rounded


FORMAT = Format(
    30,
    "geojson",
    "GeoJSON",
    ".geojson",
    "application/geo+json",
    "Polygons in longitude and latitude",
    geojson_bytes,
)
