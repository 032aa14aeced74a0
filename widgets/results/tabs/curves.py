"""Curves over the year: a feature in every period of a composite, a line per cluster."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import ipywidgets as ipw

from pipeline.clustering.features import FEATURES
from pipeline.explore.spectra import curve_names, curves_of, periods_of
from pipeline.text import month
from widgets.results.tabs.lines import Across, LineFigure
from widgets.toolkit.parts import classed, html

if TYPE_CHECKING:
    from pipeline.request import AnalysisRequest
    from pipeline.result import Analysis

NOTE = (
    "Mean of each cluster in every period; the shade is one standard deviation to either side. Crops rise "
    "and fall with sowing and harvest, meadows stay, woods follow their leaves."
)
MOST_TICKS = 6


class Curves(ipw.VBox):
    """A choice of features, and their curves.

    Parameters
    ----------
    guard : callable
        Wraps what follows from a choice.
    """

    def __init__(self, guard: Callable[[Callable[..., None]], Callable[..., None]]) -> None:
        self.choice = classed(ipw.Dropdown(description="Show"), "eo-field", "eo-beside", "eo-curve-of")
        self.figure = LineFigure("eo-curves")
        self._analysis: Analysis | None = None
        self._colors: tuple[list[str], list[str]] = ([], [])
        self._quiet = False
        super().__init__([self.choice, self.figure, html(NOTE, "eo-note")])
        self.choice.observe(guard(self._chosen), "value")

    def show(self, analysis: Analysis, names: list[str], colors: list[str]) -> None:
        """Show the curves of a result; the feature that was chosen stays where it was read again."""
        self._analysis, self._colors = analysis, (names, colors)
        offered, chosen = curve_names(analysis), self.choice.value
        self._quiet = True
        try:
            self.choice.options = [(f"{_short(name)} · {FEATURES[name].title}", name) for name in offered]
            self.choice.value = chosen if chosen in offered else offered[0]
        finally:
            self._quiet = False
        self._draw()

    def _chosen(self, _change: object) -> None:
        if not self._quiet:
            self._draw()

    def _draw(self) -> None:
        if self._analysis is None or self.choice.value is None:
            return
        name = self.choice.value
        across = over_the_year(self._analysis.request)
        self.figure.show(curves_of(self._analysis, name), *self._colors, across, _short(name))


def over_the_year(request: AnalysisRequest) -> Across:
    """Return the axis of time: a value in the middle of each period, days since the first one."""
    middles = [(first + (last - first) / 2) for first, last in periods_of(request)]
    places = tuple(float((middle - request.start).days) for middle in middles)
    every = slice(None, None, -(-len(places) // MOST_TICKS))
    texts = tuple(f"{middle.day} {month(middle)[:3]}" for middle in middles)
    years = dict.fromkeys((request.start.year, request.end.year))
    label = f"Middle of each period, {' to '.join(map(str, years))}"
    return Across(places, label, places[every], texts[every])


def _short(name: str) -> str:
    return FEATURES[name].formula if FEATURES[name].is_band else name
