"""A small picture of the land around a pixel, from pixels already read: to look at it closely."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from pipeline.drawing.encode import png
from pipeline.sentinel2.bands import BANDS, FALSE_COLOUR, TRUE_COLOUR

if TYPE_CHECKING:
    from pipeline.result import Analysis

SIZE_PX = 31
"""310 m; odd, so that the pixel is in the middle."""


def chips(
    analysis: Analysis,
    row: int,
    column: int,
    size_px: int = SIZE_PX,
    looks: Sequence[tuple[str, ...]] = (TRUE_COLOUR, FALSE_COLOUR),
) -> tuple[bytes, ...]:
    """Return pictures of the land around a pixel, one for each choice of bands; the pixels are read once.

    Clouds are shown; what lies beyond the area or has no data is transparent. Contrast as on the map, so that
    pictures of different places compare.

    Parameters
    ----------
    analysis : Analysis
        Its pixels are used; no cluster is drawn.
    row, column : int
        The pixel, which is shown in the middle.
    size_px : int
        Pixels a side, odd.
    looks : sequence of tuple of str
        Bands of 10 m that are shown as red, green and blue.

    Returns
    -------
    tuple of bytes
        PNG files of `size_px` x `size_px` pixels, north up on the UTM grid.
    """
    half = size_px // 2
    rows, columns = (
        slice(max(middle - half, 0), min(middle + half + 1, n))
        for middle, n in zip((row, column), analysis.grid.shape, strict=True)
    )
    pixels = analysis.pixels
    order = [pixels.bands.index(band) for band in BANDS]
    planes = np.zeros((len(BANDS), size_px, size_px), np.uint16)
    top, left = rows.start - row + half, columns.start - column + half
    found = pixels.window(rows, columns).picture_planes(pixels.offsets, order)
    planes[:, top : top + found.shape[1], left : left + found.shape[2]] = found
    alpha = np.where(planes.min(axis=0) > 0, np.uint8(255), np.uint8(0))
    tables = analysis.overlays.stretch.tables()
    bright = [np.take(table, plane) for table, plane in zip(tables, planes, strict=True)]
    return tuple(png(np.dstack([*(bright[BANDS.index(band)] for band in look), alpha])) for look in looks)
