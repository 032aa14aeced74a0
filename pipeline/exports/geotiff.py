"""The clusters as a cloud-optimised GeoTIFF that carries its own explanation.

QGIS shows its colours; it takes the names of the classes from the style beside it (exports/styles.py).
"""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable, Mapping
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from pipeline.exports.formats import Format
from pipeline.exports.provenance import tags
from pipeline.machine import scratch

if TYPE_CHECKING:
    from odc.geo.geobox import GeoBox

    from pipeline.result import Analysis

TIFF_BLOCK_PX = 256
"""Small blocks, so that small areas get overviews too."""
PLAIN = {"tiled": True, "blockxsize": 512, "blockysize": 512, "sparse_ok": True, "bigtiff": "IF_SAFER"}
"""How the raster is kept until it is complete."""
FAST = {"level": "1", "num_threads": "ALL_CPUS"}
"""Labels of a whole tile: a third of the processor time of the usual level 6, for a fifth more bytes."""
MOST_IN_4_BITS = 16
"""Values that fit: then programs that list the colour table show 16 entries and not 256."""
COPY_BYTES = 2**22


def write_geotiff(analysis: Analysis, target: str | PathLike[str] | BinaryIO) -> None:
    """Write the labels as a cloud-optimised GeoTIFF, block by block.

    uint8 kept in 4 bits (8 for more than 15 classes), nodata 0, classes 1..k, a colour table of 16 entries,
    overviews by nearest neighbour, `tags`. UTM, 10 m.

    Parameters
    ----------
    analysis : Analysis
        What to write.
    target : path or binary file
        Where to write; an open file is written at its position.
    """
    if isinstance(target, str | PathLike):
        with open(target, "wb") as file:
            _write(analysis, file)
    else:
        _write(analysis, target)


def geotiff_bytes(analysis: Analysis) -> bytes:
    """Return the file of `write_geotiff`."""
    buffer = io.BytesIO()
    _write(analysis, buffer)
    return buffer.getvalue()


def _write(analysis: Analysis, file: BinaryIO) -> None:
    from rasterio.windows import Window

    def fill(dataset: Any) -> None:
        raster = analysis.raster
        for number, block in enumerate(raster.blocks):
            window = Window(block.column, block.row, block.width, block.height)
            dataset.write(raster.get(number), 1, window=window)
        dataset.write_colormap(1, {n: _rgba(c, n) for n, c in enumerate(analysis.areas["color"])})
        dataset.update_tags(**tags(analysis))
        dataset.set_band_description(1, "cluster")

    # only the last copy packs two pixels into a byte: overviews of such files take three times as long
    bits = {"nbits": "4"} if len(analysis.areas) <= MOST_IN_4_BITS else {}
    profile = {"count": 1, "nodata": 0}
    write_cog(analysis.grid, profile, fill, file, overview_resampling="NEAREST", **FAST, **bits)


def write_cog(
    grid: GeoBox, profile: Mapping[str, Any], fill: Callable[[Any], None], file: BinaryIO, **options: str
) -> None:
    """Write a cloud-optimised GeoTIFF on a grid, of uint8 bands unless the profile says otherwise.

    It grows in a private temporary folder, which goes at the end: a large raster is never in memory.

    Parameters
    ----------
    grid : GeoBox
        Shape, place and coordinate reference system.
    profile : mapping
        Number of bands and what else rasterio is told about the dataset.
    fill : callable
        Writes pixels and tags into the dataset that it is given.
    file : binary file
        Where to write.
    **options : str
        Of GDAL's COG driver.
    """
    import rasterio
    from rasterio.shutil import copy

    from pipeline.area.grid import epsg_of

    rows, columns = grid.shape
    place = {
        "driver": "GTiff",
        "dtype": "uint8",
        "height": rows,
        "width": columns,
        "crs": f"EPSG:{epsg_of(grid)}",
        "transform": grid.affine,
    }
    with scratch.folder() as folder:
        plain, cog = Path(folder, "plain.tif"), Path(folder, "cog.tif")
        with rasterio.open(plain, "w", **{**place, **profile, **PLAIN}) as dataset:
            fill(dataset)
        with rasterio.open(plain) as dataset:
            copy(dataset, cog, driver="COG", blocksize=TIFF_BLOCK_PX, compress="DEFLATE", **options)
        with open(cog, "rb") as made:
            shutil.copyfileobj(made, file, COPY_BYTES)


def _rgba(color: str, number: int) -> tuple[int, int, int, int]:
    red, green, blue = bytes.fromhex(color.removeprefix("#"))
    return (red, green, blue, 0 if number == 0 else 255)


FORMAT = Format(
    10,
    "geotiff",
    "GeoTIFF",
    ".tif",
    "image/tiff",
    "Clusters as pixels of 10 m in their colours",
    geotiff_bytes,
)
