"""The rows of the results as plain values, read from an analysis once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.result import Analysis


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
        _row(table, int(number), analysis.suggestions[number - 1].reason)
        for number in table.index
        if number > 0
    ]
    return [*rows, _row(table, 0, "")]


def _row(table: pd.DataFrame, number: int, reason: str) -> AreaRow:
    return AreaRow(
        number,
        str(table["name"][number]),
        reason,
        str(table["color"][number]),
        float(table["hectares"][number]),
        float(table["share"][number]),
    )
