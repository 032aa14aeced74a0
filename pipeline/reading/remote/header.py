"""The beginning of a cloud-optimised GeoTIFF: GDAL reads from it how the pixels lie in the file."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

import numpy as np
import rasterio
from rasterio.errors import RasterioError
from rasterio.io import MemoryFile

from pipeline.reading.gdal import ALWAYS
from pipeline.reading.remote import fault
from pipeline.reading.remote.ranges import TIFF_BEGINS

DTYPES = ("uint8", "uint16", "int16")
COMPRESSIONS = {"DEFLATE": True, None: False}
"""What is decoded here, as GDAL calls it; True: deflate, False: nothing to decode."""
PREDICTORS = {None: False, "1": False, "2": True}
"""As GDAL calls them; True: each pixel is told by its difference from the one before."""
MOST_BLOCK_PX = 4096 * 4096
"""Pixels of the largest block that is read."""


def check_block(rows: int, columns: int) -> None:
    """Raise `FileFault` for blocks that are too large to be decoded in memory."""
    if rows * columns > MOST_BLOCK_PX:
        raise fault.too_large(rows, columns)


@dataclass(frozen=True)
class Layout:
    """How the pixels of a file with one band lie in it."""

    dtype: np.dtype[Any]
    shape: tuple[int, int]
    """Rows and columns of the file."""
    block_shape: tuple[int, int]
    """Rows and columns of a block; the last strip of a file in strips is shorter."""
    deflated: bool
    differences: bool
    """Whether each pixel is told by its difference from the one before in its row."""
    grid: dict[str, Any]
    """`crs` (EPSG), `transform`, `height`, `width`, as stackstac's ``vrt_params``."""
    nodata: float | None


class Header:
    """The first bytes of a GeoTIFF.

    Parameters
    ----------
    data : bytes
        They hold all directories of a cloud-optimised file.

    Raises
    ------
    FileFault
        When they are not those of a GeoTIFF.
    """

    def __init__(self, data: bytes) -> None:
        if not data.startswith(TIFF_BEGINS):
            raise fault.no_geotiff()
        self._lock = threading.Lock()
        self._dataset: Any = None
        self.layout: Layout | None = None
        """None where the file is read by GDAL: its directories lie elsewhere, or it is of another kind."""
        self._file = MemoryFile(data)
        try:
            with rasterio.Env(**ALWAYS):
                self._dataset = self._file.open(driver="GTiff")
            check_block(*self._dataset.block_shapes[0])
            self.layout = _layout(self._dataset, little_endian=data.startswith(b"II"))
        except (RasterioError, ValueError, AttributeError):
            self.layout = None

    def block(self, row: int, column: int) -> tuple[int, int] | None:
        """Return first byte and size of a block; None where these bytes do not tell."""
        name = f"{column}_{row}"
        with self._lock:
            found = [
                self._dataset.get_tag_item(f"BLOCK_{what}_{name}", "TIFF", bidx=1)
                for what in ("OFFSET", "SIZE")
            ]
        return None if None in found else (int(found[0]), int(found[1]))


def _layout(dataset: Any, *, little_endian: bool) -> Layout | None:
    """Return how a file's pixels lie; None where it is of a kind that is left to GDAL."""
    structure = dataset.tags(ns="IMAGE_STRUCTURE")
    compression, predictor = structure.get("COMPRESSION"), structure.get("PREDICTOR")
    plain = (
        little_endian
        and dataset.count == 1
        and dataset.dtypes[0] in DTYPES
        and compression in COMPRESSIONS
        and predictor in PREDICTORS
        and "NBITS" not in dataset.tags(1, ns="IMAGE_STRUCTURE")
        and dataset.crs is not None
    )
    if not plain:
        return None
    return Layout(
        np.dtype(dataset.dtypes[0]),
        dataset.shape,
        dataset.block_shapes[0],
        COMPRESSIONS[compression],
        PREDICTORS[predictor],
        {
            "crs": dataset.crs.to_epsg(),
            "transform": dataset.transform,
            "height": dataset.height,
            "width": dataset.width,
        },
        dataset.nodata,
    )
