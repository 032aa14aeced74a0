"""Which part of an area is drawn, and how finely: all of it, or what a map shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from affine import Affine
from odc.geo.geobox import GeoBox

from pipeline.area.grid import inside, window_of
from pipeline.arrays import Mask
from pipeline.clustering.features import plain_bands
from pipeline.clustering.labels import LabelRaster
from pipeline.drawing import overlays
from pipeline.drawing.overlays import Overlays
from pipeline.drawing.warp import Bounds, Warp
from pipeline.reading.imagery import Imagery
from pipeline.reading.pixels import Pixels
from pipeline.reading.windows import WHOLE_PX, step_for, stepped
from pipeline.sentinel2.bands import BANDS, SWIR_COLOUR


@dataclass(frozen=True)
class Frame:
    """Every `step`-th pixel of a rectangle of a grid."""

    rows: slice
    columns: slice
    step: int
    grid: GeoBox
    """Grid of the pixels that are drawn; their centres are the centres of those pixels."""


def whole_frame(grid: GeoBox, max_px: int = WHOLE_PX) -> Frame:
    """Return the frame of a whole grid: at most `max_px` pixels a side."""
    height, width = grid.shape
    return _frame(grid, slice(0, height), slice(0, width), max_px)


def frame_of(grid: GeoBox, bounds: Bounds, max_px: int = WHOLE_PX) -> Frame | None:
    """Return what is drawn of the part of a grid that a map shows: at most `max_px` pixels a side.

    Parameters
    ----------
    bounds : tuple
        ((south, west), (north, east)) in degrees.

    Returns
    -------
    Frame or None
        None where the bounds miss the grid, or every pixel of it that would be drawn.
    """
    rows, columns = window_of(grid, bounds)
    if rows.start >= rows.stop or columns.start >= columns.stop:
        return None
    frame = _frame(grid, rows, columns, max_px)
    return frame if min(frame.grid.shape) else None


def _frame(grid: GeoBox, rows: slice, columns: slice, max_px: int) -> Frame:
    step = step_for((rows.stop - rows.start, columns.stop - columns.start), max_px)
    r, c = stepped(rows, step), stepped(columns, step)
    corner = Affine.translation(c.start + 0.5 - step / 2, r.start + 0.5 - step / 2)
    affine = grid.affine * corner * Affine.scale(step)
    return Frame(rows, columns, step, GeoBox((len(r), len(c)), affine, grid.crs))


def images(pixels: Imagery, frame: Frame, stretch: overlays.Stretch | None = None) -> Overlays:
    """Return the images of a frame, without clusters: they can be drawn while clusters are still fitted.

    Parameters
    ----------
    stretch : Stretch, optional
        Contrast of the images; from the frame's own pixels by default.
    """
    shown = pixels.window(frame.rows, frame.columns, frame.step)
    within = inside(pixels.extent.area, frame.grid)
    planes = pixels.picture_planes(shown, BANDS)
    planes *= within
    clear = shown.clear(pixels.extent.mask) & within
    warp = Warp.of(frame.grid)
    stretch = overlays.Stretch.of(planes, clear) if stretch is None else stretch
    drawn = overlays.image_overlays(planes, clear, warp, stretch)
    return Overlays(*drawn, (), warp, stretch, _swir(pixels, shown, clear, within, warp), frame.step)


def _swir(pixels: Imagery, shown: Pixels, clear: Mask, within: Mask, warp: Warp) -> overlays.Overlay | None:
    """Return the image in shortwave infrared where that was read."""
    if not {*SWIR_COLOUR} <= {*plain_bands(pixels.bands)}:
        return None
    planes = pixels.picture_planes(shown, SWIR_COLOUR)
    planes *= within
    return overlays.swir_overlay(planes, clear, warp)


def with_clusters(drawn: Overlays, raster: LabelRaster, colors: Sequence[str], frame: Frame) -> Overlays:
    """Return the images of a frame with the pictures of clusters 1..k in their colours (``#rrggbb``)."""
    labels = raster.window(frame.rows, frame.columns, frame.step)
    return replace(drawn, clusters=overlays.cluster_overlays(labels, drawn.warp, colors))
