"""A model of clusters: everything needed to label a pixel, as a value and as JSON."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.arrays import Labels, Mask, Planes, Table
from pipeline.checks import quoted
from pipeline.clustering.assign import Centres
from pipeline.clustering.features import is_feature, words
from pipeline.clustering.refinements import Refinement, from_values, to_values
from pipeline.errors import InvalidRequest
from pipeline.progress import Progress

if TYPE_CHECKING:
    import xarray as xr

LABELLED_PX = 2**20
"""Pixels labelled between two looks at whether the work is still wanted."""
MODEL_VERSION = 2
MOST_CENTRES = 64
"""More clusters than this come from no request; a file with more was not made here."""
LARGEST = 1e9
"""Larger numbers, and deviations below one by it, are those of no image: they overflow single precision."""
NOT_AS_WRITTEN = (KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError)
"""What reading of values raises that are not those of `ClusterModel.to_json`."""
QUANTITY = "surface reflectance, offset removed"
"""What the bands are; indices are made of them."""


@dataclass(frozen=True)
class ClusterModel:
    """All that labels a pixel: scaler and centres, their features and units, in the order of the clusters."""

    features: tuple[str, ...]
    """Name of each column (features.FEATURES)."""
    mean: tuple[float, ...]
    """Mean per feature, subtracted before distances are taken."""
    scale: tuple[float, ...]
    """Standard deviation per feature, by which is divided; 1 where a feature is constant."""
    centres: tuple[tuple[float, ...], ...]
    """Cluster centres in units of the features; cluster 1 first."""
    seed: int
    quantity: str = QUANTITY
    """What the numbers are; a model applies to nothing else."""
    origin: str = ""
    """What it was fitted on, in words: ``5 km at 46.4900, 11.3400, 17 June 2022``; empty where unknown."""
    reach: float = 0.0
    """Distance from its centre, in z-scores, within which 99 % of the fitted pixels lie; 0 where unknown."""
    refinements: tuple[Refinement, ...] = ()
    """Clusters that were split, and water that was set apart: applied in this order after the centres."""
    classes: str = ""
    """Names, colours and merges that a person made (explore.classes, JSON); empty where there are none.

    Beside them stand, marked as such, the names that were only suggested.
    """

    @property
    def n_clusters(self) -> int:
        """Number of clusters, which can be fewer than asked for."""
        return len(self.centres) + len(self.refinements)

    def scaled(self, pixels: np.ndarray) -> np.ndarray:
        """Return z-scores of pixels ``(n, feature)`` as float32."""
        z: np.ndarray = (pixels - np.asarray(self.mean, np.float32)) / np.asarray(self.scale, np.float32)
        return z.astype(np.float32, copy=False)

    def reordered(self, order: Sequence[int]) -> ClusterModel:
        """Return the model with its clusters in another order: position -> number now, from 0."""
        return replace(self, centres=tuple(self.centres[n] for n in order))

    def check(self, features: Sequence[str]) -> None:
        """Check that the model was fitted on these features, in this order.

        Raises
        ------
        InvalidRequest
            When it was not, or when its numbers are of another quantity than those read here.
        """
        if tuple(features) != self.features:
            raise InvalidRequest(
                f"The model was fitted on {words(self.features)}, in this order; the request asks for "
                f"{words(features)}. Choose the model's own features.",
                "features",
            )
        if self.quantity != QUANTITY:
            raise InvalidRequest(
                f"The model was fitted on “{self.quantity}”; the images here are “{QUANTITY}”. "
                "Fit a new model."
            )

    def distances(self, pixels: Table) -> Table:
        """Return how far pixels ``(n, feature)`` lie from their nearest centre, in z-scores: ``(n,)``."""
        z, centres = self.scaled(pixels), self.scaled(np.array(self.centres, np.float64))
        squares = (z**2).sum(axis=1)[:, None] - 2 * z @ centres.T + (centres**2).sum(axis=1)
        return np.asarray(np.sqrt(np.maximum(squares.min(axis=1), 0)), np.float32)

    def label(self, imagery: xr.DataArray, progress: Progress | None = None) -> xr.DataArray:
        """Return the cluster of every pixel.

        Parameters
        ----------
        imagery : xarray.DataArray
            ``(feature, y, x)``, NaN where masked; the first coordinate names the features.
        progress : Progress, optional
            Asked before each block whether to go on.

        Returns
        -------
        xarray.DataArray
            uint8 ``(y, x)``: 0 where any feature is NaN, else 1..k.

        Raises
        ------
        InvalidRequest
            When the features are not those of the model, in its order.
        """
        import xarray as xr

        first = imagery.dims[0]
        names = tuple(str(name) for name in imagery[first].values)
        if names != self.features:
            raise InvalidRequest(
                f"The model was fitted on {', '.join(self.features)}; the image has {', '.join(names)}."
            )
        planes, template = imagery.values, imagery.isel({first: 0}, drop=True)
        labels = np.zeros(template.shape, np.uint8)
        rows = max(1, LABELLED_PX // max(1, template.shape[-1]))
        for start in range(0, len(labels), rows):
            if progress is not None:
                progress.check()
            block = planes[:, start : start + rows]
            labels[start : start + rows] = self.nearest(block, np.isfinite(block).all(axis=0))
        return xr.DataArray(labels, dims=template.dims, coords=template.coords, name="cluster")

    def nearest(self, planes: Planes, usable: Mask, gain: float = 1.0, offset: float = 0.0) -> Labels:
        """Return the nearest centre of every pixel of plain arrays: its cluster, but for refinements.

        The label of a pixel depends on nothing but the pixel: not on the array's size, and not on whether it
        comes as digital numbers or as the reflectance computed from them in single precision
        (``(numbers.astype(float32) + offset) / (1 / gain)``). May be called by several threads at once.

        Parameters
        ----------
        planes : numpy.ndarray
            ``(feature, ...)``, uint16 or float32; their values are ``(planes + offset) * gain``. NaN only
            where not usable.
        usable : numpy.ndarray
            bool ``(...)``.

        Returns
        -------
        numpy.ndarray
            uint8 ``(...)``: 0 where not usable, else 1..k.
        """
        return Centres(np.array(self.centres), np.array(self.scale)).nearest(planes, usable, gain, offset)

    @property
    def fingerprint(self) -> str:
        """Eight characters that identify this model: a digest of scaler, centres and features."""
        numbers = json.dumps([self.features, self.mean, self.scale, self.centres])
        if self.refinements:
            numbers += json.dumps(to_values(self.refinements))
        return hashlib.sha256(numbers.encode()).hexdigest()[:8]

    def to_json(self) -> str:
        """Return the model as JSON text."""
        values = {**asdict(self), "refinements": to_values(self.refinements)}
        return json.dumps({"version": MODEL_VERSION, **values})

    @classmethod
    def from_json(cls, text: str) -> ClusterModel:
        """Return the model that `to_json` wrote, of this version or version 1.

        Raises
        ------
        InvalidRequest
            For anything else.
        """
        try:
            values: dict[str, Any] = json.loads(text)
            if values["version"] == 1:
                values = _from_version_1(values)
            if values.pop("version") != MODEL_VERSION:
                raise ValueError("another version")
            for name in ("mean", "scale"):
                values[name] = tuple(float(v) for v in values[name])
            values["reach"] = float(values.get("reach", 0))
            values["features"] = tuple(map(str, values["features"]))
            values["centres"] = tuple(tuple(float(v) for v in c) for c in values["centres"])
            sizes = len(values["centres"]), len(values["features"])
            values["refinements"] = from_values(values.get("refinements", ()), *sizes)
            model = cls(**values)
        except NOT_AS_WRITTEN as error:
            raise InvalidRequest("The file is not a cluster model that this version can read.") from error
        model._check_values()
        return model

    def _check_values(self) -> None:
        lengths = {len(self.features), len(self.mean), len(self.scale), *map(len, self.centres)}
        if not self.centres or len(lengths) != 1 or len(self.centres) > MOST_CENTRES:
            raise InvalidRequest("The file is not a cluster model: its lengths do not agree.")
        numbers = np.array([*self.mean, *self.scale, *(v for c in self.centres for v in c), self.reach])
        in_range = np.isfinite(numbers).all() and np.abs(numbers).max() <= LARGEST
        if not in_range or min(self.scale) < 1 / LARGEST or self.reach < 0:
            raise InvalidRequest("The file is not a cluster model: its numbers are out of range.")
        if not all(isinstance(t, str) for t in (self.quantity, self.origin, self.classes)):
            raise InvalidRequest("The file is not a cluster model: its words are no text.")
        if type(self.seed) is not int:
            raise InvalidRequest("The file is not a cluster model: its seed is no whole number.")
        unknown = [name for name in self.features if not is_feature(name)]
        if unknown:
            raise InvalidRequest(
                f"The model was fitted on {quoted(unknown[0])}, a feature that this version does not know."
            )


def _from_version_1(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of a model of version 1, which knew bands only, as version 2 has them."""
    renamed = {("features" if name == "bands" else name): value for name, value in values.items()}
    return {**renamed, "version": MODEL_VERSION}
