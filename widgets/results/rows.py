"""The rows of the results as plain values, read from an analysis once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pipeline.text import hectares

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.accuracy import Checked
    from pipeline.result import Analysis

ADDED_COLOR = "#eceff2"
"""Of classes that the map does not have."""


@dataclass(frozen=True)
class AreaRow:
    """One cluster, or the masked and missing land."""

    number: int
    """1..k; 0 for what is masked or missing."""
    name: str
    reason: str
    color: str
    hectares: float
    share: float
    """Of the area, 0..1."""
    low_ha: float | None = None
    """Ends of the interval of an estimate; None: hectares are counted, or nothing can be said of them."""
    high_ha: float | None = None
    note: str = ""
    """What there is to say in place of an interval."""
    added: bool = False
    """Whether only the land has this class, and not the map."""
    doubt: str = ""
    """What the image's own classification has against the name: ``71 % not vegetated``."""


def of(analysis: Analysis) -> list[AreaRow]:
    """Return the clusters in their order, then the masked and missing land."""
    table = analysis.areas
    rows = [
        _row(table, int(number), analysis.suggestions[number - 1].reason)
        for number in table.index
        if number > 0
    ]
    return [*rows, _row(table, 0, missing_words(analysis))]


def missing_words(analysis: Analysis) -> str:
    """Return the hectares in no cluster by reason, those that are none left out."""
    missing = analysis.missing
    parts = (
        (missing.masked_ha, "cloud or shadow"),
        (missing.too_few_looks_ha, "too few clear looks"),
        (missing.no_data_ha, "no data"),
        (missing.outside_ha, "outside the image"),
    )
    return ", ".join(f"{hectares(value)} ha {words}" for value, words in parts if value)


def estimated(analysis: Analysis, checked: Checked) -> list[AreaRow]:
    """Return the rows of a checked sample: clusters, classes found only on the land, masked land."""
    *clusters, masked = of(analysis)
    total = sum(row.hectares for row in clusters) + masked.hectares
    first: dict[str, int] = {}
    rows = []
    for row in clusters:
        before = first.setdefault(row.name, row.number)
        if before != row.number:
            rows.append(replace(row, hectares=0.0, share=0.0, note=f"in row {before}"))
        else:
            rows.append(_estimated(row, checked.figures(row.name), total))
    added = [AreaRow(0, name, "", ADDED_COLOR, 0.0, 0.0, added=True) for name in checked.added]
    return [*rows, *(_estimated(row, checked.figures(row.name), total) for row in added), masked]


def as_text(rows: Sequence[AreaRow]) -> str:
    """Return rows as spreadsheets take them from the clipboard: a line a class, tabs between."""
    titles = ["Cluster", "Name", "Hectares", "Percent"]
    lines = [
        [str(r.number or ""), " ".join(r.name.split()), f"{r.hectares:.2f}", f"{100 * r.share:.2f}"]
        for r in rows
    ]
    return "".join("\t".join(line) + "\n" for line in [titles, *lines])


def _estimated(row: AreaRow, figures: dict[str, float], total_ha: float) -> AreaRow:
    """Return a row with the figures of an estimate; what cannot be said is as it was counted."""
    # The interval needs the room in which a name tells its figure.
    row = replace(row, name=row.name.removesuffix(f" ({row.reason.partition(', ')[0]})"))
    if not figures or figures["hectares"] != figures["hectares"]:
        return replace(row, note="too few points")
    mean, low, high = figures["hectares"], figures["low_ha"], figures["high_ha"]
    known = low == low
    return replace(
        row,
        reason="",
        hectares=mean,
        share=mean / total_ha if total_ha else 0.0,
        low_ha=low if known else None,
        high_ha=high if known else None,
        note="" if known else "too few points",
    )


def _row(table: pd.DataFrame, number: int, reason: str) -> AreaRow:
    return AreaRow(
        number,
        str(table["name"][number]),
        reason,
        str(table["color"][number]),
        float(table["hectares"][number]),
        float(table["share"][number]),
    )
