"""The clusters as a cloud-optimised GeoTIFF that opens finished in QGIS, with all that explains it inside."""

from __future__ import annotations

from os import PathLike
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from pipeline.exports.provenance import tags
from pipeline.grid import epsg_of

if TYPE_CHECKING:
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
    from rasterio.io import MemoryFile
    from rasterio.shutil import copy

    labels = np.asarray(analysis.labels.values)
    profile = {
        "driver": "GTiff",
        "dtype": "uint8",
        "count": 1,
        "height": labels.shape[0],
        "width": labels.shape[1],
        "crs": f"EPSG:{epsg_of(analysis.grid)}",
        "transform": analysis.grid.affine,
        "nodata": 0,
    }
    options = {"blocksize": TIFF_BLOCK_PX, "compress": "DEFLATE", "overview_resampling": "NEAREST"}
    with MemoryFile() as plain, MemoryFile() as cog:
        with plain.open(**profile) as dataset:
            dataset.write(labels, 1)
            dataset.write_colormap(1, {n: _rgba(c, n) for n, c in enumerate(analysis.areas["color"])})
            dataset.update_tags(**tags(analysis))
            dataset.set_band_description(1, "cluster")
        with plain.open() as dataset:
            copy(dataset, cog.name, driver="COG", **options)
        return bytes(cog.read())


def _rgba(color: str, number: int) -> tuple[int, int, int, int]:
    red, green, blue = bytes.fromhex(color.removeprefix("#"))
    return (red, green, blue, 0 if number == 0 else 255)
