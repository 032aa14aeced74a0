"""The figures of the report: the map as one picture, hectare bars and spectra as SVG."""

from __future__ import annotations

import base64
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from PIL.Image import Image

    from pipeline.overlays import Overlay
    from pipeline.spectra import Signature

PICTURE_PX = 760
"""Longer side of a picture: about 200 dots an inch on half a page."""
CLUSTER_OPACITY = 0.75
QUALITY = 85
EARTH_RADIUS_M = 6_371_000.0
LINE_COLORS = {"#f5f0cf": "#b9ad62"}
"""Pale colours are darkened where they are a line on white."""


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
    from PIL import Image

    image = _opened(true_colour.url)
    paper = Image.new("RGBA", image.size, "white")
    paper.alpha_composite(image)
    covered = paper.copy()
    for cluster in clusters:
        mask = _opened(cluster.url).resize(image.size, Image.Resampling.NEAREST)
        mask.putalpha(mask.getchannel("A").point(lambda a: round(a * CLUSTER_OPACITY)))
        covered.alpha_composite(mask)
    (south, west), (north, east) = true_colour.bounds
    metres = math.radians(east - west) * EARTH_RADIUS_M * math.cos(math.radians((south + north) / 2))
    return _picture(paper, metres), _picture(covered, metres)


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
        f'<text x="{1.5 * unit + bar / 2:.1f}" y="{3.9 * unit:.1f}" font-size="{3.4 * unit:.1f}" '
        f'text-anchor="middle" fill="#14212b">{words}</text></g></svg>'
    )


def bar_svg(share: float, longest: float, color: str) -> str:
    """Return the bar of a row: its length is the share of the longest one."""
    width = 100 * share / longest if longest else 0
    return (
        '<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect width="{max(width, 0.6 if share else 0):.2f}" height="10" fill="{escape(color)}" '
        'stroke="#14212b" stroke-opacity=".35" stroke-width=".3"/></svg>'
    )


def spectra_svg(
    signatures: Sequence[Signature], colors: Sequence[str], wavelengths_nm: Sequence[tuple[str, float]]
) -> str:
    """Return the spectra of the clusters: mean reflectance per band, a standard deviation up and down.

    Parameters
    ----------
    signatures : sequence of Signature
        Of clusters 1..k.
    colors : sequence of str
        ``#rrggbb`` of clusters 1..k.
    wavelengths_nm : sequence of (str, float)
        Name and central wavelength of each band.
    """
    width, height, left, right, top, bottom = 360.0, 180.0, 34.0, 22.0, 8.0, 34.0
    first, last = wavelengths_nm[0][1] - 20, wavelengths_nm[-1][1] + 12
    highest = nice_above(
        max((m + s for f in signatures for m, s in zip(f.mean, f.sd, strict=True)), default=1)
    )

    def x(nm: float) -> float:
        return left + (nm - first) / (last - first) * (width - left - right)

    def y(reflectance: float) -> float:
        return top + (1 - min(max(reflectance, 0) / highest, 1)) * (height - top - bottom)

    parts = [f'<svg viewBox="0 0 {width:g} {height:g}" role="img" aria-label="Mean reflectance per band">']
    for tick in np.linspace(0, highest, 5):
        parts.append(
            f'<path d="M{left} {y(tick):.1f}H{width - right}" stroke="#dde3e8"/>'
            f'<text x="{left - 4}" y="{y(tick) + 3:.1f}" text-anchor="end">{tick:.2f}</text>'
        )
    for name, nm in wavelengths_nm:
        place = f'x="{x(nm):.1f}" text-anchor="middle"'
        parts.append(
            f'<text {place} y="{height - bottom + 13:.1f}">{nm:.0f}</text>'
            f'<text {place} y="{height - bottom + 24:.1f}">{escape(name)}</text>'
        )
    ends = _apart([y(f.mean[-1]) for f in signatures], 9.0, top, height - bottom)
    for number, (found, color, end) in enumerate(zip(signatures, colors, ends, strict=True), start=1):
        line = LINE_COLORS.get(color, color)
        shift = (number - (len(signatures) + 1) / 2) * 2.2
        places = [x(nm) + shift for _, nm in wavelengths_nm]
        points = " ".join(f"{px:.1f},{y(m):.1f}" for px, m in zip(places, found.mean, strict=True))
        whiskers = "".join(
            f"M{px:.1f} {y(m - s):.1f}V{y(m + s):.1f}"
            for px, m, s in zip(places, found.mean, found.sd, strict=True)
        )
        parts.append(
            f'<g stroke="{escape(line)}" fill="none"><path d="{whiskers}" stroke-opacity=".55"/>'
            f'<polyline points="{points}" stroke-width="1.8"/>'
            f'<path d="M{places[-1]:.1f} {y(found.mean[-1]):.1f}L{width - right + 6:.1f} {end:.1f}"/></g>'
            f'<text x="{width - right + 8:.1f}" y="{end + 3:.1f}" font-weight="600">{number}</text>'
        )
    return "".join([*parts, "</svg>"])


def nice_below(value: float) -> float:
    """Return the largest of 1, 2, 5, 10, 20, 50 … that is not above a positive value."""
    power = 10.0 ** math.floor(math.log10(value))
    return max(step * power for step in (1, 2, 5) if step * power <= value * (1 + 1e-9))


def nice_above(value: float) -> float:
    """Return the smallest of …, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0, 1.2 that is not below a value."""
    if value <= 0.1:
        return 0.1
    return math.ceil(value * 5 - 1e-9) / 5


def _apart(places: Sequence[float], gap: float, lowest: float, highest: float) -> list[float]:
    """Return places moved so that they are `gap` from each other and within limits, in the same order."""
    moved = [float(p) for p in places]
    order = sorted(range(len(moved)), key=moved.__getitem__)
    least = lowest
    for at in order:
        moved[at] = least = max(moved[at], least)
        least += gap
    most = highest
    for at in reversed(order):
        moved[at] = most = min(moved[at], most)
        most -= gap
    return moved


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
