"""The clusters as polygons: a GeoPackage on the UTM grid, GeoJSON in longitude and latitude.

The polygons follow the pixels' edges, nothing is smoothed: their areas are those of the table.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from pyproj import Transformer

from pipeline import scratch
from pipeline.area.antimeridian import EDGE, split_at_antimeridian, wrapped
from pipeline.area.grid import epsg_of
from pipeline.errors import FileRefused
from pipeline.exports import sample, zones
from pipeline.exports.outlines import Patches, count_corners, trace
from pipeline.exports.provenance import source, tags
from pipeline.exports.styles import qgis_polygon_style

if TYPE_CHECKING:
    from pipeline.result import Analysis

MAX_PX = 25_000_000
"""An area of 50 km."""
MAX_CORNERS = 750_000
"""Points at which outlines may turn, as 15 km of a town do: a file of 90 MB, 350 MB while it is made."""
M2_PER_HA = 10_000
FILL_OPACITY = 0.75
"""Of GeoJSON's polygons in viewers that follow simplestyle, such as geojson.io and GitHub."""
DECIMALS = 7
"""Of degrees: a centimetre, and all that RFC 7946 advises."""
MAX_EDGE_M = 500
"""Longer edges are cut before they are projected: straight in UTM, they bend in degrees (500 m: by 5 cm)."""
GEOMETRY, STYLES = "geom", "layer_styles"
"""Geometry column of a layer, and the table with the layers' styles, named as QGIS expects them."""
CLASSES, PATCHES = "classes", "patches"
"""Layers: one multipolygon a cluster, and one polygon for each patch of connected pixels."""


def polygons(analysis: Analysis) -> Patches:
    """Return the outline of every patch of a cluster, in metres of the UTM grid.

    Raises
    ------
    FileRefused
        When the area has more than `MAX_PX` pixels, or its outlines more than `MAX_CORNERS` corners.
    """
    rows, columns = analysis.pixels.extent.shape
    if rows * columns > MAX_PX:
        raise FileRefused(
            f"The area is too large for polygons: {rows * columns:,} pixels, at most {MAX_PX:,}. "
            "Choose a smaller area, or take the GeoTIFF."
        )
    labels = analysis.raster.window(slice(0, rows), slice(0, columns))
    corners = count_corners(labels)
    if corners > MAX_CORNERS:
        raise FileRefused(
            f"The clusters are too speckled for polygons: their outlines turn {corners:,} times, at most "
            f"{MAX_CORNERS:,}. Set a larger smallest patch, choose a smaller area, or take the GeoTIFF."
        )
    return trace(labels, analysis.grid.affine)


def geopackage_bytes(analysis: Analysis) -> bytes:
    """Return a GeoPackage with the layers `CLASSES` and `PATCHES`.

    Fields: ``class`` (1..k), ``name``, ``color`` (``#rrggbb``), ``pixels``, ``hectares`` (grid area: the sum
    of a class is that of the table) and, in `CLASSES`, ``share`` (0..1 of the area). Where the land was
    checked (`Analysis.checked`), `CLASSES` has the estimate, and the layer `sample.POINTS` the points. Where
    the area came from a file, the layer `zones.LAYER` has its features with hectares per class. The metadata
    are the GeoTIFF's tags; a style in the file lets QGIS draw the clusters in their colours.

    Raises
    ------
    FileRefused
        As `polygons`.
    """
    patches = polygons(analysis)
    areas = analysis.areas
    found, classes = _dissolved(patches)
    whole = areas.loc[found]
    by_class = {
        "class": found.astype(np.int32),
        "name": whole["name"].to_numpy(object),
        "color": whole["color"].to_numpy(object),
        "pixels": whole["pixels"].to_numpy(np.int64),
        "hectares": whole["hectares"].to_numpy(float),
        "share": whole["share"].to_numpy(float),
        **sample.class_fields(analysis, found),
    }
    pixel_ha = analysis.resolution_m**2 / M2_PER_HA
    by_patch = {
        "class": patches.cluster.astype(np.int32),
        "name": areas["name"].to_numpy(object)[patches.cluster],
        "color": areas["color"].to_numpy(object)[patches.cluster],
        "pixels": patches.pixels.astype(np.int64),
        "hectares": np.round(patches.pixels * pixel_ha, 2),
    }
    metadata = tags(analysis)
    with scratch.folder() as folder:
        path = Path(folder, "clusters.gpkg")
        crs = f"EPSG:{epsg_of(analysis.grid)}"
        _write(path, CLASSES, classes, "MultiPolygon", by_class, crs=crs, dataset_metadata=metadata)
        _write(path, PATCHES, patches.polygons, "Polygon", by_patch, crs=crs, append=True)
        if analysis.checked is not None:
            places, fields = sample.points(analysis)
            _write(path, sample.POINTS, places, "Point", fields, crs=crs, append=True)
        if analysis.request.area.zones:
            outlines, told = zones.layer(analysis)
            _write(path, zones.LAYER, outlines, "MultiPolygon", told, crs=crs, append=True)
        _write(path, STYLES, None, None, _styles(analysis), append=True)
        return path.read_bytes()


