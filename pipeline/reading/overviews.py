"""Single files opened for a coarse look, with the settings, signatures and error messages of a full read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import rasterio
from odc.geo.geobox import GeoBox
from rasterio.enums import Resampling
from rasterio.vrt import WarpedVRT

from pipeline.area.grid import epsg_of
from pipeline.reading.gdal import environment, remember
from pipeline.reading.pixels import NO_DATA_DN
from pipeline.reading.read_errors import read_failed
from pipeline.reading.signing import signed


class NoOverviews(Exception):
    """A file has no overview of the wanted size: a first look would cost as much as the whole."""


@contextmanager
def opened(href: str) -> Iterator[Any]:
    """Open a file for reading; errors, also later ones while it is open, are worded for users.

    Raises
    ------
    ReadFailed
        When the file is missing, refused, cut off or no GeoTIFF.
    """
    try:
        with environment(href), rasterio.open(signed(href)) as dataset:
            yield dataset
    except NoOverviews:
        raise
    except Exception as error:  # GDAL, PROJ and rasterio raise many kinds for a strange file
        remember(href, failed=True)
        raise read_failed(href, error) from error
    remember(href, failed=False)


def at_overview(dataset: Any, factor: float) -> int | None:
    """Return the number of the coarsest overview that is no coarser than a factor; None if there is none."""
    fine = [n for n, each in enumerate(dataset.overviews(1)) if each <= factor * 1.001]
    return fine[-1] if fine else None


def on_grid(dataset: Any, grid: GeoBox, resampling: Resampling, overview: int | None) -> np.ndarray:
    """Return a file's overview (None: the file itself) on a grid: ``(y, x)``, 0 where it has no data."""
    if overview is None:
        return _warped(dataset, grid, resampling)
    with rasterio.open(dataset.name, overview_level=overview) as coarse:
        return _warped(coarse, grid, resampling)


def _warped(dataset: Any, grid: GeoBox, resampling: Resampling) -> np.ndarray:
    rows, columns = grid.shape
    signed = dataset.nodata is not None and dataset.nodata < NO_DATA_DN
    with WarpedVRT(
        dataset,
        crs=f"EPSG:{epsg_of(grid)}",
        transform=grid.affine,
        width=columns,
        height=rows,
        resampling=resampling,
        src_nodata=dataset.nodata if signed else NO_DATA_DN,
        nodata=NO_DATA_DN,
    ) as warped:
        return np.asarray(warped.read(1))
