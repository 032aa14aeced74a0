"""Change between two dates pixel by pixel, as a GeoTIFF."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, BinaryIO

from pipeline.exports.change import PLACE_RASTER, codes, has_change, second_of
from pipeline.exports.formats import Format
from pipeline.exports.geotiff import write_cog
from pipeline.exports.provenance import as_tags, tags

if TYPE_CHECKING:
    from pipeline.result import Analysis


def write_change_geotiff(analysis: Analysis, file: BinaryIO) -> None:
    """Write a cloud-optimised GeoTIFF of three bands: class before, class after, from-to.

    uint16, nodata 0 (masked, missing or outside; in the third band on either date), UTM, 10 m. The tags are
    those of the first result, the scenes of the second, and the classes' names by number.

    Raises
    ------
    FileRefused
        When there is no second date.
    """
    import numpy as np
    from rasterio.windows import Window

    beside = second_of(analysis)
    second, change = beside.analysis, beside.change

    def fill(dataset: Any) -> None:
        for block in analysis.raster.blocks:
            window = Window(block.column, block.row, block.width, block.height)
            was, became = (a.raster.window(block.rows, block.columns) for a in (analysis, second))
            dataset.write(np.stack([was, became, codes(was, became)]).astype(np.uint16), window=window)
        more = {
            "SECOND_SCENES": [scene.id for scene in second.scenes],
            "SECOND_DATE": second.period_iso,
            "CHANGED": change.sentence,
            "FROM_TO_IS": "100 x class before + class after; 0: masked, missing or outside on either date",
        }
        dataset.update_tags(**{**tags(analysis), **as_tags(more)})
        days = (f"cluster {analysis.period_iso}", f"cluster {second.period_iso}", "from_to")
        for number, words in enumerate(days, start=1):
            dataset.set_band_description(number, words)

    profile = {"count": 3, "nodata": 0, "dtype": "uint16"}
    write_cog(analysis.grid, profile, fill, file, overview_resampling="NEAREST")


def change_geotiff_bytes(analysis: Analysis) -> bytes:
    """Return the file of `write_change_geotiff`."""
    made = io.BytesIO()
    write_change_geotiff(analysis, made)
    return made.getvalue()


FORMAT = Format(
    PLACE_RASTER,
    "change-geotiff",
    "Change (GeoTIFF)",
    "_change.tif",
    "image/tiff",
    "Bands: before, after, 100 × before + after",
    change_geotiff_bytes,
    has_change,
)
