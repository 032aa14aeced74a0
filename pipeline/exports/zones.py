"""Hectares per zone as files: two tables, a layer of the GeoPackage, a section of the report."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from pipeline.errors import FileRefused
from pipeline.exports.formats import Format
from pipeline.exports.table import BYTE_ORDER_MARK, harmless
from pipeline.text import hectares

if TYPE_CHECKING:
    import numpy as np

    from pipeline.explore.zones import Value, ZoneTable
    from pipeline.result import Analysis

LAYER = "zones"
"""Of the GeoPackage."""
MASKED, MISSING = "cloud or masked", "missing"
"""Names of what is in no class."""
MOST_IN_REPORT = 60
"""Zones that the report lists; the rest are in the tables."""


def wide_csv(analysis: Analysis) -> bytes:
    """Return one row a zone as CSV: its attributes, hectares per class, cloud, missing, in all.

    Raises
    ------
    FileRefused
        When the area has no zones.
    """
    table = table_of(analysis)
    own = [*table.classes, MASKED, MISSING, "hectares"]
    head = ["zone", *beside(table.attributes, ["zone", *own]), *own]
    rows = (
        [n, *map(cell, values), *map(ha, figures), ha(total)]
        for n, (values, figures, total) in enumerate(
            zip(table.values, figures_of(table).tolist(), table.total_ha.tolist(), strict=True), start=1
        )
    )
    return as_csv([[*map(harmless, head)], *rows])


def layer(analysis: Analysis) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Return the zones on the grid of the area as multipolygons, and their fields.

    Fields: the attributes of the file, and hectares as in `wide_csv`.
    """
    import numpy as np
    from shapely import GeometryCollection, get_parts
    from shapely.geometry import shape

    from pipeline.area.grid import epsg_of, geometry_on

    table = table_of(analysis)
    outlines = [
        shape({"type": "MultiPolygon", "coordinates": zone.polygons}) for zone in analysis.request.area.zones
    ]
    geometries = get_parts(geometry_on(GeometryCollection(outlines), epsg_of(analysis.grid)))
    own = [*table.classes, MASKED, MISSING, "hectares"]
    names = [*beside(table.attributes, ["fid", "geom", *own]), *own]
    told = [_field([row[i] for row in table.values]) for i in range(len(table.attributes))]
    columns = [*told, *figures_of(table).T, table.total_ha]
    return np.asarray(geometries, object), dict(zip(names, columns, strict=True))


def report_section(analysis: Analysis) -> str:
    """Return hectares per zone as a part of the report (HTML); empty for fewer than two zones."""
    if not has_zones(analysis):
        return ""
    table = analysis.zone_table
    head = [table.naming or "Zone", *table.classes, "Cloud", "Missing", "ha"]
    lines = []
    for name, figures, total in zip(
        table.names(table.naming)[:MOST_IN_REPORT],
        figures_of(table).tolist(),
        table.total_ha.tolist(),
        strict=False,
    ):
        cells = "".join(f"<td>{hectares(figure)}</td>" for figure in (*figures, total))
        lines.append(f"<tr><th>{escape(name)}</th>{cells}</tr>")
    notes = list(table.notes)
    if len(table.values) > MOST_IN_REPORT:
        notes.append(
            f"The first {MOST_IN_REPORT} of {len(table.values):,} zones; the tables of zones hold all."
        )
    told = "".join(f"<p class='muted'>{escape(note)}</p>" for note in notes)
    titles = "".join(f"<th>{escape(title)}</th>" for title in head)
    return (
        '<section class="zones"><h2>Hectares by zone</h2>'
        f"<table><thead><tr>{titles}</tr></thead><tbody>{''.join(lines)}</tbody></table>"
        f"{told}</section>"
    )


def table_of(analysis: Analysis) -> ZoneTable:
    """Return what covers each zone.

    Raises
    ------
    FileRefused
        When the area has no zones.
    """
    if not analysis.request.area.zones:
        raise FileRefused(
            "There are no zones: the area is one piece. Give it as a file of several polygons, "
            "such as municipalities or parcels."
        )
    return analysis.zone_table


def figures_of(table: ZoneTable) -> np.ndarray:
    """Return hectares ``(zone, class + 2)``: those of the classes, then cloud and missing."""
    import numpy as np

    return np.column_stack([table.hectares, table.masked_ha, table.missing_ha])


def as_csv(rows: list[list[Any]]) -> bytes:
    """Return rows as a CSV that both Excel and pandas open."""
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return (BYTE_ORDER_MARK + text.getvalue()).encode()


def ha(value: float) -> str:
    """Return hectares as tables hold them."""
    return f"{value:.2f}"


def cell(value: Value) -> Value:
    """Return the attributes of a feature as tables hold them."""
    return harmless(value) if isinstance(value, str) else value


def _field(values: list[Value]) -> np.ndarray:
    """Return the values of a field: whole numbers, numbers, or else text; None where there is none."""
    import numpy as np

    kinds = {type(value) for value in values}
    if kinds <= {int} and all(abs(int(value or 0)) < 2**63 for value in values):
        return np.array(values, np.int64)
    if kinds <= {int, float, type(None)} and kinds & {int, float}:
        return np.array([np.nan if value is None else value for value in values], np.float64)
    return np.array([None if value is None else str(value) for value in values], object)


def beside(attributes: Sequence[str], others: Sequence[str]) -> list[str]:
    """Return names of attributes that differ from each other and from other columns in more than case."""
    seen = {name.lower() for name in others}
    found = []
    for name in attributes:
        made, number = name or "attribute", 2
        if made.lower() in seen:
            made = f"{made} (attribute)"
        while made.lower() in seen:
            made, number = f"{name} ({number})", number + 1
        seen.add(made.lower())
        found.append(made)
    return found


def has_zones(analysis: Analysis) -> bool:
    """Return whether the area came from a file with several features."""
    return len(analysis.request.area.zones) > 1


FORMAT = Format(
    42,
    "zones",
    "Zones (CSV)",
    "_zones.csv",
    "text/csv",
    "Hectares by zone: a row a zone",
    wide_csv,
    has_zones,
)
