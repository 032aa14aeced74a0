"""The pieces that sections of the form are made of."""

from __future__ import annotations

import ipywidgets as ipw

from widgets.toolkit.parts import classed


def field(widget: ipw.ValueWidget, label: str, *names: str) -> ipw.ValueWidget:
    """Return a widget with its label over it."""
    widget.description = label
    return classed(widget, "eo-field", *names)


def text(label: str, placeholder: str) -> ipw.Text:
    """Return a field for a line of text."""
    return field(ipw.Text(placeholder=placeholder, continuous_update=False), label)


def slider(label: str, low: int, high: int, step: int, name: str) -> ipw.IntSlider:
    """Return a slider for whole numbers; `name` is its CSS class."""
    made = ipw.IntSlider(min=low, max=high, step=step, continuous_update=False)
    return field(made, label, "eo-slide", name)
