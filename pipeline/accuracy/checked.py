"""A map whose land was checked: the sample, and what it says about the classes as they are now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pipeline.accuracy.design import SamplingDesign
from pipeline.accuracy.result import AreaEstimate

if TYPE_CHECKING:
    from pipeline.outcome.values import Outcome


@dataclass(frozen=True)
class Checked:
    """The sample of an analysis and its estimate, for the page and for the files."""

    design: SamplingDesign
    """Points and labels."""
    classes: Mapping[str, str] = field(repr=False)
    """The class that each stratum is in now."""
    estimate: AreaEstimate
    """Hectares per class of the land."""

    def sentence(self) -> str:
        """Return a sentence on how far the names were checked."""
        accuracy, low, high = self.estimate.overall
        points = f"The land was checked at {self.estimate.points:,} random points"
        if accuracy != accuracy:
            return f"{points}: too few to say how much of the area has the right name."
        interval = "" if low != low else f" ({100 * low:.0f} to {100 * high:.0f} %)"
        return f"{points}: {100 * accuracy:.0f} %{interval} of the clear area is what the names say."

    def figures(self, name: str) -> dict[str, float]:
        """Return a class's row of the estimate; empty when there is none."""
        table = self.estimate.areas
        if name not in table.index:
            return {}
        return {column: float(table[column][name]) for column in table.columns}

    @property
    def added(self) -> tuple[str, ...]:
        """Classes found on the land that the map does not have."""
        mapped = set(self.classes.values())
        return tuple(name for name in map(str, self.estimate.areas.index) if name not in mapped)

    def as_values(self) -> dict[str, Any]:
        """Return the estimate as plain values for tags; what cannot be said is None."""
        estimate = self.estimate
        table = {
            str(name): {
                column: _plain(value, 4 if "accuracy" in column else 2)
                for column, value in self.figures(str(name)).items()
            }
            for name in estimate.areas.index
        }
        return {
            "method": estimate.sentence(),
            "level": estimate.level,
            "overall": {k: _plain(v, 4) for k, v in estimate.overall._asdict().items()},
            "classes": table,
            "matrix": {
                "map": [str(name) for name in estimate.matrix.index],
                "reference": [str(name) for name in estimate.matrix.columns],
                "points": estimate.matrix.to_numpy().tolist(),
            },
            "notes": list(estimate.notes),
        }


def check(analysis: Outcome, design: SamplingDesign, known: Checked | None = None) -> Checked:
    """Return what a labelled sample says about an analysis, whose classes may have been merged since.

    Parameters
    ----------
    analysis : Analysis
        The map.
    design : SamplingDesign
        Its sample, with labels.
    known : Checked, optional
        An earlier answer: taken as it is where neither labels nor classes have changed.

    Raises
    ------
    InvalidRequest
        When the sample is of another map, and when no point has a label.
    """
    from pipeline.accuracy.drawing import classes_now

    classes = classes_now(design, analysis)
    if known is not None and known.classes == classes and known.design == design:
        return known
    return Checked(design, classes, design.estimate(classes=classes))


def _plain(value: float, decimals: int) -> float | None:
    return None if value != value else round(float(value), decimals)
