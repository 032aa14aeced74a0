"""The line at the top of the page: title and help."""

from __future__ import annotations

import ipywidgets as ipw

from widgets.glossary.how_to_read import CANNOT_KNOW
from widgets.style.sheet import sheet
from widgets.toolkit.parts import classed, html, row

_TILES = ((1, 1, "#04600f"), (13, 1, "#d6c928"), (1, 13, "#c4824a"), (13, 13, "#3563e0"))
_LOGO = "".join(f"<rect x='{x}' y='{y}' width='10' height='10' rx='2' fill='{c}'/>" for x, y, c in _TILES)
_HELP = (
    (
        "What it does",
        "It finds the Sentinel-2 image of your area and period with the fewest clouds, leaves out clouds "
        "and shadows, and puts pixels of similar colour (blue, green, red, near infrared) into clusters "
        "with k-means.",
    ),
    (
        "What the numbers are",
        "Hectares are counted pixels of 10 × 10 m on the UTM grid. Clusters and the grey row add up to the "
        "whole area.",
    ),
    (
        "What it is not",
        "Clusters are not checked classes. Their names are guesses from average spectra; one cluster can "
        "hold two kinds of land, and one kind of land can fall into two clusters. Try another number of "
        "clusters, and compare with the true-colour image: <i>Blink</i> hides the clusters for a moment. "
        + CANNOT_KNOW,
    ),
    (
        "Keyboard",
        "Type coordinates instead of clicking the map. Enter in a field calculates; Esc closes cards and "
        "starts a drawing over.",
    ),
    (
        "After a result",
        "A click on the map tells what is there. Drag the knob at the area’s corner, or press <i>Move "
        "area</i>, to go elsewhere; <i>Undo</i> and the browser’s Back bring the area back.",
    ),
)


def header(workers: ipw.DOMWidget, address: ipw.DOMWidget) -> ipw.HBox:
    """Return the header; `workers` is the line on the cluster, `address` the button that copies the link."""
    logo = f"<svg width='24' height='24' viewBox='0 0 24 24' aria-hidden='true'>{_LOGO}</svg>"
    title = "<h1>Land-cover clusters</h1><span>Sentinel-2 · 10 m · no training data</span>"
    brand = html(f"<div class='eo-brand'>{logo}{title}</div>")
    cards = "".join(f"<h2>{title}</h2><p>{text}</p>" for title, text in _HELP)
    card = f"<summary>Help</summary><div class='eo-pop'>{cards}</div>"
    help_ = html(f"<details class='eo-card eo-help'>{card}</details>")
    return row("eo-head", brand, html("", "eo-grow"), workers, classed(address, "eo-address"), help_)


def style() -> ipw.HTML:
    """Return the style sheet as a widget."""
    return html(f"<style>{sheet()}</style>", "eo-gone")
