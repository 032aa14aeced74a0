"""What changed between two dates as a picture for a map."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.drawing.encode import data_url, indexed_png
from pipeline.drawing.frame import whole_frame
from pipeline.drawing.overlays import Overlay
from pipeline.drawing.warp import Warp
from pipeline.explore.change import changed_labels

if TYPE_CHECKING:
    from pipeline.result import Analysis

SAME_COLOR, CHANGED_COLOR = "#eceff2", "#c2185b"
"""Pale where nothing changed, strong where it did; no cluster has either."""


def changed_overlay(before: Analysis, after: Analysis) -> Overlay:
    """Return one picture of two results of the same area: changed or not, transparent where masked.

    Parameters
    ----------
    before, after : Analysis
        As for `change.compare`. Of a large area every n-th pixel is drawn, as for its other pictures.
    """
    frame = whole_frame(before.grid)
    first, second = (a.raster.window(frame.rows, frame.columns, frame.step) for a in (before, after))
    warp = Warp.of(frame.grid)
    png = indexed_png(warp(changed_labels(first, second)), [SAME_COLOR, CHANGED_COLOR])
    return Overlay(data_url("png", png), warp.target.bounds)
