"""Where a second date is looked for: first and last day, and both in words."""

from __future__ import annotations

from datetime import date

import ipywidgets as ipw

from widgets.form.image_part import spelled
from widgets.toolkit.parts import classed, html


class Period(ipw.VBox):
    """Two dates and the line beneath them."""

    def __init__(self) -> None:
        self.start = classed(ipw.DatePicker(description="Second date, from"), "eo-field", "eo-second-start")
        self.end = classed(ipw.DatePicker(description="Second date, to"), "eo-field", "eo-second-end")
        self.spelled = html("", "eo-spelled")
        for picker in (self.start, self.end):
            picker.observe(lambda _change: self._spell(), "value")
        super().__init__([classed(ipw.Box([self.start, self.end]), "eo-two"), self.spelled])
        self.add_class("eo-when")

    @property
    def days(self) -> tuple[date | None, date | None]:
        """First and last day; None where one is missing."""
        return self.start.value, self.end.value

    @days.setter
    def days(self, days: tuple[date, date]) -> None:
        self.start.value, self.end.value = days

    def _spell(self) -> None:
        self.spelled.value = spelled(*self.days)
