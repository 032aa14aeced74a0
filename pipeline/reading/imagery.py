"""The pixels that were read: in blocks, with a sample, the scenes and their offsets."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from odc.geo.xr import xr_coords
from shapely.geometry.base import BaseGeometry

from pipeline.area.blocks import Block
from pipeline.arrays import Mask, Planes
from pipeline.progress import Progress
from pipeline.reading.composite import Composite
from pipeline.reading.coverage import Coverage, coverage_of, outline_on
from pipeline.reading.extent import Extent
from pipeline.reading.medians import median_of_planes
from pipeline.reading.pixels import FILLED, Pixels, joined
from pipeline.reading.sample import SAMPLE_PX, RawSample, Sample, pooled, take
from pipeline.reading.storage.local import Reader, Store
from pipeline.reading.windows import assembled, overlap, stepped
from pipeline.sentinel2.bands import SCL, VISIBLE
from pipeline.sentinel2.offset import check_together
from pipeline.sentinel2.scene import Scene


@dataclass(frozen=True)
class Imagery:
    """The pixels of an area, clouds included: for clustering, again and again, and for pictures."""

    extent: Extent
    store: Store = field(repr=False)
    scenes: tuple[Scene, ...]
    """With the offset decisions after the look at the pixels."""
    sample: Sample = field(repr=False)
    """Clear pixels inside the area."""
    coverage: Coverage
    """Pixels of the area: outside the images, without data, masked, clear."""
    notes: tuple[str, ...]
    """What a user should know."""
    composite: Composite | None = None
    """How several acquisitions were combined; None: the image is of one."""
    n_filled: int = 0
    """Clear pixels of the area that lacked a period, which was filled from its neighbours in time."""
    thinned: Pixels | None = field(default=None, repr=False)
    """Every `Extent.step`-th pixel, gathered on the way; None where that is every one."""

    @property
    def n_inside(self) -> int:
        """Pixels of the area."""
        return self.coverage.inside

    @property
    def n_data(self) -> int:
        """Those with data."""
        return self.coverage.data

    @property
    def bands(self) -> tuple[str, ...]:
        """Names of the planes."""
        return self.extent.bands if self.composite is None else self.composite.names(self.extent.bands)

    @property
    def offsets(self) -> tuple[int, ...]:
        """The offset of each scene's numbers; a composite has none left."""
        if self.composite is not None:
            return (0,)
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
                pieces.append((*there, self.store.part(number, *here).settled(self.offsets)))
        return joined(pieces, (len(wanted[0]), len(wanted[1])))

    def picture_planes(self, pixels: Pixels, bands: Sequence[str]) -> Planes:
        """Return reflectance x 10000 of some bands for a picture: uint16 ``(band, y, x)``, 0 without data.

        Of a composite of periods: the median of the periods.
        """
        names = self.bands
        if names[: len(self.extent.bands)] == self.extent.bands:
            return pixels.picture_planes(self.offsets, [names.index(band) for band in bands])
        planes = [
            pixels.picture_planes(
                self.offsets, [n for n, name in enumerate(names) if name.split("@")[0] == band]
            )
            for band in bands
        ]
        return np.stack([np.asarray(median_of_planes(list(p)), np.uint16) for p in planes])

    @cached_property
    def looks(self) -> NDArray[np.uint8]:
        """uint8 ``(y, x)``: clear acquisitions of every pixel of the area; 0 outside it."""

        def of_block(number: int) -> np.ndarray:
            block, pixels = self.store.blocks[number], self.block(number)
            within = self.extent.inside(block)
            if pixels.looks is None:
                return np.asarray(pixels.clear(self.extent.mask) & within, np.uint8)
            return np.asarray((pixels.looks & ~FILLED) * within, np.uint8)

        return np.asarray(assembled(self.store.blocks, self.extent.shape, of_block, np.dtype(np.uint8)))

    def block(self, number: int) -> Pixels:
        """Return the pixels of a block of `store`."""
        return self.store.get(number).settled(self.offsets)

    @cached_property
    def reflectance(self) -> xr.DataArray:
        """float32 ``(band, y, x)``; NaN without data, clouds included. Lazy for large areas."""
        return self._cube(lambda block, pixels: pixels.has_data)

    @cached_property
    def masked(self) -> xr.DataArray:
        """As `reflectance`; NaN also where it is not clear or outside the area."""
        return self._cube(self.extent.usable)

    def _cube(self, shown: Callable[[Block, Pixels], np.ndarray]) -> xr.DataArray:
        def of_block(number: int) -> Planes:
            block, pixels = self.store.blocks[number], self.block(number)
            cube = pixels.reflectance(self.offsets)
            cube[:, ~shown(block, pixels)] = np.nan
            return cube

        shape = (len(self.bands), *self.extent.shape)
        data = assembled(self.store.blocks, shape, of_block, np.dtype(np.float32))
        coords = {"band": list(self.bands), **xr_coords(self.extent.grid)}
        return xr.DataArray(data, dims=("band", "y", "x"), coords=coords, name="reflectance")


