"""Single pixels: with a result, a click on the map opens a card that says what is there."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING, Any

import ipywidgets as ipw

from pipeline.area.antimeridian import wrapped
from widgets.map.layers import pixel_mark
from widgets.results.tabs.host import Host
from widgets.session.worker import Worker
from widgets.toolkit.message import plain_words
from widgets.toolkit.parts import arrange, column, html, push_button

if TYPE_CHECKING:
    from pipeline.explore.pixel import PixelReport
    from pipeline.result import Analysis

LAYER = "pixel"
OUTSIDE = "This place lies outside the area. Click a pixel inside it."
OR_MOVE = "This place lies outside the area. Click a pixel inside it, or use “Move area” to go elsewhere."
"""Only a square can be moved."""

Spectrum = tuple[float, ...]


class Inspector(ipw.VBox):
    """The card of one pixel; empty while none was asked for.

    Parameters
    ----------
    host : Host
        Takes the mark.
    on_spectrum : callable
        Called with the reflectance of the pixel, None when there is none to show.
    """

    def __init__(self, host: Host, on_spectrum: Callable[[Spectrum | None], None]) -> None:
        self._host, self._on_spectrum = host, on_spectrum
        self.card = html("", "eo-pixel")
        self._close = push_button("Close", host.gate.guard(self.close_card), "eo-link")
        self._panel = column("eo-pixel-card", self.card, self._close)
        self._worker = Worker(host.gate, progress=lambda *_: None, done=self._tell, failed=self._fail)
        self._analysis: Analysis | None = None
        self._blind = False
        self.spectrum: Spectrum | None = None
        """Reflectance of the pixel that is told about."""
        super().__init__()

    @property
    def is_open(self) -> bool:
        """Whether the card shows a pixel."""
        return bool(self.children)

    def show(self, analysis: Analysis) -> None:
        """Take another result: the facts about a pixel no longer hold."""
        self._analysis = analysis
        self.close_card()

    def set_blind(self, blind: bool) -> None:
        """Show no pixel while land is labelled."""
        self._blind = blind
        self.close_card()

    def ask(self, latitude: float, longitude: float) -> None:
        """Show the pixel at a place; the longitude may be of any world copy."""
        analysis = self._analysis
        if analysis is None or self._blind:
            return

        def work(*_: Any) -> PixelReport | None:
            from pipeline.explore.pixel import inspect

            return inspect(analysis, latitude, wrapped(longitude))

        self._worker.cancel()
        self._worker.start(work)

    def ask_middle(self) -> None:
        """Show the pixel in the middle of the map, for visitors without a mouse."""
        self.ask(*self._host.centre())

    def close_card(self) -> None:
        """Take the card and the mark away."""
        self._worker.cancel()
        arrange(self)
        self._mark(None)

    def _tell(self, report: PixelReport | None) -> None:
        if report is None:
            self._mark(None)
            is_square = self._analysis is not None and self._analysis.request.area.size_km is not None
            self._say(OR_MOVE if is_square else OUTSIDE)
            return
        entries = "".join(f"<dt>{escape(k)}</dt><dd>{_unbroken(v)}</dd>" for k, v in report.lines)
        self.card.value = f"<dl>{entries}</dl>"
        arrange(self, self._panel)
        self._mark(report)

    def _mark(self, report: PixelReport | None) -> None:
        """Mark a pixel on the map and lay its spectrum over the signatures; None: neither."""
        self.spectrum = report.reflectance if report is not None else None
        self._on_spectrum(self.spectrum)
        if report is None:
            self._host.lay(LAYER, None)
            return
        place = report.latitude, report.longitude
        self._host.lay(LAYER, lambda turn: pixel_mark(place[0], place[1] + turn))

    def _fail(self, error: Exception) -> None:
        self._say(plain_words(error))

    def _say(self, text: str) -> None:
        self.card.value = f"<p>{escape(text)}</p>"
        arrange(self, self._panel)


def _unbroken(text: str) -> str:
    """Return text as HTML whose lines end only between the parts of a list: ``blue 0.07 · green 0.09``."""
    if " · " not in text:
        return escape(text)
    return " · ".join(f"<span>{escape(part)}</span>" for part in text.split(" · "))
