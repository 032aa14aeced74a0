"""How sure is the grouping? Fitted again on other samples with other seeds, how many pixels change cluster.

The numbering of clusters is arbitrary, so each refit's clusters are matched to the present ones first: the
one-to-one assignment that leaves the fewest pixels elsewhere (Kuhn 1955, "Hungarian method").
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pipeline.progress import IsCancelled, Progress

if TYPE_CHECKING:
    from pipeline.clustering.model import ClusterModel

REFITS = 5
REFIT_PX, EVALUATED_PX = 100_000, 50_000
"""Most pixels of a refit, and pixels that are looked at: the same for all refits."""
STABLE, MOSTLY_STABLE = 0.05, 0.15
"""Shares of changing pixels up to which a grouping is called so."""

OnRefit = Callable[[int, int], object]


@dataclass(frozen=True)
class Stability:
    """Share of pixels that change class when the clusters are fitted again; 0 is steady, 1 is chance."""

    overall: float
    """Mean over the refits, 0..1."""
    per_class: tuple[float, ...]
    """The same for the pixels of each class, class 1 first; NaN where none was looked at."""
    worst: float
    """The refit in which most changed."""
    refits: int
    evaluated_px: int

    def sentence(self, names: Sequence[str]) -> str:
        """Return the figure and what it means, in plain words.

        Parameters
        ----------
        names : sequence of str
            Name of each class, class 1 first.
        """
        moved = _percent(self.overall)
        said = (
            f"Repeating the grouping moves {moved} of the pixels. "
            "This does not tell whether the names are right."
        )
        if self.overall > MOSTLY_STABLE:
            said += " Another number of clusters may be steadier."
        known = [n for n, share in enumerate(self.per_class) if not math.isnan(share)]
        least = max(known, key=lambda n: self.per_class[n])
        if self.per_class[least] > STABLE:
            said += f" Least sure: {least + 1} {names[least]} ({_percent(self.per_class[least])})."
        return said


def stability(
    pixels: np.ndarray,
    model: ClusterModel,
    *,
    lut: Sequence[int] | None = None,
    refits: int = REFITS,
    cancelled: IsCancelled | None = None,
    on_refit: OnRefit | None = None,
) -> Stability:
    """Return how many pixels change class over refits with other seeds and other samples.

    Parameters
    ----------
    pixels : numpy.ndarray
        ``(n, feature)``, finite, such as ``Analysis.sample_features``.
    model : ClusterModel
        The present clusters.
    lut : sequence of int, optional
        Class of each cluster, index 0..k (``Classes.lut``): pixels that only change between merged clusters
        do not count.
    refits : int
        How often it is fitted again, each time on half of the pixels drawn anew (`REFIT_PX` at most), with
        its own scaler and starts.
    cancelled : callable, optional
        Returns True when the figure is no longer needed.
    on_refit : callable, optional
        Called as ``on_refit(done, refits)``.

    Raises
    ------
    Cancelled
        When cancelled.
    """
    from pipeline.clustering.kmeans import fit

    progress = Progress(cancelled=cancelled)
    k = len(model.centres)  # refinements are no part of the grouping
    own = lut is None or bool(model.refinements)
    classes = np.arange(k + 1) if own else np.asarray(lut)
    rng = np.random.default_rng((model.seed, 1))
    looked_at = _some(pixels, rng)
    planes, usable = np.ascontiguousarray(looked_at.T), np.ones(len(looked_at), bool)
    present = model.nearest(planes, usable)
    changed = np.zeros(len(looked_at))
    shares = []
    for refit in range(1, refits + 1):
        progress.check()
        drawn = pixels[rng.choice(len(pixels), min(-(-len(pixels) // 2), REFIT_PX), replace=False)]
        other = fit(drawn, model.features, k, (model.seed + refit) % 2**32, progress)
        matched = matches(present, other.nearest(planes, usable), k)
        different = classes[matched] != classes[present]
        changed += different
        shares.append(float(different.mean()))
        if on_refit is not None:
            on_refit(refit, refits)
    changed /= refits
    of_class = [changed[classes[present] == n] for n in range(1, int(classes.max()) + 1)]
    per_class = tuple(float(c.mean()) if c.size else math.nan for c in of_class)
    return Stability(float(np.mean(shares)), per_class, max(shares), refits, len(looked_at))


def _some(pixels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return the pixels that are compared: all of them, or `EVALUATED_PX` drawn at random."""
    if len(pixels) <= EVALUATED_PX:
        return pixels
    return pixels[np.sort(rng.choice(len(pixels), EVALUATED_PX, replace=False))]


def matches(present: np.ndarray, other: np.ndarray, n_clusters: int) -> np.ndarray:
    """Return other labels of the same pixels in the numbers of the present ones.

    Parameters
    ----------
    present, other : numpy.ndarray
        Integers ``(n,)`` from 1; `other` has at most as many clusters.
    n_clusters : int
        Clusters of `present`.
    """
    from scipy.optimize import linear_sum_assignment

    pairs = (present.astype(np.intp) - 1) * n_clusters + (other - 1)
    overlap = np.bincount(pairs, minlength=n_clusters**2).reshape(n_clusters, n_clusters)
    rows, columns = linear_sum_assignment(overlap, maximize=True)
    number = np.zeros(n_clusters + 1, np.intp)
    number[columns + 1] = rows + 1
    return np.asarray(number[other])


def _percent(share: float) -> str:
    return "less than 0.1 %" if 0 < share < 0.001 else f"{100 * share:.1f} %"
