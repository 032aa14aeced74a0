"""Hectares per zone as files: two tables, a layer of the GeoPackage, a section of the report."""

from __future__ import annotations

import csv
import io
from html import escape
from typing import TYPE_CHECKING, Any

from pipeline.errors import FileRefused
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
    table = _table(analysis)
    head = [*table.attributes, *table.classes, MASKED, MISSING, "hectares"]
    rows = (
        [n, *map(_cell, values), *map(_ha, figures), _ha(total)]
        for n, (values, figures, total) in enumerate(
            zip(table.values, _figures(table).tolist(), table.total_ha.tolist(), strict=True), start=1
        )
    )
    return _csv([["zone", *map(harmless, head)], *rows])


def long_csv(analysis: Analysis) -> bytes:
    """Return one row a zone and class as CSV: zone, attributes, class, hectares, share of the zone (0..1).

    Raises
    ------
    FileRefused
        When the area has no zones.
    """
    table = _table(analysis)
    head = ["zone", *map(harmless, table.attributes), "class", "hectares", "share", "date"]
    day = analysis.date.isoformat()
    rows: list[list[Any]] = [head]
    for n, (values, figures, total) in enumerate(
        zip(table.values, _figures(table).tolist(), table.total_ha.tolist(), strict=True), start=1
    ):
        told = [n, *map(_cell, values)]
        rows += [
            [*told, harmless(name), _ha(figure), f"{figure / total if total else 0:.6f}", day]
            for name, figure in zip((*table.classes, MASKED, MISSING), figures, strict=True)
        ]
    return _csv(rows)


def layer(analysis: Analysis) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Return the zones on the grid of the area as multipolygons, and their fields.

    Fields: the attributes of the file, and hectares as in `wide_csv`.
    """
    import numpy as np
    from shapely import GeometryCollection, get_parts
    from shapely.geometry import shape

    from pipeline.area.grid import epsg_of, geometry_on

    table = _table(analysis)
    outlines = [
        shape({"type": "MultiPolygon", "coordinates": zone.polygons}) for zone in analysis.request.area.zones
    ]
    geometries = get_parts(geometry_on(GeometryCollection(outlines), epsg_of(analysis.grid)))
    names = _told_apart([*table.attributes, *table.classes, MASKED, MISSING, "hectares"])
    told = [_field([row[i] for row in table.values]) for i in range(len(table.attributes))]
    columns = [*told, *_figures(table).T, table.total_ha]
    return np.asarray(geometries, object), dict(zip(names, columns, strict=True))


def report_section(analysis: Analysis) -> str:
    """Return hectares per zone as a part of the report (HTML); nothing where there are fewer than two."""
    if len(analysis.request.area.zones) < 2:
        return ""
    table = analysis.zone_table
    head = [table.naming or "Zone", *table.classes, "Cloud", "Missing", "ha"]
    lines = []
    for name, figures, total in zip(
        table.names(table.naming)[:MOST_IN_REPORT],
        _figures(table).tolist(),
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


def _table(analysis: Analysis) -> ZoneTable:
    if not analysis.request.area.zones:
        raise FileRefused(
            "There are no zones: the area is one piece. Give it as a file of several polygons, "
            "such as municipalities or parcels."
        )
    return analysis.zone_table


def _figures(table: ZoneTable) -> np.ndarray:
    """Return hectares ``(zone, class + 2)``: those of the classes, then cloud and missing."""
    import numpy as np

    return np.column_stack([table.hectares, table.masked_ha, table.missing_ha])


def _csv(rows: list[list[Any]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return (BYTE_ORDER_MARK + text.getvalue()).encode()


def _ha(value: float) -> str:
    return f"{value:.2f}"


def _cell(value: Value) -> Value:
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


def _told_apart(names: list[str]) -> list[str]:
    """Return names of fields that differ in more than case, and from the key and geometry of a layer."""
    seen = {"fid", "geom"}
    found = []
    for name in names:
        made, number = name or "field", 2
        while made.lower() in seen:
            made, number = f"{name} ({number})", number + 1
        seen.add(made.lower())
        found.append(made)
    return found
