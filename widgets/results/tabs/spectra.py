"""The tab of spectra: signatures of the clusters, a scatter of pixels, single pixels laid over them."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

import ipywidgets as ipw

from pipeline.explore.spectra import scatter_of, signatures_of
from widgets.results.edits import Editor
from widgets.results.tabs.fold import Fold
from widgets.results.tabs.host import Host
from widgets.results.tabs.inspector import Inspector
from widgets.results.tabs.scatter import ScatterFigure
from widgets.results.tabs.signatures import SignatureFigure
from widgets.toolkit.parts import column, html, row

if TYPE_CHECKING:
    from pipeline.result import Analysis

NOTE = (
    "Mean reflectance of each cluster; the shade is one standard deviation to either side. Lines that lie "
    "close together are clusters that look alike."
)


class Spectra(ipw.VBox):
    """Legend, figure, and the scatter in a fold."""

    def __init__(self, host: Host, editor: Editor) -> None:
        self._chips = html("", "eo-chips")
        self._figure, self._scatter = SignatureFigure(), ScatterFigure()
        self.inspector = Inspector(host, editor, self._figure.show_pixel)
        tools = row("eo-tools", html("Reflectance per cluster", "eo-muted"), html("", "eo-grow"))
        tools.children = (*tools.children, self.inspector.button)
        self._fold = Fold(
            "Red / near-infrared",
            column("eo-fold-body", self._scatter, html("Each point is one pixel of the area.", "eo-muted")),
            host.gate.guard(self._show_scatter),
        )
        self._analysis: Analysis | None = None
        note = html(NOTE, "eo-note")
        super().__init__([tools, self._chips, self._figure, self.inspector, note, self._fold])
        self.add_class("eo-pad")

    def show(self, analysis: Analysis) -> None:
        """Show the spectra of a result."""
        self._analysis = analysis
        names, colors = _names_and_colors(analysis)
        self._chips.value = _chips(names, colors)
        self.inspector.show(analysis)
        self._figure.show(signatures_of(analysis), names, colors)
        if self._fold.is_open:
            self._show_scatter()

    def leave(self) -> None:
        """Another tab has been opened: inspecting ends."""
        self.inspector.end()

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
