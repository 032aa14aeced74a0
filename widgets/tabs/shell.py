"""The tabs over a result. What is in a tab is brought up to date when the visitor looks at it, not before."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Protocol

import ipywidgets as ipw

from widgets.parts import classed

if TYPE_CHECKING:
    from pipeline.analysis import Analysis


class Page(Protocol):
    """What is in a tab: a widget that can show a result."""

    def show(self, analysis: Analysis) -> None:
        """Show a result. Called only while the page can be seen: figures in hidden boxes log errors."""

    def leave(self) -> None:
        """Another tab has been opened."""


class Tabs(ipw.Tab):
    """The tabs; a page that nobody looks at costs nothing.

    Parameters
    ----------
    pages : mapping of str to Page
        Title and page (a widget) of each tab, in their order.
    guard : callable
        Wraps the callback of the tab bar.
    """

    def __init__(
        self, pages: Mapping[str, Page], guard: Callable[[Callable[..., None]], Callable[..., None]]
    ) -> None:
        self._pages = tuple(pages.values())
        self._analysis: Analysis | None = None
        self._shown: list[Analysis | None] = [None] * len(pages)
        boxes = [classed(ipw.Box([page]), "eo-body") for page in self._pages]
        super().__init__(boxes, titles=tuple(pages), selected_index=0)
        self.add_class("eo-tabs")
        self.observe(guard(self._opened), "selected_index")

    @property
    def opened(self) -> str:
        """Title of the tab the visitor looks at."""
        return str(self.titles[self.selected_index or 0])

    def turn_to(self, title: str) -> None:
        """Show a tab by its title."""
        self.selected_index = self.titles.index(title)

    def show(self, analysis: Analysis) -> None:
        """Take a result; the open tab shows it now, the others when they are opened."""
        self._analysis = analysis
        self._bring_up_to_date()

    def _opened(self, change: object) -> None:
        old = getattr(change, "old", None)
        if old is not None:
            self._pages[old].leave()
        self._bring_up_to_date()

    def _bring_up_to_date(self) -> None:
        index = self.selected_index or 0
        if self._analysis is not None and self._shown[index] is not self._analysis:
            self._shown[index] = self._analysis
            self._pages[index].show(self._analysis)
