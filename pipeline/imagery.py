"""Scenes on a grid, read block by block. The only file that knows stackstac.

stackstac plans and opens; each block of a cloud-optimised GeoTIFF is one task of a dask graph and crosses the
network once. Where a file lies on the area's own 10 m grid its blocks are read as they are; anything else
(another UTM zone, another pixel size, an origin off the 10 m grid) is warped by nearest neighbour.
"""

from __future__ import annotations

import math
import threading
import uuid
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import dask.array as da
import dask.base
import dask.threaded
import numpy as np
import stackstac
from affine import Affine
from dask.array import Array
from odc.geo.geobox import GeoBox
from rasterio.vrt import WarpedVRT
from stackstac.rio_env import LayeredEnv
from stackstac.rio_reader import DEFAULT_GDAL_ENV, AutoParallelRioReader

from pipeline.alignment import Span, aligned
from pipeline.blocks import Block, blocks_of
from pipeline.grid import RESOLUTION_M, bounds_of, epsg_of
from pipeline.pixels import NO_DATA_DN, Layer, Pixels, lay_over
from pipeline.progress import Progress
from pipeline.read_errors import SILENCE_S, read_failed
from pipeline.scenes import BANDS, SCL, BandFile, Scene
from pipeline.signing import signed

READ_THREADS = 8
FILE_BLOCK_PX = 1024
"""Block side of the catalogues' files; one task reads one block."""
SCL_RESOLUTION_M = 20

GDAL_ENV: LayeredEnv = DEFAULT_GDAL_ENV.updated(
    always={
        "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
        "GDAL_CACHEMAX": 64,
        "CPL_VSIL_CURL_CACHE_SIZE": 128 * 2**20,
        "GDAL_HTTP_CONNECTTIMEOUT": 5,
        "GDAL_HTTP_LOW_SPEED_LIMIT": 1,
        "GDAL_HTTP_LOW_SPEED_TIME": SILENCE_S,
        "GDAL_HTTP_MAX_RETRY": 2,
        "GDAL_HTTP_RETRY_DELAY": 0.5,
    },
    open={"VSI_CACHE": False},
)
"""GDAL's settings for cloud-optimised GeoTIFFs: no side-car requests, time limits, retries on 429 and 5xx."""

FORGETFUL_ENV: LayeredEnv = GDAL_ENV.updated(always={"CPL_VSIL_CURL_NON_CACHED": "/vsicurl/http"})
"""The same for files that have failed: GDAL remembers a failure for the life of the process."""
_failed: set[str] = set()
"""Addresses of files that could not be read the last time."""


def settings_for(*hrefs: str) -> LayeredEnv:
    """Return GDAL's settings for some files: what failed the last time is asked for afresh."""
    return GDAL_ENV if _failed.isdisjoint(hrefs) else FORGETFUL_ENV


def note(href: str, *, failed: bool) -> None:
    """Remember whether a file could be read."""
    (_failed.add if failed else _failed.discard)(href)


