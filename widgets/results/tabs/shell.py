"""The tabs over a result. What is in a tab is brought up to date when the visitor looks at it, not before."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Protocol

import ipywidgets as ipw

from widgets.toolkit.parts import arrange, classed

if TYPE_CHECKING:
    from pipeline.result import Analysis


class Page(Protocol):
    """The content of a tab: a widget that can show a result."""

    def show(self, analysis: Analysis) -> None:
        """Show a result. Called only while the page can be seen: figures in hidden boxes log errors."""

    def leave(self) -> None:
        """Another tab has been opened."""


class Tabs(ipw.Tab):
    """The tabs; a page is only made when it is first opened.

    Parameters
    ----------
    pages : mapping of str to callable
        Title of each tab, in their order, and what makes its page (a widget) when it is first opened.
    guard : callable
        Wraps the callback of the tab bar.
    """

    def __init__(
        self,
        pages: Mapping[str, Callable[[], Page]],
        guard: Callable[[Callable[..., None]], Callable[..., None]],
    ) -> None:
        self._makers = dict(pages)
        self._made: dict[str, Page] = {}
        self._shown: dict[str, Analysis] = {}
        self._analysis: Analysis | None = None
        boxes = [classed(ipw.Box(), "eo-body") for _ in pages]
        super().__init__(boxes, titles=tuple(pages), selected_index=0)
        self.add_class("eo-tabs")
        self.observe(guard(self._opened), "selected_index")

    @property
    def opened(self) -> str:
        """Title of the tab the visitor looks at."""
        return str(self.titles[self.selected_index or 0])

    def page(self, title: str) -> Page:
        """Return a page, made now unless it was before."""
        if title not in self._made:
            self._made[title] = self._makers[title]()
        return self._made[title]

    def made(self, title: str) -> Page | None:
        """Return a page if it was made."""
        return self._made.get(title)

    def turn_to(self, title: str) -> None:
        """Show a tab by its title."""
        self.selected_index = self.titles.index(title)

    def show(self, analysis: Analysis) -> None:
        """Take a result; the open tab shows it now, the others when they are opened."""
        self._analysis = analysis
        self._bring_up_to_date()

    def _opened(self, change: object) -> None:
        old = getattr(change, "old", None)
        left = self._made.get(str(self.titles[old])) if old is not None else None
        if left is not None:
            left.leave()
        self._bring_up_to_date()

    def _bring_up_to_date(self) -> None:
        title, analysis = self.opened, self._analysis
        if analysis is None:
            return
        page = self.page(title)
        arrange(self.children[self.selected_index or 0], page)
        if self._shown.get(title) is not analysis:
            self._shown[title] = analysis
            page.show(analysis)
