"""The tab of areas: legend and bars."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ipywidgets as ipw

from widgets.legend import Legend

if TYPE_CHECKING:
    from pipeline.analysis import Analysis


class Areas(ipw.VBox):
    """The legend on its page; the rows always follow the result, the bars when they can be seen."""

    def __init__(self, legend: Legend) -> None:
        self._legend = legend
        super().__init__([legend])
        self.add_class("eo-areas")

    def show(self, analysis: Analysis) -> None:
        """Draw the bars of the rows that the legend holds."""
        self._legend.draw_bars()

    def leave(self) -> None:
        """Another tab has been opened."""
