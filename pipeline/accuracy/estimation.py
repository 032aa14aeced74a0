"""From counts of checked points to hectares with intervals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from pipeline.accuracy.checks import is_number
from pipeline.accuracy.matrices import tally_of
from pipeline.accuracy.posterior import FEWEST as FEWEST_BAYES
from pipeline.accuracy.posterior import posterior_interval
from pipeline.accuracy.result import METHODS, AreaEstimate, Method, Overall
from pipeline.accuracy.tally import Ratio, Tally
from pipeline.accuracy.textbook import FEWEST as FEWEST_NORMAL
from pipeline.accuracy.textbook import normal_interval
from pipeline.errors import InvalidRequest

NEGLIGIBLE = 0.01
"""Part of the land that a figure is about, below which strata with too few points do not keep it back."""

Matrix = pd.DataFrame | np.ndarray | Sequence[Sequence[int]]
Hectares = pd.Series | Mapping[str, float] | Sequence[float] | np.ndarray


def stratified_estimate(
    matrix: Matrix, stratum_ha: Hectares, method: Method = "bayes", level: float = 0.95
) -> AreaEstimate:
    """Return hectares per class of the land from points that were checked in a stratified random sample.

    The hectares are the unbiased estimate ``A_k = sum_h A_h n_hk / n_h`` of Olofsson et al. 2013
    (doi:10.1016/j.rse.2012.10.031) and 2014 (doi:10.1016/j.rse.2014.02.015); strata may differ from the
    classes (Stehman 2014, doi:10.1080/01431161.2014.930207).

    Parameters
    ----------
    matrix : DataFrame or array
        Points, ``(stratum, class)``: rows are strata, which are classes of the map where they have a class's
        name; columns are the classes found on the land. An array has the names "1", "2" and so on.
    stratum_ha : Series, mapping or sequence
        Hectares of the strata: counted pixels of the map; by name, or in the order of the rows.
    method : str
        Of the intervals. "bayes": a posterior in each stratum (accuracy.posterior), which holds also where no
        error was seen. "normal": the textbook's (accuracy.textbook); its ends may pass 0 or 1.
    level : float
        Of the intervals, 0.5 to 0.999.

    Raises
    ------
    InvalidRequest
        For counts or hectares that cannot be, and for no point at all.
    """
    return estimate_of(tally_of(matrix, stratum_ha), method, level)


def estimate_of(
    tally: Tally,
    method: Method = "bayes",
    level: float = 0.95,
    mapped_ha: Mapping[str, float] | None = None,
    notes: Iterable[str] = (),
) -> AreaEstimate:
    """Return the estimate of counted points.

    Parameters
    ----------
    tally : Tally
        The points.
    method, level
        As for `stratified_estimate`.
    mapped_ha : mapping, optional
        Hectares of the map's classes, where strata hold more than one of them.
    notes : iterable of str
        Sentences to go with the estimate.

    Raises
    ------
    InvalidRequest
        For an unknown method or level, and for no point at all.
    """
    if method not in METHODS:
        raise InvalidRequest(f"There is no method {method!r}. Choose one of {', '.join(METHODS)}.", "method")
    if not is_number(level, 0.5, 0.999):
        raise InvalidRequest(f"The level of the intervals is {level!r}, not from 0.5 to 0.999.", "level")
    if not tally.cells.sum():
        raise InvalidRequest("No point has been checked yet. Label some points first.", "labels")
    judge = _Judge(method, float(level))
    filled = _as_mapped(tally, judge)
    table = _table(filled, judge, _mapped(tally) if mapped_ha is None else mapped_ha)
    diagonal = np.eye(len(tally.classes) + 1, len(tally.classes), dtype=bool)
    overall = Overall(*judge.figures(filled.ratio(diagonal, ~diagonal)))
    if not tally.possible[:, :-1].any():
        overall = Overall(*[float("nan")] * 3)
    told = (*notes, *judge.notes(tally))
    return AreaEstimate(table, overall, _matrix(tally), method, float(level), told)


@dataclass(frozen=True)
class _Judge:
    """Which figures can be said, by one of the methods."""

    method: Method
    level: float

    @property
    def fewest(self) -> int:
        return FEWEST_BAYES if self.method == "bayes" else FEWEST_NORMAL

    def figures(self, ratio: Ratio) -> tuple[float, float, float]:
        """Return a share and the ends of its interval; NaN where the points are too few."""
        nothing = float("nan")
        matter = ratio.hectares * ratio.matters
        limit = NEGLIGIBLE * matter.sum()
        if matter[ratio.points == 0].sum() > limit or np.isnan(ratio.estimate):
            return nothing, nothing, nothing
        if matter[self.thin(ratio)].sum() > limit:
            return ratio.estimate, nothing, nothing
        interval = posterior_interval if self.method == "bayes" else normal_interval
        return ratio.estimate, *interval(ratio, self.level)

    def thin(self, counts: Ratio | Tally) -> np.ndarray:
        """Return notes on strata with too few points for an interval, and on unchecked pixels."""
        complete = 0 if counts.pixels is None else counts.points >= counts.pixels
        return np.asarray((counts.points < self.fewest) & (counts.hectares > 0) & ~np.asarray(complete, bool))

    def notes(self, tally: Tally) -> list[str]:
        """Return a sentence for each stratum with too few points."""
        said = []
        for h in np.flatnonzero(self.thin(tally)):
            name, ha, n = tally.strata[h], tally.hectares[h], int(tally.points[h])
            few = "no checked point" if n == 0 else f"{n} checked point{'s' * (n > 1)}"
            negligible = tally.hectares[self.thin(tally)].sum() <= NEGLIGIBLE * tally.hectares.sum()
            if not negligible:
                lacking = "no interval" if n else "no estimate"
                said.append(
                    f"“{name}” ({ha:,.1f} ha) has {few}: {lacking} for what may lie in it. "
                    f"Check at least {self.fewest} there."
                )
            elif n:
                said.append(
                    f"“{name}” ({ha:,.1f} ha) has {few}: no interval for its user's accuracy. "
                    f"Check at least {self.fewest} there."
                )
            else:
                said.append(f"“{name}” ({ha:,.1f} ha) has {few} and is counted as mapped.")
        return said


def _table(tally: Tally, judge: _Judge, mapped_ha: Mapping[str, float]) -> pd.DataFrame:
    shape = (len(tally.classes) + 1, len(tally.classes))
    total = float(tally.hectares.sum())
    rows = []
    for k, name in enumerate(tally.classes):
        in_map, on_land = np.zeros(shape, bool), np.zeros(shape, bool)
        in_map[k], on_land[:, k] = True, True
        right = in_map & on_land
        # Area: land of the class against all other land.
        area = judge.figures(tally.ratio(on_land, ~on_land))
        # User's accuracy: of the land that the map gives this name, the part that is it.
        user = judge.figures(tally.ratio(right, in_map & ~right))
        # Producer's accuracy: of the land that is it, the part that the map gives this name.
        producer = judge.figures(tally.ratio(right, on_land & ~right))
        if not tally.possible[:, :-1].any():  # strata are no classes: the map has no opinion
            producer = (float("nan"),) * 3
        mapped = mapped_ha.get(name, float("nan"))
        rows.append((mapped, *(total * part for part in area), *user, *producer))
    accuracies = [f"{of}_accuracy{end}" for of in ("users", "producers") for end in ("", "_low", "_high")]
    columns = ["mapped_ha", "hectares", "low_ha", "high_ha", *accuracies]
    return pd.DataFrame(rows, index=pd.Index(tally.classes, name="class"), columns=columns, dtype=float)


def _mapped(tally: Tally) -> dict[str, float]:
    """Return the hectares of the map's classes where each stratum is in one of them."""
    named = tally.possible[:, :-1]
    if not named.any() or (tally.possible.sum(axis=1) > 1).any():
        return {}
    return {name: float(tally.hectares[named[:, k]].sum()) for k, name in enumerate(tally.classes)}


def _matrix(tally: Tally) -> pd.DataFrame:
    """Return the points by map class and reference class; by stratum, where no stratum is a class."""
    columns = pd.Index(tally.classes, name="reference class")
    if not tally.possible[:, :-1].any():
        return pd.DataFrame(
            tally.cells.sum(axis=1), index=pd.Index(tally.strata, name="stratum"), columns=columns
        )
    counts = tally.cells.sum(axis=0)[:-1]
    return pd.DataFrame(counts, index=pd.Index(tally.classes, name="map class"), columns=columns)


def _as_mapped(tally: Tally, judge: _Judge) -> Tally:
    """Return the tally with negligible unchecked strata counted as their class on the map."""
    empty = np.asarray((tally.points == 0) & (tally.hectares > 0))
    negligible = tally.hectares[empty].sum() <= NEGLIGIBLE * tally.hectares.sum()
    single: np.ndarray = tally.possible.sum(axis=1) == 1
    if not empty.any() or not negligible:
        return tally
    cells = tally.cells.copy()
    for h, k in zip(*np.nonzero(tally.possible[:, :-1] & np.outer(single & empty, True)), strict=True):
        cells[h, k, k] = judge.fewest
    return replace(tally, cells=cells)
