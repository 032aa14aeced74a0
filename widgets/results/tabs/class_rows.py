"""Rows of the legend while classes are edited: name, colour, and a tick to merge."""

from __future__ import annotations

from collections.abc import Callable

import ipywidgets as ipw

from pipeline.text import hectares
from widgets.results.legend import chip
from widgets.results.rows import AreaRow
from widgets.toolkit.parts import checkbox, classed, html


class ClassRow(ipw.HBox):
    """One class; it lives as long as the page and takes the values of each new result.

    Parameters
    ----------
    number : int
        The class, from 1.
    on_name, on_color : callable
        Called with the number and what was typed or chosen.
    on_tick : callable
        Called when the tick changes.
    """

    def __init__(
        self,
        number: int,
        on_name: Callable[[int, str], None],
        on_color: Callable[[int, str], None],
        on_tick: Callable[[], None],
    ) -> None:
        self._filling = False
        self._chip, self._hectares = html("", "eo-chip"), html("", "eo-num")
        self.name = classed(ipw.Text(continuous_update=False), "eo-edit-name", f"eo-name-{number}")
        self.color = classed(ipw.ColorPicker(concise=True), "eo-edit-color", f"eo-color-{number}")
        self.merge = checkbox("merge", False, "eo-edit-merge", f"eo-merge-{number}")

        def tell(called: Callable[[int, str], None]) -> Callable[[object], None]:
            return lambda change: None if self._filling else called(number, getattr(change, "new", ""))

        self.name.observe(tell(on_name), "value")
        self.color.observe(tell(on_color), "value")
        self.merge.observe(lambda _change: None if self._filling else on_tick(), "value")
        super().__init__([self._chip, self.color, self.name, self.merge, self._hectares])
        self.add_class("eo-row")

    @property
    def ticked(self) -> bool:
        """Whether the class is to be merged."""
        return bool(self.merge.value)

    def show(self, values: AreaRow) -> None:
        """Take the values of a class; its tick goes."""
        self._filling = True
        try:
            self._chip.value = chip(values)
            self.name.value, self.color.value = values.name, values.color
            self.merge.value = False
            self._hectares.value = f"<b>{hectares(values.hectares)}</b> ha"
        finally:
            self._filling = False
