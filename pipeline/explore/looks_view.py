"""The clear looks of every pixel as a picture for a map, and how much of the area each number covers."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from pipeline.drawing.encode import data_url, indexed_png
from pipeline.drawing.frame import whole_frame
from pipeline.drawing.overlays import Overlay
from pipeline.drawing.warp import Warp
from pipeline.reading.windows import WHOLE_PX, stepped

if TYPE_CHECKING:
    from pipeline.result import Analysis

COLORS = ("#5c0a6b", "#95339f", "#c276c7", "#e2b5e4", "#f8e9f8")
"""From few looks to many, strong to pale: the eye falls on where little is known."""


@dataclass(frozen=True)
class LooksLevel:
    """Pixels with about as many clear looks."""

    least: int
    most: int
    color: str
    hectares: float


def looks_view(analysis: Analysis, max_px: int = WHOLE_PX) -> tuple[Overlay, tuple[LooksLevel, ...]]:
    """Return a picture of the clear looks and the hectares of its levels.

    Every pixel is counted; the picture of a large area shows every n-th one, as its other pictures do.
    """
    looks, inside = analysis.pixels.looks, analysis.inside
    spans = _levels(int(looks[inside].max(initial=0)))
    level_of = np.zeros(256, np.uint8)
    for number, (least, most) in enumerate(spans, start=1):
        level_of[least : most + 1] = number
    levels = np.where(inside, level_of[looks], np.uint8(0))
    counts = np.bincount(levels.ravel(), minlength=len(spans) + 1)
    pixel_ha = analysis.resolution_m**2 / 10_000
    colors = [COLORS[round(n * (len(COLORS) - 1) / max(len(spans) - 1, 1))] for n in range(len(spans))]
    frame = whole_frame(analysis.grid, max_px)
    rows, columns = stepped(frame.rows, frame.step), stepped(frame.columns, frame.step)
    warp = Warp.of(frame.grid)
    png = indexed_png(warp(levels[np.ix_(rows, columns)]), colors)
    table = tuple(
        LooksLevel(least, most, color, float(counts[n]) * pixel_ha)
        for n, ((least, most), color) in enumerate(zip(spans, colors, strict=True), start=1)
    )
    return Overlay(data_url("png", png), warp.target.bounds), table


def _levels(largest: int) -> list[tuple[int, int]]:
    """Return the first and last number of looks of each level: as many as there are colours at most."""
    edges = np.unique(np.linspace(0, largest + 1, min(len(COLORS), largest + 1) + 1).round().astype(int))
    return [(int(first), int(after) - 1) for first, after in pairwise(edges)]
