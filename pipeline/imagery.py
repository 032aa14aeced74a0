"""Scenes on a grid: reflectance and a clear-sky mask. The only file that knows stackstac.

stackstac plans and opens; each block of a cloud-optimised GeoTIFF is one task of a dask graph and crosses the
network once. Where a file lies on the area's own 10 m grid its blocks are read as they are; anything else
(another UTM zone, another pixel size, an origin off the 10 m grid) is warped by nearest neighbour.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import dask.array as da
import dask.base
import dask.threaded
import numpy as np
import stackstac
import xarray as xr
from affine import Affine
from dask.array import Array
from odc.geo.geobox import GeoBox
from odc.geo.xr import xr_coords
from stackstac.rio_env import LayeredEnv
from stackstac.rio_reader import DEFAULT_GDAL_ENV, AutoParallelRioReader

from pipeline.alignment import Span, aligned
from pipeline.grid import RESOLUTION_M, bounds_of, epsg_of
from pipeline.offset import QUANTIFICATION, check_against_pixels
from pipeline.progress import Progress
from pipeline.read_errors import SILENCE_S, read_failed
from pipeline.scenes import BANDS, SCL, BandFile, Scene
from pipeline.signing import signed

READ_THREADS = 8
BLOCK_PX = 1024
"""Block side of the catalogues' files; one task reads one block."""
SATURATED_DN = 65535
SCL_RESOLUTION_M = 20
FILL = 0

GDAL_ENV: LayeredEnv = DEFAULT_GDAL_ENV.updated(
    always={
        "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
        "GDAL_HTTP_CONNECTTIMEOUT": 5,
        "GDAL_HTTP_LOW_SPEED_LIMIT": 1,
        "GDAL_HTTP_LOW_SPEED_TIME": SILENCE_S,
        "GDAL_HTTP_MAX_RETRY": 2,
        "GDAL_HTTP_RETRY_DELAY": 0.5,
    }
)
"""GDAL's settings for cloud-optimised GeoTIFFs: no side-car requests, time limits, retries on 429 and 5xx."""

FORGETFUL_ENV: LayeredEnv = GDAL_ENV.updated(always={"CPL_VSIL_CURL_NON_CACHED": "/vsicurl/http"})
"""The same for files that have failed: GDAL remembers a failure for the life of the process."""
_failed: set[str] = set()
"""Addresses of files that could not be read the last time."""


@dataclass(frozen=True)
class Imagery:
    """What was read of an area: reflectance of every pixel with data, and which of them are clear."""

    reflectance: xr.DataArray
    """float32 ``(band, y, x)``; NaN where there is no data, clouds included otherwise."""
    clear: np.ndarray
    """bool ``(y, x)``: has data and is of no masked scene class."""
    scenes: tuple[Scene, ...]
    """With the offset decisions after the look at the pixels."""
    notes: tuple[str, ...]
    """What a user should know."""

    @property
    def has_data(self) -> np.ndarray:
        """Bool ``(y, x)``: every band has a value."""
        return np.asarray(np.isfinite(self.reflectance.values).all(axis=0))

    def masked(self, within: np.ndarray) -> xr.DataArray:
        """Return reflectance that is NaN outside `within` and where it is not clear."""
        return self.reflectance.where(xr.DataArray(self.clear & within, dims=("y", "x")))


def read(scenes: Sequence[Scene], grid: GeoBox, mask_classes: Sequence[int], progress: Progress) -> Imagery:
    """Read the four bands and the scene classification of an area.

    Parameters
    ----------
    scenes : sequence of Scene
        Tiles of one overpass; where they overlap, the first one with data wins.
    grid : GeoBox
        Target grid: 10 m, UTM.
    mask_classes : sequence of int
        Scene classes (SCL) that count as not clear.
    progress : Progress
        Told about each block; asked before each block whether to go on.

    Raises
    ------
    ReadFailed
        When a file is missing, refused, cut off or no GeoTIFF.
    """
    counter = _BlockCounter(progress)
    arrays = _compute([_lazy_bands(scene, grid, counter) for scene in scenes])
    progress.check()
    return _mosaic(scenes, arrays, grid, mask_classes)


