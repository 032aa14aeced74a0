"""How much of an area its images show, in pixels: outside, without data, masked, clear."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from shapely.geometry import box
from shapely.geometry.base import BaseGeometry
from shapely.ops import unary_union

from pipeline.area.blocks import Block
from pipeline.area.grid import bounds_of, centres_within, epsg_of, geometry_on
from pipeline.arrays import Mask
from pipeline.reading.cloud_mask import TOO_FEW_LOOKS
from pipeline.reading.extent import Extent
from pipeline.reading.pixels import Pixels
from pipeline.sentinel2.scene import Scene


@dataclass(frozen=True)
class Coverage:
    """Pixels of an area by what its images show there. The parts add up to the area."""

    outside: int = 0
    """Beyond the outlines of all images."""
    no_data: int = 0
    """Inside an image's outline, but without data in it."""
    masked: int = 0
    """With data that the cloud mask leaves out."""
    clear: int = 0
    """What can be grouped."""
    too_few: int = 0
    """Clear on some dates, but on too few for a composite."""

    def __add__(self, other: Coverage) -> Coverage:
        return Coverage(
            self.outside + other.outside,
            self.no_data + other.no_data,
            self.masked + other.masked,
            self.clear + other.clear,
            self.too_few + other.too_few,
        )

    @property
    def inside(self) -> int:
        """Pixels of the area."""
        return self.outside + self.no_data + self.masked + self.clear + self.too_few

    @property
    def data(self) -> int:
        """Those with data, masked or not."""
        return self.masked + self.clear + self.too_few

    def without(self, clear: int, masked: int) -> Coverage:
        """Return the coverage where some pixels turn out to hold no data."""
        return replace(
            self,
            no_data=self.no_data + clear + masked,
            masked=self.masked - masked,
            clear=self.clear - clear,
        )


def outline_on(scenes: Sequence[Scene], extent: Extent) -> BaseGeometry | None:
    """Return the outline of all scenes on the grid of an area; None where it covers the whole grid."""
    outline = unary_union([geometry_on(scene.footprint, epsg_of(extent.grid)) for scene in scenes])
    return None if outline.covers(box(*bounds_of(extent.grid))) else outline


def coverage_of(
    block: Block, pixels: Pixels, usable: Mask, within: Mask, extent: Extent, outline: BaseGeometry | None
) -> Coverage:
    """Return the coverage of a block.

    Parameters
    ----------
    usable, within : numpy.ndarray
        bool ``(y, x)``: pixels that can be grouped, and pixels of the area.
    outline : shapely geometry or None
        From `outline_on`.
    """
    missing = within & ~pixels.has_data
    n_missing, n_clear = int(np.count_nonzero(missing)), int(np.count_nonzero(usable))
    outside = 0
    if n_missing and outline is not None:
        outside = int(np.count_nonzero(missing & ~centres_within(outline, block.of(extent.grid))))
    n_too_few = 0
    if pixels.looks is not None:
        n_too_few = int(np.count_nonzero((pixels.state & TOO_FEW_LOOKS > 0) & within))
    n_masked = int(np.count_nonzero(within)) - n_missing - n_clear - n_too_few
    return Coverage(outside, n_missing - outside, n_masked, n_clear, n_too_few)
