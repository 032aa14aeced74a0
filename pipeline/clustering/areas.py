"""Labels to hectares: counted on the UTM grid, masked and missing pixels included."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from pipeline.area.grid import PIXEL_HA
from pipeline.arrays import Labels, Mask
from pipeline.clustering.palette import MASKED_COLOR
from pipeline.clustering.surface_types import MASKED_NAME, Suggestion


def counted(labels: Labels, within: Mask, n_clusters: int) -> np.ndarray:
    """Return the pixels of an area per label 0..k: int64 ``(k + 1,)``.

    Parameters
    ----------
    labels : numpy.ndarray
        uint8 ``(y, x)``; 0 outside the area.
    within : numpy.ndarray
        bool ``(y, x)``: pixels of the area; those without a cluster are counted at 0.
    """
    clusters = [np.count_nonzero(labels == n) for n in range(1, n_clusters + 1)]
    return np.array([np.count_nonzero(within) - sum(clusters), *clusters], np.int64)


def areas_of(
    pixels: np.ndarray, suggestions: Sequence[Suggestion], pixel_ha: float = PIXEL_HA
) -> pd.DataFrame:
    """Return pixels and hectares per cluster.

    Parameters
    ----------
    pixels : numpy.ndarray
        int ``(k + 1,)``: pixels of the area that are masked or missing, then those of clusters 1..k.
    suggestions : sequence of Suggestion
        Name and colour of clusters 1..k.
    pixel_ha : float
        Hectares of a pixel on the UTM grid.

    Returns
    -------
    pandas.DataFrame
        Index ``cluster`` 0..k (0: masked or missing), columns name, color, pixels, hectares (grid area) and
        share (0..1 of the area's pixels). The rows sum to the area.
    """
    return pd.DataFrame(
        {
            "name": [MASKED_NAME, *(s.name for s in suggestions)],
            "color": [MASKED_COLOR, *(s.color for s in suggestions)],
            "pixels": pixels,
            "hectares": np.round(pixels * pixel_ha, 2),
            "share": pixels / pixels.sum(),
        },
        index=pd.RangeIndex(len(pixels), name="cluster"),
    )
