"""Lines and polygons of the land, drawn finer than the pixels so that their edges are mixed pixels."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from synthetic.noise import Floats

_FINER = 3
Path = NDArray[np.float64]
"""Points (n, 2) as x (column), y (row) in pixels of the land."""


class Canvas:
    """Collects shapes and gives the share of every pixel that they cover."""

    def __init__(self, shape: tuple[int, int]) -> None:
        self._shape = shape
        self._image = Image.new("L", (shape[1] * _FINER, shape[0] * _FINER))
        self._draw = ImageDraw.Draw(self._image)

    def line(self, path: Path, width_px: float) -> None:
        """Draw a line with round joints."""
        points = [(float(x), float(y)) for x, y in path * _FINER]
        self._draw.line(points, fill=255, width=max(1, round(width_px * _FINER)), joint="curve")

    def polygon(self, path: Path) -> None:
        """Draw a filled polygon."""
        self._draw.polygon([(float(x), float(y)) for x, y in path * _FINER], fill=255)

    def cover(self) -> Floats:
        """Covered share of every pixel, 0 to 1."""
        return np.asarray(self._image.reduce(_FINER), np.float32)[
            : self._shape[0], : self._shape[1]
        ] / np.float32(255)


def meander(start: tuple[float, float], headings: Sequence[tuple[float, float]], swing: float) -> Path:
    """Follow a sine-generated curve, the shape of a river on a plain.

    Parameters
    ----------
    start
        First point, x and y.
    headings
        Pairs of path length (px) and mean heading there (degrees, 0 east, 90 north).
    swing
        Greatest deviation from the mean heading in radians; above about 1.5 the loops bend back.
    """
    lengths, degrees = np.array(headings).T
    along = np.arange(0.0, lengths[-1], 3.0)
    phase = np.cumsum(2 * np.pi * 3.0 / (330 + 90 * np.sin(along / 410) + 50 * np.sin(along / 173 + 1)))
    angle = np.radians(np.interp(along, lengths, degrees))
    angle += swing * (0.75 + 0.25 * np.sin(along / 620 + 2)) * np.sin(phase)
    steps = 3.0 * np.column_stack([np.cos(angle), -np.sin(angle)])
    return np.array(start) + np.cumsum(steps, axis=0)


def bend(start: tuple[float, float], end: tuple[float, float], sway_px: float) -> Path:
    """Lead a road from one place to another, swaying to both sides."""
    begin, finish = np.array(start), np.array(end)
    along = np.linspace(0.0, 1.0, 60)[:, None]
    across = np.array([begin[1] - finish[1], finish[0] - begin[0]]) / np.hypot(*(finish - begin))
    sway = sway_px * np.sin(along * 2 * np.pi * 1.3 + sway_px) * np.sin(along * np.pi)
    road: Path = begin + along * (finish - begin) + sway * across
    return road


def rectangle(centre: tuple[float, float], length_px: float, width_px: float, radians: float) -> Path:
    """Return the corners of a turned rectangle."""
    corners = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) * np.array([length_px, width_px]) / 2
    turn = np.array([(np.cos(radians), np.sin(radians)), (-np.sin(radians), np.cos(radians))])
    turned: Path = np.array(centre) + corners @ turn
    return turned
