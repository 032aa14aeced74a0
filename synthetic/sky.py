"""Clouds, their shadows and the edge of the swath."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from synthetic.noise import Floats, fractal, halved, smooth, step
from synthetic.place import LAND_SHAPE, PIXEL_M
from synthetic.spectra import CLOUD
from synthetic.visit import Cloud, Visit

_MARGIN_PX = 128
_CLOUD_BASE_M = 1_500
_DIM = (0.40, 0.47, 0.52, 0.58, 0.54, 0.56, 0.57, 0.585, 0.66, 0.70)
"""Share of the light of every band that a shadow takes away."""


@dataclass(frozen=True)
class Sky:
    """Everything between the land and the satellite; arrays are (row, column)."""

    opacity: Floats
    """0 clear, 1 solid cloud."""
    shadow: Floats
    """0 full sun, 1 full shadow."""
    relief: Floats
    """Light and shade on the clouds, around 1."""

    def part(self, rows: slice, columns: slice) -> Sky:
        """Return the sky over a part of the land."""
        part = (rows, columns)
        return Sky(self.opacity[part].copy(), self.shadow[part].copy(), self.relief[part].copy())

    def halved(self) -> Sky:
        """Return the sky at 20 m."""
        return Sky(halved(self.opacity), halved(self.shadow), halved(self.relief))

    def seen_through(self, ground: Floats, band: int, rows: slice) -> Floats:
        """Reflectance of some rows of the land as the satellite sees them under this sky."""
        if self.shadow[rows].any():
            ground = ground * (1 - np.float32(_DIM[band]) * self.shadow[rows])
        if self.opacity[rows].any():
            cloud = np.float32(CLOUD[band]) * self.relief[rows]
            ground = ground + (cloud - ground) * self.opacity[rows]
        return ground


def sky(visit: Visit) -> Sky:
    """Make the sky of one overpass; the same on every call."""
    rng = np.random.default_rng(visit.absolute_orbit)
    shape = (LAND_SHAPE[0] + 2 * _MARGIN_PX, LAND_SHAPE[1] + 2 * _MARGIN_PX)
    thickness = _cumulus(rng, shape) if visit.clouds is None else _fair(rng, shape, visit.clouds)
    opacity = step(thickness, -0.05, 0.95)
    reach = _CLOUD_BASE_M / PIXEL_M / np.tan(np.radians(visit.sun_elevation))
    to_sun = np.radians(visit.sun_azimuth)
    away = (round(reach * np.cos(to_sun)), round(-reach * np.sin(to_sun)))
    inside = (slice(_MARGIN_PX, -_MARGIN_PX),) * 2
    thickness, shadow = thickness[inside], np.roll(opacity, away, axis=(0, 1))[inside]
    lit = np.gradient(thickness, axis=0) * np.float32(0.9) + np.gradient(thickness, axis=1) * np.float32(0.45)
    bulge = np.float32(0.22) * np.minimum(thickness, 1.5)
    relief: Floats = np.clip(1 - np.float32(1.6) * lit + bulge, 0.7, 1.45)
    return Sky(opacity[inside], shadow, relief.astype(np.float32))


def imaged() -> NDArray[np.bool_]:
    """Return which pixels lie inside the swath: its eastern edge cuts slantwise through the second tile."""
    return np.arange(LAND_SHAPE[1])[None, :] < swath_edge(np.arange(LAND_SHAPE[0]))[:, None]


def swath_edge(row: NDArray[np.integer] | int) -> NDArray[np.float64]:
    """Column where the swath ends; the satellite flies south-south-west."""
    edge: NDArray[np.float64] = 2990 - np.tan(np.radians(13.2)) * np.asarray(row, float)
    return edge


def _cumulus(rng: np.random.Generator, shape: tuple[int, int]) -> Floats:
    """Broken clouds, in some regions denser than in others."""
    billows = fractal(rng, shape, (90, 41, 19, 8), 0.62)
    regions = smooth(rng, shape, 620)
    return np.float32(0.75) * billows + np.float32(0.62) * regions - np.float32(0.12)


def _fair(rng: np.random.Generator, shape: tuple[int, int], clouds: tuple[Cloud, ...]) -> Floats:
    """Lonely clouds at given places."""
    y, x = (np.arange(n, dtype=np.float32) for n in shape)
    thickness = np.full(shape, -1, np.float32)
    for column, row, radius in clouds:
        reach, top, left = 2 * radius, row + _MARGIN_PX, column + _MARGIN_PX
        part = (slice(max(0, top - reach), top + reach), slice(max(0, left - reach), left + reach))
        distance = np.hypot(x[None, part[1]] - left, (y[part[0], None] - top) * np.float32(1.3)) / radius
        billows = fractal(rng, distance.shape, (radius, radius / 2.2, radius / 5), 0.62)
        blob = np.float32(1.9) * (np.float32(1.05) - distance) + np.float32(0.33) * billows
        thickness[part] = np.maximum(thickness[part], np.where(distance < 1.7, blob, -1))
    return thickness
