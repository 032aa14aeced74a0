"""What a checked sample says: hectares and accuracies with intervals, and how they came about."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    import pandas as pd

Method = Literal["bayes", "normal"]
METHODS: dict[Method, str] = {
    "bayes": "intervals from a Dirichlet posterior in each stratum",
    "normal": "intervals from standard errors, normal approximation",
}
"""How the intervals are made, in words."""
CITATION = (
    "Olofsson et al. 2014, Remote Sensing of Environment 148, 42-57, doi:10.1016/j.rse.2014.02.015; "
    "Stehman 2014, International Journal of Remote Sensing 35, 4923-4939, doi:10.1080/01431161.2014.930207"
)


class Overall(NamedTuple):
    """The share of the area that the map names rightly, 0..1, with the ends of its interval."""

    accuracy: float
    low: float
    high: float


@dataclass(frozen=True)
class AreaEstimate:
    """Hectares per class of the land, estimated from checked points."""

    areas: pd.DataFrame = field(repr=False)
    """Index ``class``; columns mapped_ha (counted pixels), hectares (estimated), low_ha, high_ha, and
    users_accuracy and producers_accuracy (0..1), each with ``_low`` and ``_high``; NaN: cannot be said."""
    overall: Overall
    """Overall accuracy."""
    matrix: pd.DataFrame = field(repr=False)
    """Checked points: rows map classes, columns reference classes."""
    method: Method
    level: float
    """Of the intervals, such as 0.95."""
    notes: tuple[str, ...] = ()
    """Sentences a user should know: unsure points, strata with too few points."""

    @property
    def points(self) -> int:
        """Checked points that were used."""
        return int(self.matrix.to_numpy().sum())

    def sentence(self) -> str:
        """Return how the figures came about, with the source: for reports and files."""
        return (
            f"Estimated from {self.points:,} checked points of a stratified random sample; "
            f"{METHODS[self.method]}, {100 * self.level:g} % ({CITATION})."
        )
