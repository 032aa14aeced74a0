"""The spectrum of each cluster: mean and standard deviation of its sampled pixels in every band read."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.arrays import CentreRows, Labels, Table


@dataclass(frozen=True)
class Signatures:
    """Spectra of clusters 1..k."""

    mean: CentreRows
    """float64 ``(k, band)``: mean reflectance; NaN as `sd`."""
    sd: CentreRows
    """float64 ``(k, band)``: standard deviation; NaN for a cluster without a pixel in the sample."""


def signatures(reflectance: Table, labels: Labels, n_clusters: int) -> Signatures:
    """Return mean and standard deviation per cluster of sampled pixels.

    Of the sample (sample.SAMPLE_PX): all pixels of an area up to 7 km, and enough of a larger one for a
    standard error below a hundredth of the standard deviation in clusters of 2 % and more.

    Parameters
    ----------
    reflectance : numpy.ndarray
        float32 ``(n, band)``.
    labels : numpy.ndarray
        uint8 ``(n,)``.
    """
    members = [reflectance[labels == n].astype(np.float64) for n in range(1, n_clusters + 1)]
    nothing = np.full(reflectance.shape[1], np.nan)
    return Signatures(
        np.array([m.mean(axis=0) if len(m) else nothing for m in members]),
        np.array([m.std(axis=0) if len(m) else nothing for m in members]),
    )
