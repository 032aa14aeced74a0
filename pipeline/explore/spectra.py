"""Numbers behind the figures of spectra: signatures per cluster, and a sample of pixels to scatter."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from pipeline.clustering.features import FEATURES, computed, over_periods
from pipeline.clustering.signatures import signatures
from pipeline.sentinel2.bands import ALL_BANDS, NIR, RED, Band, by_wavelength

if TYPE_CHECKING:
    from pipeline.request import AnalysisRequest
    from pipeline.result import Analysis

WAVELENGTHS_NM = {band.key: float(band.wavelength_nm) for band in ALL_BANDS}
"""Central wavelength of each band; Sentinel-2A, B and C differ by less than 1 nm in most."""
SCATTER_PX = 1_200
"""Points that a figure shows without becoming slow or solid."""


@dataclass(frozen=True)
class Signature:
    """Mean and standard deviation of reflectance in a cluster, one value a band, by wavelength."""

    mean: tuple[float, ...]
    sd: tuple[float, ...]


@dataclass(frozen=True)
class Scatter:
    """Red and near-infrared reflectance of single pixels with their clusters."""

    red: tuple[float, ...]
    nir: tuple[float, ...]
    cluster: tuple[int, ...]


def bands_of(analysis: Analysis) -> tuple[Band, ...]:
    """Return the bands that were read, by wavelength: those of `signatures_of`."""
    return by_wavelength(analysis.bands)


def signatures_of(analysis: Analysis) -> tuple[Signature, ...]:
    """Return the signatures of clusters 1..k; those of a cluster without a sampled pixel are NaN."""
    found = analysis.signatures
    order = [analysis.bands.index(band.key) for band in bands_of(analysis)]
    return tuple(Signature(_row(m[order]), _row(s[order])) for m, s in zip(found.mean, found.sd, strict=True))


def curves_of(analysis: Analysis, name: str) -> tuple[Signature, ...]:
    """Return a feature over the periods of a composite: clusters 1..k, one value a period.

    NaN for periods of the request that have not arrived when a preview is made.

    Parameters
    ----------
    name : str
        One of `curve_names`.
    """
    planes = analysis.pixels.bands
    values = computed(analysis.sample.reflectance.T, planes, over_periods((name,), planes)).T
    found = signatures(values, analysis.sample_labels, len(analysis.suggestions))
    to_come = (math.nan,) * (analysis.request.periods - values.shape[1])
    rows = zip(found.mean, found.sd, strict=True)
    return tuple(Signature((*_row(m), *to_come), (*_row(s), *to_come)) for m, s in rows)


def curve_names(analysis: Analysis) -> tuple[str, ...]:
    """Return the features that the bands of an analysis give, NDVI first, then indices, then bands."""
    read = set(analysis.bands)
    names = [name for name, feature in FEATURES.items() if set(feature.bands) <= read]
    return tuple(sorted(names, key=lambda name: (name != "NDVI", FEATURES[name].is_band)))


def periods_of(request: AnalysisRequest) -> tuple[tuple[date, date], ...]:
    """Return the first and last day of each period of a request."""
    n_days, parts = (request.end - request.start).days + 1, request.periods
    firsts = [request.start + timedelta(days=-(-n * n_days // parts)) for n in range(parts + 1)]
    return tuple((first, after - timedelta(days=1)) for first, after in pairwise(firsts))


def scatter_of(analysis: Analysis) -> Scatter:
    """Return pixels drawn evenly over the area's clear pixels, `SCATTER_PX` at most."""
    labels = analysis.sample_labels
    every = slice(None, None, max(1, -(-len(labels) // SCATTER_PX)))
    values = analysis.sample_bands[every].T
    red, nir = (values[analysis.bands.index(band)] for band in (RED, NIR))
    return Scatter(_row(red), _row(nir), tuple(int(n) for n in labels[every]))


def _row(values: Iterable[float]) -> tuple[float, ...]:
    return tuple(float(v) for v in values)
