"""The clusters as a cloud-optimised GeoTIFF that opens finished in QGIS, with all that explains it inside."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from os import PathLike
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from pipeline.exports.provenance import tags
from pipeline.grid import epsg_of

if TYPE_CHECKING:
    from odc.geo.geobox import GeoBox

    from pipeline.analysis import Analysis

TIFF_BLOCK_PX = 256
"""Small blocks, so that small areas get overviews too."""


def write_geotiff(analysis: Analysis, target: str | PathLike[str] | BinaryIO) -> None:
    """Write the labels as a cloud-optimised GeoTIFF.

    uint8, nodata 0, classes 1..k, colour table, overviews by nearest neighbour, `tags`. UTM, 10 m.

    Parameters
    ----------
    analysis : Analysis
        What to write.
    target : path or binary file
        Where to write; an open file is written at its position.
    """
    content = geotiff_bytes(analysis)
    if hasattr(target, "write"):
        target.write(content)
    else:
        with open(target, "wb") as file:
            file.write(content)


def geotiff_bytes(analysis: Analysis) -> bytes:
    """Return the file of `write_geotiff`; nothing is left on a disk."""

    def fill(dataset: Any) -> None:
        dataset.write(np.asarray(analysis.labels.values), 1)
        dataset.write_colormap(1, {n: _rgba(c, n) for n, c in enumerate(analysis.areas["color"])})
        dataset.update_tags(**tags(analysis))
        dataset.set_band_description(1, "cluster")

    return cog_bytes(analysis.grid, {"count": 1, "nodata": 0}, fill, overview_resampling="NEAREST")


def cog_bytes(grid: GeoBox, profile: Mapping[str, Any], fill: Callable[[Any], None], **options: str) -> bytes:
    """Return a cloud-optimised GeoTIFF of uint8 bands on a grid.

    Parameters
    ----------
    grid : GeoBox
        Shape, place and coordinate reference system.
    profile : mapping
        Number of bands and what else rasterio is told about the dataset.
    fill : callable
        Writes pixels and tags into the dataset that it is given.
    **options : str
        Of GDAL's COG driver.
    """
    from rasterio.io import MemoryFile
    from rasterio.shutil import copy

    rows, columns = grid.shape
    place = {
        "driver": "GTiff",
        "dtype": "uint8",
        "height": rows,
        "width": columns,
        "crs": f"EPSG:{epsg_of(grid)}",
        "transform": grid.affine,
    }
    with MemoryFile() as plain, MemoryFile() as cog:
        with plain.open(**place, **profile) as dataset:
            fill(dataset)
        with plain.open() as dataset:
            copy(dataset, cog.name, driver="COG", blocksize=TIFF_BLOCK_PX, compress="DEFLATE", **options)
        return bytes(cog.read())


def _rgba(color: str, number: int) -> tuple[int, int, int, int]:
    red, green, blue = bytes.fromhex(color.removeprefix("#"))
    return (red, green, blue, 0 if number == 0 else 255)
