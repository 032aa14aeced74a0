"""What changed between two dates as pictures for a map: a veil over what stayed, colours over the rest."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from pipeline.drawing.encode import data_url, indexed_png
from pipeline.drawing.frame import whole_frame
from pipeline.drawing.overlays import Overlay, Overlays, cluster_overlays
from pipeline.drawing.warp import Warp

if TYPE_CHECKING:
    from pipeline.result import Analysis

SAME_COLOR = "#eceff2"
"""Of the veil over what is the same on both dates; no cluster has it."""


def change_overlays(before: Analysis, after: Analysis) -> Overlays:
    """Return the pictures of what changed between two results of the same area.

    In place of the images there is a pale veil over what is the same on both dates, and in place of each
    cluster, in its colour, the land that became it. What is masked on either date is transparent.

    Parameters
    ----------
    before, after : Analysis
        As for `change.compare`. Of a large area every n-th pixel is drawn, as for its other pictures.
    """
    frame = whole_frame(before.grid)
    first, second = (a.raster.window(frame.rows, frame.columns, frame.step) for a in (before, after))
    same, became = stayed_and_became(first, second)
    warp = Warp.of(frame.grid)
    veil = Overlay(data_url("png", indexed_png(warp(same), [SAME_COLOR])), warp.target.bounds)
    changed = cluster_overlays(became, warp, [s.color for s in after.suggestions])
    return replace(after.overlays, true_colour=veil, false_colour=veil, swir=None, clusters=changed)


def stayed_and_became(before: np.ndarray, after: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return where the class is the same, and the class of what changed.

    Both are uint8 ``(y, x)``: 1 where the class is the same; and the class after where it is another. Both
    are 0 where either date is masked, missing or outside.
    """
    clear = (before > 0) & (after > 0)
    changed = clear & (before != after)
    same = clear & ~changed
    return same.astype(np.uint8), np.where(changed, after, 0).astype(np.uint8)
