"""The demo's reference map and its true cover: two files, a STAC item, and the truth on any grid."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from rasterio.crs import CRS
from rasterio.transform import Affine
from rasterio.warp import Resampling, reproject, transform_bounds

from synthetic.files import describe_classes, write_cog
from synthetic.items import COG, feature, grid, outline
from synthetic.land import Bytes, Land
from synthetic.place import COVER_CLASSES, EPSG, LAND_SHAPE, NORTH_M, PIXEL_M, WEST_M
from synthetic.reference import WORLD_COVER, reference_map
from synthetic.truth import cover_classes

COLLECTION = "esa-worldcover"
MAP_FILE, COVER_FILE = "worldcover.tif", "cover.tif"
_NAME = "Demo_WorldCover_10m_2021_v200_N48E009"
_STEP_DEGREES = 1 / 12_000
_GRID = Affine(PIXEL_M, 0, WEST_M, 0, -PIXEL_M, NORTH_M)
_NOTE = "Invented: a map of land cover of the demo's invented land, with the mistakes of a real one."


def write(folder: Path, land: Land) -> dict[str, Any]:
    """Write both maps into the folder of the scenes; return the item of the reference map."""
    write_cog(
        folder / COVER_FILE,
        cover_classes(land),
        (WEST_M, NORTH_M),
        epsg=EPSG,
        step=PIXEL_M,
        overviews=(2, 4),
        describe=describe_classes(COVER_CLASSES),
    )
    shape, left, top = _degrees()
    target = Affine(_STEP_DEGREES, 0, left, 0, -_STEP_DEGREES, top)
    write_cog(
        folder / MAP_FILE,
        _warped(reference_map(land), _GRID, EPSG, shape, target, 4326),
        (left, top),
        epsg=4326,
        step=_STEP_DEGREES,
        overviews=(2, 4, 8),
        describe=describe_classes(WORLD_COVER),
    )
    return _item(shape, left, top)


def true_cover_on(
    folder: Path,
    shape: tuple[int, int],
    transform: tuple[float, float, float, float, float, float],
    epsg: int,
) -> Bytes:
    """Return the true cover under a grid by nearest neighbour; 0 beyond the land."""
    with rasterio.open(folder / COVER_FILE) as file:
        return _warped(file.read(1), _GRID, EPSG, shape, Affine(*transform), epsg)


def collection() -> dict[str, Any]:
    """Make the STAC collection of the reference map."""
    shape, left, top = _degrees()
    box = [left, top - shape[0] * _STEP_DEGREES, left + shape[1] * _STEP_DEGREES, top]
    return {
        "type": "Collection",
        "stac_version": "1.0.0",
        "id": COLLECTION,
        "title": "Demo land: a map of land cover (synthetic)",
        "description": _NOTE,
        "license": "CC0-1.0",
        "extent": {
            "spatial": {"bbox": [box]},
            "temporal": {"interval": [["2021-01-01T00:00:00Z", "2021-12-31T23:59:59Z"]]},
        },
        "links": [],
    }


def _degrees() -> tuple[tuple[int, int], float, float]:
    """Return rows and columns, left and top of the grid in degrees around the land."""
    rows, columns = LAND_SHAPE
    edges = (WEST_M, NORTH_M - PIXEL_M * rows, WEST_M + PIXEL_M * columns, NORTH_M)
    west, south, east, north = transform_bounds(f"EPSG:{EPSG}", "EPSG:4326", *edges)
    left, top = np.floor(west / _STEP_DEGREES), np.ceil(north / _STEP_DEGREES)
    right, bottom = np.ceil(east / _STEP_DEGREES), np.floor(south / _STEP_DEGREES)
    return (int(top - bottom), int(right - left)), float(left * _STEP_DEGREES), float(top * _STEP_DEGREES)


def _warped(
    values: Bytes, source: Affine, epsg: int, shape: tuple[int, int], target: Affine, target_epsg: int
) -> Bytes:
    out = np.zeros(shape, np.uint8)
    reproject(
        values,
        out,
        src_transform=source,
        src_crs=CRS.from_epsg(epsg),
        dst_transform=target,
        dst_crs=CRS.from_epsg(target_epsg),
        resampling=Resampling.nearest,
    )
    return out


def _item(shape: tuple[int, int], left: float, top: float) -> dict[str, Any]:
    """Make the item, shaped like Planetary Computer's `esa-worldcover`."""
    properties = {
        "datetime": None,
        "start_datetime": "2021-01-01T00:00:00Z",
        "end_datetime": "2021-12-31T23:59:59Z",
        "title": "Demo land cover 2021",
        "description": _NOTE,
        "proj:epsg": 4326,
        "esa_worldcover:product_tile": "N48E009",
        "esa_worldcover:product_version": "2.0.0",
    }
    asset = {
        "href": MAP_FILE,
        "type": COG,
        "title": "Land cover classes",
        "roles": ["data"],
        **grid(shape, left, top, _STEP_DEGREES),
        "raster:bands": [{"nodata": 0, "data_type": "uint8"}],
        "classification:classes": [
            {"value": value, "description": name, "color_hint": colour.removeprefix("#")}
            for value, (name, colour) in WORLD_COVER.items()
        ],
    }
    ring = outline(left, top, shape, _STEP_DEGREES, 4326)
    extensions = ("projection/v1.1.0", "raster/v1.1.0", "classification/v1.0.0")
    return feature(_NAME, COLLECTION, ring, properties, {"map": asset}, extensions)
