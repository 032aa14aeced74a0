"""Scenes on a grid, read block by block. The only file that knows stackstac.

stackstac plans (which file lies where on which grid) and opens; the loop over blocks is here, so that each
block of a cloud-optimised GeoTIFF crosses the network once and is decoded to where it belongs. Where a file
lies on the area's own 10 m grid its blocks are read as they are; anything else (another UTM zone, another
pixel size, an origin off the 10 m grid) is warped by nearest neighbour.
"""

from __future__ import annotations

import os
import threading
import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any

import numpy as np
from odc.geo.geobox import GeoBox
from rasterio.enums import Resampling
from rasterio.vrt import WarpedVRT
from rasterio.windows import Window
from stackstac.prepare import prepare_items
from stackstac.rio_env import LayeredEnv
from stackstac.rio_reader import DEFAULT_GDAL_ENV, AutoParallelRioReader
from stackstac.to_dask import asset_table_to_reader_and_window

from pipeline.area.blocks import Block, blocks_of
from pipeline.area.grid import RESOLUTION_M, bounds_of, epsg_of
from pipeline.progress import Progress
from pipeline.reading.alignment import Placement, SourceWindow, common_grid, corner_of_files
from pipeline.reading.pixels import NO_DATA_DN, Layer, Pixels, lay_over
from pipeline.reading.read_errors import SILENCE_S, read_failed
from pipeline.reading.signing import signed
from pipeline.sentinel2.bands import BANDS, SCL
from pipeline.sentinel2.scene import Scene

READ_THREADS = 8
"""Blocks of files on a server that are waited for at the same time."""
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
    """Scenes planned on the grid of an area and opened by stackstac; blocks are read from them.

    Parameters
    ----------
    scenes : sequence of Scene
        Tiles of one acquisition; where they overlap, the first one with data wins.
    grid : GeoBox
        Target grid: 10 m, UTM.
    progress : Progress
        Told about each block of a file; asked before each whether to go on.
    blocks : sequence of Block, optional
        What is read at a time; cut along the files' own blocks by default.
    cores : int, optional
        Processors that decode files of this machine's own disk; all by default.
    """

    def __init__(
        self,
        scenes: Sequence[Scene],
        grid: GeoBox,
        progress: Progress,
        blocks: Sequence[Block] | None = None,
        cores: int | None = None,
    ) -> None:
        counter = _BlockCounter(progress)
        reader = _counting_reader(counter)
        shape = (int(grid.shape[0]), int(grid.shape[1]))
        self.blocks = blocks_of(shape, corner_of_files(scenes, grid)) if blocks is None else blocks
        self._file_groups = [_file_groups(scene, grid, reader) for scene in scenes]
        counter.expected = sum(
            sum(r is not None for r in group.readers) * len(group.lie.under(block).windows)
            for groups in self._file_groups
            for group in groups
            for block in self.blocks
        )
        self._scenes, self._grid, self._key = tuple(scenes), grid, uuid.uuid4().hex
        distant = any(file.href.startswith("http") for scene in scenes for file in scene.bands.values())
        threads = READ_THREADS if distant else cores or os.cpu_count()
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="read")

    def __call__(self, block: Block) -> Pixels:
        """Read a block: all its bands and classes together, each block of a file once.

        Raises
        ------
        ReadFailed
            When a file is missing, refused, cut off or no GeoTIFF.
        """
        parts = [[group.part(block) for group in groups] for groups in self._file_groups]
        reached = [n for n, (bands, *_) in enumerate(parts) if any(True for _ in bands.reads())]
        self._read([part for n in reached for part in parts[n]])
        layers = []
        for n in reached:
            dn, *classes = (part.cut.placed(part.data) for part in parts[n])
            layers.append(Layer(n, dn, classes[0][0] if classes else None))
        return lay_over(layers, block.shape, len(BANDS))

    def _read(self, parts: Sequence[_Part]) -> None:
        """Fill parts: reads wait for the network, not for each other; the headers of all files come first.

        From the end of each file to its beginning: where a thread reads two blocks that lie one after the
        other, GDAL takes it for reading ahead, and asks for twice as much.
        """
        reads = sorted((read for part in parts for read in part.reads()), key=lambda read: read[0])
        waiting = [self._pool.submit(reader.into, window, data) for _, reader, window, data in reads]
        try:
            done = wait(waiting, return_when=FIRST_EXCEPTION).done
            while done:
                done.pop().result()
        finally:  # no name is left for a future that failed: its error would keep all pixels of this frame
            while waiting:
                waiting.pop().cancel()

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel to other machines as scenes and grid; there, each process plans once."""
        return _planned, (self._key, self._scenes, self._grid, self.blocks)


_plans_made: dict[str, Reading] = {}


def _planned(key: str, scenes: Sequence[Scene], grid: GeoBox, blocks: Sequence[Block]) -> Reading:
    """Return the reading of a run, planned at first use in this process, a worker with one core."""
    with _plan_lock:
        if key not in _plans_made:
            _plans_made.clear()
            _plans_made[key] = Reading(scenes, grid, Progress(), blocks, cores=1)
        return _plans_made[key]


_plan_lock = threading.Lock()


@dataclass(frozen=True)
class _Part:
    """The pixels of some files under a block."""

    cut: SourceWindow
    readers: Sequence[Any]
    data: np.ndarray
    """``(file, y, x)`` in the files' own pixels, filled by `Reading`; 0 where a file has nothing."""

    def reads(self) -> Iterator[tuple[int, Any, Window, np.ndarray]]:
        """Give what is to be read: its place in the order of a file, the file, the window, where it goes."""
        for reader, band in zip(self.readers, self.data, strict=True):
            if reader is not None:
                for number, (window, inner) in enumerate(reversed(self.cut.windows)):
                    yield number, reader, window, band[inner]


