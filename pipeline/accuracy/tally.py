"""Checked points, counted: per stratum, per class of the map and per class found on the land."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Tally:
    """What was sampled and what was found.

    ``H`` strata, ``C`` classes. The map has one place more than there are classes: the last one is for land
    that the map gives a name which is none of the classes.
    """

    strata: tuple[str, ...]
    classes: tuple[str, ...]
    cells: np.ndarray
    """int64 ``(H, C + 1, C)``: points by stratum, map class and reference class."""
    possible: np.ndarray
    """bool ``(H, C + 1)``: map classes that a stratum holds; a single one where strata are map classes."""
    hectares: np.ndarray
    """float64 ``(H,)``: area of the strata."""
    pixels: np.ndarray | None = None
    """int64 ``(H,)``: pixels of the strata where they are known; None: many more than points."""

    @property
    def points(self) -> np.ndarray:
        """int64 ``(H,)``: points of each stratum."""
        points: np.ndarray = self.cells.sum(axis=(1, 2))
        return points

    def ratio(self, good: np.ndarray, bad: np.ndarray) -> Ratio:
        """Return the counts that decide about a share ``good / (good + bad)`` of the area.

        Parameters
        ----------
        good, bad : numpy.ndarray
            bool ``(C + 1, C)``: cells (map class, reference class) of the land that counts for the share, and
            of the land that counts against it; other land does not matter.
        """
        may = self.possible[:, :, None]
        return Ratio(
            self.hectares,
            self.points,
            (self.cells * good).sum(axis=(1, 2)),
            (self.cells * bad).sum(axis=(1, 2)),
            (may & good).any(axis=(1, 2)),
            (may & bad).any(axis=(1, 2)),
            self.pixels,
        )


@dataclass(frozen=True)
class Ratio:
    """A share of the area ``good / (good + bad)``: all arrays ``(H,)``, one value a stratum.

    A class's part of the area, the overall accuracy, a user's and a producer's accuracy are all such shares;
    only the cells that count for and against them differ.
    """

    hectares: np.ndarray
    points: np.ndarray
    good: np.ndarray
    """Points that count for the share."""
    bad: np.ndarray
    """Points that count against it."""
    may_be_good: np.ndarray
    """Whether the stratum can hold land that counts for the share."""
    may_be_bad: np.ndarray
    pixels: np.ndarray | None

    @property
    def matters(self) -> np.ndarray:
        """Bool ``(H,)``: strata that have any say in the share."""
        return np.asarray((self.may_be_good | self.may_be_bad) & (self.hectares > 0))

    @property
    def estimate(self) -> float:
        """The share: ``sum_h A_h g_h / n_h`` over ``sum_h A_h (g_h + b_h) / n_h``; NaN where that is 0."""
        per_point = self.hectares / np.maximum(self.points, 1)
        whole = float((per_point * (self.good + self.bad)).sum())
        return float((per_point * self.good).sum()) / whole if whole > 0 else float("nan")
