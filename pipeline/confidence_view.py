"""The margin of every pixel as a picture for a map, and how much of the area each level covers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pipeline.assembly import stepped
from pipeline.confidence import confidence, confidence_overlay, level_areas, levels
from pipeline.drawing import frame_of
from pipeline.progress import IsCancelled
from pipeline.warp import Warp

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.analysis import Analysis
    from pipeline.overlays import Overlay


def confidence_view(
    analysis: Analysis, *, lut: Sequence[int] | None = None, cancelled: IsCancelled | None = None
) -> tuple[Overlay, pd.DataFrame]:
    """Return a picture of the margin and the hectares of its levels.

    Of a large area every n-th pixel is looked at, as for its other pictures; the hectares are then scaled up.

    Parameters
    ----------
    analysis : Analysis
        Pixels and model.
    lut : sequence of int, optional
        Class of each cluster, index 0..k: merged clusters are no border.
    cancelled : callable, optional
        Returns True when nobody wants the picture any more.

    Raises
    ------
    Cancelled
        When cancelled.
    """
    frame = frame_of(analysis.grid)
    assert frame is not None
    rows, columns = (list(stepped(s, frame.step)) for s in (frame.rows, frame.columns))
    reflectance = analysis.imagery.isel(y=rows, x=columns).values
    level = levels(confidence(reflectance, analysis.model, lut=lut, cancelled=cancelled))
    table = level_areas(level, level > 0)
    pixel_ha = frame.grid.affine.a**2 / 10_000
    table["hectares"] = (table["share"] * float((level > 0).sum()) * pixel_ha).round(2)
    return confidence_overlay(level, Warp.of(frame.grid)), table
