"""The results column before there is a result: three steps, and places to start from."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import ipywidgets as ipw

from pipeline.catalogs.profiles import Example
from widgets.toolkit.parts import column, html, push_buttons, row, shown

_STEPS = (
    ("Set the area", "Click the map, or type coordinates."),
    ("Check the dates", "Of the images in that time, the one with the fewest clouds is used."),
    ("Calculate", "Pixels of similar colour form clusters. You get their hectares and a map."),
)
_GHOSTS = ((34, 18), (46, 88), (40, 62), (52, 44), (30, 28))
"""Widths in percent of the name and the bar of each placeholder row."""


class Invitation(ipw.VBox):
    """Steps and examples."""

    def __init__(self, on_example: Callable[[Example], None]) -> None:
        self._on_example = on_example
        self._steps = html("", "eo-steps")
        self._buttons = row("eo-actions")
        self._examples = column(
            "eo-examples", html("No place in mind? Start from an example:", "eo-muted"), self._buttons
        )
        super().__init__([self._steps, self._examples])
        self.add_class("eo-empty")
        self.show_step(0, running=False)
        self.show_examples(())

    def show_step(self, current: int, *, running: bool) -> None:
        """Highlight a step (0..2); those before it are ticked."""
        title = "Results will appear here" if running else "What covers this land, and how much?"
        marks = ["done" if i < current else "now" if i == current else "" for i in range(len(_STEPS))]
        steps = "".join(
            f"<li class='{mark}'><b>{name}</b><span>{text}</span></li>"
            for mark, (name, text) in zip(marks, _STEPS, strict=True)
        )
        ghosts = "".join(
            f"<div><i></i><p><span style='width:{a}%'></span><span style='width:{b}%'></span></p></div>"
            for a, b in _GHOSTS
        )
        text = f"<h2>{title}</h2><ol>{steps}</ol><div class='eo-ghosts' aria-hidden='true'>{ghosts}</div>"
        if self._steps.value != text:
            self._steps.value = text
        shown(self._examples, current == 0 and bool(self._buttons.children))

    def show_examples(self, examples: Sequence[Example]) -> None:
        """Offer places as buttons."""
        titles = (example.title for example in examples)
        self._buttons.children = push_buttons(titles, lambda i: self._on_example(examples[i]))
        shown(self._examples, bool(examples))