@dataclass(frozen=True)
class _FileGroup:
    """Files of a scene that share a grid, opened, and how they lie under the area."""

    lie: Placement
    readers: Sequence[Any]
    """None for a file that lies elsewhere."""
    dtype: np.dtype[Any]

    def part(self, block: Block) -> _Part:
        """Return the part under a block, still unread."""
        cut = self.lie.under(block)
        return _Part(cut, self.readers, np.zeros((len(self.readers), *cut.shape), self.dtype))


def _file_groups(scene: Scene, grid: GeoBox, reader: type[AutoParallelRioReader]) -> list[_FileGroup]:
    """Return the bands and, where there is one, the scene classification."""
    bands = _file_group(scene, BANDS, grid, RESOLUTION_M, np.dtype(np.uint16), reader)
    if SCL not in scene.bands:
        return [bands]
    return [bands, _file_group(scene, (SCL,), grid, SCL_RESOLUTION_M, np.dtype(np.uint8), reader)]


def _file_group(
    scene: Scene,
    bands: Sequence[str],
    grid: GeoBox,
    resolution_m: int,
    dtype: np.dtype[Any],
    reader: type[AutoParallelRioReader],
) -> _FileGroup:
    """Return files opened by stackstac; nothing is asked of a server yet."""
    lie = Placement.of(common_grid(scene, bands), grid, resolution_m)
    table, spec, within, _ = prepare_items(
        [_item_for_stackstac(scene, bands)],
        assets=list(bands),
        epsg=epsg_of(lie.grid),
        resolution=abs(lie.grid.affine.a),
        bounds=bounds_of(lie.grid),
        snap_bounds=False,
        rescale=False,
        dtype=dtype,
    )
    opened = asset_table_to_reader_and_window(
        table,
        spec,
        resampling=Resampling.nearest,
        dtype=dtype,
        fill_value=dtype.type(NO_DATA_DN),
        rescale=False,
        gdal_env=settings_for(*(scene.bands[b].href for b in bands)),
        errors_as_nodata=(),
        reader=reader,
    )
    readers = dict(zip(within, (reader for reader, _ in opened.ravel()), strict=True))
    return _FileGroup(lie, [readers.get(band) for band in bands], dtype)


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

        def into(self, window: Window, target: np.ndarray) -> None:
            """Read a window; no mask is made of what is 0 anyway, a fifth of the time of a block."""
            counter.progress.check()
            try:
                if self._is_plain():
                    self.dataset.read(window=window, indexes=1, out=target)
                else:
                    target[:] = self.read(window)
            except Exception as error:
                note(self.url, failed=True)
                raise read_failed(self.url, error) from error
            note(self.url, failed=False)
            counter.one_more()

    return Reader
