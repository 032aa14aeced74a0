"""Scenes on a grid, read block by block. The only file that knows stackstac.

stackstac plans (which file lies where on which grid) and opens; the loop over blocks is here, so that each
block of a cloud-optimised GeoTIFF is fetched once and decoded into its place. Where a file
lies on the area's own 10 m grid its blocks are read as they are; anything else (another UTM zone, another
pixel size, an origin off the 10 m grid) is warped by nearest neighbour. Bands of another native resolution
lie on their own grids: a band of 20 m is read at 20 m.
"""

from __future__ import annotations

import os
import threading
import uuid
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import numpy as np
from rasterio.enums import Resampling
from rasterio.vrt import WarpedVRT
from rasterio.windows import Window
from stackstac.prepare import prepare_items
from stackstac.rio_env import LayeredEnv
from stackstac.rio_reader import AutoParallelRioReader
from stackstac.to_dask import asset_table_to_reader_and_window

from pipeline.area.blocks import Block, blocks_of
from pipeline.area.grid import RESOLUTION_M, bounds_of, epsg_of
from pipeline.arrays import Mask
from pipeline.errors import Cancelled
from pipeline.progress import Progress
from pipeline.reading.alignment import Placement, common_grid, corner_of_files
from pipeline.reading.composite import Composite
from pipeline.reading.counter import BlockCounter
from pipeline.reading.extent import Extent
from pipeline.reading.gdal import ALWAYS, FORGETFUL, check_local, remember, settings_for
from pipeline.reading.in_turn import in_turn
from pipeline.reading.mosaic import FirstValid
from pipeline.reading.parts import FileGroup, Part, SceneFiles, layer_of
from pipeline.reading.pixels import NO_DATA_DN, Pixels
from pipeline.reading.read_errors import may_pass, read_failed
from pipeline.reading.remote.blocks import WEB, RemoteFile
from pipeline.reading.remote.header import check_block
from pipeline.sentinel2.bands import BY_KEY, SCL
from pipeline.sentinel2.scene import Scene

READ_THREADS = 8
"""Blocks of files on a server that are waited for at the same time."""
SCL_RESOLUTION_M = 20

ENVIRONMENT, FORGETFUL_ENVIRONMENT = (
    LayeredEnv(settings, open={"VSI_CACHE": False}, read={"VSI_CACHE": False})
    for settings in (ALWAYS, FORGETFUL)
)
"""GDAL's settings for stackstac: usual ones, and those for files that have failed (gdal.py)."""
TRIES, PAUSE_S = 2, 0.5
"""Tries for a block that was not fetched, and seconds between them; GDAL itself retries on 429 and 5xx."""
SCENES_AT_ONCE, DATES_AT_ONCE = 4, 2
"""Scenes of one and of several acquisitions that are read at the same time under a block."""


