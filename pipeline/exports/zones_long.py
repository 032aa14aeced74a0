"""Hectares per zone as a long table, as plotting and pivoting tools want it: a row a zone and class."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipeline.exports.formats import Format
from pipeline.exports.table import harmless
from pipeline.exports.zones import MASKED, MISSING, as_csv, beside, cell, figures_of, ha, has_zones, table_of

if TYPE_CHECKING:
    from pipeline.result import Analysis


def long_csv(analysis: Analysis) -> bytes:
    """Return one row a zone and class as CSV: zone, attributes, class, hectares, share of the zone (0..1).

    Raises
    ------
    FileRefused
        When the area has no zones.
    """
    table = table_of(analysis)
    own = ["class", "hectares", "share", "date"]
    head = ["zone", *map(harmless, beside(table.attributes, ["zone", *own])), *own]
    day = analysis.period_iso
    rows: list[list[Any]] = [head]
    for n, (values, figures, total) in enumerate(
        zip(table.values, figures_of(table).tolist(), table.total_ha.tolist(), strict=True), start=1
    ):
        told = [n, *map(cell, values)]
        rows += [
            [*told, harmless(name), ha(figure), f"{figure / total if total else 0:.6f}", day]
            for name, figure in zip((*table.classes, MASKED, MISSING), figures, strict=True)
        ]
    return as_csv(rows)


FORMAT = Format(
    44,
    "zones-long",
    "Zones, long (CSV)",
    "_zones_long.csv",
    "text/csv",
    "Hectares by zone: a row a zone and class",
    long_csv,
    has_zones,
)