def _mosaic(
    scenes: Sequence[Scene],
    arrays: Sequence[tuple[np.ndarray, np.ndarray | None]],
    grid: GeoBox,
    mask_classes: Sequence[int],
) -> Imagery:
    """Lay the scenes' digital numbers and classes over each other, each with its own offset."""
    shape = tuple(grid.shape)
    reflectance = np.full((len(BANDS), *shape), np.nan, np.float32)
    clear, taken = np.zeros(shape, bool), np.zeros(shape, bool)
    decided = []
    for scene, (dn, classes) in zip(scenes, arrays, strict=True):
        valid = ((dn != FILL) & (dn != SATURATED_DN)).all(axis=0)
        unmasked = valid if classes is None else valid & ~np.isin(classes, mask_classes)
        offset = check_against_pixels(scene.offset, dn[:3, unmasked if unmasked.any() else valid])
        new = valid & ~taken
        reflectance[:, new] = (dn[:, new].astype(np.float32) + offset.dn) / QUANTIFICATION
        clear[new] = unmasked[new]
        taken |= new
        decided.append(replace(scene, offset=offset))
    cube = xr.DataArray(
        reflectance,
        dims=("band", "y", "x"),
        coords={"band": list(BANDS), **xr_coords(grid)},
        name="reflectance",
    )
    return Imagery(cube, clear, tuple(decided), tuple(_notes(decided)))


def _notes(scenes: Sequence[Scene]) -> Iterator[str]:
    for scene in scenes:
        if SCL not in scene.bands:
            yield f"{scene.id} has no scene classification: clouds and shadows are not masked."
    if len({s.offset.dn for s in scenes}) > 1:
        yield "The tiles' offsets were decided differently: look for a seam between them."


def _lazy_bands(scene: Scene, grid: GeoBox, counter: _BlockCounter) -> tuple[Array, Array | None]:
    """Return the digital numbers ``(band, y, x)`` uint16 and the classes ``(y, x)`` uint8, still unread."""
    dn = _lazy(scene, BANDS, grid, RESOLUTION_M, np.dtype(np.uint16), counter)
    if SCL not in scene.bands:
        return dn, None
    return dn, _lazy(scene, (SCL,), grid, SCL_RESOLUTION_M, np.dtype(np.uint8), counter)[0]


