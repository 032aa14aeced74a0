"""The tab of spectra: signatures of the clusters, a scatter of pixels, single pixels laid over them."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

import ipywidgets as ipw

from pipeline.explore.spectra import bands_of, scatter_of, signatures_of
from pipeline.reading.ways import way_of
from pipeline.sentinel2.bands import by_wavelength
from widgets.results.inspector import Inspector, Spectrum
from widgets.results.tabs.curves import Curves
from widgets.results.tabs.found import Tab
from widgets.results.tabs.host import Host
from widgets.results.tabs.lines import PIXEL
from widgets.results.tabs.scatter import ScatterFigure
from widgets.results.tabs.signatures import SignatureFigure
from widgets.toolkit.fold import Fold
from widgets.toolkit.parts import arrange, column, html, push_button

if TYPE_CHECKING:
    from pipeline.result import Analysis

CLICK = "Click the map: the pixel’s spectrum is laid over those of the clusters."
NOTE = (
    "Mean reflectance of each cluster; the shade is one standard deviation to either side. Lines that lie "
    "close together are clusters that look alike."
)


class Spectra(ipw.VBox):
    """Legend, figure, and the scatter in a fold.

    Parameters
    ----------
    host : Host
        Serialises callbacks.
    inspector : Inspector
        Tells about single pixels, whose spectra are laid over the signatures.
    """

    def __init__(self, host: Host, inspector: Inspector) -> None:
        self._chips = html("", "eo-chips")
        self.figure, self._scatter = SignatureFigure(), ScatterFigure()
        self._inspector = inspector
        middle = push_button(
            "Pixel in the middle of the map", host.gate.guard(inspector.ask_middle), "eo-link"
        )
        tools = column("eo-pick", html(CLICK, "eo-muted", "eo-click-hint"), middle)
        self._fold = Fold(
            "Red / near-infrared",
            column("eo-fold-body", self._scatter, html("Each point is one pixel of the area.", "eo-muted")),
            host.gate.guard(self._show_scatter),
        )
        self._analysis: Analysis | None = None
        self._clusters = ""
        self.curves = Curves(host.gate.guard)
        self._tools, self._note = tools, html(NOTE, "eo-note")
        super().__init__()
        self.add_class("eo-pad")

    def show(self, analysis: Analysis) -> None:
        """Show the spectra of a result."""
        self._analysis = analysis
        names, colors = _names_and_colors(analysis)
        self._chips.value = self._clusters = _chips(names, colors)
        if _has_periods(analysis):
            self.curves.show(analysis, names, colors)
            arrange(self, self._chips, self.curves, self._fold)
        else:
            bands = [band.key for band in bands_of(analysis)]
            self.figure.show_signatures(signatures_of(analysis), names, colors, bands)
            arrange(self, self._tools, self._chips, self.figure, self._note, self._fold)
            self.show_pixel(self._inspector.spectrum)
        if self._fold.is_open:
            self._show_scatter()

    def leave(self) -> None:
        """Another tab has been opened; nothing of this one is on the map."""

    def show_pixel(self, spectrum: Spectrum | None) -> None:
        """Lay one pixel's spectrum over the signatures, or take it away."""
        bands = self._analysis.bands if self._analysis is not None else ()
        order = [bands.index(band.key) for band in by_wavelength(bands)]
        self._chips.value = self._clusters + (_chip(PIXEL, "the pixel you chose") if spectrum else "")
        self.figure.show_pixel(None if spectrum is None else [spectrum[n] for n in order])

    def _show_scatter(self) -> None:
        if self._analysis is not None:
            self._scatter.show(scatter_of(self._analysis), _names_and_colors(self._analysis)[1])


def _has_periods(analysis: Analysis) -> bool:
    """Return whether a result has a value a period; the first look at one is of a single day."""
    return analysis.is_composite and way_of(analysis.request.composite).in_periods


def _names_and_colors(analysis: Analysis) -> tuple[list[str], list[str]]:
    table = analysis.areas
    return [str(name) for name in table["name"][1:]], [str(color) for color in table["color"][1:]]


def _chips(names: Sequence[str], colors: Sequence[str]) -> str:
    pairs = enumerate(zip(names, colors, strict=True), start=1)
    return "".join(_chip(color, f"{number} {name}") for number, (name, color) in pairs)


def _chip(color: str, text: str) -> str:
    return f"<span><i style='background:{escape(color)}'></i>{escape(text)}</span>"


TAB = Tab(20, "Spectra", lambda column: Spectra(column.host, column.inspector))
