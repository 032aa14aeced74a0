"""Small made-up granules: GeoTIFFs with known pixels, and the STAC items that describe them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from affine import Affine
from pyproj import Transformer
from rasterio.enums import Resampling

from pipeline.catalogs.items import from_item
from pipeline.sentinel2.scene import Scene

BANDS = ("blue", "green", "red", "nir")
NOON = datetime(2022, 6, 17, 10, 17, tzinfo=UTC)


def write_tiff(
    path: Path,
    pixels: np.ndarray,
    left: float,
    top: float,
    *,
    epsg: int = 32632,
    step: float = 10,
    overviews: Sequence[int] = (),
    **options: Any,
) -> None:
    """Write one band as a tiled GeoTIFF; overviews by nearest neighbour."""
    profile = {
        "driver": "GTiff",
        "dtype": pixels.dtype,
        "count": 1,
        "height": pixels.shape[0],
        "width": pixels.shape[1],
        "crs": f"EPSG:{epsg}",
        "transform": Affine(step, 0, left, 0, -step, top),
        "tiled": True,
        "blockxsize": 128,
        "blockysize": 128,
        "compress": "deflate",
        **options,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    with rasterio.open(path, "w", **profile) as dataset:
        dataset.write(pixels, 1)
        if overviews:
            dataset.build_overviews(list(overviews), Resampling.nearest)


def write_granule(
    folder: Path,
    dn: np.ndarray,
    classes: np.ndarray | None,
    left: float,
    top: float,
    *,
    epsg: int = 32632,
    step: float = 10,
    **options: Any,
) -> None:
    """Write blue, green, red and nir from ``(4, y, x)``, and classes at twice the pixel size."""
    for band, pixels in zip(BANDS, dn, strict=True):
        write_tiff(
            folder / f"{band}.tif", pixels.astype(np.uint16), left, top, epsg=epsg, step=step, **options
        )
    if classes is not None:
        write_tiff(
            folder / "scl.tif", classes.astype(np.uint8), left, top, epsg=epsg, step=2 * step, **options
        )


def item(
    name: str,
    base: str,
    left: float = 600_000,
    top: float = 5_200_020,
    shape: tuple[int, int] = (200, 200),
    *,
    epsg: int = 32632,
    step: float = 10,
    scl: bool = True,
    collection: str = "sentinel-2-l2a",
    when: datetime = NOON,
    cloud_cover: float | None = 1.0,
    properties: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the item of a granule that `write_granule` wrote below `base`."""
    rows, columns = shape
    grid = {"proj:shape": [rows, columns], "proj:transform": [step, 0, left, 0, -step, top]}
    coarse = {
        "proj:shape": [-(-rows // 2), -(-columns // 2)],
        "proj:transform": [2 * step, 0, left, 0, -2 * step, top],
    }
    assets = {band: {"href": f"{base}/{band}.tif", **grid} for band in BANDS}
    if scl:
        assets["scl"] = {"href": f"{base}/scl.tif", **coarse}
    right, bottom = left + columns * step, top - rows * step
    to_degrees = Transformer.from_crs(epsg, 4326, always_xy=True).transform
    ring = [
        list(to_degrees(*p))
        for p in ((left, top), (left, bottom), (right, bottom), (right, top), (left, top))
    ]
    longitudes, latitudes = zip(*ring, strict=True)
    return {
        "type": "Feature",
        "stac_version": "1.0.0",
        "stac_extensions": [],
        "id": name,
        "collection": collection,
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "bbox": [min(longitudes), min(latitudes), max(longitudes), max(latitudes)],
        "properties": {
            "datetime": when.isoformat().replace("+00:00", "Z"),
            "platform": "sentinel-2a",
            "proj:epsg": epsg,
            "eo:cloud_cover": cloud_cover,
            "grid:code": "MGRS-32TPS",
            "s2:processing_baseline": "02.14",
            **(properties or {}),
        },
        "links": [],
        "assets": assets,
    }


def scene(*args: Any, **options: Any) -> Scene:
    """Return the scene of `item` with the same arguments."""
    return from_item(item(*args, **options))
