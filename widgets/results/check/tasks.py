"""What is asked of a point, and what is shown of it: of the land, or of its change between two dates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from pipeline.accuracy import SamplingDesign
    from pipeline.explore.change import Change
    from pipeline.result import Analysis

TRUE, FALSE = "True colour", "False colour: plants are red"
BELOW = "Plants are red"
"""Beneath the picture of the same day."""


@dataclass(frozen=True)
class Task:
    """One kind of sample, as the person who labels it meets it."""

    of: Literal["classes", "change"]
    question: str
    another: str
    """An example of a class that the map does not have."""

    def draw(self, analysis: Analysis, margin: float) -> SamplingDesign:
        """Return points for a margin of error."""
        return analysis.sampling_design(margin=margin, **self._of)

    def fit(self, design: SamplingDesign, analysis: Analysis) -> dict[str, str]:
        """Return the class that each stratum is in now.

        Raises
        ------
        InvalidRequest
            For a sample of other maps, or of another kind.
        """
        from pipeline.accuracy import classes_now

        return classes_now(design, analysis, **self._of)

    def same(self, first: Analysis | None, second: Analysis) -> bool:
        """Return whether two results ask for the same points."""
        if self.of == "classes":
            return first is second
        return change_of(first) is not None and change_of(first) is change_of(second)

    @property
    def _of(self) -> dict[str, Any]:
        return {} if self.of == "classes" else {"of": self.of}

    def looks(self, analysis: Analysis) -> tuple[str, ...]:
        """Return what each picture of a point shows."""
        if self.of == "classes" or analysis.second is None:
            return TRUE, FALSE
        return analysis.period_words, analysis.second.analysis.period_words, BELOW, BELOW

    def chips(self, analysis: Analysis, row: int, column: int) -> tuple[bytes, ...]:
        """Return the pictures (PNG) of a pixel, in the order of `looks`."""
        from pipeline.explore.chip import chips

        first = chips(analysis, row, column)
        if self.of == "classes" or analysis.second is None:
            return first
        second = chips(analysis.second.analysis, row, column)
        return tuple(picture for pair in zip(first, second, strict=True) for picture in pair)


def change_of(analysis: Analysis | None) -> Change | None:
    """Return what changed until the second date of a result; None without one."""
    return analysis.second.change if analysis is not None and analysis.second is not None else None


LAND = Task("classes", "What covers the pixel in the middle of the cross?", "Another class, such as orchard")
CHANGE = Task(
    "change",
    "What was the pixel in the middle of the cross, and what is it on the second date?",
    "Another change, such as Crops → Houses",
)
