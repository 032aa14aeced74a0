"""How often each pixel of a composite was clear: a picture to switch on, with its key."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import ipywidgets as ipw

from pipeline.text import hectares
from widgets.map.layers import picture
from widgets.results.tabs.host import Host
from widgets.session.worker import Worker
from widgets.toolkit.message import plain_words
from widgets.toolkit.parts import arrange, html, pressed, push_button

if TYPE_CHECKING:
    from pipeline.drawing.overlays import Overlay
    from pipeline.explore.looks_view import LooksLevel
    from pipeline.result import Analysis

LAYER = "looks"


class ClearLooks(ipw.VBox):
    """The switch and the key.

    Parameters
    ----------
    host : Host
        Takes the picture.
    """

    def __init__(self, host: Host) -> None:
        self._host = host
        self._analysis: Analysis | None = None
        self._on = False
        self.button = push_button("Clear looks", host.gate.guard(self._toggle), "eo-toggle")
        self.button.tooltip = "Show on the map how often each place was seen without clouds"
        self.key = html("", "eo-levels")
        self._draws = Worker(host.gate, progress=lambda *_: None, done=self._drawn, failed=self._failed)
        super().__init__([self.button])

    def show(self, analysis: Analysis) -> None:
        """Take a result."""
        if analysis is self._analysis:
            return
        self._analysis = analysis
        if self._on:
            self._draw()

    def leave(self) -> None:
        """Take the picture off the map."""
        if self._on:
            self._toggle()

    def _toggle(self) -> None:
        self._on = not self._on
        pressed(self.button, self._on)
        if self._on:
            self._draw()
            return
        self._draws.cancel()
        self._host.lay(LAYER, None)
        arrange(self, self.button)

    def _draw(self) -> None:
        analysis = self._analysis
        if analysis is None:
            return

        def work(*_: Any) -> tuple[Overlay, tuple[LooksLevel, ...]]:
            from pipeline.explore.looks_view import looks_view

            return looks_view(analysis)

        self._draws.cancel()
        self._draws.start(work)

    def _drawn(self, result: tuple[Overlay, tuple[LooksLevel, ...]]) -> None:
        overlay, levels = result
        self._host.lay(LAYER, lambda shift: [picture(overlay, shift, pane="extra")])
        rows = "".join(
            f"<tr><td><i style='background:{level.color}'></i>{_words(level)}</td>"
            f"<td>{hectares(level.hectares)} ha</td></tr>"
            for level in levels
        )
        self.key.value = f"<table class='eo-table'>{rows}</table>"
        arrange(self, self.button, self.key)

    def _failed(self, error: Any) -> None:
        self.key.value = f"<p class='eo-warn-text'>{escape(plain_words(error))}</p>"
        arrange(self, self.button, self.key)


def _words(level: LooksLevel) -> str:
    if level.least == level.most:
        return f"{level.least} clear look{'' if level.least == 1 else 's'}"
    return f"{level.least}\N{EN DASH}{level.most} clear looks"