class Reading:
    """Scenes planned on the grid of an area by stackstac; blocks are read from them.

    Parameters
    ----------
    scenes : sequence of Scene
        Tiles of one overpass; where they overlap, the first one with data wins.
    grid : GeoBox
        Target grid: 10 m, UTM.
    progress : Progress
        Told about each block of a file; asked before each whether to go on.
    blocks : sequence of Block, optional
        What is read at a time; cut along the files' own blocks by default.
    """

    def __init__(
        self,
        scenes: Sequence[Scene],
        grid: GeoBox,
        progress: Progress,
        blocks: Sequence[Block] | None = None,
    ) -> None:
        counter = _BlockCounter(progress)
        shape = (int(grid.shape[0]), int(grid.shape[1]))
        self.blocks = blocks_of(shape, corner_of_files(scenes, grid)) if blocks is None else blocks
        self._plans = [_plans(scene, grid, self.blocks, counter) for scene in scenes]
        self._parts = {b: [[p.part(b) for p in plans] for plans in self._plans] for b in self.blocks}
        self._scenes, self._grid, self._key = tuple(scenes), grid, uuid.uuid4().hex
        lazies = [part.lazy for scenes_parts in self._parts.values() for ps in scenes_parts for part in ps]
        counter.expected = sum(math.prod(lazy.numblocks) for lazy in lazies if lazy.size)
        self._pool = ThreadPoolExecutor(READ_THREADS, thread_name_prefix="read")

    def __call__(self, block: Block) -> Pixels:
        """Read a block: all its bands and classes together, each block of a file once.

        Raises
        ------
        ReadFailed
            When a file is missing, refused, cut off or no GeoTIFF.
        """
        parts = self._parts[block]
        under = [n for n, (bands, *_) in enumerate(parts) if bands.lazy.size]
        arrays = iter(_compute([part.lazy for n in under for part in parts[n]], self._pool))
        layers = []
        for n in under:
            dn, *classes = (part.placed(next(arrays)) for part in parts[n])
            layers.append(Layer(n, dn, classes[0][0] if classes else None))
        return lay_over(layers, block.shape, len(BANDS))

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel to other machines as scenes and grid; there, each process plans once."""
        return _planned, (self._key, self._scenes, self._grid, self.blocks)


_plans_made: dict[str, Reading] = {}


def _planned(key: str, scenes: Sequence[Scene], grid: GeoBox, blocks: Sequence[Block]) -> Reading:
    """Return the reading of a run, planned at first use in this process."""
    with _plan_lock:
        if key not in _plans_made:
            _plans_made.clear()
            _plans_made[key] = Reading(scenes, grid, Progress(), blocks)
        return _plans_made[key]


_plan_lock = threading.Lock()


def corner_of_files(scenes: Sequence[Scene], grid: GeoBox) -> tuple[int, int]:
    """Return row and column of the first file's corner on the grid; (0, 0) where no file is aligned."""
    for scene in scenes:
        file_grid = _common_grid(scene.epsg, [scene.bands[b] for b in BANDS])
        if file_grid is not None and aligned(file_grid, grid, RESOLUTION_M):
            return (
                round((grid.affine.f - file_grid.affine.f) / RESOLUTION_M),
                round((file_grid.affine.c - grid.affine.c) / RESOLUTION_M),
            )
    return (0, 0)


@dataclass(frozen=True)
class _Part:
    """The pixels of files under a block, still unread."""

    lazy: Array
    factor: int
    inner: tuple[slice, slice]
    pads: tuple[tuple[int, int], tuple[int, int]]

    def placed(self, data: np.ndarray) -> np.ndarray:
        """Return what was read on the block's own pixels; 0 where the files end."""
        if self.factor > 1:
            data = data.repeat(self.factor, axis=1).repeat(self.factor, axis=2)[:, *self.inner]
        return np.pad(data, ((0, 0), *self.pads)) if any(map(any, self.pads)) else data


class _Plan:
    """Some bands of a scene as one lazy array, and where the blocks of the area lie in it."""

    def __init__(
        self,
        scene: Scene,
        bands: Sequence[str],
        grid: GeoBox,
        blocks: Sequence[Block],
        resolution_m: int,
        dtype: np.dtype[Any],
        reader: type[AutoParallelRioReader],
    ) -> None:
        file_grid = _common_grid(scene.epsg, [scene.bands[b] for b in bands])
        if file_grid is not None and aligned(file_grid, grid, resolution_m):
            self._factor = resolution_m // RESOLUTION_M
            self._start = (
                round((file_grid.affine.f - grid.affine.f) / RESOLUTION_M),
                round((grid.affine.c - file_grid.affine.c) / RESOLUTION_M),
            )
            self._data = _stack(scene, bands, file_grid, dtype, reader, FILE_BLOCK_PX)
        else:
            self._factor, self._start = 1, (0, 0)
            chunks = (1, 1, *_chunks(blocks))
            self._data = _stack(scene, bands, grid, dtype, reader, chunks)

    def part(self, block: Block) -> _Part:
        """Return the part under a block."""
        starts = (self._start[0] + block.row, self._start[1] + block.column)
        sizes = self._data.shape[1:]
        rows, columns = (Span(*v, self._factor) for v in zip(starts, block.shape, sizes, strict=True))
        lazy = self._data[:, rows.coarse, columns.coarse]
        return _Part(lazy, self._factor, (rows.inner, columns.inner), (rows.pad, columns.pad))


