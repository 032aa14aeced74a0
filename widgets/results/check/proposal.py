"""How many points for which margin, before a sample is drawn."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import ipywidgets as ipw

from widgets.results.check import words
from widgets.toolkit.parts import classed, html, push_button

if TYPE_CHECKING:
    from pipeline.accuracy.drawing import Of
    from pipeline.result import Analysis

MARGINS = (0.03, 0.05, 0.07, 0.1)
USUAL_MARGIN = 0.05


class Proposal(ipw.VBox):
    """A choice of margins, how much work each is, and a button that draws the points.

    Parameters
    ----------
    guard : callable
        Wraps callbacks.
    on_draw : callable
        Called with the margin that was chosen.
    of : str
        "classes" or "change".
    """

    def __init__(
        self,
        guard: Callable[[Callable[..., None]], Callable[..., None]],
        on_draw: Callable[[float], None],
        of: Of = "classes",
    ) -> None:
        self._analysis: Analysis | None = None
        self._of = of
        self.told = html("", "eo-check-told")
        self.margin = classed(
            ipw.Dropdown(
                options=[(f"± {100 * m:.0f} %", m) for m in MARGINS],
                value=USUAL_MARGIN,
                description="Margin of the overall accuracy",
            ),
            "eo-field",
        )
        self.margin.observe(guard(lambda _change: self._tell()), "value")
        self.draw = push_button("Draw the points", guard(lambda: on_draw(self.margin.value)), "eo-check-draw")
        super().__init__([self.told, self.margin, self.draw])
        self.add_class("eo-check-proposal")

    def show(self, analysis: Analysis) -> None:
        """Show how many points the classes of a result need."""
        self._analysis = analysis
        self._tell()

    def _tell(self) -> None:
        analysis = self._analysis
        if analysis is None:
            return
        from pipeline.accuracy.allocation import minutes
        from pipeline.accuracy.drawing import points_needed

        points, strata = points_needed(analysis, self.margin.value, self._of)
        told = words.proposal(points, strata, minutes(points), self._of)
        self.told.value = told + words.first(analysis.suggestions)
