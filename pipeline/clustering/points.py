"""Points to group: z-scores with weights, samples of them, and the axes along which they differ most."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from pipeline.clustering.assign import PRODUCT_SIZE

TURNS = 20
"""Steps of the search for main axes; it need not be exact."""


@dataclass(frozen=True)
class Points:
    """Points to group, each with a weight: how often it occurs, or how many it stands for."""

    planes: np.ndarray
    """float32 ``(band + 1, n)``: z-scores, and a row of ones."""
    weighted: np.ndarray
    """The same times the weights; its last row are the weights."""

    @classmethod
    def of(
        cls, planes: np.ndarray, mean: np.ndarray, scale: np.ndarray, weights: np.ndarray | None = None
    ) -> Points:
        """Return z-scores of values ``(band, n)``."""
        z = np.ones((len(planes) + 1, planes.shape[1]), np.float32)
        np.subtract(planes, mean.astype(np.float32)[:, None], out=z[:-1])
        z[:-1] /= scale.astype(np.float32)[:, None]
        return cls(z, z if weights is None else z * weights)

    @property
    def n_features(self) -> int:
        """Number of features."""
        return len(self.planes) - 1

    @property
    def n(self) -> int:
        """Number of points."""
        return int(self.planes.shape[1])

    @cached_property
    def squares(self) -> np.ndarray:
        """Weighted squared distance of each point from the mean of all."""
        squares: np.ndarray = np.einsum("bn,bn->n", self.planes[:-1], self.weighted[:-1])
        return squares

    def part(self, which: slice) -> Points:
        """Return a stretch of the points."""
        return Points(self.planes[:, which], self.weighted[:, which])

    def along(self, axes: np.ndarray) -> Points:
        """Return the points as they are seen along some axes ``(feature, axis)`` of length 1."""
        turned = np.ones((axes.shape[1] + 1, self.n), np.float32)
        step = max(1, PRODUCT_SIZE // axes.size)
        for start in range(0, self.n, step):
            here = slice(start, start + step)
            turned[:-1, here] = axes.T.astype(np.float32) @ self.planes[:-1, here]
        return Points(turned, turned * self.weighted[-1])

    def sample(self, wanted: int, rng: np.random.Generator) -> Points:
        """Return some of the points, weighted to stand for all.

        Half of the chance is the same for all, half is as the squared distance from the mean: a few far
        pixels, which can decide which optimum is the best, must not be left to luck (lightweight coresets:
        Bachem, Lucic and Krause, KDD 2018).
        """
        if self.n <= wanted:
            return self
        weights, squares = self.weighted[-1], self.squares
        chance = weights / weights.sum(dtype=np.float64) + squares / max(squares.sum(dtype=np.float64), 1e-9)
        heap = np.cumsum(chance, dtype=np.float64)
        places = np.searchsorted(heap, (np.arange(wanted) + rng.random(wanted)) * (heap[-1] / wanted))
        places = places.clip(max=self.n - 1)
        planes = self.planes[:, places]
        stands_for = weights[places] / chance[places] * (heap[-1] / wanted)
        return Points(planes, planes * stands_for.astype(np.float32))


def main_axes(points: Points, n_axes: int, rng: np.random.Generator) -> np.ndarray:
    """Return axes that span the directions in which points differ most: float64 ``(feature, axis)``."""
    size = points.n_features
    products = np.zeros((size, size))
    step = max(1, PRODUCT_SIZE // size**2)
    for start in range(0, points.n, step):
        here = slice(start, start + step)
        products += points.planes[:-1, here] @ points.weighted[:-1, here].T
    # Turned towards the main axes again and again; products this small are made by one thread on any machine.
    axes = rng.normal(size=(size, n_axes))
    for _ in range(TURNS):
        axes = np.linalg.qr(products @ axes).Q
    return axes


def evenly(n: int, wanted: int, rng: np.random.Generator) -> slice | np.ndarray:
    """Return the places of a sample of n things: one at random from each of `wanted` equal stretches."""
    if n <= wanted:
        return slice(None)
    places: np.ndarray = ((np.arange(wanted) + rng.random(wanted)) * (n / wanted)).astype(np.int64)
    return places.clip(max=n - 1)
