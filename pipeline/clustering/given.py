"""How a result says that it was labelled with a model fitted elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from pipeline.arrays import Table
from pipeline.clustering.model import ClusterModel
from pipeline.text import percent

FAR_SHARE = 0.1
"""Share of pixels beyond the model's reach (1 % where it was fitted) from which on a note warns."""
USUAL_REACH = 1.5
"""Distance a feature, in z-scores, taken for models that do not tell their reach."""


def words(model: ClusterModel) -> str:
    """Return which model it is: ``saved model 1a2b3c4d, fitted on 5 km at …``."""
    origin = f", fitted on {model.origin}" if model.origin else ""
    return f"saved model {model.fingerprint}{origin}"


def notes(model: ClusterModel, pixels: Table) -> Iterator[str]:
    """Yield notes for the user.

    Parameters
    ----------
    model : ClusterModel
        The model that came with the call.
    pixels : numpy.ndarray
        float32 ``(n, feature)``: clear pixels of the area.
    """
    yield f"Labelled with a {words(model)}: nothing was fitted on this image."
    reach = model.reach or USUAL_REACH * np.sqrt(len(model.features))
    far = float((model.distances(pixels) > reach).mean()) if len(pixels) else 0.0
    if far > FAR_SHARE:
        yield (
            f"{percent(far)} of the pixels lie far from every cluster of the saved model: this land or this "
            "season is unlike the one it was fitted on. Fit new clusters, or read the names with care."
        )
