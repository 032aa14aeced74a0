"""What is read and counted: the area, its grid, the bands, the cloud mask."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from odc.geo.geobox import GeoBox

from pipeline.area.aoi import AreaOfInterest
from pipeline.area.blocks import Block
from pipeline.area.grid import inside
from pipeline.arrays import Mask
from pipeline.reading.cloud_mask import CloudMask
from pipeline.reading.pixels import Pixels
from pipeline.reading.windows import step_for
from pipeline.sentinel2.bands import BANDS


@dataclass(frozen=True)
class Extent:
    """Which pixels count, and which bands are read."""

    area: AreaOfInterest
    grid: GeoBox
    mask: CloudMask
    bands: tuple[str, ...] = BANDS
    """Keys of `sentinel2.bands.BY_KEY`, in the order of the planes."""

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

    def inside(self, block: Block) -> Mask:
        """Return which pixels of a block belong to the area: bool ``(y, x)``."""
        return inside(self.area, self.grid, block)

    def usable(self, block: Block, pixels: Pixels) -> Mask:
        """Return which pixels of a block are to be grouped: clear and inside; bool ``(y, x)``."""
        return np.asarray(pixels.clear(self.mask) & self.inside(block))