def geojson_bytes(analysis: Analysis) -> bytes:
    """Return a GeoJSON (RFC 7946) with one multipolygon a cluster in longitude and latitude (WGS 84).

    Raises
    ------
    FileRefused
        As `polygons`.
    """
    found, classes = _dissolved(polygons(analysis))
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
        for number, geometry in zip(found.tolist(), _in_degrees(classes, epsg_of(analysis.grid)), strict=True)
    ]
    about = {k.removeprefix("TIFFTAG_").lower(): v for k, v in source(analysis).items()}
    head = json.dumps({"type": "FeatureCollection", "metadata": about}, ensure_ascii=False)
    body = ",\n".join(features)
    return f'{head[:-1]}, "features": [\n{body}\n]}}\n'.encode()


def _feature(properties: Mapping[str, Any], geometry: Any) -> str:
    words = json.dumps(properties, ensure_ascii=False)
    return f'{{"type": "Feature", "properties": {words}, "geometry": {shapely.to_geojson(geometry)}}}'


def _dissolved(patches: Patches) -> tuple[np.ndarray, np.ndarray]:
    """Return the clusters that exist and one multipolygon for each."""
    found, index = np.unique(patches.cluster, return_inverse=True)
    merged: Any = shapely.multipolygons(patches.polygons, indices=index)
    return found, merged


def _in_degrees(geometries: np.ndarray, epsg: int) -> np.ndarray:
    """Return geometries of a UTM zone in longitude and latitude, cut where they cross the antimeridian."""
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


def _styles(analysis: Analysis) -> dict[str, np.ndarray]:
    """Return the table in which QGIS looks for the styles of a GeoPackage's layers."""
    layers = np.array([CLASSES, PATCHES], object)
    empty, style = np.array(["", ""], object), qgis_polygon_style(analysis)
    return {
        "f_table_catalog": empty,
        "f_table_schema": empty,
        "f_table_name": layers,
        "f_geometry_column": np.array([GEOMETRY, GEOMETRY], object),
        "styleName": np.array(["clusters", "clusters"], object),
        "styleQML": np.array([style, style], object),
        "styleSLD": empty,
        "useAsDefault": np.array([True, True]),
        "description": np.array(["names and colours of the clusters"] * 2, object),
        "owner": empty,
        "ui": empty,
        "update_time": np.array([datetime.now(UTC).replace(tzinfo=None)] * 2, "datetime64[ms]"),
    }


def _write(
    path: Path,
    layer: str,
    geometries: np.ndarray | None,
    kind: str | None,
    fields: Mapping[str, Sequence[Any] | np.ndarray],
    **options: Any,
) -> None:
    from pyogrio import raw

    raw.write(
        path,
        geometry=None if geometries is None else shapely.to_wkb(geometries),
        field_data=list(fields.values()),
        fields=list(fields),
        layer=layer,
        driver="GPKG",
        geometry_type=kind,
        **options,
    )