def _plans(scene: Scene, grid: GeoBox, blocks: Sequence[Block], counter: _BlockCounter) -> list[_Plan]:
    """Return the plans of the bands and, where there is one, of the scene classification."""
    reader = _counting_reader(counter)
    plans = [_Plan(scene, BANDS, grid, blocks, RESOLUTION_M, np.dtype(np.uint16), reader)]
    if SCL in scene.bands:
        plans.append(_Plan(scene, (SCL,), grid, blocks, SCL_RESOLUTION_M, np.dtype(np.uint8), reader))
    return plans


def _chunks(blocks: Sequence[Block]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the chunks of a warped array: quarters of the blocks."""
    heights = [b.height for b in blocks if b.column == 0]
    widths = [b.width for b in blocks if b.row == 0]
    return _halved(heights), _halved(widths)


def _halved(lengths: Sequence[int]) -> tuple[int, ...]:
    return tuple(half for n in lengths for half in (n // 2, n - n // 2))


def _stack(
    scene: Scene,
    bands: Sequence[str],
    grid: GeoBox,
    dtype: np.dtype[Any],
    reader: type[AutoParallelRioReader],
    chunks: Any,
) -> Array:
    """Return bands of a scene on a grid as a lazy ``(band, y, x)`` array; 0 where there is no data."""
    stacked = stackstac.stack(
        [_item_for_stackstac(scene, bands)],
        assets=list(bands),
        epsg=epsg_of(grid),
        resolution=abs(grid.affine.a),
        bounds=bounds_of(grid),
        snap_bounds=False,
        chunksize=chunks,
        dtype=dtype,
        fill_value=dtype.type(NO_DATA_DN),
        rescale=False,
        xy_coords=False,
        properties=False,
        band_coords=False,
        gdal_env=settings_for(*(scene.bands[b].href for b in bands)),
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


class _BlockCounter:
    """Counts blocks expected and read, in many threads."""

    def __init__(self, progress: Progress) -> None:
        self.progress = progress
        self.expected = 0
        self._read = 0
        self._lock = threading.Lock()

    def one_more(self) -> None:
        with self._lock:
            self._read += 1
            self.progress.detail(f"{self._read} of {self.expected} blocks")
            self.progress.report("reading", self._read / self.expected)


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

        def _is_plain(self) -> bool:
            """Tell whether the file is read as it is, and 0 is its only no data."""
            dataset = self.dataset.dataset
            return not isinstance(dataset, WarpedVRT) and dataset.nodata in (None, NO_DATA_DN)

        def _unmasked(self, window: Any) -> np.ndarray:
            """Read without making a mask of what is 0 anyway: a fifth of the time of a block."""
            block: np.ndarray = self.dataset.read(window=window, indexes=1, out_dtype=self.dtype)
            return block

        def read(self, window: Any, **kwargs: Any) -> np.ndarray:
            counter.progress.check()
            try:
                block = self._unmasked(window) if self._is_plain() else super().read(window, **kwargs)
            except Exception as error:
                note(self.url, failed=True)
                raise read_failed(self.url, error) from error
            note(self.url, failed=False)
            counter.one_more()
            return block

    return Reader


def _compute(arrays: Sequence[Array], pool: ThreadPoolExecutor) -> tuple[np.ndarray, ...]:
    """Compute lazy arrays together, on threads: reads wait for the network, not for each other.

    The scheduler is given as a callable: named by a string, dask would import distributed on first use.
    """
    computed: tuple[np.ndarray, ...] = dask.base.compute(  # type: ignore[no-untyped-call]
        *arrays, scheduler=dask.threaded.get, pool=pool
    )
    return computed
