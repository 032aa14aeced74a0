"""A first look at an area from the files' overviews: a sixteenth of the pixels or fewer."""

from __future__ import annotations

import logging
import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import numpy as np
from affine import Affine
from odc.geo.geobox import GeoBox
from rasterio.enums import Resampling
from rasterio.windows import Window

from pipeline.area.blocks import Block
from pipeline.area.grid import RESOLUTION_M, epsg_of
from pipeline.errors import ReadFailed
from pipeline.progress import Progress
from pipeline.reading import imagery
from pipeline.reading.alignment import corner_of_files
from pipeline.reading.extent import Extent
from pipeline.reading.imagery import Imagery
from pipeline.reading.mosaic import FirstValid, Layer
from pipeline.reading.overviews import NoOverviews, at_overview, on_grid, opened
from pipeline.reading.pixels import NO_DATA_DN, Pixels
from pipeline.reading.reader import READ_THREADS
from pipeline.reading.remote.blocks import RemoteFile
from pipeline.reading.storage.local import LocalStore
from pipeline.sentinel2.bands import BANDS, BY_KEY, SCL
from pipeline.sentinel2.scene import Scene

log = logging.getLogger(__name__)

FACTORS = (16, 8, 4)
"""Overviews that catalogues' files have, beside a first one of 2."""
LOOK_PX = 60
"""Fewest pixels a side of a first look. A block of an overview has as many bytes as a block of the file
itself, so the coarsest overview that shows enough is read."""
LOOK_SAMPLE_PX = 60_000
"""Pixels of a first look that are grouped: its clusters are shown for seconds."""


def look_grid(scenes: Sequence[Scene], grid: GeoBox, bands: Sequence[str] = BANDS) -> tuple[GeoBox, int]:
    """Return the coarser grid of a first look and its factor; its lines are those of the files' overviews."""
    fine = [b for b in bands if BY_KEY[b].resolution_m == RESOLUTION_M]
    rows, columns = grid.shape
    factor = next((f for f in FACTORS if max(rows, columns) / f >= LOOK_PX), FACTORS[-1])
    top, left = (n % factor for n in corner_of_files(scenes, fine, grid))
    top, left = (n - factor if n else 0 for n in (top, left))
    affine = grid.affine * Affine.translation(left, top) * Affine.scale(factor)
    shape = (math.ceil((rows - top) / factor), math.ceil((columns - left) / factor))
    return GeoBox(shape, affine, grid.crs), factor


def first_look(scenes: Sequence[Scene], extent: Extent, seed: int, progress: Progress) -> Imagery | None:
    """Return an area's pixels from the files' overviews; None where there are none or they cannot be read."""
    grid, factor = look_grid(scenes, extent.grid, extent.bands)
    coarse = replace(extent, grid=grid)
    reading = OverviewReading(scenes, coarse, factor, progress)
    store = LocalStore(reading.blocks)
    try:
        return imagery.read(scenes, coarse, store, reading, seed, progress, LOOK_SAMPLE_PX)
    except NoOverviews:
        return None
    except ReadFailed:
        log.info("no first look", exc_info=True)
        return None


