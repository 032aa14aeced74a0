"""An area cut into blocks that are read, labelled and counted one by one."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from odc.geo.geobox import GeoBox

FILE_BLOCK_PX = 1024
"""Side of a block of a Sentinel-2 file; it is read whole."""
BLOCK_PX = 2048
"""Side of a block: 2 x 2 blocks of a band's file and one of its scene classification (1024 px of 20 m)."""


@dataclass(frozen=True)
class Block:
    """A rectangle of an area's grid, in pixels."""

    row: int
    column: int
    height: int
    width: int

    @property
    def rows(self) -> slice:
        """Rows of the area's grid."""
        return slice(self.row, self.row + self.height)

    @property
    def columns(self) -> slice:
        """Columns of the area's grid."""
        return slice(self.column, self.column + self.width)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return (self.height, self.width)

    def grown(self, margin: int) -> Block:
        """Return the block widened by some pixels on each side; it may reach beyond the area's edge."""
        more = 2 * margin
        return Block(self.row - margin, self.column - margin, self.height + more, self.width + more)

    def of(self, grid: GeoBox) -> GeoBox:
        """Return the block's own grid."""
        part: GeoBox = grid[self.rows, self.columns]
        return part


def blocks_of(
    shape: tuple[int, int], origin: tuple[int, int] = (0, 0), side_px: int | None = None
) -> tuple[Block, ...]:
    """Cut an area into blocks, row by row.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns of the area.
    origin : tuple of int
        Row and column, counted from the area's corner, of the corner of the files: where an area is larger
        than a block it is cut on the edges of the files' blocks, so that no two blocks share one.
    side_px : int, optional
        Side of a block, a multiple of that of the files' blocks; `BLOCK_PX` by default.
    """
    side = side_px or BLOCK_PX
    rows, columns = (_spans(n, start, side) for n, start in zip(shape, origin, strict=True))
    return tuple(Block(r, c, height, width) for r, height in rows for c, width in columns)


def _spans(length: int, origin: int, side: int) -> list[tuple[int, int]]:
    """Return start and length of the pieces along one axis."""
    if length <= side:
        return [(0, length)]
    cuts = [0, *range(origin % side or side, length, side), length]
    return [(a, b - a) for a, b in pairwise(cuts)]
