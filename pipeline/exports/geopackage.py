"""The clusters as polygons on the UTM grid: a GeoPackage with its own styles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.exports import change, sample, zones
from pipeline.exports.formats import Format
from pipeline.exports.provenance import tags
from pipeline.exports.styles import qgis_polygon_style
from pipeline.exports.vectors import dissolved, polygons
from pipeline.machine import scratch

if TYPE_CHECKING:
    from pipeline.result import Analysis

M2_PER_HA = 10_000
GEOMETRY, STYLES = "geom", "layer_styles"
"""Geometry column of a layer, and the table with the layers' styles, named as QGIS expects them."""
CLASSES, PATCHES = "classes", "patches"
"""Layers: one multipolygon a cluster, and one polygon for each patch of connected pixels."""


def geopackage_bytes(analysis: Analysis) -> bytes:
    """Return a GeoPackage with the layers `CLASSES` and `PATCHES`.

    Fields: ``class`` (1..k), ``name``, ``color`` (``#rrggbb``), ``pixels``, ``hectares`` (grid area: the sum
    of a class is that of the table) and, in `CLASSES`, ``share`` (0..1 of the area). Where the land was
    checked (`Analysis.checked`), `CLASSES` has the estimate, and the layer `sample.POINTS` the points. Where
    the area came from a file, the layer `zones.LAYER` has its features with hectares per class. With a second
    date beside the result, the layer `change.LAYER` has the land that changed. The metadata
    are the GeoTIFF's tags; a style in the file lets QGIS draw the clusters in their colours.

    Raises
    ------
    FileRefused
        As `polygons`.
    """
    from pipeline.area.grid import epsg_of

    patches = polygons(analysis)
    areas = analysis.areas
    found, classes = dissolved(patches)
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
            places, fields = sample.points(analysis, analysis.checked)
            _write(path, sample.POINTS, places, "Point", fields, crs=crs, append=True)
        if analysis.request.area.zones:
            outlines, told = zones.layer(analysis)
            _write(path, zones.LAYER, outlines, "MultiPolygon", told, crs=crs, append=True)
        if change.has_change(analysis):
            land, told = change.layer(analysis)
            kind = None if land is None else "MultiPolygon"
            where = {} if land is None else {"crs": crs}
            _write(path, change.LAYER, land, kind, told, **where, append=True)
        _write(path, STYLES, None, None, _styles(analysis), append=True)
        return path.read_bytes()


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
    import shapely
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


FORMAT = Format(
    20,
    "geopackage",
    "GeoPackage",
    ".gpkg",
    "application/geopackage+sqlite3",
    "Polygons with class, name, hectares",
    geopackage_bytes,
)
