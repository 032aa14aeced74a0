"""How clearly a pixel belongs to its cluster: the margin between the best and the second-best centre.

    confidence = 1 - d1 / d2

with d1 the distance to the nearest centre and d2 that to the nearest centre of another class, both in the
z-scored space of the model: 0 on the border between two classes, 1 at the centre itself. It says how far a
pixel is from the border, not whether the class is right.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pipeline.area.grid import PIXEL_HA
from pipeline.clustering.refinements import Split
from pipeline.progress import IsCancelled, Progress

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.clustering.model import ClusterModel
    from pipeline.drawing.overlays import Overlay
    from pipeline.drawing.warp import Warp

COMPUTED_PX = 2**18
"""Pixels computed at a time: the temporary arrays stay in the processor's cache."""


@dataclass(frozen=True)
class Level:
    """A range of confidence with the colour it is drawn in."""

    label: str
    low: float
    """Included."""
    high: float
    """Excluded, but for 1."""
    color: str
    """``#rrggbb``."""


LEVELS = (
    Level("On the border (below 0.1)", 0.0, 0.1, "#5c0a6b"),
    Level("Unsure (0.1 to 0.25)", 0.1, 0.25, "#95339f"),
    Level("Fair (0.25 to 0.5)", 0.25, 0.5, "#c276c7"),
    Level("Clear (0.5 to 0.75)", 0.5, 0.75, "#e2b5e4"),
    Level("Very clear (0.75 and more)", 0.75, 1.0, "#f8e9f8"),
)
"""From unsure to sure, strong to pale: the eye falls on what is doubtful. A purple that no cluster has."""


def confidence(
    features: np.ndarray,
    model: ClusterModel,
    *,
    lut: Sequence[int] | None = None,
    cancelled: IsCancelled | None = None,
) -> np.ndarray:
    """Return the margin of every pixel.

    Parameters
    ----------
    features : numpy.ndarray
        float32 ``(feature, y, x)``, the model's features, NaN where masked.
    model : ClusterModel
        The clusters.
    lut : sequence of int, optional
        Class of each cluster, index 0..k (``Classes.lut``): merged clusters are no border.
    cancelled : callable, optional
        Returns True when the figures are no longer needed; asked before each block.

    Returns
    -------
    numpy.ndarray
        float32 ``(y, x)``, 0..1; NaN where masked.

    Raises
    ------
    Cancelled
        When cancelled.
    """
    progress = Progress(cancelled=cancelled)
    classes = tuple(range(model.n_clusters + 1)) if lut is None else tuple(lut)
    flat = features.reshape(len(features), -1)
    margin = np.empty(flat.shape[1], np.float32)
    for start in range(0, margin.size, COMPUTED_PX):
        progress.check()
        block = slice(start, start + COMPUTED_PX)
        margin[block] = _margin(flat[:, block], model, classes)
    return margin.reshape(features.shape[1:])


def levels(margin: np.ndarray) -> np.ndarray:
    """Return the level of each pixel, uint8: 0 where masked (NaN), else 1.. as in `LEVELS`."""
    edges = np.array([level.low for level in LEVELS], np.float32)
    found = np.searchsorted(edges, margin, side="right").astype(np.uint8)
    found[np.isnan(margin)] = 0
    return found


def level_areas(counts: np.ndarray, pixel_ha: float = PIXEL_HA) -> pd.DataFrame:
    """Return hectares per level.

    Parameters
    ----------
    counts : numpy.ndarray
        Pixels of the area per level, from 0 (masked) on.
    pixel_ha : float
        Hectares of a pixel.

    Returns
    -------
    pandas.DataFrame
        Index ``level`` 1.., columns label, color, hectares and share (0..1 of what is not masked).
    """
    import pandas as pd

    pixels = counts[1:]
    return pd.DataFrame(
        {
            "label": [entry.label for entry in LEVELS],
            "color": [entry.color for entry in LEVELS],
            "hectares": np.round(pixels * pixel_ha, 2),
            "share": pixels / max(int(pixels.sum()), 1),
        },
        index=pd.RangeIndex(1, len(LEVELS) + 1, name="level"),
    )


def confidence_overlay(level: np.ndarray, warp: Warp) -> Overlay:
    """Return one picture of all levels, transparent where masked.

    Parameters
    ----------
    level : numpy.ndarray
        uint8 ``(y, x)`` of `levels`, 0 outside the area.
    warp : Warp
        From the grid of the levels to that of the picture.
    """
    from pipeline.drawing.encode import data_url, indexed_png
    from pipeline.drawing.overlays import Overlay

    png = indexed_png(warp(level), [entry.color for entry in LEVELS])
    return Overlay(data_url("png", png), warp.target.bounds)


def known_centres(model: ClusterModel) -> tuple[tuple[int, np.ndarray], ...]:
    """Return the centres with the clusters they stand for: halves of a split for the cluster that was split.

    Water that was set apart follows a rule and has no centre.
    """
    found = [(n, np.array(centre)) for n, centre in enumerate(model.centres, start=1)]
    for refinement in model.refinements:
        if isinstance(refinement, Split):
            at = refinement.cluster
            moved = [(n + (n > at), centre) for n, centre in found if n != at]
            halves = [(at + half, np.array(c)) for half, c in enumerate(refinement.centres)]
            found = sorted([*moved, *halves], key=lambda pair: pair[0])
    return tuple(found)


def squared_distances(features: np.ndarray, model: ClusterModel) -> Iterator[np.ndarray]:
    """Yield the squared z-scored distance of pixels to each of the `known_centres`.

    Parameters
    ----------
    features : numpy.ndarray
        ``(feature, ...)``, the model's features; NaN gives NaN.
    model : ClusterModel
        Its scaler and centres.

    Yields
    ------
    numpy.ndarray
        float32, the shape of one plane.
    """
    mean, scale = np.array(model.mean), np.array(model.scale)
    scores = [(b - np.float32(m)) / np.float32(s) for b, m, s in zip(features, mean, scale, strict=True)]
    for _, known in known_centres(model):
        centre = (known - mean) / scale
        total = np.zeros(features.shape[1:], np.float32)
        for score, value in zip(scores, centre, strict=True):
            difference = score - np.float32(value)
            difference *= difference
            total += difference
        yield total


def _margin(bands: np.ndarray, model: ClusterModel, classes: Sequence[int]) -> np.ndarray:
    """Return 1 - d1/d2 of pixels ``(band, n)``."""
    best = np.full(bands.shape[1], np.inf, np.float32)
    second = best.copy()
    for distance in _by_class(bands, model, classes):
        np.minimum(second, np.maximum(best, distance), out=second)
        np.minimum(best, distance, out=best)
    with np.errstate(invalid="ignore"):
        ratio = np.sqrt(best / second)
    ratio[second == 0] = 1
    return np.asarray(1 - ratio)


def _by_class(bands: np.ndarray, model: ClusterModel, classes: Sequence[int]) -> list[np.ndarray]:
    """Return the squared distance to the nearest centre of each class."""
    nearest: dict[int, np.ndarray] = {}
    numbers = [classes[cluster] for cluster, _ in known_centres(model)]
    for number, distance in zip(numbers, squared_distances(bands, model), strict=True):
        known = nearest.get(number)
        nearest[number] = distance if known is None else np.minimum(known, distance)
    return list(nearest.values())
