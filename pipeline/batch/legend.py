"""One legend for all places: a model whose classes have names of their own, fitted on all or given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from pipeline.clustering.features import over_periods, plain_bands
from pipeline.clustering.model import ClusterModel
from pipeline.clustering.naming import Fits
from pipeline.clustering.palette import colours
from pipeline.clustering.refinements import Split
from pipeline.clustering.surface_types import Suggestion, suggest
from pipeline.explore.classes import Classes, classes_of
from pipeline.progress import Progress
from pipeline.reading.sample import SAMPLE_PX
from pipeline.request import AnalysisRequest
from pipeline.sentinel2.bands import BANDS

OPEN_WATER = "Open water"
"""Name of water that was set apart by a rule, which has no centre."""


def with_legend(model: ClusterModel) -> ClusterModel:
    """Return a given model with classes: those that a person named, the others with names from its centres.

    Without them every place would name the clusters by its own pixels: the same cluster could be water here
    and shadow there. Bands that the model was not fitted on are unknown to the rules.
    """
    named = _of_centres(model)
    classes = classes_of(model.classes, named) if model.classes else Classes.of(named)
    return replace(model, classes=classes.given().to_json())


def _of_centres(model: ClusterModel) -> tuple[Suggestion, ...]:
    """Return names for the clusters of a model from their centres; water that was set apart is water."""
    centres = [np.array(centre) for centre in model.centres]
    apart: list[int] = []
    for refinement in model.refinements:
        if isinstance(refinement, Split):
            halves = [np.array(centre) for centre in refinement.centres]
            centres[refinement.cluster - 1 : refinement.cluster] = halves
            apart = [n + (n >= refinement.cluster) for n in apart]
        else:
            apart.append(len(centres))
            centres.append(np.full(len(model.features), np.nan))
    spectra = np.full((len(centres), len(BANDS)), np.nan)
    for column, band in enumerate(BANDS):
        planes = [n for n, name in enumerate(model.features) if name.partition("@")[0] == band]
        if planes:
            spectra[:, column] = np.median(np.array(centres)[:, planes], axis=1)
    named = suggest(spectra, BANDS)
    used = {s.color for s in named}
    blue = next(
        color for color in colours(["water"] * (len(used) + 1), range(len(used) + 1)) if color not in used
    )
    water = Suggestion(OPEN_WATER, "Water", "by a rule", blue)
    return tuple(water if n in apart else s for n, s in enumerate(named))


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
