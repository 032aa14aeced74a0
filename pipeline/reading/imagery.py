"""What was read of an area: pixels in blocks, a sample of them, the scenes with their offsets."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial

import numpy as np
import xarray as xr
from odc.geo.geobox import GeoBox
from odc.geo.xr import xr_coords

from pipeline.area.aoi import AreaOfInterest
from pipeline.area.blocks import Block
from pipeline.area.grid import inside
from pipeline.progress import Progress
from pipeline.reading.pixels import Pixels, joined
from pipeline.reading.sample import SAMPLE_PX, RawSample, Sample, pooled, take
from pipeline.reading.storage.local import Reader, Store
from pipeline.reading.windows import assembled, overlap, step_for, stepped
from pipeline.sentinel2.bands import BANDS, SCL
from pipeline.sentinel2.offset import check_together
from pipeline.sentinel2.scene import Scene


@dataclass(frozen=True)
class Extent:
    """Which pixels count: the grid, the area on it, and the scene classes that are left out."""

    area: AreaOfInterest
    grid: GeoBox
    mask_classes: tuple[int, ...]

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the grid."""
        rows, columns = self.grid.shape
        return int(rows), int(columns)

    @property
    def whole(self) -> tuple[slice, slice]:
        """All rows and columns of the grid."""
        rows, columns = self.shape
        return slice(0, rows), slice(0, columns)

    @property
    def step(self) -> int:
        """Every how many-th pixel is drawn in pictures of the whole area."""
        return step_for(self.shape)

    def inside(self, block: Block) -> np.ndarray:
        """Return which pixels of a block belong to the area: bool ``(y, x)``."""
        return inside(self.area, self.grid, block)

    def usable(self, block: Block, pixels: Pixels) -> np.ndarray:
        """Return which pixels of a block are to be grouped: clear and inside; bool ``(y, x)``."""
        return np.asarray(pixels.clear(self.mask_classes) & self.inside(block))


@dataclass(frozen=True)
class AreaPixels:
    """The pixels of an area, clouds included: for clustering, again and again, and for pictures."""

    extent: Extent
    store: Store = field(repr=False)
    scenes: tuple[Scene, ...]
    """With the offset decisions after the look at the pixels."""
    sample: Sample = field(repr=False)
    """Clear pixels inside the area."""
    n_inside: int
    """Pixels of the area."""
    n_data: int
    """Those with data."""
    notes: tuple[str, ...]
    """What a user should know."""
    thinned: Pixels | None = field(default=None, repr=False)
    """Every `Extent.step`-th pixel, gathered on the way; None where that is every one."""

    @property
    def bands(self) -> tuple[str, ...]:
        """Key of each band that was read."""
        return BANDS

    @property
    def offsets(self) -> tuple[int, ...]:
        """What is added to the digital numbers of each scene."""
        return tuple(s.offset.dn for s in self.scenes)

    def window(self, rows: slice, columns: slice, step: int = 1) -> Pixels:
        """Return the pixels of a rectangle of the grid, or every `step`-th of them (windows.stepped)."""
        if self.thinned is not None and (rows, columns, step) == (*self.extent.whole, self.extent.step):
            return self.thinned
        wanted = stepped(rows, step), stepped(columns, step)
        pieces = []
        for number, block in enumerate(self.store.blocks):
            found = overlap(block, *wanted)
            if found is not None:
                here, there = found
                pieces.append((*there, self.store.part(number, *here)))
        return joined(pieces, (len(wanted[0]), len(wanted[1])))

    @cached_property
    def reflectance(self) -> xr.DataArray:
        """float32 ``(band, y, x)``; NaN without data, clouds included. Lazy for large areas."""
        return self._cube(lambda block, pixels: pixels.has_data)

    @cached_property
    def masked(self) -> xr.DataArray:
        """As `reflectance`; NaN also where it is not clear or outside the area."""
        return self._cube(self.extent.usable)

    def _cube(self, shown: Callable[[Block, Pixels], np.ndarray]) -> xr.DataArray:
        def of_block(number: int) -> np.ndarray:
            block, pixels = self.store.blocks[number], self.store.get(number)
            cube = pixels.reflectance(self.offsets)
            cube[:, ~shown(block, pixels)] = np.nan
            return cube

        shape = (len(BANDS), *self.extent.shape)
        data = assembled(self.store.blocks, shape, of_block, np.dtype(np.float32))
        coords = {"band": list(BANDS), **xr_coords(self.extent.grid)}
        return xr.DataArray(data, dims=("band", "y", "x"), coords=coords, name="reflectance")


