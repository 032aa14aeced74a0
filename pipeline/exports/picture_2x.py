"""The map as a picture of twice the size, for print."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.exports.formats import Format
from pipeline.exports.picture import picture_png

if TYPE_CHECKING:
    from pipeline.result import Analysis


def picture_2x_png(analysis: Analysis) -> bytes:
    """Return `picture_png` at twice the size."""
    return picture_png(analysis, 2)


FORMAT = Format(
    49,
    "picture-2x",
    "Map picture, large",
    "_map_2x.png",
    "image/png",
    "The same with twice the pixels, for print",
    picture_2x_png,
)
