"""Refinements of a model: a cluster split in two, water set apart. They label every date in the same way.

They are applied one after the other to the labels of the nearest centres; each adds one cluster.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pipeline.arrays import Labels, Mask, Planes
from pipeline.clustering.assign import Centres
from pipeline.clustering.features import computed
from pipeline.sentinel2.bands import NIR
from pipeline.sentinel2.indices import INDEX_BY_NAME

WATER_INDEX, WATER_ABOVE, WATER_NIR_BELOW = "NDWI", 0.0, 0.15
"""A pixel is open water where the index is above and the near infrared below."""


@dataclass(frozen=True)
class Split:
    """One cluster becomes two: its pixels go to the nearer of two centres inside it."""

    cluster: int
    """Label that is split; its second half is the next number, the numbers behind move up."""
    centres: tuple[tuple[float, ...], tuple[float, ...]]
    """In units of the features, in the order of the legend."""

    @property
    def word(self) -> str:
        """Its text in a link."""
        return f"s{self.cluster}"

    def applied(self, labels: Labels, features: Planes, scale: Sequence[float], last: int) -> Labels:
        """Return the labels after it.

        Parameters
        ----------
        labels : numpy.ndarray
            uint8 ``(...)``, 0..last.
        features : numpy.ndarray
            float32 ``(feature, ...)``.
        scale : sequence of float
            Of the model: the same distances as everywhere.
        last : int
            Highest label so far.
        """
        here = labels == self.cluster
        half = Centres(np.array(self.centres), np.array(scale)).nearest(features, here)
        moved = labels + (labels > self.cluster).astype(np.uint8)
        moved[half == 2] = self.cluster + 1
        return np.asarray(moved, np.uint8)


@dataclass(frozen=True)
class WaterApart:
    """Open water becomes a separate cluster, the last one, whatever cluster its pixels were in."""

    @property
    def word(self) -> str:
        """Its text in a link."""
        return "w"

    def applied(self, labels: Labels, reflectance: Planes, bands: Sequence[str], last: int) -> Labels:
        """Return the labels after it.

        Parameters
        ----------
        labels : numpy.ndarray
            uint8 ``(...)``, 0..last.
        reflectance : numpy.ndarray
            float32 ``(band, ...)``.
        bands : sequence of str
            Key of each band.
        last : int
            Highest label so far.
        """
        return np.where(open_water(reflectance, bands) & (labels > 0), np.uint8(last + 1), labels)


def open_water(reflectance: Planes, bands: Sequence[str]) -> Mask:
    """Return which pixels are open water by their spectrum: bool ``(...)``; those without data are not.

    Parameters
    ----------
    reflectance : numpy.ndarray
        float32 ``(band, ...)``.
    bands : sequence of str
        Key of each band.
    """
    index = INDEX_BY_NAME[WATER_INDEX]
    *planes, infrared = computed(reflectance, bands, (*index.bands, NIR))
    with np.errstate(invalid="ignore"):
        value = index.value(*(np.maximum(plane, 0) for plane in planes))
        return np.asarray((value > WATER_ABOVE) & (infrared < WATER_NIR_BELOW))


Refinement = Split | WaterApart


def refined(
    labels: Labels,
    refinements: Sequence[Refinement],
    features: Planes,
    reflectance: Planes,
    bands: Sequence[str],
    scale: Sequence[float],
    n_centres: int,
) -> Labels:
    """Return labels of the nearest centres after all refinements."""
    for last, refinement in enumerate(refinements, start=n_centres):
        if isinstance(refinement, Split):
            labels = refinement.applied(labels, features, scale, last)
        else:
            labels = refinement.applied(labels, reflectance, bands, last)
    return labels


def to_values(refinements: Sequence[Refinement]) -> list[dict[str, Any]]:
    """Return refinements as JSON holds them."""
    return [
        {"kind": "split", "cluster": r.cluster, "centres": r.centres}
        if isinstance(r, Split)
        else {"kind": "water"}
        for r in refinements
    ]


def from_values(
    values: Sequence[Mapping[str, Any]], n_centres: int, n_features: int
) -> tuple[Refinement, ...]:
    """Return the refinements that `to_values` wrote.

    Raises
    ------
    ValueError
        For anything else.
    """
    made: list[Refinement] = []
    for value in values:
        if value["kind"] == "water" and len(value) == 1:
            made.append(WaterApart())
            continue
        first, second = (tuple(float(v) for v in centre) for centre in value["centres"])
        cluster = value["cluster"]
        whole = type(cluster) is int and 1 <= cluster <= n_centres + len(made)
        lengths = {len(first), len(second)} == {n_features}
        if value["kind"] != "split" or not whole or not lengths or not np.isfinite([first, second]).all():
            raise ValueError("no refinement")
        made.append(Split(cluster, (first, second)))
    return tuple(made)
