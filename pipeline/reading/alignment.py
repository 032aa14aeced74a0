"""How files lie under an area's grid: which of their pixels belong to a block, and in what pieces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from math import ceil, floor, isfinite

import numpy as np
from affine import Affine
from odc.geo.geobox import GeoBox
from rasterio.warp import transform_bounds
from rasterio.windows import Window

from pipeline.area.blocks import FILE_BLOCK_PX, Block
from pipeline.area.grid import RESOLUTION_M, bounds_of, epsg_of
from pipeline.reading.pixels import CoarsePlanes
from pipeline.sentinel2.scene import Scene


def common_grid(scene: Scene, bands: Sequence[str]) -> GeoBox | None:
    """Return the grid that some files of a scene share; None where the item does not say or they differ."""
    files = [scene.bands[b] for b in bands]
    if not files:
        return None
    first, *others = files
    same = all((f.transform, f.shape) == (first.transform, first.shape) for f in others)
    if first.transform is None or first.shape is None or not same:
        return None
    return GeoBox(first.shape, Affine(*first.transform), f"EPSG:{scene.epsg}")


def corner_of_files(scenes: Sequence[Scene], bands: Sequence[str], grid: GeoBox) -> tuple[int, int]:
    """Return row and column of the first file's corner on the grid; (0, 0) where no file is aligned.

    Only bands of 10 m are looked at; the blocks of the others end where every second of theirs does.
    """
    for scene in scenes:
        file_grid = common_grid(scene, bands)
        if file_grid is not None and aligned(file_grid, grid, RESOLUTION_M):
            down, right = _steps(file_grid, grid)
            return (down, right)
    return (0, 0)


def _steps(file_grid: GeoBox, grid: GeoBox) -> tuple[int, int]:
    """Return row and column of a file's corner on an aligned grid."""
    return (
        round((grid.affine.f - file_grid.affine.f) / RESOLUTION_M),
        round((file_grid.affine.c - grid.affine.c) / RESOLUTION_M),
    )