class OverviewReading:
    """Scenes at overview resolution (see `reader.Reading`): one block, one read a file.

    Parameters
    ----------
    scenes : sequence of Scene
        Tiles of one acquisition; where they overlap, the first one with data wins.
    extent : Extent
        What is read, on a grid from `look_grid`.
    factor : int
        Pixels of the files per pixel of the grid, along a side.
    """

    def __init__(self, scenes: Sequence[Scene], extent: Extent, factor: int, progress: Progress) -> None:
        self._scenes, self._extent, self._factor, self._progress = scenes, extent, factor, progress
        self.blocks = (Block(0, 0, *extent.shape),)

    def __call__(self, block: Block) -> Pixels:
        """Read everything.

        Raises
        ------
        NoOverviews
            When a file lacks them.
        ReadFailed
            When a file is missing, refused, cut off or no GeoTIFF.
        """
        bands, mask = self._extent.bands, self._extent.mask
        names = [(s, b) for s in self._scenes for b in (*bands, SCL) if b in s.bands]
        with ThreadPoolExecutor(READ_THREADS, thread_name_prefix="look") as pool:
            read = dict(zip([(s.id, b) for s, b in names], pool.map(self._read, names), strict=True))
        mosaic = FirstValid(block.shape, len(bands))
        for number, scene in enumerate(self._scenes):
            dn, values = np.stack([read[scene.id, b] for b in bands]), read.get((scene.id, SCL))
            classes = None if values is None else scene.scene_classes(values)
            near = None if classes is None else mask.near(classes, self._extent.grid.affine.a)
            mosaic.feed(Layer(number, dn, classes, near, may_hold_offset=scene.offset.may_hold))
        return mosaic.result()

    def _read(self, wanted: tuple[Scene, str]) -> np.ndarray:
        scene, band = wanted
        self._progress.check()
        href, dtype = scene.bands[band].href, np.uint8 if band == SCL else np.uint16
        with opened(href, scene.hosts, self._progress) as file:
            found = None if file.remote is None else self._of_blocks(file.remote, np.dtype(dtype))
            if found is None:
                found = self._of(file.dataset).clip(min=NO_DATA_DN).astype(dtype, copy=False)
            return found

    def _of_blocks(self, file: RemoteFile, dtype: np.dtype[Any]) -> np.ndarray | None:
        """Return an overview's pixels nearest to the grid's; None where there is none, or on other lines."""
        layout, grid = file.layout, self._extent.grid
        if layout is None or layout.grid["crs"] != epsg_of(grid):
            return None
        transform = layout.grid["transform"]
        factor = round(self._factor * RESOLUTION_M / transform.a)
        overview = file.overview(factor) if factor >= 1 else None
        column, row = (v / max(factor, 1) for v in ~transform * (grid.affine.c, grid.affine.f))
        if overview is None or not all(abs(v - round(v)) < 1e-6 for v in (row, column)):
            return None
        data = np.full(self.blocks[0].shape, NO_DATA_DN, dtype)
        (top, rows), (left, columns) = (
            _nearest(round(start), n, factor, *lengths)
            for start, n, *lengths in zip(
                (row, column), data.shape, layout.shape, overview.shape, strict=True
            )
        )
        if len(rows) and len(columns):
            window = Window(columns[0], rows[0], columns[-1] - columns[0] + 1, rows[-1] - rows[0] + 1)
            part = np.empty((window.height, window.width), dtype)
            if not file.read(window, part, overview):
                return None
            found = part[np.ix_(rows - rows[0], columns - columns[0])]
            data[top : top + len(rows), left : left + len(columns)] = found
        return data

    def _of(self, dataset: Any) -> np.ndarray:
        factor = round(self._factor * RESOLUTION_M / dataset.res[0])
        level = at_overview(dataset, factor)
        if factor > 1 and level is None:
            raise NoOverviews
        grid = self._extent.grid
        start = ~dataset.transform * (grid.affine.c, grid.affine.f)
        on_lines = all(abs(v / factor - round(v / factor)) < 1e-6 for v in start)
        if dataset.crs.to_epsg() == epsg_of(grid) and on_lines:
            return _aligned(dataset, (round(start[1]), round(start[0])), self.blocks[0].shape, factor)
        return on_grid(dataset, grid, Resampling.nearest, level)


def _nearest(start: int, n: int, factor: int, length: int, coarse: int) -> tuple[int, np.ndarray]:
    """Return the first of `n` pixels of a grid that a file reaches, and the overview's pixel for each.

    An overview may leave out a last pixel that is not whole: then its pixels are a little larger than the
    factor says, as GDAL sees them, too.

    Parameters
    ----------
    start : int
        The grid's first pixel, from the file's edge, in pixels of `factor`.
    n : int
        Pixels of the grid.
    factor : int
        Pixels of the file for one of the grid.
    length, coarse : int
        Pixels of the file, and of its overview.
    """
    first, last = max(0, -start), min(n, -(-length // factor) - start)
    centres = (np.arange(start + first, start + max(first, last)) + 0.5) * factor
    return first, np.minimum((centres * coarse / length).astype(int), coarse - 1)


def _aligned(dataset: Any, start: tuple[int, int], shape: tuple[int, int], factor: int) -> np.ndarray:
    """Return a part of a file at an overview's resolution; `start` in the file's own pixels."""
    data = np.full(shape, NO_DATA_DN, dataset.dtypes[0])
    spans = []
    for first, n, length in zip(start, shape, dataset.shape, strict=True):
        a = max(0, -(first // factor))
        b = min(n, math.ceil((length - first) / factor))
        spans.append((a, b, first + a * factor, min(first + b * factor, length)))
    (r0, r1, top, bottom), (c0, c1, left, right) = spans
    if r1 > r0 and c1 > c0:
        window = Window(left, top, right - left, bottom - top)
        data[r0:r1, c0:c1] = dataset.read(1, window=window, out_shape=(r1 - r0, c1 - c0))
    return data
