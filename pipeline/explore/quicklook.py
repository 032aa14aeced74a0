"""A quicklook at scenes over an area: how much of it is clear, and a small picture, from few bytes.

The scene classification is read in the area only: at every pixel of the 10 m grid up to `COUNTED_SIDE_PX` a
side, else at every third, fifth ... one. Single pixels that only the bands lack are not
seen here. The picture comes from the files' overviews.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from affine import Affine
from odc.geo.geobox import GeoBox
from rasterio.enums import Resampling

from pipeline.drawing.encode import data_url, webp
from pipeline.reading.cloud_mask import CloudMask
from pipeline.reading.overviews import at_overview, on_grid, opened
from pipeline.sentinel2.bands import SCL, TRUE_COLOUR
from pipeline.sentinel2.offset import QUANTIFICATION, check_together
from pipeline.sentinel2.scene import Scene

log = logging.getLogger(__name__)

COUNTED_SIDE_PX = 1024
PREVIEW_PX = 128
"""Longer side of the picture."""
BRIGHTEST, GAMMA = 0.3, 1.4
"""Reflectance shown as white, and exponent: the same for all dates, so that they compare."""


@dataclass(frozen=True)
class Quicklook:
    """What a first look at an acquisition shows."""

    clear: float | None
    """Share (0..1) of the area's pixels with data in no masked class; None without a classification."""
    coverage: float
    """Share (0..1) of the area's pixels with data."""
    preview: str
    """WebP data URL, true colour, north up, transparent outside the area and its data."""


def quicklook(scenes: Sequence[Scene], grid: GeoBox, inside: np.ndarray, mask: CloudMask) -> Quicklook:
    """Return a first look at the scenes of one acquisition.

    Parameters
    ----------
    scenes : sequence of Scene
        In the order they are laid: the first one with data wins where tiles overlap.
    grid : GeoBox
        Of the area, 10 m.
    inside : numpy.ndarray
        bool ``(y, x)``: pixels of the area.
    mask : CloudMask
        Which scene classes (SCL) count as not clear.

    Raises
    ------
    ReadFailed
        When a file cannot be read.
    """
    small = _shrunk(grid, PREVIEW_PX)
    shown = _thinned(inside, *small.shape)
    rgb, has_data = picture(scenes, small)
    rgba = np.dstack([rgb, np.where(has_data & shown, 255, 0).astype(np.uint8)])
    preview = data_url("webp", webp(rgba))
    if not all(SCL in scene.bands for scene in scenes):
        return Quicklook(None, float(has_data[shown].mean()), preview)
    every, counted = every_nth(grid, COUNTED_SIDE_PX)
    within = inside[every // 2 :: every, every // 2 :: every]
    classes = np.zeros(counted.shape, np.uint8)
    for scene in scenes:
        own = scene.scene_classes(_read(scene, SCL, counted, Resampling.nearest))
        classes = np.where(classes == 0, own, classes)
    clear = mask.clear_classes(classes, counted.resolution.x)[within]
    covered = classes[within] != 0
    return Quicklook(float(clear.mean()), float(covered.mean()), preview)


def every_nth(grid: GeoBox, side_px: int) -> tuple[int, GeoBox]:
    """Return an odd step n and the grid whose pixels have the centres of every n-th pixel of a grid.

    Parameters
    ----------
    grid : GeoBox
        North up.
    side_px : int
        Most pixels a side of the thinned grid.
    """
    step = -(-max(grid.shape) // side_px)
    step += 1 - step % 2
    rows, columns = (len(range(step // 2, n, step)) for n in grid.shape)
    return step, GeoBox((rows, columns), grid.affine * Affine.scale(step), grid.crs)


def _shrunk(grid: GeoBox, side_px: int) -> GeoBox:
    """Return the grid of a small picture of the whole area."""
    rows, columns = grid.shape
    scale = max(1.0, max(rows, columns) / side_px)
    shape = max(1, round(rows / scale)), max(1, round(columns / scale))
    return GeoBox(shape, grid.affine * Affine.scale(columns / shape[1], rows / shape[0]), grid.crs)


def _thinned(inside: np.ndarray, rows: int, columns: int) -> np.ndarray:
    """Return a mask on a smaller grid of the same extent; pixels of the area remain where there are any."""
    row, column = (
        ((np.arange(n) + 0.5) * full / n).astype(int)
        for n, full in zip((rows, columns), inside.shape, strict=True)
    )
    thinned: np.ndarray = inside[np.ix_(row, column)]
    return thinned if thinned.any() else np.ones((rows, columns), bool)


def picture(scenes: Sequence[Scene], grid: GeoBox) -> tuple[np.ndarray, np.ndarray]:
    """Return true colour uint8 ``(y, x, 3)``, and where there is data.

    Raises
    ------
    ReadFailed
        When a file cannot be read.
    """
    reflectance = np.zeros((len(TRUE_COLOUR), *grid.shape), np.float32)
    has_data = np.zeros(grid.shape, bool)
    tiles = [np.stack([_read(s, b, grid, Resampling.average) for b in TRUE_COLOUR]) for s in scenes]
    seen = [dn.max(axis=0) > 0 for dn in tiles]  # over dark water one band may be 0
    offsets = check_together(
        [s.offset for s in scenes], [dn[:, valid] for dn, valid in zip(tiles, seen, strict=True)]
    )
    for dn, valid, offset in zip(tiles, seen, offsets, strict=True):
        new = valid & ~has_data
        reflectance[:, new] = (dn[:, new].astype(np.float32) + offset.dn) / QUANTIFICATION
        has_data |= valid
    shown = np.clip(reflectance / BRIGHTEST, 0, 1) ** (1 / GAMMA) * 255
    return np.moveaxis(shown, 0, -1).round().astype(np.uint8), has_data


def _read(scene: Scene, band: str, grid: GeoBox, resampling: Resampling) -> np.ndarray:
    """Return a file on a grid ``(y, x)``, 0 where it has no data, from the coarsest overview that will do."""
    with opened(scene.bands[band].href, scene.hosts) as file:
        dataset = file.dataset
        overview = at_overview(dataset, grid.resolution.x / dataset.res[0])
        return on_grid(dataset, grid, resampling, overview)
