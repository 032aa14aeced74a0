"""Open water inside clusters of another name: k-means puts lakes and dark woods together now and then."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from pipeline.arrays import Table
from pipeline.clustering.model import ClusterModel
from pipeline.clustering.naming import labels_of
from pipeline.clustering.refinements import open_water
from pipeline.clustering.surface_types import Suggestion
from pipeline.text import percent

LEAST_SHARE, LEAST_PX = 0.1, 20
"""From which share of a cluster's pixels, and from how many of those looked at, it is told."""
LOOKED_AT_PX = 20_000
"""Pixels of the sample that are looked at, evenly drawn."""
WET = ("Water", "Wet ground")
"""Kinds that say it themselves."""


def notes(
    model: ClusterModel, reflectance: Table, bands: tuple[str, ...], suggestions: Sequence[Suggestion]
) -> Iterator[str]:
    """Yield a note for each cluster with open water (NDWI above 0, dark in near infrared) and another name.

    Parameters
    ----------
    model : ClusterModel
        With the clusters as they are shown.
    reflectance : numpy.ndarray
        float32 ``(n, band)``: the sample.
    bands : tuple of str
        Key of each column.
    suggestions : sequence of Suggestion
        Name of each cluster.
    """
    seen = reflectance[:: -(-len(reflectance) // LOOKED_AT_PX)]
    labels, water = labels_of(model, seen, bands), open_water(seen.T, bands)
    of_all = np.bincount(labels, minlength=len(suggestions) + 1)
    of_water = np.bincount(labels[water], minlength=len(suggestions) + 1)
    for number, suggestion in enumerate(suggestions, start=1):
        n = int(of_water[number])
        if suggestion.kind not in WET and n >= max(LEAST_PX, LEAST_SHARE * of_all[number]):
            share = percent(n / of_all[number])
            yield (
                f"About {share} of cluster {number}, “{suggestion.name}”, looks like open water: "
                "Edit classes can set water apart."
            )
