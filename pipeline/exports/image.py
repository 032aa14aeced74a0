"""The true-colour image as a GeoTIFF: 8-bit red, green, blue and alpha on the area's own grid."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.exports.geotiff import cog_bytes
from pipeline.exports.provenance import as_tags, source
from pipeline.overlays import TRUE_COLOUR, Stretch
from pipeline.wording import day_words

if TYPE_CHECKING:
    from pipeline.analysis import Analysis

UNITS = 10_000
"""Of a plane per unit of reflectance."""
STRIP_PX = 1024
"""Rows that are coloured at a time."""
NAMES = ("red", "green", "blue")


def image_bytes(analysis: Analysis) -> bytes:
    """Return the true-colour image as a cloud-optimised GeoTIFF.

    Red, green, blue and alpha, uint8, clouds included; transparent without data and outside a polygon. The
    contrast is that of the map and stands in the tags. UTM, 10 m.
    """
    stretch = analysis.overlays.stretch or _stretch(analysis)
    tables = stretch.tables()

    def fill(dataset: Any) -> None:
        from rasterio.enums import ColorInterp
        from rasterio.windows import Window

        dataset.colorinterp = (ColorInterp.red, ColorInterp.green, ColorInterp.blue, ColorInterp.alpha)
        for rows, planes in _strips(analysis):
            window = Window(0, rows.start, planes.shape[2], planes.shape[1])
            alpha = np.where(planes.min(axis=0) > 0, np.uint8(255), np.uint8(0))
            shown = [np.where(alpha > 0, tables[b][planes[b]], np.uint8(0)) for b in TRUE_COLOUR]
            dataset.write(np.stack([*shown, alpha]), window=window)
        for band, name in enumerate((*NAMES, "alpha"), start=1):
            dataset.set_band_description(band, name)
        dataset.update_tags(**_tags(analysis, stretch))

    options = {"predictor": "YES", "overview_resampling": "AVERAGE"}
    return cog_bytes(analysis.grid, {"count": 4, "photometric": "RGB"}, fill, **options)


def _tags(analysis: Analysis, stretch: Stretch) -> dict[str, str]:
    contrast = {
        name: [stretch.low[band] / UNITS, stretch.high[band] / UNITS]
        for name, band in zip(NAMES, TRUE_COLOUR, strict=True)
    }
    return as_tags(
        {
            **source(analysis),
            "TIFFTAG_IMAGEDESCRIPTION": f"Sentinel-2 in true colour, {day_words(analysis.date)}",
            "STRETCH": contrast,
            "STRETCH_IS": "surface reflectance shown as 0 and as 255 per band, linear between: "
            "2 and 98 % of the clear pixels",
        }
    )


def _strips(analysis: Analysis) -> Iterator[tuple[slice, np.ndarray]]:
    """Return strips of the area as uint16 planes ``(band, y, x)``; 0 where there is nothing to show."""
    height = analysis.grid.shape[0]
    for start in range(0, height, STRIP_PX):
        rows = slice(start, min(start + STRIP_PX, height))
        reflectance = np.asarray(analysis.pixels.reflectance.values[:, rows])
        shown = np.isfinite(reflectance).all(axis=0) & analysis.inside[rows]
        planes = np.clip(np.round(np.nan_to_num(reflectance) * UNITS), 1, 2**16 - 1)
        yield rows, np.where(shown, planes, 0).astype(np.uint16)


def _stretch(analysis: Analysis) -> Stretch:
    """Return the contrast from the clear pixels, where no picture was drawn yet."""
    planes = np.concatenate([p for _, p in _strips(analysis)], axis=1)
    return Stretch.of(planes, analysis.labels.values > 0)