class Reading:
    """Scenes planned on the grid of an area and opened by stackstac; blocks are read from them.

    Parameters
    ----------
    scenes : sequence of Scene
        Tiles of one acquisition; where they overlap, the first one with data wins.
    extent : Extent
        What is read, on a grid of 10 m, UTM.
    progress : Progress
        Told about each block of a file; asked before each whether to go on.
    blocks : sequence of Block, optional
        What is read at a time; cut along the files' own blocks by default.
    cores : int, optional
        Processors that decode files of this machine's own disk; all by default.
    composite : Composite, optional
        How several acquisitions are combined; by default the first scene with data wins.
    """

    def __init__(
        self,
        scenes: Sequence[Scene],
        extent: Extent,
        progress: Progress,
        blocks: Sequence[Block] | None = None,
        cores: int | None = None,
        composite: Composite | None = None,
    ) -> None:
        counter, self._progress = BlockCounter(progress), progress
        if blocks is None:
            fine = [b for b in extent.bands if BY_KEY[b].resolution_m == RESOLUTION_M]
            blocks = blocks_of(extent.shape, corner_of_files(scenes, fine, extent.grid))
        self.blocks = blocks
        self._files = [_files_of(scene, extent, counter) for scene in scenes]
        self._scenes, self._extent, self._key = tuple(scenes), extent, uuid.uuid4().hex
        self._composite = composite
        counter.expected = sum(
            group.n_reads(block, within)
            for block, within in zip(self.blocks, map(self._within, self.blocks), strict=True)
            for files in self._files
            for group in files.groups
        )
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
        within = self._within(block)
        reached = [
            n for n, files in enumerate(self._files) if any(g.n_reads(block, within) for g in files.bands)
        ]
        n_bands, made = len(self._extent.bands), self._composite
        mosaic = FirstValid(block.shape, n_bands) if made is None else made.mosaic(block.shape, n_bands)
        at_once = SCENES_AT_ONCE if made is None else DATES_AT_ONCE

        def parts_of(n: int) -> list[Part]:
            return [group.part(block, within) for group in self._files[n].groups]

        for n, parts in in_turn(reached, at_once, parts_of, self._pool, self._progress):
            layer = layer_of(n, self._scenes[n], parts, block.shape, self._extent.mask)
            mosaic.feed(replace(layer, may_hold_offset=self._scenes[n].offset.may_hold))
            del parts, layer  # they are not held while the next ones are waited for
        return mosaic.result()

    def _within(self, block: Block) -> Mask | None:
        """Return which pixels of a block belong to the area; None: all of them."""
        within = self._extent.inside(block)
        return None if within.all() else within

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel to other machines as scenes and grid; there, each process plans once."""
        return _planned, (self._key, self._scenes, self._extent, self.blocks, self._composite)


_plans_made: dict[str, Reading] = {}


def _planned(
    key: str,
    scenes: Sequence[Scene],
    extent: Extent,
    blocks: Sequence[Block],
    composite: Composite | None,
) -> Reading:
    """Return the reading of a run, planned at first use in this process, a worker with one core."""
    with _plan_lock:
        if key not in _plans_made:
            _plans_made.clear()
            _plans_made[key] = Reading(scenes, extent, Progress(), blocks, cores=1, composite=composite)
        return _plans_made[key]


_plan_lock = threading.Lock()


def _files_of(scene: Scene, extent: Extent, counter: BlockCounter) -> SceneFiles:
    """Return the files of a scene that are read, opened: bands of one native resolution in one group."""
    by_resolution: dict[int, list[int]] = {}
    for place, band in enumerate(extent.bands):
        by_resolution.setdefault(BY_KEY[band].resolution_m, []).append(place)
    groups = []
    for resolution_m, places in sorted(by_resolution.items()):
        bands = [extent.bands[n] for n in places]
        placement = Placement.of(common_grid(scene, bands), extent.grid, resolution_m)
        groups.append(_file_group(scene, bands, placement, np.dtype(np.uint16), counter, tuple(places)))
    if SCL not in scene.bands:
        return SceneFiles(tuple(groups), None)
    margin = extent.mask.halo_px
    placement = Placement.of(common_grid(scene, (SCL,)), extent.grid, SCL_RESOLUTION_M, margin)
    classes = _file_group(scene, (SCL,), placement, np.dtype(np.uint8), counter, margin=margin)
    return SceneFiles(tuple(groups), classes)


def _file_group(
    scene: Scene,
    bands: Sequence[str],
    placement: Placement,
    dtype: np.dtype[Any],
    counter: BlockCounter,
    places: tuple[int, ...] = (),
    margin: int = 0,
) -> FileGroup:
    """Return files opened by stackstac; nothing is asked of a server yet."""
    hrefs = [scene.bands[band].href for band in bands]
    forgetful = settings_for(*hrefs) is FORGETFUL
    table, spec, within, _ = prepare_items(
        [_item_for_stackstac(scene, bands)],
        assets=list(bands),
        epsg=epsg_of(placement.grid),
        resolution=abs(placement.grid.affine.a),
        bounds=bounds_of(placement.grid),
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
        gdal_env=FORGETFUL_ENVIRONMENT if forgetful else ENVIRONMENT,
        errors_as_nodata=(),
        reader=BlockReader,
    )
    readers = dict(zip(within, (reader for reader, _ in opened.ravel()), strict=True))
    for made in readers.values():
        made.belongs_to(counter, scene.hosts)
    return FileGroup(placement, [readers.get(band) for band in bands], dtype, places, margin)


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


class BlockReader(AutoParallelRioReader):  # type: ignore[misc]
    """A reader for stackstac that counts blocks, stops when cancelled and words errors for users."""

    url: str
    _counter: BlockCounter
    _remote: RemoteFile | None = None

    def belongs_to(self, counter: BlockCounter, hosts: tuple[str, ...]) -> None:
        """Tell which run a reader belongs to, and to which hosts a file on the web may redirect."""
        self._counter = counter
        if self.url.startswith(WEB):
            self._remote = RemoteFile(self.url, hosts, counter.progress)

    def _open(self) -> Any:
        plain = self.url
        if self._remote is None:
            check_local(plain)
        else:
            self.url = self._remote.where()
        try:
            return super()._open()
        finally:
            self.url = plain

    def _source(self) -> Any:
        """Return the file itself, as GDAL has it open, where it is warped too."""
        dataset = self.dataset.dataset
        return dataset.src_dataset if isinstance(dataset, WarpedVRT) else dataset

    def _is_plain(self) -> bool:
        """Tell whether GDAL reads the file as it is, and 0 is its only no data."""
        dataset = self.dataset.dataset
        missing = NO_DATA_DN if dataset.nodata is None else dataset.nodata
        return not isinstance(dataset, WarpedVRT) and missing <= NO_DATA_DN

    def into(self, window: Window, target: np.ndarray) -> None:
        """Read a window; what may have been a passing fault is tried again, from the file's beginning."""
        for trial in range(1, TRIES + 1):
            self._counter.progress.check()
            try:
                self._read_into(window, target)
                break
            except Cancelled:
                raise
            except Exception as error:
                self._failed()
                if trial == TRIES or not may_pass(error):
                    raise read_failed(self.url, error) from error
            self._counter.progress.detail(f"a file did not come, trying again ({trial + 1} of {TRIES})")
            self._counter.progress.pause(PAUSE_S)
            with self._dataset_lock:
                self._dataset, self.gdal_env = None, FORGETFUL_ENVIRONMENT
        remember(self.url, failed=False)
        self._counter.one_more()

    def _failed(self) -> None:
        remember(self.url, failed=True)
        if self._remote is not None:
            self._remote.forget()

    def _its_turn(self, window: Window) -> threading.Lock:
        """Return the lock of a file's block: who comes second finds its bytes in GDAL's memory.

        A block of a 20 m file lies under several blocks of the area, which are read side by side.
        """
        height, width = self.dataset.dataset.block_shapes[0]
        return self._counter.turns[self.url, window.row_off // height, window.col_off // width]

    def _read_into(self, window: Window, target: np.ndarray) -> None:
        """Read a window: plain files on the web by our own requests, all others by GDAL."""
        if self._remote is not None:
            layout = self._remote.layout
            if layout and layout.grid == self.spec.vrt_params and self._remote.read(window, target):
                return
        check_block(*self._source().block_shapes[0])
        if self._is_plain():  # no mask is made of what is 0 anyway, a fifth of the time of a block
            with self._its_turn(window):
                self.dataset.read(window=window, indexes=1, out=target)
        else:
            target[:] = self.read(window)