@dataclass(frozen=True)
class _Read:
    """What is told of a block when it has been read."""

    sample: RawSample
    n_inside: int
    n_data: int
    piece: tuple[slice, slice, Pixels] | None
    """Its part of `AreaPixels.thinned`."""


def read(
    scenes: Sequence[Scene],
    extent: Extent,
    store: Store,
    reader: Reader,
    seed: int,
    progress: Progress,
    sample_px: int = SAMPLE_PX,
) -> AreaPixels:
    """Read all blocks of an area once.

    Parameters
    ----------
    scenes : sequence of Scene
        Tiles of one acquisition.
    extent : Extent
        Which pixels count.
    store : Store
        Where the blocks are read and kept.
    reader : callable
        Reads a block of the scenes (`reader.Reading`).
    seed : int
        Of the sample.
    sample_px : int
        About how many pixels of the area are sampled.
    """
    share = sample_px / (extent.shape[0] * extent.shape[1])
    look = partial(_look, extent=extent, share=share, seed=seed)
    found: dict[int, _Read] = {}
    for number, told in store.fill(reader, look, progress):
        found[number] = told
    told_in_order = [found[n] for n in range(len(store.blocks))]
    sample = pooled([t.sample for t in told_in_order])
    visible = [sample.dn[sample.scene == n, :3].T for n in range(len(scenes))]
    offsets = check_together([s.offset for s in scenes], visible)
    decided = tuple(replace(s, offset=offset) for s, offset in zip(scenes, offsets, strict=True))
    reflectance = sample.reflectance([s.offset.dn for s in decided])
    pieces = [t.piece for t in told_in_order if t.piece is not None]
    rows, columns = (stepped(span, extent.step) for span in extent.whole)
    return AreaPixels(
        extent,
        store,
        decided,
        Sample(reflectance, sample.rows, sample.columns),
        sum(t.n_inside for t in told_in_order),
        sum(t.n_data for t in told_in_order),
        tuple(_notes(decided)),
        joined(pieces, (len(rows), len(columns))) if pieces else None,
    )


def _look(block: Block, pixels: Pixels, *, extent: Extent, share: float, seed: int) -> _Read:
    within = extent.inside(block)
    usable = pixels.clear(extent.mask_classes) & within
    return _Read(
        take(block, pixels, usable, share, seed),
        int(np.count_nonzero(within)),
        int(np.count_nonzero(pixels.has_data & within)),
        _thinned(block, pixels, extent),
    )


def _thinned(block: Block, pixels: Pixels, extent: Extent) -> tuple[slice, slice, Pixels] | None:
    """Return the pixels of a block that pictures of the whole area show, and where they go."""
    if extent.step == 1:
        return None
    found = overlap(block, *(stepped(span, extent.step) for span in extent.whole))
    if found is None:
        return None
    here, there = found
    return (*there, pixels.part(*here))


def _notes(scenes: Sequence[Scene]) -> Iterator[str]:
    for scene in scenes:
        if SCL not in scene.bands:
            yield f"{scene.id} has no scene classification: clouds and shadows are not masked."
    if len({s.offset.dn for s in scenes}) > 1:
        yield "The tiles' offsets were decided differently: look for a seam between them."
