"""Small made-up granules: GeoTIFFs with known pixels, and the STAC items that describe them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from synthetic.bands import TEN_M as BANDS
from synthetic.files import write_tiff
from synthetic.items import feature, grid, outline

NOON = datetime(2022, 6, 17, 10, 17, tzinfo=UTC)


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
    half = (-(-rows // 2), -(-columns // 2))
    fine, coarse = grid(shape, left, top, step), grid(half, left, top, 2 * step)
    assets = {band: {"href": f"{base}/{band}.tif", **fine} for band in BANDS}
    if scl:
        assets["scl"] = {"href": f"{base}/scl.tif", **coarse}
    told = {
        "datetime": when.isoformat().replace("+00:00", "Z"),
        "platform": "sentinel-2a",
        "proj:epsg": epsg,
        "eo:cloud_cover": cloud_cover,
        "grid:code": "MGRS-32TPS",
        "s2:processing_baseline": "02.14",
        **(properties or {}),
    }
    return feature(name, collection, outline(left, top, shape, step, epsg), told, assets)
