"""The tab of spectra: signatures of the clusters, a scatter of pixels, single pixels laid over them."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

import ipywidgets as ipw

from pipeline.explore.spectra import bands_of, scatter_of, signatures_of
from widgets.results.inspector import Inspector, Spectrum
from widgets.results.tabs.fold import Fold
from widgets.results.tabs.host import Host
from widgets.results.tabs.scatter import ScatterFigure
from widgets.results.tabs.signatures import SignatureFigure
from widgets.toolkit.parts import column, html, push_button, row

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
        tools = row("eo-tools", html(CLICK, "eo-muted"), html("", "eo-grow"), middle)
        self._fold = Fold(
            "Red / near-infrared",
            column("eo-fold-body", self._scatter, html("Each point is one pixel of the area.", "eo-muted")),
            host.gate.guard(self._show_scatter),
        )
        self._analysis: Analysis | None = None
        note = html(NOTE, "eo-note")
        super().__init__([tools, self._chips, self.figure, note, self._fold])
        self.add_class("eo-pad")

    def show(self, analysis: Analysis) -> None:
        """Show the spectra of a result."""
        self._analysis = analysis
        names, colors = _names_and_colors(analysis)
        self._chips.value = _chips(names, colors)
        wavelengths_nm = [band.wavelength_nm for band in bands_of(analysis)]
        self.figure.show(signatures_of(analysis), wavelengths_nm, names, colors)
        self.show_pixel(self._inspector.spectrum)
        if self._fold.is_open:
            self._show_scatter()

    def leave(self) -> None:
        """Another tab has been opened; nothing of this one is on the map."""

    def show_pixel(self, spectrum: Spectrum | None) -> None:
        """Lay one pixel's spectrum over the signatures, or take it away."""
        self.figure.show_pixel(spectrum)

    def _show_scatter(self) -> None:
        if self._analysis is not None:
            self._scatter.show(scatter_of(self._analysis), _names_and_colors(self._analysis)[1])


def _names_and_colors(analysis: Analysis) -> tuple[list[str], list[str]]:
    table = analysis.areas
    return [str(name) for name in table["name"][1:]], [str(color) for color in table["color"][1:]]


def _chips(names: Sequence[str], colors: Sequence[str]) -> str:
    return "".join(
        f"<span><i style='background:{escape(color)}'></i>{number} {escape(name)}</span>"
        for number, (name, color) in enumerate(zip(names, colors, strict=True), start=1)
    )
