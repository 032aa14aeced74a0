"""A heading that opens and closes the part below it, by keyboard too, unlike the accordion of ipywidgets."""

from __future__ import annotations

from collections.abc import Callable

import ipywidgets as ipw

from widgets.toolkit.parts import arrange, classed, push_button


class Fold(ipw.VBox):
    """A heading (a button) and the part it opens; `browser.Names` gives screen readers its state.

    Parameters
    ----------
    title : str
        The heading.
    body : widget
        Put into the page when the fold is first opened.
    on_open : callable, optional
        Called each time the fold was opened, with the body on the page.
    """

    def __init__(self, title: str, body: ipw.Widget, on_open: Callable[[], None] = lambda: None) -> None:
        self._body, self._on_open = body, on_open
        self._heading = push_button(title, self.toggle, "eo-fold-head")
        super().__init__([self._heading])
        self.add_class("eo-fold")

    @property
    def is_open(self) -> bool:
        """Whether the body can be seen."""
        return len(self.children) > 1

    def toggle(self) -> None:
        """Open the fold, or close it."""
        opens = not self.is_open
        classed(self, "eo-open") if opens else self.remove_class("eo-open")
        arrange(self, self._heading, *((self._body,) if opens else ()))
        if opens:
            self._on_open()
