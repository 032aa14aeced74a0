"""Labels to hectares: counted on the UTM grid, masked and missing pixels included."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from pipeline.grid import PIXEL_HA
from pipeline.naming import MASKED_COLOR, MASKED_NAME, Suggestion


def areas_of(labels: np.ndarray, inside: np.ndarray, suggestions: Sequence[Suggestion]) -> pd.DataFrame:
    """Return pixels and hectares per cluster.

    Parameters
    ----------
    labels : numpy.ndarray
        uint8 ``(y, x)``: 0 masked or missing, 1..k clusters.
    inside : numpy.ndarray
        bool ``(y, x)``: pixels of the area; others count nowhere.
    suggestions : sequence of Suggestion
        Name and colour of clusters 1..k.

    Returns
    -------
    pandas.DataFrame
        Index ``cluster`` 0..k (0: masked or missing), columns name, color, pixels, hectares (grid area) and
        share (0..1 of the area's pixels). The rows sum to the area.
    """
    pixels = np.bincount(labels[inside], minlength=len(suggestions) + 1)
    total = int(inside.sum())
    return pd.DataFrame(
        {
            "name": [MASKED_NAME, *(s.name for s in suggestions)],
            "color": [MASKED_COLOR, *(s.color for s in suggestions)],
            "pixels": pixels,
            "hectares": np.round(pixels * PIXEL_HA, 2),
            "share": pixels / total,
        },
        index=pd.RangeIndex(len(pixels), name="cluster"),
    )
