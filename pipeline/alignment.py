"""How the pixels of a file lie on the target grid, when no warp is needed."""

from __future__ import annotations

from odc.geo.geobox import GeoBox

from pipeline.grid import RESOLUTION_M


def aligned(file_grid: GeoBox, grid: GeoBox, resolution_m: int) -> bool:
    """Tell whether a file's pixels are whole pixels (or 2 x 2 of them) of the target grid, north up."""
    a, b, left, d, e, top = file_grid.affine[:6]
    steps = ((left - grid.affine.c) / RESOLUTION_M, (top - grid.affine.f) / RESOLUTION_M)
    on_grid = all(abs(s - round(s)) < 1e-9 for s in steps)
    return file_grid.crs == grid.crs and (a, b, d, e) == (resolution_m, 0, 0, -resolution_m) and on_grid


class Span:
    """Along one axis: the file's pixels under the target, and what the target has beyond the file.

    Parameters
    ----------
    start : int
        First target pixel, counted in target pixels from the file's edge; negative outside it.
    length : int
        Target pixels.
    file_length : int
        The file's own pixels.
    factor : int
        Target pixels a file pixel.
    """

    def __init__(self, start: int, length: int, file_length: int, factor: int) -> None:
        end = file_length * factor
        first, last = min(max(start, 0), end), min(max(start + length, 0), end)
        self.coarse = slice(first // factor, -(-last // factor))
        self.inner = slice(first - self.coarse.start * factor, last - self.coarse.start * factor)
        before = min(max(-start, 0), length)
        self.pad = (before, length - before - (last - first))
