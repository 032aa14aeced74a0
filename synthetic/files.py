"""GeoTIFFs of invented pixels: plain tiled ones, and cloud-optimised ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
import rasterio.shutil
from affine import Affine
from numpy.typing import NDArray
from rasterio.enums import Resampling
from rasterio.io import DatasetWriter, MemoryFile

Pixels = NDArray[np.uint8] | NDArray[np.uint16]
COG_BLOCK_PX = 512


def profile(
    shape: tuple[int, int],
    dtype: np.dtype[Any] | type[np.generic],
    left: float,
    top: float,
    *,
    epsg: int,
    step: float,
    **options: Any,
) -> dict[str, Any]:
    """Return rasterio's settings for writing a GeoTIFF with one band.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns.
    dtype : numpy dtype
        Of the pixels.
    left, top : float
        Upper left corner in units of the coordinate reference system.
    epsg : int
        Code of that system.
    step : float
        Side of a pixel in its units.
    **options
        More of rasterio's creation options; they win.
    """
    return {
        "driver": "GTiff",
        "dtype": dtype,
        "count": 1,
        "height": shape[0],
        "width": shape[1],
        "crs": f"EPSG:{epsg}",
        "transform": Affine(step, 0, left, 0, -step, top),
        **options,
    }


def write_tiff(
    path: Path,
    pixels: NDArray[Any],
    left: float,
    top: float,
    *,
    epsg: int = 32632,
    step: float = 10,
    overviews: Sequence[int] = (),
    **options: Any,
) -> None:
    """Write one band as a GeoTIFF with tiles of 128 pixels; overviews by nearest neighbour."""
    tiled = {"tiled": True, "blockxsize": 128, "blockysize": 128, "compress": "deflate", **options}
    path.parent.mkdir(parents=True, exist_ok=True)
    opened = profile(pixels.shape, pixels.dtype, left, top, epsg=epsg, step=step, **tiled)
    with rasterio.open(path, "w", **opened) as dataset:
        dataset.write(pixels, 1)
        if overviews:
            dataset.build_overviews(list(overviews), Resampling.nearest)


def write_cog(
    path: Path,
    pixels: Pixels,
    corner: tuple[float, float],
    *,
    epsg: int,
    step: float,
    overviews: Sequence[int],
    describe: Callable[[DatasetWriter], None] | None = None,
) -> None:
    """Write one band as a cloud-optimised GeoTIFF; 0 is no data.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    pixels : numpy.ndarray
        ``(row, column)``; uint16 is measured and averaged in overviews, uint8 are classes.
    corner : tuple of float
        Upper left corner: left, top.
    epsg : int
        Coordinate reference system.
    step : float
        Side of a pixel in its units.
    overviews : sequence of int
        Factors of the smaller versions.
    describe : callable, optional
        Puts names and colours into the open file.
    """
    measured = pixels.dtype == np.uint16
    opened = profile(pixels.shape, pixels.dtype, *corner, epsg=epsg, step=step, nodata=0)
    with MemoryFile() as plain:
        with plain.open(**opened) as file:
            file.write(pixels, 1)
            if describe is not None:
                describe(file)
            # Made here because GDAL would compress them twice.
            file.build_overviews(list(overviews), Resampling.average if measured else Resampling.mode)
        # A copy frees the GIL, which a COG opened for writing does not: two are written at once.
        as_cog(plain.name, path, predictor=2 if measured else 1, blocksize=COG_BLOCK_PX, level=1)


def as_cog(source: str | Path, target: Path, **options: Any) -> None:
    """Copy a GeoTIFF into a cloud-optimised one, as DEFLATE."""
    rasterio.shutil.copy(source, target, driver="COG", compress="DEFLATE", **options)


def describe_classes(classes: dict[int, tuple[str, str]]) -> Callable[[DatasetWriter], None]:
    """Return a function that puts names and colours of classes into an open class map.

    Parameters
    ----------
    classes : dict
        Value, name and colour ("#rrggbb").
    """

    def describe(file: DatasetWriter) -> None:
        colours = {value: _rgba(colour) for value, (_, colour) in classes.items()}
        file.write_colormap(1, {0: (0, 0, 0, 0), **colours})
        file.update_tags(**{f"class_{value}": name for value, (name, _) in classes.items()})

    return describe


def _rgba(colour: str) -> tuple[int, int, int, int]:
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return red, green, blue, 255
