"""Pixels of surfaces that are far apart, and a model of them, without any image."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipeline.clustering.model import ClusterModel
from pipeline.sentinel2.bands import BANDS
from synthetic.patchwork import SURFACES as SPECTRA

__all__ = ["SPECTRA", "blobs", "model_of"]


def blobs(counts: Sequence[int], sd: float = 0.004, seed: int = 0) -> np.ndarray:
    """Return float32 pixels ``(n, 4)``, so many of each surface, shuffled."""
    random = np.random.default_rng(seed)
    kinds = random.permutation(np.repeat(np.arange(len(counts)), counts))
    return np.asarray(SPECTRA[kinds] + random.normal(0, sd, (len(kinds), 4)), np.float32)


def model_of(
    centres: np.ndarray = SPECTRA, mean: Sequence[float] = (0.06, 0.08, 0.08, 0.2), scale: float = 0.1
) -> ClusterModel:
    """Return a model with given centres."""
    return ClusterModel(
        BANDS, tuple(mean), (scale,) * len(BANDS), tuple(tuple(c) for c in centres.tolist()), 0
    )
