"""What a checked sample adds to the files: columns of tables, a layer of points, a section of the report."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from pipeline.text import about_hectares, hectares

if TYPE_CHECKING:
    import numpy as np

    from pipeline.accuracy import Checked
    from pipeline.result import Analysis

POINTS = "checked_points"
"""Layer of the GeoPackage."""
COLUMNS = {
    "estimated_ha": "hectares",
    "low_ha": "low_ha",
    "high_ha": "high_ha",
    "users_accuracy": "users_accuracy",
    "producers_accuracy": "producers_accuracy",
}
"""Columns of tables, and those of the estimate they come from."""
UNSURE = "unsure"


def rows(analysis: Analysis, checked: Checked) -> list[dict[str, float]]:
    """Return the estimate's figures beside each row of `areas`, then those of classes only the land has.

    A figure is NaN where nothing can be said. Of several rows with one name the first one has the figures.
    """
    seen: set[str] = set()
    found = []
    for number, name in zip(analysis.areas.index, analysis.areas["name"], strict=True):
        known = {} if number == 0 or name in seen else checked.figures(str(name))
        if number:
            seen.add(str(name))
        found.append(_chosen(known))
    return [*found, *(_chosen(checked.figures(name)) for name in checked.added)]


def _chosen(figures: dict[str, float]) -> dict[str, float]:
    return {column: figures.get(source, float("nan")) for column, source in COLUMNS.items()}


def class_fields(analysis: Analysis, classes: np.ndarray) -> dict[str, np.ndarray]:
    """Return the estimate as fields of some classes; no fields without a sample."""
    import numpy as np

    if analysis.checked is None:
        return {}
    found = rows(analysis, analysis.checked)
    return {column: np.array([found[n][column] for n in classes]) for column in COLUMNS}


def points(analysis: Analysis, checked: Checked) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Return the labelled points on the grid of the area, and their fields: point, map_class, found."""
    import numpy as np
    import shapely

    design = checked.design
    labelled = [p for p in design.drawn if p.id in design.labels]
    affine = analysis.grid.affine
    places = shapely.points([affine * (p.column + 0.5, p.row + 0.5) for p in labelled])
    fields: dict[str, Any] = {
        "point": np.array([p.id for p in labelled], np.int32),
        "map_class": np.array([checked.classes[p.stratum] for p in labelled], object),
        "found": np.array([_found(checked, p.id) for p in labelled], object),
    }
    return places, fields


def _found(checked: Checked, point: int) -> str:
    label = checked.design.labels[point]
    return UNSURE if label is None else checked.classes.get(label, label)


def report_section(analysis: Analysis) -> str:
    """Return the estimate as a part of the report (HTML); empty without a sample."""
    checked = analysis.checked
    if checked is None:
        return ""
    estimate = checked.estimate
    lines = []
    for name, row in estimate.areas.iterrows():
        cells = [
            hectares(row["mapped_ha"]) if row["mapped_ha"] == row["mapped_ha"] else "–",
            about_hectares(row["hectares"]) if row["hectares"] == row["hectares"] else "–",
            range_of(row["low_ha"], row["high_ha"]),
            _percent(row, "users_accuracy"),
            _percent(row, "producers_accuracy"),
        ]
        lines.append(f"<tr><td>{escape(str(name))}</td>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>")
    level = f"{100 * estimate.level:g} %"
    head = "".join(
        f"<th>{title}</th>"
        for title in ("Class", "Mapped ha", "Estimated ha", f"{level} interval", "User’s", "Producer’s")
    )
    notes = "".join(f"<li>{escape(note)}</li>" for note in estimate.notes)
    return (
        '<section class="checked"><h2>Checked on the land</h2>'
        f"<p>{escape(checked.sentence())}</p>"
        f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table>"
        f'<p class="muted">{escape(estimate.sentence())} User’s accuracy: of the land that the map gives '
        "a name, the part that is it. Producer’s: of the land that is it, the part that the map shows.</p>"
        f"{f'<ul>{notes}</ul>' if notes else ''}</section>"
    )


def range_of(low: float, high: float) -> str:
    """Return an interval in words: ``2,330–2,970``; a dash where there is none."""
    return "–" if low != low else f"{about_hectares(low)}–{about_hectares(high)}"


def _percent(row: Any, name: str) -> str:
    value, low, high = (float(row[name + end]) for end in ("", "_low", "_high"))
    if value != value:
        return "–"
    return f"{100 * value:.0f} %" + ("" if low != low else f" ({100 * low:.0f}–{100 * high:.0f})")
