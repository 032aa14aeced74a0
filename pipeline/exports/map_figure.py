"""The map of the report: the image and its clusters as one picture each, with a scale bar."""

from __future__ import annotations

import base64
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

    from pipeline.drawing.overlays import Overlay

PICTURE_PX = 760
"""Longer side of a picture: about 200 dots an inch on half a page."""
CLUSTER_OPACITY = 0.75
QUALITY = 85
EARTH_RADIUS_M = 6_371_000.0


@dataclass(frozen=True)
class Picture:
    """A picture of the area and how large its pixels are on the ground."""

    url: str
    width: int
    height: int
    metres_per_px: float


def map_pictures(true_colour: Overlay, clusters: Sequence[Overlay]) -> tuple[Picture, Picture]:
    """Return the image alone and under its clusters, on white, as WebP.

    Parameters
    ----------
    true_colour : Overlay
        The satellite image.
    clusters : sequence of Overlay
        One mask for each cluster on the same grid, coloured.
    """
    paper, _ = pasted(true_colour, ())
    covered, metres = pasted(true_colour, clusters)
    return _picture(paper, metres), _picture(covered, metres)


def pasted(true_colour: Overlay, clusters: Sequence[Overlay]) -> tuple[Image, float]:
    """Return the image under clusters, on white, and its width on the ground in metres."""
    from PIL import Image

    image = _opened(true_colour.url)
    covered = Image.new("RGBA", image.size, "white")
    covered.alpha_composite(image)
    for cluster in clusters:
        mask = _opened(cluster.url).resize(image.size, Image.Resampling.NEAREST)
        mask.putalpha(mask.getchannel("A").point(lambda a: round(a * CLUSTER_OPACITY)))
        covered.alpha_composite(mask)
    (south, west), (north, east) = true_colour.bounds
    return covered, math.radians(east - west) * EARTH_RADIUS_M * math.cos(math.radians((south + north) / 2))


def map_svg(picture: Picture, title: str) -> str:
    """Return a picture as SVG with a scale bar; north is up."""
    width, height = picture.width, picture.height
    unit = max(width, height) / 100
    length_m = nice_below(0.3 * width * picture.metres_per_px)
    bar = length_m / picture.metres_per_px
    words = f"{length_m / 1000:g} km" if length_m >= 1000 else f"{length_m:g} m"
    left, bottom = 3 * unit, height - 3 * unit
    return (
        f'<svg viewBox="0 0 {width} {height}" preserveAspectRatio="xMinYMin" role="img" '
        f'aria-label="{escape(title)}">'
        f'<image href="{picture.url}" width="{width}" height="{height}"/>'
        f'<g transform="translate({left:.1f} {bottom - 6 * unit:.1f})">'
        f'<rect width="{bar + 3 * unit:.1f}" height="{7 * unit:.1f}" rx="{unit:.1f}" fill="#fff" '
        f'fill-opacity=".85"/><path d="M{1.5 * unit:.1f} {4.6 * unit:.1f}v{1.2 * unit:.1f}h{bar:.1f}'
        f'v{-1.2 * unit:.1f}" fill="none" stroke="#14212b" stroke-width="{0.5 * unit:.1f}"/>'
        f'<text x="{1.5 * unit + bar / 2:.1f}" y="{3.9 * unit:.1f}" style="font-size:{3.4 * unit:.2f}px" '
        f'text-anchor="middle" fill="#14212b">{words}</text></g></svg>'
    )


def nice_below(value: float) -> float:
    """Return the largest of 1, 2, 5, 10, 20, 50 … that is not above a positive value."""
    power = 10.0 ** math.floor(math.log10(value))
    return max(step * power for step in (1, 2, 5) if step * power <= value * (1 + 1e-9))


def _opened(url: str) -> Image:
    from PIL import Image

    return Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2]))).convert("RGBA")


def _picture(image: Image, ground_width_m: float) -> Picture:
    from PIL.Image import Resampling

    factor = min(1.0, PICTURE_PX / max(image.size))
    width, height = (max(1, round(n * factor)) for n in image.size)
    if factor < 1:
        image = image.resize((width, height), Resampling.BOX)
    buffer = io.BytesIO()
    image.convert("RGB").save(buffer, "WEBP", quality=QUALITY, method=4)
    url = f"data:image/webp;base64,{base64.b64encode(buffer.getvalue()).decode()}"
    return Picture(url, width, height, ground_width_m / width)
