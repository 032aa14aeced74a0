"""What the map shows of a comparison: the first date, the second one, or what changed; told in words too."""

from __future__ import annotations

from functools import partial
from html import escape
from typing import TYPE_CHECKING

import ipywidgets as ipw

from pipeline.text import short_range
from widgets.results.tabs.host import Host
from widgets.toolkit.parts import html, pressed, push_button, row

if TYPE_CHECKING:
    from pipeline.result import Analysis
    from widgets.results.tabs.second_date import Comparison

FIRST, SECOND, CHANGED = 0, 1, 2
KEYS = (
    "The map shows {first}.",
    "The map shows {second}.",
    "On the map: pale where the cluster is the same on both dates, else the colour of what the land became.",
)
"""What the map shows, by view."""


class ChangeViews(ipw.VBox):
    """Three buttons and a line of text.

    Parameters
    ----------
    host : Host
        Shows the pictures.
    """

    def __init__(self, host: Host) -> None:
        self._host = host
        self._comparison: Comparison | None = None
        guard = host.gate.guard
        self.buttons = tuple(
            push_button("", guard(partial(self._view, n)), "eo-toggle") for n in (FIRST, SECOND, CHANGED)
        )
        self.key = html("", "eo-muted")
        super().__init__([row("eo-views", *self.buttons), self.key])

    def show(self, comparison: Comparison) -> None:
        """Show a comparison: what changed at first, then what was shown of the one before."""
        view = CHANGED if self._comparison is None else self._shown
        self._comparison = comparison
        for button, label in zip(self.buttons, (*_days(comparison), "What changed"), strict=True):
            button.description = label
        self._view(view)

    def forget(self) -> None:
        """Let the map show the result again, and forget the comparison."""
        self._comparison = None
        self._host.show_second(None)

    def leave(self) -> None:
        """Let the map show the first date."""
        if self._comparison is not None:
            self._view(FIRST)

    @property
    def _shown(self) -> int:
        return next((n for n, b in enumerate(self.buttons) if "eo-on" in b._dom_classes), FIRST)

    def _view(self, view: int) -> None:
        if (comparison := self._comparison) is None:
            return
        for number, button in enumerate(self.buttons):
            pressed(button, number == view)
        pictures = (None, comparison.after.overlays, comparison.pictures)[view]
        self._host.show_second(pictures)
        first, second = _days(comparison)
        self.key.value = f"<p>{escape(KEYS[view].format(first=first, second=second))}</p>"


def _days(comparison: Comparison) -> tuple[str, str]:
    """Return when the two are from, short enough for a button."""
    return _short(comparison.before), _short(comparison.after)


def _short(analysis: Analysis) -> str:
    if not analysis.is_composite:
        return analysis.period_words
    return short_range(analysis.request.start, analysis.request.end)
