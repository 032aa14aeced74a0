"""The true-colour image as a GeoTIFF: 8-bit red, green, blue and alpha on the area's own grid."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.errors import FileRefused
from pipeline.exports.formats import Format
from pipeline.exports.geotiff import write_cog
from pipeline.exports.provenance import as_tags, source
from pipeline.sentinel2.bands import BANDS, TRUE_COLOUR
from pipeline.sentinel2.offset import QUANTIFICATION

if TYPE_CHECKING:
    from pipeline.drawing.overlays import Stretch
    from pipeline.result import Analysis

PLACES = tuple(map(BANDS.index, TRUE_COLOUR))
"""Places of the bands shown as red, green, blue."""
MAX_PX = 50_000_000
"""An area of 70 km: 3.5 bytes a pixel, about 175 MB."""


def image_bytes(analysis: Analysis) -> bytes:
    """Return the true-colour image as a cloud-optimised GeoTIFF.

    Red, green, blue and alpha, uint8, clouds included; transparent without data and outside a polygon. The
    contrast is that of the map and stands in the tags. UTM, 10 m.

    Raises
    ------
    FileRefused
        For more than `MAX_PX` pixels.
    """
    rows, columns = analysis.pixels.extent.shape
    if rows * columns > MAX_PX:
        raise FileRefused(
            f"The image is too large to send: {rows * columns:,} pixels, at most {MAX_PX:,}. "
            "Choose a smaller area; the clusters come in any size."
        )
    stretch = analysis.overlays.stretch
    tables = stretch.tables()

    def fill(dataset: Any) -> None:
        from rasterio.enums import ColorInterp
        from rasterio.windows import Window

        dataset.colorinterp = (ColorInterp.red, ColorInterp.green, ColorInterp.blue, ColorInterp.alpha)
        for number, block in enumerate(analysis.pixels.store.blocks):
            planes = analysis.pixels.picture_planes(analysis.pixels.block(number), BANDS)
            shown = (planes.min(axis=0) > 0) & analysis.pixels.extent.inside(block)
            rgb = [np.where(shown, tables[b][planes[b]], np.uint8(0)) for b in PLACES]
            window = Window(block.column, block.row, block.width, block.height)
            dataset.write(np.stack([*rgb, shown * np.uint8(255)]), window=window)
        for band, name in enumerate((*TRUE_COLOUR, "alpha"), start=1):
            dataset.set_band_description(band, name)
        dataset.update_tags(**_tags(analysis, stretch))

    options = {"predictor": "YES", "overview_resampling": "AVERAGE"}
    file = io.BytesIO()
    write_cog(analysis.grid, {"count": 4, "photometric": "RGB"}, fill, file, **options)
    return file.getvalue()


def _tags(analysis: Analysis, stretch: Stretch) -> dict[str, str]:
    contrast = {
        name: [stretch.low[band] / QUANTIFICATION, stretch.high[band] / QUANTIFICATION]
        for name, band in zip(TRUE_COLOUR, PLACES, strict=True)
    }
    return as_tags(
        {
            **source(analysis),
            "TIFFTAG_IMAGEDESCRIPTION": f"Sentinel-2 in true colour, {analysis.period_words}",
            "STRETCH": contrast,
            "STRETCH_IS": "surface reflectance shown as 0 and as 255 per band, linear between: "
            "2 and 98 % of the clear pixels",
        }
    )


FORMAT = Format(
    50,
    "image",
    "True colour",
    "_image.tif",
    "image/tiff",
    "The satellite image as GeoTIFF",
    image_bytes,
)
