"""A result at a glance: one line for a console, a small card for a notebook."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from pipeline.text import hectares, percent, place_words

if TYPE_CHECKING:
    from pipeline.outcome.values import Outcome

WIDTH_PX = 280
"""Side of the card's picture."""
_CELL = "padding:1px 10px 1px 0;text-align:{}"


def line(analysis: Outcome) -> str:
    """Return a result in one line: what, where, when, how much is clear."""
    clusters = len(analysis.suggestions)
    first_look = ", preview" if analysis.preview else ""
    return (
        f"<Analysis: {clusters} cluster{'' if clusters == 1 else 's'}, {_place(analysis)}, "
        f"{analysis.period_words}, {_size(analysis)}{first_look}>"
    )


def card(analysis: Outcome) -> str:
    """Return a result as HTML: the clusters over the image, hectares, scenes and notes.

    Names come from people and scenes from catalogues: all text is escaped.
    """
    return (
        '<div style="display:flex;flex-wrap:wrap;gap:16px;align-items:flex-start;line-height:1.4">'
        f"{_picture(analysis)}<div><div><b>{escape(_place(analysis))}</b></div>"
        f"<div>{analysis.period_words}, {_size(analysis)}</div>{_table(analysis)}"
        f"{_lines([f'Scene {scene.id}' for scene in analysis.scenes])}{_lines(analysis.notes)}</div></div>"
    )


def _place(analysis: Outcome) -> str:
    area = analysis.request.area
    return place_words(area.latitude, area.longitude, area.size_km)


def _size(analysis: Outcome) -> str:
    total = float(analysis.areas["hectares"].sum())
    return f"{hectares(total)} ha, {percent(analysis.clear_share)} of it clear"


def _picture(analysis: Outcome) -> str:
    layers = [analysis.overlays.true_colour, *analysis.overlays.clusters]
    images = "".join(
        f'<img src="{escape(layer.url)}" alt="" style="position:absolute;inset:0;width:100%;height:100%;'
        'object-fit:contain;margin:0;max-width:none;image-rendering:pixelated">'
        for layer in layers
    )
    label = "Clusters over the satellite image"
    style = f"position:relative;flex:none;width:{WIDTH_PX}px;height:{WIDTH_PX}px"
    return f'<div role="img" aria-label="{label}" style="{style}">{images}</div>'


def _table(analysis: Outcome) -> str:
    areas = analysis.areas
    rows = []
    for number, row in [*areas.iloc[1:].iterrows(), *areas.iloc[:1].iterrows()]:
        swatch = f"background:{escape(str(row['color']))};display:inline-block;width:12px;height:12px"
        cells = [
            (f'<span style="{swatch}"></span> {escape(str(row["name"]))}', "left"),
            (hectares(float(row["hectares"])), "right"),
            (percent(float(row["share"])), "right"),
        ]
        made = "".join(f'<td style="{_CELL.format(side)}">{text}</td>' for text, side in cells)
        rows.append(f'<tr aria-label="cluster {number}">{made}</tr>')
    titles = (("", "left"), ("ha", "right"), ("share", "right"))
    head = "".join(f'<th style="{_CELL.format(side)}">{title}</th>' for title, side in titles)
    return f'<table style="margin:6px 0">{"".join([f"<tr>{head}</tr>", *rows])}</table>'


def _lines(texts: tuple[str, ...] | list[str]) -> str:
    return "".join(f'<div style="font-size:90%">{escape(text)}</div>' for text in texts)
