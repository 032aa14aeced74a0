"""Single files opened for a coarse look, with the settings, signatures and error messages of a full read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cached_property
from typing import Any

import numpy as np
import rasterio
from odc.geo.geobox import GeoBox
from rasterio.enums import Resampling
from rasterio.vrt import WarpedVRT
from rasterio.windows import Window

from pipeline.area.grid import epsg_of
from pipeline.errors import Cancelled
from pipeline.progress import Progress
from pipeline.reading.gdal import environment, remember
from pipeline.reading.pixels import NO_DATA_DN
from pipeline.reading.read_errors import read_failed
from pipeline.reading.remote.blocks import WEB, RemoteFile


class NoOverviews(Exception):
    """A file has no overview of the wanted size: a first look would cost as much as the whole."""


class OpenFile:
    """A file that is open for reading.

    Parameters
    ----------
    href : str
        As the catalogue serves it.
    remote : RemoteFile or None
        The file on the web; None for one of this machine.
    stack : contextlib.ExitStack
        Closes what GDAL has opened.
    """

    def __init__(self, href: str, remote: RemoteFile | None, stack: ExitStack) -> None:
        self._href, self.remote, self._stack = href, remote, stack

    @cached_property
    def dataset(self) -> Any:
        """The file as GDAL has it open, from where its address leads.

        On the web its beginning has been read before: it is a GeoTIFF, and its catalogue allows the host.
        """
        address = self._href
        if self.remote is not None:
            _ = self.remote.layout
            address = self.remote.where()
        self._stack.enter_context(environment(self._href))
        return self._stack.enter_context(rasterio.open(address, driver="GTiff"))


@contextmanager
def opened(href: str, hosts: tuple[str, ...], progress: Progress | None = None) -> Iterator[OpenFile]:
    """Open a file for reading; errors, also later ones while it is open, are worded for users.

    Parameters
    ----------
    href : str
        As the catalogue serves it.
    hosts : tuple of str
        Hosts to which it may redirect, beside its own (`Scene.hosts`).
    progress : Progress, optional
        Asked whether to go on.

    Raises
    ------
    ReadFailed
        When the file is missing, refused, cut off or no GeoTIFF.
    """
    remote = RemoteFile(href, hosts, progress or Progress()) if href.startswith(WEB) else None
    try:
        with ExitStack() as stack:
            yield OpenFile(href, remote, stack)
    except (NoOverviews, Cancelled):
        raise
    except Exception as error:  # GDAL, PROJ and rasterio raise many kinds for a strange file
        remember(href, failed=True)
        if remote is not None:
            remote.forget()
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


def nearest(file: OpenFile, grid: GeoBox, dtype: Any) -> np.ndarray:
    """Return a file's coarsest overview that is no coarser than a grid, on that grid: ``(y, x)``.

    Of each pixel of the grid the one under its centre, 0 where the file has no data. On the web the blocks
    are read by our own requests where the projections are the same, by GDAL otherwise; the values are equal.
    """
    found = None if file.remote is None else _own_nearest(file.remote, grid, np.dtype(dtype))
    if found is not None:
        return found
    dataset = file.dataset
    overview = at_overview(dataset, grid.resolution.x / dataset.res[0])
    return on_grid(dataset, grid, Resampling.nearest, overview)


def _own_nearest(file: RemoteFile, grid: GeoBox, dtype: np.dtype[Any]) -> np.ndarray | None:
    """Return the pixels under the centres of a grid's; None where that is left to GDAL."""
    layout = file.layout
    if layout is None or layout.grid["crs"] != epsg_of(grid):
        return None
    transform = layout.grid["transform"]
    overview = file.coarsest(grid.resolution.x / transform.a)
    if overview is None:
        return None
    places = []
    for axis, origin in enumerate(~transform * (grid.affine.c, grid.affine.f)):
        n, length, whole = grid.shape[1 - axis], overview.shape[1 - axis], layout.shape[1 - axis]
        step = (grid.affine.a, grid.affine.e)[axis] / (transform.a, transform.e)[axis]
        centres = (origin + (np.arange(n) + 0.5) * step) * length / whole
        place = np.floor(centres + 1e-10).astype(int)
        places.append((place, (place >= 0) & (place < length)))
    (columns, in_columns), (rows, in_rows) = places
    data = np.full(grid.shape, NO_DATA_DN, dtype)
    if not (in_rows.any() and in_columns.any()):
        return data
    columns, rows = columns[in_columns], rows[in_rows]
    first = (rows[0], columns[0])
    window = Window(first[1], first[0], columns[-1] - first[1] + 1, rows[-1] - first[0] + 1)
    pixels = np.full((window.height, window.width), NO_DATA_DN, dtype)
    if not file.read(window, pixels, overview):
        return None
    data[np.ix_(in_rows, in_columns)] = pixels[np.ix_(rows - first[0], columns - first[1])]
    return data


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
