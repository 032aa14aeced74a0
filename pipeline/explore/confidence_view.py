"""The margin of every pixel as a picture for a map, and how much of the area each level covers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from pipeline.clustering.features import computed
from pipeline.drawing.frame import whole_frame
from pipeline.drawing.warp import Warp
from pipeline.explore.confidence import LEVELS, confidence, confidence_overlay, level_areas, levels
from pipeline.progress import IsCancelled
from pipeline.reading.windows import WHOLE_PX, overlap, stepped

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.drawing.overlays import Overlay
    from pipeline.result import Analysis


def confidence_view(
    analysis: Analysis,
    *,
    lut: Sequence[int] | None = None,
    cancelled: IsCancelled | None = None,
    max_px: int = WHOLE_PX,
) -> tuple[Overlay, pd.DataFrame]:
    """Return a picture of the margin and the hectares of its levels, block by block.

    Every pixel is counted; the picture of a large area shows every n-th one, as its other pictures do.

    Parameters
    ----------
    analysis : Analysis
        Pixels and model.
    lut : sequence of int, optional
        Class of each cluster, index 0..k; by default as edited. Merged clusters are no border.
    cancelled : callable, optional
        Returns True when the picture is no longer needed.
    max_px : int
        Most pixels of the picture's longer side.

    Raises
    ------
    Cancelled
        When cancelled.
    """
    pixels, frame = analysis.pixels, whole_frame(analysis.grid, max_px)
    classes = analysis.edits if lut is None else lut
    wanted = stepped(frame.rows, frame.step), stepped(frame.columns, frame.step)
    shown = np.zeros(frame.grid.shape, np.uint8)
    counts = np.zeros(len(LEVELS) + 1, np.int64)
    for number, block in enumerate(pixels.store.blocks):
        piece = pixels.block(number)
        cube = piece.reflectance(pixels.offsets)
        cube[:, ~pixels.extent.usable(block, piece)] = np.nan
        planes = computed(cube, pixels.bands, analysis.model.features)
        level = levels(confidence(planes, analysis.model, lut=classes, cancelled=cancelled))
        counts += np.bincount(level.ravel(), minlength=counts.size)
        places = overlap(block, *wanted)
        if places is not None:
            here, there = places
            shown[there] = level[here]
    table = level_areas(counts, analysis.resolution_m**2 / 10_000)
    return confidence_overlay(shown, Warp.of(frame.grid)), table
