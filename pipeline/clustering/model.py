"""k-means on reflectance: a seeded fit on sampled pixels, then every pixel labelled."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import xarray as xr
from sklearn.cluster import KMeans
from threadpoolctl import ThreadpoolController

from pipeline.clustering.assign import Centres
from pipeline.clustering.lloyd import Points, best_start, evenly
from pipeline.clustering.surface_types import spectral_order
from pipeline.errors import InvalidRequest
from pipeline.progress import Progress

SAMPLE_PX = 500_000
"""Most pixels that a model is fitted to; more do not change it by a thousandth."""
FIRST_LOOK_PX, SECOND_LOOK_PX = 1000, 25_000
"""Pixels that nearly always, and all but surely, show that there are more distinct values than clusters."""
FINISH_ITERATIONS = 1
"""Steps of the last fit, which starts where the search came to rest."""
BLOCK_PX = 2**20
MODEL_VERSION = 1

_fit_lock = threading.Lock()
"""The first fits of two threads can block each other while OpenMP starts."""


@dataclass(frozen=True)
class ClusterModel:
    """All that labels a pixel: scaler and centres, their bands and units, in the order of the clusters."""

    bands: tuple[str, ...]
    """Band of each column."""
    mean: tuple[float, ...]
    """Mean reflectance per band, subtracted before distances are taken."""
    scale: tuple[float, ...]
    """Standard deviation per band, by which is divided; 1 where a band is constant."""
    centres: tuple[tuple[float, ...], ...]
    """Cluster centres in reflectance; cluster 1 first."""
    seed: int
    quantity: str = "surface reflectance, offset removed"
    """What the numbers are; a model applies to nothing else."""

    @property
    def n_clusters(self) -> int:
        """Number of clusters, which can be fewer than asked for."""
        return len(self.centres)

    def scaled(self, pixels: np.ndarray) -> np.ndarray:
        """Return z-scores of pixels ``(n, band)`` as float32."""
        z: np.ndarray = (pixels - np.asarray(self.mean, np.float32)) / np.asarray(self.scale, np.float32)
        return z.astype(np.float32, copy=False)

    def label(self, imagery: xr.DataArray, progress: Progress | None = None) -> xr.DataArray:
        """Return the cluster of every pixel.

        Parameters
        ----------
        imagery : xarray.DataArray
            Reflectance ``(band, y, x)``, NaN where masked.
        progress : Progress, optional
            Asked before each block whether to go on.

        Returns
        -------
        xarray.DataArray
            uint8 ``(y, x)``: 0 where any band is NaN, else 1..k.

        Raises
        ------
        InvalidRequest
            When the bands are not those of the model.
        """
        names = tuple(str(b) for b in imagery.band.values)
        if names != self.bands:
            raise InvalidRequest(
                f"The model was fitted on {', '.join(self.bands)}; the image has {', '.join(names)}."
            )
        planes, template = imagery.values, imagery.isel(band=0, drop=True)
        labels = np.zeros(template.shape, np.uint8)
        rows = max(1, BLOCK_PX // max(1, template.shape[-1]))
        for start in range(0, len(labels), rows):
            if progress is not None:
                progress.check()
            block = planes[:, start : start + rows]
            labels[start : start + rows] = self.nearest(block, np.isfinite(block).all(axis=0))
        return xr.DataArray(labels, dims=template.dims, coords=template.coords, name="cluster")

    def nearest(
        self, planes: np.ndarray, usable: np.ndarray, gain: float = 1.0, offset: float = 0.0
    ) -> np.ndarray:
        """Return the cluster of every pixel of plain arrays.

        The label of a pixel depends on nothing but the pixel: not on the array's size, and not on whether it
        comes as digital numbers or as the reflectance computed from them in single precision
        (``(numbers.astype(float32) + offset) / (1 / gain)``). May be called by several threads at once.

        Parameters
        ----------
        planes : numpy.ndarray
            ``(band, ...)``, uint16 or float32; reflectance is ``(planes + offset) * gain``. NaN only where
            not usable.
        usable : numpy.ndarray
            bool ``(...)``.

        Returns
        -------
        numpy.ndarray
            uint8 ``(...)``: 0 where not usable, else 1..k.
        """
        return Centres(np.array(self.centres), np.array(self.scale)).nearest(planes, usable, gain, offset)

    def to_json(self) -> str:
        """Return the model as JSON text."""
        return json.dumps(
            {
                "version": MODEL_VERSION,
                "bands": self.bands,
                "mean": self.mean,
                "scale": self.scale,
                "centres": self.centres,
                "seed": self.seed,
                "quantity": self.quantity,
            }
        )

    @classmethod
    def from_json(cls, text: str) -> ClusterModel:
        """Return the model that `to_json` wrote.

        Raises
        ------
        InvalidRequest
            For anything else.
        """
        try:
            values: dict[str, Any] = json.loads(text)
            if values.pop("version") != MODEL_VERSION:
                raise ValueError("another version")
            values["bands"] = tuple(values["bands"])
            for name in ("mean", "scale"):
                values[name] = tuple(float(v) for v in values[name])
            values["centres"] = tuple(tuple(float(v) for v in c) for c in values["centres"])
            model = cls(**values)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise InvalidRequest("The file is not a cluster model that this version can read.") from error
        if not model.centres or {len(model.bands)} != {
            len(model.mean),
            len(model.scale),
            *map(len, model.centres),
        }:
            raise InvalidRequest("The file is not a cluster model: its lengths do not agree.")
        if not np.isfinite([model.mean, model.scale, *model.centres]).all() or min(model.scale) <= 0:
            raise InvalidRequest("The file is not a cluster model: its numbers are out of range.")
        return model


def fit(
    pixels: np.ndarray, bands: Sequence[str], n_clusters: int, seed: int, progress: Progress
) -> ClusterModel:
    """Return the k-means model of pixels.

    Bands are z-scored, so that near infrared, whose range is the widest, does not decide alone. The same
    pixels, number and seed give the same model, on however many cores.

    Parameters
    ----------
    pixels : numpy.ndarray
        Reflectance ``(n, band)``, finite, at least one row; of more than `SAMPLE_PX` a sample is taken.
    bands : sequence of str
        Name of each column.
    n_clusters : int
        Clusters wanted; fewer distinct pixels give fewer clusters.
    seed : int
        Seed of the samples and the starts.
    progress : Progress
        Asked between the steps whether to go on.
    """
    rng = np.random.default_rng(seed)
    planes = np.ascontiguousarray(pixels.T[:, evenly(len(pixels), SAMPLE_PX, rng)])
    mean, scale = planes.mean(axis=1, dtype=np.float64), planes.std(axis=1, dtype=np.float64)
    scale[scale < 1e-9] = 1.0
    weights = None
    distinct = _distinct_where_few(planes, pixels, n_clusters, rng)
    if distinct is not None:
        planes, weights = distinct
    if planes.shape[1] <= n_clusters:
        centres = planes.T.astype(np.float64)
    else:
        points = Points.of(planes, mean, scale, weights)
        start = best_start(points, n_clusters, rng, progress.check)
        centres = _finished(points, start, weights) * scale + mean
    progress.check()
    centres = centres[spectral_order(centres)]
    return ClusterModel(
        bands=tuple(bands),
        mean=tuple(mean.tolist()),
        scale=tuple(scale.tolist()),
        centres=tuple(tuple(c) for c in centres.tolist()),
        seed=seed,
    )


def _finished(points: Points, start: np.ndarray, weights: np.ndarray | None) -> np.ndarray:
    """Return the centres one step of k-means further: float64 ``(k, band)``.

    Where a start has an empty cluster, it goes to the point that is farthest from its centre.

    On one thread: the order in which several add up differs from run to run.
    """
    estimator = KMeans(len(start), init=start, n_init=1, max_iter=FINISH_ITERATIONS, tol=0)
    with _fit_lock, _threads().limit(limits=1):
        estimator.fit(np.ascontiguousarray(points.planes[:-1].T), sample_weight=weights)
    return np.asarray(estimator.cluster_centers_, np.float64)


@cache
def _threads() -> ThreadpoolController:
    """Return the thread pools of the process: looking for them takes as long as a small fit."""
    return ThreadpoolController()


def _distinct_where_few(
    planes: np.ndarray, pixels: np.ndarray, n_clusters: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray] | None:
    """Return all distinct pixels ``(band, n)`` and how often each occurs, where a sample hardly shows any.

    An area that is uniform but for a few pixels: its sample holds no more different values than clusters.
    """
    for look in (FIRST_LOOK_PX, SECOND_LOOK_PX):
        seen = planes[:, evenly(planes.shape[1], look, rng)]
        if len(np.unique(seen, axis=1).T) > n_clusters:
            return None
    values, counts = np.unique(pixels, axis=0, return_counts=True)
    return values.T, counts.astype(np.float32)
