"""From pixels and a model to labels, block by block; the clusters are counted on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import xarray as xr
from odc.geo.geobox import GeoBox
from odc.geo.xr import xr_coords

from pipeline.area.blocks import Block
from pipeline.arrays import Labels, Mask, Planes
from pipeline.clustering.areas import counted
from pipeline.clustering.features import columns_of, computed, picked
from pipeline.clustering.model import ClusterModel
from pipeline.clustering.refinements import refined
from pipeline.progress import Progress
from pipeline.reading.extent import Extent
from pipeline.reading.imagery import Imagery
from pipeline.reading.pixels import Pixels
from pipeline.reading.storage.spill import Spill
from pipeline.reading.windows import assembled, overlap, stepped
from pipeline.sentinel2.offset import QUANTIFICATION


@dataclass(frozen=True)
class LabelRaster:
    """Labels of an area in blocks: uint8, 0 masked, missing or outside, 1..k clusters."""

    grid: GeoBox
    blocks: Sequence[Block]
    _spill: Spill = field(repr=False)
    counts: np.ndarray
    """int64 ``(k + 1,)``: pixels of the area per label; 0 counts the masked and missing ones inside."""
    lut: np.ndarray | None = None
    """uint8 look-up table from what is kept to what is given, None where they are the same."""

    def get(self, number: int) -> Labels:
        """Return the labels of a block."""
        (labels,) = self._spill.get(number)
        return labels if self.lut is None else self.lut[labels]

    def window(self, rows: slice, columns: slice, step: int = 1) -> Labels:
        """Return a rectangle of the grid, or every `step`-th pixel of it (windows.stepped)."""
        wanted = stepped(rows, step), stepped(columns, step)
        labels = np.zeros((len(wanted[0]), len(wanted[1])), np.uint8)
        for number, block in enumerate(self.blocks):
            found = overlap(block, *wanted)
            if found is not None:
                here, there = found
                labels[there] = self.get(number)[here]
        return labels

    def at(self, rows: np.ndarray, columns: np.ndarray) -> Labels:
        """Return the labels of single pixels: uint8 ``(n,)``."""
        labels = np.zeros(len(rows), np.uint8)
        for number, block in enumerate(self.blocks):
            here = (rows >= block.row) & (rows < block.row + block.height)
            here &= (columns >= block.column) & (columns < block.column + block.width)
            if here.any():
                labels[here] = self.get(number)[rows[here] - block.row, columns[here] - block.column]
        return labels

    def array(self) -> xr.DataArray:
        """Return all labels ``(y, x)``; lazy for large areas."""
        rows, columns = self.grid.shape
        data = assembled(self.blocks, (int(rows), int(columns)), self.get, np.dtype(np.uint8))
        return xr.DataArray(data, dims=("y", "x"), coords=dict(xr_coords(self.grid)), name="cluster")

    def mapped(self, lut: Sequence[int]) -> LabelRaster:
        """Return the raster with its labels replaced: label n becomes ``lut[n]``."""
        table = np.asarray(lut, np.uint8)
        counts = np.zeros(int(table.max()) + 1, np.int64)
        np.add.at(counts, table, self.counts)
        combined = table if self.lut is None else table[self.lut]
        return LabelRaster(self.grid, self.blocks, self._spill, counts, combined)


def label(pixels: Imagery, model: ClusterModel, progress: Progress) -> LabelRaster:
    """Label and count every pixel of an area."""
    work = partial(
        _label_block, extent=pixels.extent, model=model, offsets=pixels.offsets, bands=pixels.bands
    )
    return _collected(
        pixels.extent.grid, pixels.store.blocks, pixels.store.each(work, progress), model.n_clusters, progress
    )


def raster_of(labels: Labels, extent: Extent, blocks: Sequence[Block], n_clusters: int) -> LabelRaster:
    """Return labels ``(y, x)`` that were made elsewhere as a raster, counted."""

    def of_block(number: int) -> Labels:
        part: Labels = labels[blocks[number].rows, blocks[number].columns]
        return part

    return raster_from(of_block, extent, blocks, n_clusters)


def raster_from(
    of_block: Callable[[int], Labels], extent: Extent, blocks: Sequence[Block], n_clusters: int
) -> LabelRaster:
    """Return labels that come block by block as a raster, counted.

    Parameters
    ----------
    of_block : callable
        Gives the labels of the block of a number: uint8 ``(y, x)``.
    """
    made = ((n, _counted(of_block(n), extent.inside(b), n_clusters)) for n, b in enumerate(blocks))
    return _collected(extent.grid, blocks, made, n_clusters, Progress())


@dataclass(frozen=True)
class _Labelled:
    labels: Labels
    counts: np.ndarray


def _label_block(
    block: Block,
    pixels: Pixels,
    *,
    extent: Extent,
    model: ClusterModel,
    offsets: Sequence[int],
    bands: Sequence[str],
) -> _Labelled:
    within = extent.inside(block)
    pixels = pixels.settled(offsets)
    usable = extent.usable(block, pixels)
    if not usable.any():
        return _counted(np.zeros(block.shape, np.uint8), within, model.n_clusters)
    labels = labelled(pixels, usable, model, offsets, bands)
    return _counted(labels, within, model.n_clusters)


def labelled(
    pixels: Pixels, usable: Mask, model: ClusterModel, offsets: Sequence[int], bands: Sequence[str]
) -> Labels:
    """Return the cluster of every usable pixel: uint8 ``(y, x)``, 0 elsewhere.

    Parameters
    ----------
    offsets : sequence of int
        Offset of each scene, digital numbers.
    bands : sequence of str
        Key of each band of the pixels.
    """
    if model.refinements:
        reflectance = pixels.reflectance(offsets)
        planes = computed(reflectance, bands, model.features)
        nearest = model.nearest(planes, usable)
        return refined(
            nearest, model.refinements, planes, reflectance, bands, model.scale, len(model.centres)
        )
    columns = columns_of(bands, model.features)
    if columns is None:
        return model.nearest(computed(pixels.reflectance(offsets), bands, model.features), usable)
    # Bands are labelled as they stand in the files, the offset folded into the weights.
    planes, offset = picked(pixels.dn, columns), pixels.offset_dn(offsets)
    if isinstance(offset, int):
        return model.nearest(planes, usable, 1 / QUANTIFICATION, offset)
    shifted: Planes = planes.astype(np.float32) + offset.astype(np.float32)
    return model.nearest(shifted, usable, 1 / QUANTIFICATION)


def _counted(labels: Labels, within: Mask, n_clusters: int) -> _Labelled:
    return _Labelled(labels, counted(labels, within, n_clusters))


def _collected(
    grid: GeoBox,
    blocks: Sequence[Block],
    made: Iterable[tuple[int, _Labelled]],
    n_clusters: int,
    progress: Progress,
) -> LabelRaster:
    spill, counts = Spill(), np.zeros(n_clusters + 1, np.int64)
    for done, (number, labelled) in enumerate(made, start=1):
        spill.put(number, labelled.labels)
        counts += labelled.counts
        progress.report("clustering", 0.5 + 0.5 * done / len(blocks))
    return LabelRaster(grid, blocks, spill, counts)
