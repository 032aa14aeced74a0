"""Change between two dates in the files of a result: a table, a layer, a section of the report.

All of it is there where a result has a second date beside it (`Analysis.with_second_date`).
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING, Any

from pipeline.errors import FileRefused
from pipeline.exports.formats import Format
from pipeline.exports.table import harmless
from pipeline.exports.vectors import dissolved, traced
from pipeline.exports.zones import as_csv, ha
from pipeline.text import hectares

if TYPE_CHECKING:
    import numpy as np

    from pipeline.explore.change import Change, SecondDate
    from pipeline.result import Analysis

HUNDRED = 100
"""From-to codes are 100 x the class before + the class after: 304 was class 3 and became class 4."""
LAYER = "change"
"""Of the GeoPackage."""
PLACE, PLACE_LONG, PLACE_RASTER = 45, 46, 47
"""Of the files of change in the list of formats."""


def has_change(analysis: Analysis) -> bool:
    """Return whether a second date stands beside a result."""
    return analysis.second is not None


def second_of(analysis: Analysis) -> SecondDate:
    """Return the second date of a result.

    Raises
    ------
    FileRefused
        When there is none.
    """
    if analysis.second is None:
        raise FileRefused("There is no second date. Choose one in the tab Change first.")
    return analysis.second


def matrix_csv(analysis: Analysis) -> bytes:
    """Return hectares from (rows) to (columns) as CSV, with sums; what is masked is left out.

    Raises
    ------
    FileRefused
        When there is no second date.
    """
    change = second_of(analysis).change
    names = [harmless(f"{n} {name}") for n, name in change.clusters["name"].items()]
    values = change.matrix.to_numpy().astype(float)
    rows: list[list[Any]] = [["from / to", *names, "before"]]
    rows += [[name, *map(ha, row), ha(row.sum())] for name, row in zip(names, values, strict=True)]
    rows.append(["after", *map(ha, values.sum(axis=0)), ha(values.sum())])
    return as_csv(rows)


def pairs_of(change: Change) -> Iterator[tuple[int, int, float]]:
    """Give each pair of classes with its hectares: the class before, the class after, hectares."""
    numbers = [int(n) for n in change.clusters.index]
    for first, row in zip(numbers, change.matrix.to_numpy().tolist(), strict=True):
        for second, value in zip(numbers, row, strict=True):
            yield first, second, float(value)


def codes(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Return from-to codes: uint16 ``(y, x)``, 0 where either date is masked, missing or outside."""
    import numpy as np

    first, second = before.astype(np.uint16), after.astype(np.uint16)
    return np.where((first > 0) & (second > 0), HUNDRED * first + second, 0).astype(np.uint16)


def layer(analysis: Analysis) -> tuple[np.ndarray | None, dict[str, np.ndarray]]:
    """Return the land that changed as one multipolygon for each pair of classes, and the fields.

    Fields: ``code``, ``from``, ``from_name``, ``to``, ``to_name``, ``hectares``. Where the change is too
    speckled for polygons (`vectors.traced`), the table has no geometry.
    """
    import numpy as np

    second = second_of(analysis)
    names = second.change.clusters["name"]
    changed = [pair for pair in pairs_of(second.change) if pair[0] != pair[1] and pair[2] > 0]
    firsts, afters = (np.array([pair[n] for pair in changed], np.int32) for n in range(2))
    fields = {
        "code": HUNDRED * firsts + afters,
        "from": firsts,
        "from_name": np.array([names[n] for n in firsts], object),
        "to": afters,
        "to_name": np.array([names[n] for n in afters], object),
        "hectares": np.array([pair[2] for pair in changed], float),
    }
    rows, columns = analysis.pixels.extent.shape

    def read() -> np.ndarray:
        before, after = (
            a.raster.window(slice(0, rows), slice(0, columns)) for a in (analysis, second.analysis)
        )
        return np.where(before == after, np.uint16(0), codes(before, after))

    try:
        found, outlines = dissolved(traced((rows, columns), read, analysis.grid.affine))
    except FileRefused:
        return None, fields
    of_code = dict(zip(found.tolist(), outlines, strict=True))
    return np.array([of_code[code] for code in fields["code"].tolist()], object), fields


def report_section(analysis: Analysis) -> str:
    """Return what changed as a part of the report (HTML); nothing without a second date."""
    from pipeline.explore.change import season_note

    if analysis.second is None:
        return ""
    second, change = analysis.second.analysis, analysis.second.change
    first_day, second_day = analysis.period_words, second.period_words
    names = [f"{n} {name}" for n, name in change.clusters["name"].items()]
    head = "".join(f"<th>{escape(title)}</th>" for title in ("From / to", *names, first_day))
    values = change.matrix.to_numpy().astype(float)
    lines = [_line(name, [*row.tolist(), float(row.sum())]) for name, row in zip(names, values, strict=True)]
    lines.append(_line(second_day, [*values.sum(axis=0).tolist(), float(values.sum())]))
    season = season_note(analysis, second)
    return (
        f'<section class="zones"><h2>What changed until {escape(second_day)}, hectares</h2>'
        f"<p>{escape(change.sentence)}{' ' + escape(season) if season else ''}</p>{_checked(analysis.second)}"
        f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table>"
        f'<p class="muted">Both dates were labelled with one model: a number means the same on both. '
        f"Second image: {escape(', '.join(scene.id for scene in second.scenes))}.</p></section>"
    )


def _checked(second: SecondDate) -> str:
    """Return what a labelled sample says of the change (HTML); nothing without one."""
    if second.checked is None:
        return ""
    checked = second.checked
    lines = "".join(
        f"<tr><th>{escape(str(name))}</th><td>{_figure(row['mapped_ha'])}</td>"
        f"<td>{_figure(row['hectares'])}</td><td>{_figure(row['low_ha'])}–{_figure(row['high_ha'])}</td></tr>"
        for name, row in zip(
            checked.estimate.areas.index, checked.estimate.areas.to_dict("records"), strict=True
        )
    )
    head = "".join(f"<th>{title}</th>" for title in ("Change", "Mapped", "Estimated", "95 % interval"))
    return (
        f"<p>{escape(checked.sentence())}</p>"
        f"<table><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table>"
        f'<p class="muted">{escape(checked.estimate.sentence())}</p>'
    )


def _figure(value: float) -> str:
    return "·" if value != value else hectares(value)


def _line(name: str, figures: list[float]) -> str:
    cells = "".join(f"<td>{hectares(figure) if figure else '·'}</td>" for figure in figures)
    return f"<tr><th>{escape(name)}</th>{cells}</tr>"


FORMAT = Format(
    PLACE,
    "change",
    "Change (CSV)",
    "_change.csv",
    "text/csv",
    "Hectares: rows what it was, columns what it became",
    matrix_csv,
    has_change,
)