def _lazy(
    scene: Scene,
    bands: Sequence[str],
    grid: GeoBox,
    resolution_m: int,
    dtype: np.dtype[Any],
    counter: _BlockCounter,
) -> Array:
    reader = _counting_reader(counter)
    file_grid = _common_grid(scene.epsg, [scene.bands[b] for b in bands])
    if file_grid is not None and aligned(file_grid, grid, resolution_m):
        data = _stack(scene, bands, file_grid, dtype, reader)
        return _cut(data, file_grid, grid, resolution_m // RESOLUTION_M, counter)
    data = _stack(scene, bands, grid, dtype, reader)
    counter.expect(data)
    return data


def _stack(
    scene: Scene,
    bands: Sequence[str],
    grid: GeoBox,
    dtype: np.dtype[Any],
    reader: type[AutoParallelRioReader],
) -> Array:
    """Return bands of a scene on a grid as a lazy ``(band, y, x)`` array; 0 where there is no data."""
    stacked = stackstac.stack(
        [_item_for_stackstac(scene, bands)],
        assets=list(bands),
        epsg=epsg_of(grid),
        resolution=abs(grid.affine.a),
        bounds=bounds_of(grid),
        snap_bounds=False,
        chunksize=BLOCK_PX,
        dtype=dtype,
        fill_value=dtype.type(FILL),
        rescale=False,
        xy_coords=False,
        properties=False,
        band_coords=False,
        gdal_env=GDAL_ENV if _failed.isdisjoint(scene.bands[b].href for b in bands) else FORGETFUL_ENV,
        errors_as_nodata=(),
        reader=reader,
    )
    if stacked.sizes["time"] == 0:
        return _nothing(len(bands), grid, dtype)
    lazy: Array = stacked.data[0]
    return lazy


def _nothing(n_bands: int, grid: GeoBox, dtype: np.dtype[Any]) -> Array:
    empty: Array = da.zeros((n_bands, *grid.shape), dtype=dtype, chunks=-1)
    return empty


def _item_for_stackstac(scene: Scene, bands: Sequence[str]) -> dict[str, Any]:
    """Return the plain STAC item that stackstac understands: with `proj:epsg`, which pystac would remove."""
    west, south, east, north = scene.footprint.bounds
    assets: dict[str, dict[str, Any]] = {}
    for band in bands:
        file = scene.bands[band]
        assets[band] = {"href": file.href}
        if file.transform and file.shape:
            assets[band] |= {"proj:transform": list(file.transform), "proj:shape": list(file.shape)}
    return {
        "type": "Feature",
        "stac_version": "1.0.0",
        "id": scene.id,
        "bbox": [west, south, east, north],
        "properties": {"datetime": scene.datetime.isoformat(), "proj:epsg": scene.epsg},
        "assets": assets,
    }


def _common_grid(epsg: int, files: Sequence[BandFile]) -> GeoBox | None:
    """Return the grid that all files share, None where the item does not tell or they differ."""
    first = files[0]
    if (
        first.transform is None
        or first.shape is None
        or any((f.transform, f.shape) != (first.transform, first.shape) for f in files)
    ):
        return None
    return GeoBox(first.shape, Affine(*first.transform), f"EPSG:{epsg}")


def _cut(data: Array, file_grid: GeoBox, grid: GeoBox, factor: int, counter: _BlockCounter) -> Array:
    """Return the part of a file on the target grid, its pixels repeated `factor` times, 0 outside."""
    starts = (
        round((file_grid.affine.f - grid.affine.f) / RESOLUTION_M),
        round((grid.affine.c - file_grid.affine.c) / RESOLUTION_M),
    )
    rows, columns = (Span(*v, factor) for v in zip(starts, grid.shape, data.shape[1:], strict=True))
    data = data[:, rows.coarse, columns.coarse]
    if data.size == 0:
        return _nothing(len(data), grid, data.dtype)
    counter.expect(data)
    if factor > 1:
        data = da.repeat(da.repeat(data, factor, axis=1), factor, axis=2)[:, rows.inner, columns.inner]
    pads = ((0, 0), rows.pad, columns.pad)
    return da.pad(data, pads, constant_values=FILL) if any(map(any, pads)) else data


class _BlockCounter:
    """Counts blocks expected and read, in many threads."""

    def __init__(self, progress: Progress) -> None:
        self.progress = progress
        self._expected = 0
        self._read = 0
        self._lock = threading.Lock()

    def expect(self, data: Array) -> None:
        self._expected += math.prod(data.numblocks)

    def one_more(self) -> None:
        with self._lock:
            self._read += 1
            self.progress.detail(f"{self._read} of {self._expected} blocks")
            self.progress.report("reading", self._read / self._expected)


def _counting_reader(counter: _BlockCounter) -> type[AutoParallelRioReader]:
    """Return a reader for stackstac that counts blocks, stops when cancelled and words errors for users."""

    class Reader(AutoParallelRioReader):  # type: ignore[misc]
        url: str

        def _open(self) -> Any:
            plain, self.url = self.url, signed(self.url)
            try:
                return super()._open()
            finally:
                self.url = plain

        def read(self, window: Any, **kwargs: Any) -> np.ndarray:
            counter.progress.check()
            try:
                block: np.ndarray = super().read(window, **kwargs)
            except Exception as error:
                _failed.add(self.url)
                raise read_failed(self.url, error) from error
            _failed.discard(self.url)
            counter.one_more()
            return block

    return Reader


def _compute(arrays: Any) -> Any:
    """Compute lazy arrays together, on threads: reads wait for the network, not for each other.

    The scheduler is given as a callable: named by a string, dask would import distributed on first use.
    """
    return dask.base.compute(  # type: ignore[no-untyped-call]
        *arrays, scheduler=dask.threaded.get, num_workers=READ_THREADS
    )