def aligned(file_grid: GeoBox, grid: GeoBox, resolution_m: int) -> bool:
    """Return whether a file's pixels are whole pixels (or 2 x 2 of them) of the target grid, north up."""
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
        self.length = length
        end = file_length * factor
        first, last = min(max(start, 0), end), min(max(start + length, 0), end)
        self.coarse = slice(first // factor, -(-last // factor))
        self.inner = slice(first - self.coarse.start * factor, last - self.coarse.start * factor)
        before = min(max(-start, 0), length)
        self.pad = (before, length - before - (last - first))


@dataclass(frozen=True)
class SourceWindow:
    """The pixels of files under a block."""

    rows: Span
    columns: Span
    factor: int
    windows: tuple[tuple[Window, tuple[slice, slice]], ...]
    """What is read at a time, and where it goes among the pixels under the block."""

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns in the files' own pixels; 0 where the files end before the block."""
        rows, columns = self.rows.coarse, self.columns.coarse
        return (rows.stop - rows.start, columns.stop - columns.start)

    def needed(
        self, within: np.ndarray | None, margin: int
    ) -> tuple[tuple[Window, tuple[slice, slice]], ...]:
        """Return the `windows` that reach a pixel of the area.

        Parameters
        ----------
        within : numpy.ndarray or None
            bool ``(y, x)``: pixels of the area in the block; None: all of them.
        margin : int
            Pixels around the block that the windows reach over.
        """
        if within is None:
            return self.windows

        def near(span: Span, inner: slice) -> slice:
            first = span.pad[0] - span.inner.start - margin
            start, stop = (first + self.factor * n for n in (inner.start, inner.stop))
            return slice(max(0, start - margin), max(0, stop + margin))

        return tuple(
            (window, (rows, columns))
            for window, (rows, columns) in self.windows
            if within[near(self.rows, rows), near(self.columns, columns)].any()
        )

    def placed(self, data: np.ndarray) -> np.ndarray:
        """Return pixels ``(file, y, x)`` on the block's own; 0 where the files end."""
        if self.factor > 1:
            inner = (slice(None), self.rows.inner, self.columns.inner)
            data = data.repeat(self.factor, axis=2).repeat(self.factor, axis=1)[inner]
        pads = (self.rows.pad, self.columns.pad)
        return np.pad(data, ((0, 0), *pads)) if any(map(any, pads)) else data

    def kept(self, data: np.ndarray, places: tuple[int, ...]) -> CoarsePlanes:
        """Return pixels ``(file, y, x)`` as they are, with how they lie under the block; 0 where files end.

        Parameters
        ----------
        places : tuple of int
            Position of each file's band among all bands.
        """
        shift, pads = [], [(0, 0)]
        for span, n in zip((self.rows, self.columns), data.shape[1:], strict=True):
            before = -(-span.pad[0] // self.factor)
            # the first of the added pixels may begin before the block, as the first of the file may
            shift.append(before * self.factor - span.pad[0] if before else span.inner.start)
            after = max(0, -(-(shift[-1] + span.length) // self.factor) - before - n)
            pads.append((before, after))
        padded = np.pad(data, pads) if any(map(any, pads)) else data
        return CoarsePlanes(padded, places, (shift[0], shift[1]), self.factor)


@dataclass(frozen=True)
class Placement:
    """How files that share a grid lie under the grid of an area."""

    grid: GeoBox
    """On which the files are opened: their own, or the area's where they have to be warped."""
    start: tuple[int, int]
    """Row and column of the area's corner, counted from the corner of `grid` in pixels of the area."""
    factor: int
    """Pixels of the area along a side of a pixel of `grid`."""
    warped: bool
    reach: tuple[slice, slice] | None = None
    """Rows and columns of `grid` in which warped files can have pixels; None: unknown, or not warped."""

    @classmethod
    def of(cls, file_grid: GeoBox | None, grid: GeoBox, resolution_m: int, margin: int = 0) -> Placement:
        """Return how files lie.

        Parameters
        ----------
        file_grid : GeoBox or None
            Grid of the files, None where unknown.
        grid : GeoBox
            Of the area.
        resolution_m : int
            Side of the files' pixels.
        margin : int
            Pixels around the area that are read too.
        """
        if file_grid is None or not aligned(file_grid, grid, resolution_m):
            around = grid.pad(margin) if margin else grid
            reach = None if file_grid is None else _reach(file_grid, around)
            return cls(around, (margin, margin), 1, True, reach)
        down, right = _steps(file_grid, grid)
        return cls(file_grid, (-down, -right), resolution_m // RESOLUTION_M, False)

    def under(self, block: Block) -> SourceWindow:
        """Return the pixels under a block, in pieces: the files' blocks, or quarters of a warped block.

        Pieces that warped files do not reach are left out.
        """
        starts = (self.start[0] + block.row, self.start[1] + block.column)
        rows, columns = (
            Span(start, length, int(n), self.factor)
            for start, length, n in zip(starts, block.shape, self.grid.shape, strict=True)
        )
        windows = tuple(
            (
                Window.from_slices((r.start, r.stop), (c.start, c.stop)),
                (_moved(r, rows.coarse.start), _moved(c, columns.coarse.start)),
            )
            for r, c in product(self._pieces(rows.coarse), self._pieces(columns.coarse))
            if self.reach is None or all(map(_meet, (r, c), self.reach))
        )
        return SourceWindow(rows, columns, self.factor, windows)

    def _pieces(self, span: slice) -> list[slice]:
        first, step = span.start // FILE_BLOCK_PX * FILE_BLOCK_PX, FILE_BLOCK_PX
        if self.warped:
            first, step = span.start, max(1, -(-(span.stop - span.start) // 2))
        cuts = range(first, span.stop, step)
        inner = (cut for cut in cuts if span.start < cut < span.stop)
        return [slice(a, b) for a, b in pairwise([span.start, *inner, span.stop]) if a < b]


def _reach(file_grid: GeoBox, grid: GeoBox) -> tuple[slice, slice] | None:
    """Return rows and columns of a grid around files of another one, a pixel more on each side.

    None where the projection of the grid does not reach as far as the files.
    """
    zones = (f"EPSG:{epsg_of(each)}" for each in (file_grid, grid))
    bounds = transform_bounds(*zones, *bounds_of(file_grid), densify_pts=100)
    if not all(map(isfinite, bounds)):
        return None
    west, south, east, north = bounds
    left, top = ~grid.affine * (west, north)
    right, bottom = ~grid.affine * (east, south)
    return slice(floor(top) - 1, ceil(bottom) + 1), slice(floor(left) - 1, ceil(right) + 1)


def _meet(one: slice, other: slice) -> bool:
    return bool(one.start < other.stop and other.start < one.stop)


def _moved(span: slice, origin: int) -> slice:
    return slice(span.start - origin, span.stop - origin)
