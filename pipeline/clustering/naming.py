"""From the fit to the names: the spectrum of each cluster, and models that were fitted before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Self

import numpy as np

from pipeline.arrays import CentreRows, Labels, Planes, Table
from pipeline.clustering.features import computed, plain_bands
from pipeline.clustering.model import ClusterModel
from pipeline.clustering.refinements import refined
from pipeline.clustering.signatures import signatures
from pipeline.clustering.surface_types import spectral_order
from pipeline.progress import Progress
from pipeline.text import day_words, place_words

if TYPE_CHECKING:
    from pipeline.reading.imagery import Imagery


@dataclass(frozen=True)
class Fits:
    """Models fitted on the sample of one area, each once; for several threads at once.

    Parameters
    ----------
    reflectance : numpy.ndarray
        float32 ``(n, band)``: the sample.
    bands : tuple of str
        Key of each column.
    origin : str
        What the sample is of, in words; kept in the models.
    """

    reflectance: Table = field(repr=False)
    bands: tuple[str, ...]
    origin: str = ""
    _known: dict[tuple[tuple[str, ...], int, int], ClusterModel] = field(default_factory=dict, repr=False)
    _spectra: dict[ClusterModel, CentreRows] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, pixels: Imagery) -> Self:
        """Return where models of these pixels are kept, none so far."""
        area = pixels.extent.area
        days = sorted({scene.date for scene in pixels.scenes})
        when = day_words(days[0]) if len(days) == 1 else f"{day_words(days[0])} to {day_words(days[-1])}"
        origin = f"{place_words(area.latitude, area.longitude, area.size_km)}, {when}"
        return cls(pixels.sample.reflectance, pixels.bands, origin)

    def model(
        self, features: tuple[str, ...], n_clusters: int, seed: int, progress: Progress
    ) -> ClusterModel:
        """Return the model with a number of clusters of these features, in the order of the legend."""
        known = self._known.get((features, n_clusters, seed))
        if known is None:
            from pipeline.clustering.kmeans import fit

            fitted = fit(self.sample(features), features, n_clusters, seed, progress)
            spectra = self.spectra(fitted)
            order = spectral_order(spectra, plain_bands(self.bands))
            known = replace(fitted.reordered(order.tolist()), origin=self.origin)
            self._spectra[known] = spectra[order]
            self._known[features, n_clusters, seed] = known
        return known

    @cached_property
    def _planes(self) -> Planes:
        """The sample in `plain_bands`: float32 ``(band, n)``; of periods the median, which takes its time."""
        return computed(self.reflectance.T, self.bands, plain_bands(self.bands))

    def spectra(self, model: ClusterModel, given: bool = False) -> CentreRows:
        """Return the spectra by which clusters are named: of a given model, those of these pixels."""
        if not given and model in self._spectra:
            return self._spectra[model]
        of = own_spectra if given else fitted_spectra
        return of(model, self.reflectance, self.bands, self._planes)

    def sample(self, features: Sequence[str]) -> Table:
        """Return the sample's features: float32 ``(n, feature)``."""
        return computed(self.reflectance.T, self.bands, features).T


def naming_spectra(
    model: ClusterModel, reflectance: Table, bands: tuple[str, ...], given: bool
) -> CentreRows:
    """Return the spectra by which clusters are named; for a given model, those of this area's own pixels."""
    return Fits(reflectance, bands).spectra(model, given)


def fitted_spectra(
    model: ClusterModel, reflectance: Table, bands: tuple[str, ...], planes: Planes
) -> CentreRows:
    """Return the spectrum of each cluster of a model that was fitted on these very pixels: ``(k, band)``.

    One value a band (`plain_bands`): of a composite of periods their median.

    A band that was clustered itself has the value of the centre; others the mean of the cluster's pixels.
    """
    if model.refinements:
        return own_spectra(model, reflectance, bands, planes)
    plain = plain_bands(bands)
    spectra = np.full((model.n_clusters, len(plain)), np.nan)
    if not set(plain) <= set(model.features):
        spectra = own_spectra(model, reflectance, bands, planes)
    centres = np.array(model.centres)
    for column, band in enumerate(plain):
        if band in model.features:
            spectra[:, column] = centres[:, model.features.index(band)]
    return spectra


def own_spectra(
    model: ClusterModel, reflectance: Table, bands: tuple[str, ...], planes: Planes
) -> CentreRows:
    """Return the mean reflectance of the pixels in each cluster: ``(k, band)``; NaN where there is none.

    Parameters
    ----------
    planes : numpy.ndarray
        The pixels in `plain_bands`: ``(band, n)``.
    """
    labels = labels_of(model, reflectance, bands)
    return signatures(planes.T, labels, model.n_clusters).mean


def labels_of(model: ClusterModel, reflectance: Table, bands: tuple[str, ...]) -> Labels:
    """Return the clusters of single pixels ``(n, band)``: uint8 ``(n,)``."""
    planes = computed(reflectance.T, bands, model.features)
    nearest = model.nearest(planes, np.ones(len(reflectance), bool))
    return refined(nearest, model.refinements, planes, reflectance.T, bands, model.scale, len(model.centres))
