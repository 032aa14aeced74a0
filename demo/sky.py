"""Clouds, their shadows and the edge of the swath."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from demo.noise import Floats, fractal, smooth, step
from demo.place import LAND_SHAPE, PIXEL_M, Visit

_MARGIN_PX = 128
_CLOUD_BASE_M = 1_500
_BRIGHT = (0.62, 0.60, 0.60, 0.64)
_DIM = (0.62, 0.52, 0.46, 0.38)
# Lonely fair-weather clouds of the clear days: column, row, radius (px).
_FAIR = {
    6: (
        (770, 735, 26),
        (1490, 1750, 48),
        (2560, 240, 62),
        (210, 1700, 30),
        (1930, 540, 34),
        (2470, 1900, 30),
    ),
    8: ((980, 320, 40), (2260, 1010, 44), (420, 1590, 24), (1250, 1790, 36), (1620, 640, 28)),
}


@dataclass(frozen=True)
class Sky:
    """What stands between the land and the satellite; arrays are (row, column)."""

    opacity: Floats
    """0 clear, 1 solid cloud."""
    shadow: Floats
    """0 full sun, 1 full shadow."""
    relief: Floats
    """Light and shade on the clouds, around 1."""

    def seen_through(self, ground: Floats, band: int, rows: slice) -> Floats:
        """Reflectance of some rows of the land as the satellite sees them under this sky."""
        ground = ground * (1 - np.float32(_DIM[band]) * self.shadow[rows])
        cloud = np.float32(_BRIGHT[band]) * self.relief[rows]
        return ground + (cloud - ground) * self.opacity[rows]


def sky(visit: Visit) -> Sky:
    """Make the sky of one overpass; the same on every call."""
    rng = np.random.default_rng(visit.absolute_orbit)
    shape = (LAND_SHAPE[0] + 2 * _MARGIN_PX, LAND_SHAPE[1] + 2 * _MARGIN_PX)
    billows = fractal(rng, shape, (90, 41, 19, 8), 0.62)
    thickness = _cumulus(rng, billows) if visit.sky == "cloudy" else _fair(billows, visit.moment.month)
    opacity = step(thickness, 0.0, 0.55)
    inside = (slice(_MARGIN_PX, -_MARGIN_PX),) * 2
    reach = _CLOUD_BASE_M / PIXEL_M / np.tan(np.radians(visit.sun_elevation))
    towards_sun = np.radians(visit.sun_azimuth)
    down = round(reach * np.cos(towards_sun))
    right = round(-reach * np.sin(towards_sun))
    shadow = np.roll(opacity, (down, right), axis=(0, 1))[inside]
    lit = np.gradient(thickness, axis=0) * 0.9 + np.gradient(thickness, axis=1) * 0.45
    relief = np.clip(1 - 1.6 * lit + 0.22 * np.minimum(thickness, 1.5), 0.7, 1.45)
    return Sky(opacity[inside].copy(), shadow.copy(), relief[inside].astype(np.float32))


def imaged() -> NDArray[np.bool_]:
    """Tell which pixels lie inside the swath: its eastern edge cuts slantwise through the second tile."""
    return np.arange(LAND_SHAPE[1])[None, :] < swath_edge(np.arange(LAND_SHAPE[0]))[:, None]


def swath_edge(row: NDArray[np.integer] | int) -> NDArray[np.float64]:
    """Column where the swath ends; the satellite flies south-south-west."""
    return 2990 - np.tan(np.radians(13.2)) * np.asarray(row, float)


def _cumulus(rng: np.random.Generator, billows: Floats) -> Floats:
    """Broken clouds, denser in the north-west and south-east than between."""
    regions = smooth(rng, billows.shape, 620)
    return 0.75 * billows + 0.62 * regions - np.float32(0.42)


def _fair(billows: Floats, month: int) -> Floats:
    y, x = np.ogrid[: billows.shape[0], : billows.shape[1]]
    thickness = np.full(billows.shape, -1, np.float32)
    for column, row, radius in _FAIR[month]:
        reach = 2 * radius
        top, left = row + _MARGIN_PX - reach, column + _MARGIN_PX - reach
        window = (slice(max(0, top), top + 2 * reach), slice(max(0, left), left + 2 * reach))
        across = x[:, window[1]] - column - _MARGIN_PX
        distance = np.hypot(across, (y[window[0]] - row - _MARGIN_PX) * 1.3).astype(np.float32) / radius
        blob = np.float32(1.9) * (0.85 - distance) + np.float32(0.28) * billows[window]
        thickness[window] = np.maximum(thickness[window], np.where(distance < 1.6, blob, -1))
    return thickness
