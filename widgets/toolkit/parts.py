"""Shorthands for the pieces every part of the page is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import TypeVar

import ipywidgets as ipw

Widget = TypeVar("Widget", bound=ipw.DOMWidget)


def classed(widget: Widget, *names: str) -> Widget:
    """Return the widget with CSS classes added."""
    for name in names:
        widget.add_class(name)
    return widget


def html(text: str, *names: str) -> ipw.HTML:
    """Return a piece of HTML; whatever came from outside must be escaped already."""
    return classed(ipw.HTML(text), *names)


def heading(text: str) -> ipw.HTML:
    """Return the title of a section."""
    return html(f"<h2>{text}</h2>", "eo-h")


def column(name: str, *children: ipw.Widget) -> ipw.VBox:
    """Return widgets below each other."""
    return classed(ipw.VBox(list(children)), name)


def row(name: str, *children: ipw.Widget) -> ipw.HBox:
    """Return widgets beside each other."""
    return classed(ipw.HBox(list(children)), name)


def checkbox(text: str, checked: bool, *names: str) -> ipw.Checkbox:
    """Return a checkbox as wide as its text."""
    box = ipw.Checkbox(value=checked, description=text, indent=False, layout=ipw.Layout(width="auto"))
    return classed(box, "eo-check", *names)


def push_button(text: str, on_click: Callable[[], None], *names: str, icon: str = "") -> ipw.Button:
    """Return a button as wide as its text that calls a function without arguments."""
    button = ipw.Button(description=text, icon=icon, layout=ipw.Layout(width="auto"))
    button.on_click(lambda _button: on_click())
    return classed(button, *names)


def arrange(box: ipw.Box, *children: ipw.Widget) -> None:
    """Set the children of a box; nothing is sent to the page if they are the same."""
    if box.children != children:
        box.children = children


def push_buttons(labels: Iterable[str], on_click: Callable[[int], None]) -> tuple[ipw.Button, ...]:
    """Return a button per text; a click calls the function with the button's position."""
    return tuple(push_button(text, partial(on_click, i)) for i, text in enumerate(labels))


def pressed(button: ipw.Button, on: bool) -> None:
    """Show a toggle button as pressed or not; `browser.Names` tells screen readers."""
    (button.add_class if on else button.remove_class)("eo-on")


def shown(widget: ipw.DOMWidget, visible: bool) -> None:
    """Show a widget, or take it out of the layout."""
    (widget.remove_class if visible else widget.add_class)("eo-gone")
