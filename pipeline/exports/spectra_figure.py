"""The spectra of the clusters as SVG: mean reflectance per band, a standard deviation up and down."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.explore.spectra import Signature

WIDTH, HEIGHT = 360.0, 180.0
LEFT, RIGHT, TOP, BOTTOM = 34.0, 22.0, 8.0, 34.0
"""Margins of the plot."""
TICKS = 4
SIDE_STEP = 2.2
"""By how much the clusters stand beside each other, so that their bars can be told apart."""
LABEL_GAP = 22.0
"""Bands that lie nearer than this to the one before are not lettered."""
NUMBER_GAP = 9.0
LINE_COLORS = {"#f5f0cf": "#b9ad62"}
"""Pale colours are darkened where they are a line on white."""


def spectra_svg(
    signatures: Sequence[Signature], colors: Sequence[str], bands: Sequence[tuple[str, float]]
) -> str:
    """Return the spectra of clusters 1..k; one that was not sampled (NaN) is left out.

    Parameters
    ----------
    signatures : sequence of Signature
        Of clusters 1..k.
    colors : sequence of str
        ``#rrggbb`` of clusters 1..k.
    bands : sequence of (str, float)
        Name and central wavelength (nm) of each band.
    """
    drawn = [(n, f) for n, f in enumerate(signatures, start=1) if all(map(math.isfinite, (*f.mean, *f.sd)))]
    highest = nice_above(max((m + s for _, f in drawn for m, s in zip(f.mean, f.sd, strict=True)), default=1))
    places = _across([nm for _, nm in bands])

    def y(reflectance: float) -> float:
        return TOP + (1 - min(max(reflectance, 0) / highest, 1)) * (HEIGHT - TOP - BOTTOM)

    parts = [f'<svg viewBox="0 0 {WIDTH:g} {HEIGHT:g}" role="img" aria-label="Mean reflectance per band">']
    for tick in range(TICKS + 1):
        value = tick * highest / TICKS
        parts.append(
            f'<path d="M{LEFT} {y(value):.1f}H{WIDTH - RIGHT}" stroke="#dde3e8"/>'
            f'<text x="{LEFT - 4}" y="{y(value) + 3:.1f}" text-anchor="end">{value:.2f}</text>'
        )
    for (name, nm), place in _with_room(bands, places):
        at = f'x="{place:.1f}" text-anchor="middle"'
        parts.append(
            f'<text {at} y="{HEIGHT - BOTTOM + 13:.1f}">{nm:.0f}</text>'
            f'<text {at} y="{HEIGHT - BOTTOM + 24:.1f}">{escape(name)}</text>'
        )
    ends = _apart([y(f.mean[-1]) for _, f in drawn], NUMBER_GAP, TOP, HEIGHT - BOTTOM)
    for (number, found), end in zip(drawn, ends, strict=True):
        color = LINE_COLORS.get(colors[number - 1], colors[number - 1])
        beside = (number - (len(signatures) + 1) / 2) * SIDE_STEP
        points = [(x + beside, y(m)) for x, m in zip(places, found.mean, strict=True)]
        whiskers = "".join(
            f"M{x:.1f} {y(m - s):.1f}V{y(m + s):.1f}"
            for (x, _), m, s in zip(points, found.mean, found.sd, strict=True)
        )
        line = " ".join(f"{x:.1f},{height:.1f}" for x, height in points)
        last_x, last_y = points[-1]
        parts.append(
            f'<g stroke="{escape(color)}" fill="none"><path d="{whiskers}" stroke-opacity=".55"/>'
            f'<polyline points="{line}" stroke-width="1.8"/>'
            f'<path d="M{last_x:.1f} {last_y:.1f}L{WIDTH - RIGHT + 6:.1f} {end:.1f}"/></g>'
            f'<text x="{WIDTH - RIGHT + 8:.1f}" y="{end + 3:.1f}" font-weight="600">{number}</text>'
        )
    return "".join([*parts, "</svg>"])


def nice_above(value: float) -> float:
    """Return the smallest of …, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0, 1.2 that is not below a value."""
    if value <= 0.1:
        return 0.1
    return math.ceil(value * 5 - 1e-9) / 5


def _across(wavelengths_nm: Sequence[float]) -> list[float]:
    """Return places from left to right, true to the wavelengths."""
    first, last = wavelengths_nm[0] - 20, wavelengths_nm[-1] + 12
    return [LEFT + (nm - first) / (last - first) * (WIDTH - LEFT - RIGHT) for nm in wavelengths_nm]


def _with_room(
    bands: Sequence[tuple[str, float]], places: Sequence[float]
) -> Iterator[tuple[tuple[str, float], float]]:
    """Yield the bands whose letters do not run into those of the one before, with their places."""
    last = -LABEL_GAP
    for band, place in zip(bands, places, strict=True):
        if place - last >= LABEL_GAP:
            last = place
            yield band, place


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
