"""What changed between two dates: the clusters of one model on both, counted from and to.

Both images are labelled by the same model (scaler, centres, bands, offset state), so a number means the same
on both. Pixels that are masked on either date are counted separately; everything sums to the area.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar, cast

import numpy as np

from pipeline.area.grid import PIXEL_HA
from pipeline.clustering.features import over_periods
from pipeline.clustering.surface_types import Suggestion
from pipeline.errors import InvalidRequest
from pipeline.text import day_words, month

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.accuracy.change import CheckedChange
    from pipeline.clustering.model import ClusterModel
    from pipeline.outcome.values import Outcome
    from pipeline.result import Analysis

    Compared = TypeVar("Compared", bound=Outcome)

SAME_SEASON_DAYS = 45
"""Days of the year that two dates may lie apart before plants alone make them differ."""
SLAB_PX = 2**22
"""Pixels compared at a time."""


@dataclass(frozen=True)
class Change:
    """Hectares (grid area) by their class before and after."""

    matrix: pd.DataFrame = field(repr=False)
    """Hectares clear on both dates: index ``from`` 1..k, columns ``to`` 1..k."""
    clusters: pd.DataFrame = field(repr=False)
    """Index ``cluster`` 1..k: name, color, before_ha, after_ha, kept_ha, lost_ha, gained_ha, net_ha."""
    masked: pd.Series[float] = field(repr=False)
    """Hectares masked or missing on the first date only, on the second only, on both: before_only, ..."""

    @property
    def compared_ha(self) -> float:
        """Hectares clear on both dates."""
        return float(self.matrix.to_numpy().sum())

    @property
    def changed_ha(self) -> float:
        """Hectares that are in another cluster on the second date."""
        values = self.matrix.to_numpy()
        return float(values.sum() - np.trace(values))

    @property
    def total_ha(self) -> float:
        """The whole area."""
        return self.compared_ha + float(self.masked.sum())

    @property
    def named_matrix(self) -> pd.DataFrame:
        """The matrix with numbers and names on both sides, for people and files."""
        import pandas as pd

        labels = [f"{n} {name}" for n, name in self.clusters["name"].items()]
        return pd.DataFrame(
            self.matrix.to_numpy(),
            index=pd.Index(labels, name="from"),
            columns=pd.Index(labels, name="to"),
        )

    @property
    def sentence(self) -> str:
        """The result in plain words."""
        masked = float(self.masked.sum())
        if self.compared_ha == 0:
            return f"Nothing to compare: all {masked:,.1f} ha are masked on one date or the other."
        share = 100 * self.changed_ha / self.compared_ha
        said = f"{self.changed_ha:,.1f} of {self.compared_ha:,.1f} ha ({share:.1f} %) changed cluster."
        values = self.matrix.to_numpy().copy()
        np.fill_diagonal(values, 0)
        if values.max() > 0:
            before, after = divmod(int(values.argmax()), len(values))
            labels = list(self.named_matrix.index)
            said += f" Most: {labels[before]} to {labels[after]}, {values.max():,.1f} ha."
        if masked:
            said += f" {masked:,.1f} ha are masked on one date or the other and not compared."
        return said


@dataclass(frozen=True)
class SecondDate:
    """A second date beside a result."""

    analysis: Analysis
    """The same area, in the same classes."""
    change: Change
    """From the result to it."""
    checked: CheckedChange | None = field(default=None, repr=False)
    """A labelled sample of the change and its estimate; None: the land was not checked."""


def with_second_date(before: Compared, after: Outcome) -> Compared:
    """Return a result with a second date beside it.

    Raises
    ------
    InvalidRequest
        With the reason, where the two cannot be compared.
    """
    return replace(before, second=SecondDate(cast("Analysis", after), compare(before, after)))


def compare(before: Outcome, after: Outcome) -> Change:
    """Return what changed between two results of one area and one model.

    Parameters
    ----------
    before, after : Analysis
        `after` was labelled by the model of `before` (`other_date`, or ``analyse(request, model=...)``). With
        edited classes both have been given the same ones (``with_classes``).

    Raises
    ------
    InvalidRequest
        With the reason, where the two cannot be compared (`check_comparable`).
    """
    check_comparable(before, after)
    pixel_ha = before.resolution_m**2 / 10_000
    return change_of(before.labels, after.labels, before.inside, before.suggestions, pixel_ha)


def check_comparable(before: Outcome, after: Outcome) -> None:
    """Check that two results mean the same by the same numbers.

    Raises
    ------
    InvalidRequest
        For another area or grid, another model, other bands or another quantity, an offset that is not
        certain, or other classes.
    """
    check_model(before.model, clustered_features(before))
    if before.grid != after.grid or not np.array_equal(before.inside, after.inside):
        raise InvalidRequest("The two results are of different areas. Compare two dates of the same one.")
    if replace(before.model, classes="") != replace(after.model, classes=""):
        raise InvalidRequest(
            "The second image was not labelled by the model of the first: its clusters mean something else. "
            "Choose the second date here again."
        )
    for analysis in (before, after):
        for scene in analysis.scenes:
            if not scene.offset.certain:
                raise InvalidRequest(
                    f"Whether 1000 has to be subtracted from the image of {day_words(scene.date)} is not "
                    f"certain ({scene.offset.reason}): its reflectances may be off by 0.1. "
                    "Choose another date."
                )
    if _lut(before) != _lut(after):
        raise InvalidRequest(
            f"The first result has {len(before.suggestions)} classes, the second {len(after.suggestions)}, "
            "and they are not made of the same clusters. Give both the same ones."
        )


def check_model(model: ClusterModel, features: Sequence[str]) -> None:
    """Check that a model can label images of these features.

    Raises
    ------
    InvalidRequest
        When its features are others, or its numbers are no surface reflectance without the offset.
    """
    model.check(features)


def season_note(before: Outcome, after: Outcome) -> str:
    """Return a sentence where two results are of different seasons; empty where they are not."""
    first, second = (a.request.start if a.is_composite else a.date for a in (before, after))
    apart = abs(first.timetuple().tm_yday - second.timetuple().tm_yday)
    if min(apart, 365 - apart) <= SAME_SEASON_DAYS:
        return ""
    if before.is_composite or after.is_composite:
        return "The two begin in different seasons: much of this is the season."
    return f"{month(first)} against {month(second)}: much of this is the season."


def change_of(
    before: Any,
    after: Any,
    inside: np.ndarray,
    suggestions: Sequence[Suggestion],
    pixel_ha: float = PIXEL_HA,
) -> Change:
    """Return what changed between two arrays of labels.

    Parameters
    ----------
    before, after : array
        uint8 ``(y, x)``, 0 masked or missing, 1..k; a lazy array is computed slab by slab.
    inside : numpy.ndarray
        bool ``(y, x)``: pixels of the area.
    suggestions : sequence of Suggestion
        Name and colour of classes 1..k.
    pixel_ha : float
        Hectares of a pixel.
    """
    import pandas as pd

    k = len(suggestions)
    counts = np.zeros((k + 1) ** 2, np.int64)
    rows = max(1, SLAB_PX // max(1, inside.shape[1]))
    for start in range(0, inside.shape[0], rows):
        slab = slice(start, start + rows)
        within = inside[slab]
        first, second = np.asarray(before[slab])[within], np.asarray(after[slab])[within]
        counts += np.bincount(first.astype(np.intp) * (k + 1) + second, minlength=counts.size)
    hectares = counts.reshape(k + 1, k + 1) * pixel_ha
    numbers = range(1, k + 1)
    clear = hectares[1:, 1:]
    matrix = pd.DataFrame(
        np.round(clear, 2), index=pd.Index(numbers, name="from"), columns=pd.Index(numbers, name="to")
    )
    kept = np.diagonal(clear)
    was, became = clear.sum(axis=1), clear.sum(axis=0)
    figures = {
        "before_ha": was,
        "after_ha": became,
        "kept_ha": kept,
        "lost_ha": was - kept,
        "gained_ha": became - kept,
        "net_ha": became - was,
    }
    clusters = pd.DataFrame(
        {"name": [s.name for s in suggestions], "color": [s.color for s in suggestions]}
        | {name: np.round(values, 2) for name, values in figures.items()},
        index=pd.Index(numbers, name="cluster"),
    )
    masked = {
        "before_only": hectares[0, 1:].sum(),
        "after_only": hectares[1:, 0].sum(),
        "both": hectares[0, 0],
    }
    return Change(matrix, clusters, pd.Series(masked, name="hectares").round(2))


def clustered_features(analysis: Outcome) -> tuple[str, ...]:
    """Return the names of what was clustered: of a composite of periods, each feature once a period."""
    features = analysis.request.features
    return over_periods(features, analysis.pixels.bands) if analysis.is_composite else features


def _lut(analysis: Outcome) -> tuple[int, ...]:
    """Return the class of each cluster of the model."""
    return tuple(range(analysis.model.n_clusters + 1)) if analysis.edits is None else analysis.edits
