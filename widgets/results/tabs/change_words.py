"""A comparison of two dates as HTML: gains and losses as bars, and hectares from each class to each."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from pipeline.text import hectares, signed_hectares
from widgets.results.legend import chip_of

if TYPE_CHECKING:
    from pipeline.explore.change import Change
    from widgets.results.tabs.second_date import Comparison


def bars(change: Change) -> str:
    """Return a row per class: lost to the left of the middle, gained to the right."""
    records = change.clusters.to_dict("records")
    largest = max((max(r["lost_ha"], r["gained_ha"]) for r in records), default=0.0) or 1.0
    rows = "".join(
        f"<div role='listitem'>{chip_of(number, r['color'])}<span>{escape(r['name'])}</span>"
        f"<b>{signed_hectares(r['net_ha'])}</b>"
        f"<em>{_bar(r['lost_ha'] / largest, r['color'], 'eo-lost')}"
        f"{_bar(r['gained_ha'] / largest, r['color'], 'eo-gained')}</em>"
        f"<small>lost {hectares(r['lost_ha'])}</small>"
        f"<small>gained {hectares(r['gained_ha'])}</small></div>"
        for number, r in enumerate(records, start=1)
    )
    return f"<div class='eo-gains' role='list' aria-label='Gains and losses in hectares'>{rows}</div>"


def matrix(change: Change, first: str, second: str) -> str:
    """Return the table of hectares: rows are the classes before, columns those after."""
    names = list(change.clusters["name"])
    colors = list(change.clusters["color"])
    chips = [chip_of(n, color) for n, color in enumerate(colors, start=1)]
    head = "".join(
        f"<th scope='col' title='{escape(name)}'>{c}</th>" for name, c in zip(names, chips, strict=True)
    )
    rows = "".join(
        f"<tr><th scope='row' title='{escape(names[i])}'>{chips[i]}</th>"
        + "".join(
            f"<td{' class=eo-kept' if i == j else ''}>{hectares(value) if value else '·'}</td>"
            for j, value in enumerate(values)
        )
        + "</tr>"
        for i, values in enumerate(change.matrix.to_numpy().tolist())
    )
    caption = f"Hectares: rows {escape(first)}, columns {escape(second)}"
    return (
        "<div class='eo-matrix' tabindex='0' role='region' aria-label='From which class to which'>"
        f"<table class='eo-table'><caption>{caption}</caption>"
        f"<tr><td></td>{head}</tr>{rows}</table></div>"
    )


def as_text(change: Change) -> str:
    """Return the hectares as spreadsheets take them from the clipboard: a line a class, tabs between."""
    table = change.named_matrix
    lines = [["From / to", *table.columns]]
    lines += [
        [name, *(f"{value:.2f}" for value in row)]
        for name, row in zip(table.index, table.to_numpy().tolist(), strict=True)
    ]
    return "".join("\t".join(" ".join(cell.split()) for cell in line) + "\n" for line in lines)


def masked(change: Change, first: str, second: str) -> str:
    """Return a sentence on land that could not be compared."""
    lost = change.masked
    return (
        f"<p class='eo-muted'>Masked: {hectares(lost['before_only'])} ha only on {escape(first)}, "
        f"{hectares(lost['after_only'])} ha only on {escape(second)}, "
        f"{hectares(lost['both'])} ha on both.</p>"
    )


def _bar(share: float, color: str, name: str) -> str:
    return (
        f"<i class='{name}' style='width:{50 * share:.1f}%;background:{escape(color)}'></i>" if share else ""
    )


def outcome(comparison: Comparison) -> str:
    """Return the whole comparison of two dates."""
    first, second = (a.period_words for a in (comparison.before, comparison.after))
    change = comparison.change
    return (
        f"<p>{escape(change.sentence)} {escape(comparison.season)}</p>{bars(change)}"
        f"{matrix(change, first, second)}{masked(change, first, second)}"
    )
