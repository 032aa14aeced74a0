"""Change between two dates as a long table, as plotting tools want it: a row a pair of classes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipeline.exports.change import HUNDRED, PLACE_LONG, has_change, pairs_of, second_of
from pipeline.exports.formats import Format
from pipeline.exports.table import harmless
from pipeline.exports.zones import as_csv, ha

if TYPE_CHECKING:
    from pipeline.result import Analysis


def long_csv(analysis: Analysis) -> bytes:
    """Return hectares for each pair of classes, and what is masked on either date, as CSV.

    Raises
    ------
    FileRefused
        When there is no second date.
    """
    change = second_of(analysis).change
    names = dict(enumerate(map(harmless, change.clusters["name"]), start=1))
    rows: list[list[Any]] = [["code", "from", "from_name", "to", "to_name", "hectares"]]
    rows += [
        [HUNDRED * first + second, first, names[first], second, names[second], ha(value)]
        for first, second, value in pairs_of(change)
    ]
    rows += [["", "", f"masked {which}", "", "", ha(value)] for which, value in change.masked.items()]
    return as_csv(rows)


FORMAT = Format(
    PLACE_LONG,
    "change-long",
    "Change, long (CSV)",
    "_change_long.csv",
    "text/csv",
    "Hectares of change: a row a pair of classes",
    long_csv,
    has_change,
)
