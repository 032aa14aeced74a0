"""Single pixels: a click on the map tells what is there and lays its spectrum over the signatures."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING, Any

import ipywidgets as ipw

from pipeline.area.antimeridian import wrapped
from widgets.map.layers import pixel_mark
from widgets.page.messages import plain_words
from widgets.results.edits import Editor
from widgets.results.tabs.host import Host
from widgets.session.worker import Worker
from widgets.toolkit.parts import arrange, column, html, pressed, push_button

if TYPE_CHECKING:
    from pipeline.explore.pixel import PixelReport
    from pipeline.result import Analysis

LAYER = "pixel"
ASK = "Click a pixel on the map."
OUTSIDE = "This place lies outside the area. Click a pixel inside it."


class Inspector(ipw.VBox):
    """The card of one pixel, and the button that switches the mode.

    Parameters
    ----------
    host : Host
        Switches the map's clicks and takes the mark.
    editor : Editor
        Knows the classes the clusters are in.
    on_spectrum : callable
        Called with the reflectance of the pixel, None when there is none to show.
    """

    def __init__(
        self, host: Host, editor: Editor, on_spectrum: Callable[[tuple[float, ...] | None], None]
    ) -> None:
        self._host, self._editor, self._on_spectrum = host, editor, on_spectrum
        guard = host.gate.guard
        self.button = push_button("Inspect pixels", guard(self._toggle), "eo-toggle")
        self.button.tooltip = "Click pixels on the map to see what they are"
        self._card = html("", "eo-pixel")
        self._middle = push_button("Pixel in the middle of the map", guard(self._ask_middle), "eo-link")
        self._worker = Worker(host.gate, progress=lambda *_: None, done=self._tell, failed=self._fail)
        self._analysis: Analysis | None = None
        self.on = False
        super().__init__()
        self._panel = column("eo-pixel-card", self._card, self._middle)

    def show(self, analysis: Analysis) -> None:
        """Take another result: what was told of a pixel does not hold any more."""
        self._analysis = analysis
        self._clear()

    def ask(self, latitude: float, longitude: float) -> None:
        """Tell about the pixel at a place; any world copy of the longitude will do."""
        analysis, lut = self._analysis, self._editor.lut
        if analysis is None:
            return

        def work(*_: Any) -> PixelReport | None:
            from pipeline.explore.pixel import inspect

            return inspect(analysis, latitude, wrapped(longitude), lut=lut)

        self._worker.cancel()
        self._worker.start(work)

    def end(self) -> None:
        """Let clicks on the map place the area again."""
        if self.on:
            self._toggle()

    def _toggle(self) -> None:
        self.on = not self.on
        pressed(self.button, self.on)
        self._clear()
        arrange(self, *((self._panel,) if self.on else ()))
        self._host.inspect(self.on)

    def _ask_middle(self) -> None:
        self.ask(*self._host.centre())

    def _clear(self) -> None:
        self._worker.cancel()
        self._say(ASK)
        self._on_spectrum(None)
        self._host.lay(LAYER, None)

    def _tell(self, report: PixelReport | None) -> None:
        if report is None:
            self._clear()
            self._say(OUTSIDE)
            return
        entries = "".join(f"<dt>{escape(k)}</dt><dd>{escape(v)}</dd>" for k, v in report.lines)
        self._card.value = f"<dl>{entries}</dl>"
        self._on_spectrum(report.reflectance)
        place = report.latitude, report.longitude
        self._host.lay(LAYER, lambda shift: pixel_mark(place[0], place[1] + shift))

    def _fail(self, error: Exception) -> None:
        self._say(plain_words(error))

    def _say(self, text: str) -> None:
        self._card.value = f"<p>{escape(text)}</p>"
