"""One legend for all places: a model whose classes have names of their own, fitted on all or given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from pipeline.clustering.features import over_periods, plain_bands
from pipeline.clustering.model import ClusterModel
from pipeline.clustering.naming import Fits
from pipeline.clustering.surface_types import suggest
from pipeline.explore.classes import Classes
from pipeline.progress import Progress
from pipeline.reading.sample import SAMPLE_PX
from pipeline.request import AnalysisRequest
from pipeline.sentinel2.bands import BANDS


def with_legend(model: ClusterModel) -> ClusterModel:
    """Return a given model with classes: its own, or names from its centres.

    Without them every place would name the clusters by its own pixels: the same cluster could be water here
    and shadow there. Bands that the model was not fitted on are unknown to the rules.
    """
    if model.classes:
        return model
    centres = np.array(model.centres)
    spectra = np.full((model.n_clusters, len(BANDS)), np.nan)
    for column, band in enumerate(BANDS):
        planes = [n for n, name in enumerate(model.features) if name.partition("@")[0] == band]
        if planes:
            spectra[:, column] = np.median(centres[:, planes], axis=1)
    return replace(model, classes=Classes.of(suggest(spectra, BANDS)).to_json())


def pooled_model(
    samples: Sequence[np.ndarray], bands: tuple[str, ...], request: AnalysisRequest, progress: Progress
) -> ClusterModel:
    """Return a model fitted on clear pixels of all places together.

    Parameters
    ----------
    samples : sequence of numpy.ndarray
        float32 ``(n, band)``: reflectance of each place's sample, from `drawn`.
    bands : tuple of str
        Key of each column.
    request : AnalysisRequest
        Number of clusters, features and seed.
    """
    reflectance = np.concatenate(samples)
    fits = Fits(reflectance, bands, f"{len(samples)} places")
    features = over_periods(request.features, bands)
    model = fits.model(features, request.n_clusters, request.seed, progress)
    spectra = fits.spectra(model)
    return replace(model, classes=Classes.of(suggest(spectra, plain_bands(bands))).to_json())


def drawn(sample: np.ndarray, n_places: int, seed: int) -> np.ndarray:
    """Return rows of a place's sample ``(n, band)``: as many of each place, so that none outweighs others."""
    most = max(SAMPLE_PX // n_places, 1)
    if len(sample) <= most:
        return sample
    rows = np.random.default_rng(seed).choice(len(sample), most, replace=False)
    rows.sort()
    return sample[rows]
