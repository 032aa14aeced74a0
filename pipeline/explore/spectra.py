"""Numbers behind the figures of spectra: signatures per cluster, and a sample of pixels to scatter."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.sentinel2.bands import NIR, RED, Band, by_wavelength

if TYPE_CHECKING:
    from pipeline.result import Analysis

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


def scatter_of(analysis: Analysis) -> Scatter:
    """Return pixels drawn evenly over the area's clear pixels, `SCATTER_PX` at most."""
    labels = analysis.sample_labels
    every = slice(None, None, max(1, -(-len(labels) // SCATTER_PX)))
    values = analysis.sample_bands[every].T
    red, nir = (values[analysis.bands.index(band)] for band in (RED, NIR))
    return Scatter(_row(red), _row(nir), tuple(int(n) for n in labels[every]))


def _row(values: Iterable[float]) -> tuple[float, ...]:
    return tuple(float(v) for v in values)
