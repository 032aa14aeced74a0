"""What there is of an area in its images, in pixels: outside of them, without data, masked, clear."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from shapely.geometry import box
from shapely.geometry.base import BaseGeometry
from shapely.ops import unary_union

from pipeline.area.blocks import Block
from pipeline.area.grid import bounds_of, centres_within, epsg_of, geometry_on
from pipeline.arrays import Mask
from pipeline.reading.extent import Extent
from pipeline.reading.pixels import Pixels
from pipeline.sentinel2.scene import Scene


@dataclass(frozen=True)
class Coverage:
    """Pixels of an area by what its images show of them. The four parts add up to the area."""

    outside: int = 0
    """Beyond the outlines of all images."""
    no_data: int = 0
    """Inside an image's outline, but without data in it."""
    masked: int = 0
    """With data that the cloud mask leaves out."""
    clear: int = 0
    """What can be grouped."""

    def __add__(self, other: Coverage) -> Coverage:
        return Coverage(
            self.outside + other.outside,
            self.no_data + other.no_data,
            self.masked + other.masked,
            self.clear + other.clear,
        )

    @property
    def inside(self) -> int:
        """Pixels of the area."""
        return self.outside + self.no_data + self.masked + self.clear

    @property
    def data(self) -> int:
        """Those with data, masked or not."""
        return self.masked + self.clear

    def without(self, clear: int, masked: int) -> Coverage:
        """Return the coverage where some pixels turn out to hold no data."""
        return Coverage(self.outside, self.no_data + clear + masked, self.masked - masked, self.clear - clear)


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
    n_masked = int(np.count_nonzero(within)) - n_missing - n_clear
    return Coverage(outside, n_missing - outside, n_masked, n_clear)