@dataclass(frozen=True)
class _BlockSummary:
    """A summary of a block, made where it was read: the pixels may stay on another machine."""

    sample: RawSample
    coverage: Coverage
    n_filled: int
    improbable: dict[int, tuple[int, int]]
    """Clear and masked pixels of each scene whose numbers are too low to hold the offset."""
    piece: tuple[slice, slice, Pixels] | None
    """Its part of `Imagery.thinned`."""


def read(
    scenes: Sequence[Scene],
    extent: Extent,
    store: Store,
    reader: Reader,
    seed: int,
    progress: Progress,
    sample_px: int = SAMPLE_PX,
    composite: Composite | None = None,
    decided_on_the_way: Callable[[], tuple[Scene, ...]] | None = None,
) -> Imagery:
    """Read all blocks of an area once.

    Parameters
    ----------
    scenes : sequence of Scene
        Tiles of one acquisition, or of those that are combined.
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
    composite : Composite, optional
        How the scenes of several acquisitions are combined; the offsets are decided then.
    decided_on_the_way : callable, optional
        Returns the scenes of a composite with the offsets that were decided while they were read.
    """
    n_inside = sum(int(np.count_nonzero(extent.inside(block))) for block in store.blocks)
    summary = partial(
        _summary,
        extent=extent,
        outline=outline_on(scenes, extent),
        share=sample_px / max(n_inside, 1),
        seed=seed,
    )
    found = dict(store.fill(reader, summary, progress))
    summaries = [found[n] for n in range(len(store.blocks))]
    sample = pooled([s.sample for s in summaries])
    on_the_way = decided_on_the_way or (lambda: tuple(scenes))
    decided = on_the_way() if composite is not None else _decided(scenes, sample, extent.bands)
    offsets = (0,) if composite is not None else tuple(s.offset.dn for s in decided)
    coverage = sum((_settled(s, offsets) for s in summaries), start=Coverage())
    pieces = [s.piece for s in summaries if s.piece is not None]
    rows, columns = (stepped(span, extent.step) for span in extent.whole)
    return Imagery(
        extent,
        store,
        decided,
        sample.settled(offsets),
        coverage,
        tuple(_notes(decided)),
        composite,
        sum(s.n_filled for s in summaries),
        joined(pieces, (len(rows), len(columns))).settled(offsets) if pieces else None,
    )


def _decided(scenes: Sequence[Scene], sample: RawSample, bands: Sequence[str]) -> tuple[Scene, ...]:
    """Return scenes with their offsets after a look at the pixels."""
    visible_dn = sample.dn[:, [bands.index(b) for b in VISIBLE]]
    visible = [visible_dn[sample.scene == n].T for n in range(len(scenes))]
    offsets = check_together([s.offset for s in scenes], visible)
    return tuple(replace(s, offset=offset) for s, offset in zip(scenes, offsets, strict=True))


def _settled(summary: _BlockSummary, offsets: Sequence[int]) -> Coverage:
    """Return the coverage of a block now that the offsets are decided (pixels.Pixels.settled)."""
    coverage = summary.coverage
    for scene, (clear, masked) in summary.improbable.items():
        if offsets[scene]:
            coverage = coverage.without(clear, masked)
    return coverage


def _summary(
    block: Block,
    pixels: Pixels,
    *,
    extent: Extent,
    outline: BaseGeometry | None,
    share: float,
    seed: int,
) -> _BlockSummary:
    within = extent.inside(block)
    usable = pixels.clear(extent.mask) & within
    return _BlockSummary(
        take(block, pixels, usable, share, seed),
        coverage_of(block, pixels, usable, within, extent, outline),
        0 if pixels.looks is None else int(np.count_nonzero((pixels.looks & FILLED > 0) & usable)),
        _improbable(pixels, usable, within),
        _thinned(block, pixels, extent),
    )


def _improbable(pixels: Pixels, usable: Mask, within: Mask) -> dict[int, tuple[int, int]]:
    """Return how many clear and masked pixels of each scene have numbers too low to hold the offset."""
    if not pixels.improbable.any():
        return {}
    clear, masked = (
        np.flatnonzero(pixels.improbable & usable),
        np.flatnonzero(pixels.improbable & within & ~usable),
    )
    n = max(pixels.sources, default=-1) + 1
    counts = [np.bincount(pixels.scenes(places), minlength=n) for places in (clear, masked)]
    return {s: (int(counts[0][s]), int(counts[1][s])) for s in pixels.sources}


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
