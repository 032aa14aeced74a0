"""The rows of the results as plain values, read from an analysis once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from widgets.toolkit import words

if TYPE_CHECKING:
    from pipeline.result import Analysis

MASKED_COLOR = "#9aa5af"


@dataclass(frozen=True)
class AreaRow:
    """One cluster, or what is masked or missing."""

    number: int
    """1..k; 0 for what is masked or missing."""
    name: str
    reason: str
    color: str
    hectares: float
    share: float
    """Of the area, 0..1."""


def of(analysis: Analysis) -> list[AreaRow]:
    """Return the clusters in their order, then what is masked or missing."""
    table = analysis.areas
    rows = [
        AreaRow(
            int(number),
            str(table["name"][number]),
            analysis.suggestions[number - 1].reason,
            str(table["color"][number]),
            float(table["hectares"][number]),
            float(table["share"][number]),
        )
        for number in table.index
        if number > 0
    ]
    masked = AreaRow(0, words.MASKED, "", MASKED_COLOR, float(table["hectares"][0]), float(table["share"][0]))
    return [*rows, masked]
