"""The form's Image section: one day, cloud-free or through the year; dates, clouds or periods, catalogue."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial

import ipywidgets as ipw

from pipeline.catalogs.profiles import CatalogProfile
from pipeline.reading.ways import WAYS, way_of
from pipeline.request import MAX_DATES, MAX_MASK_BUFFER_M, MAX_PERIODS, MIN_PERIODS
from pipeline.text import day_words
from widgets.form.fields import field, slider
from widgets.form.settings import Composite, Settings
from widgets.toolkit.fold import Fold
from widgets.toolkit.parts import arrange, classed, column, heading, html, pressed, push_button


class ImagePart(ipw.VBox):
    """The section; `inputs` are its fields by the name of the setting.

    Parameters
    ----------
    catalogs : sequence of CatalogProfile
        What is offered.
    on_composite : callable
        Called with the way that was chosen to make one image of many.
    """

    def __init__(self, catalogs: Sequence[CatalogProfile], on_composite: Callable[[Composite], None]) -> None:
        self.segments = {way.name: push_button(way.title, partial(on_composite, way.name)) for way in WAYS}
        for way in WAYS:
            self.segments[way.name].tooltip = way.help
        margin = "Leave a margin around clouds (m)"
        self.inputs: dict[str, ipw.ValueWidget] = {
            "start": field(ipw.DatePicker(), "From"),
            "end": field(ipw.DatePicker(), "To"),
            "max_cloud_cover": slider("Cloud cover, at most (%)", 0, 100, 5, "eo-cloud"),
            "periods": slider("Number of periods", MIN_PERIODS, MAX_PERIODS, 1, "eo-periods"),
            "max_dates": slider("Dates to read, at most", MIN_PERIODS, MAX_DATES, 1, "eo-dates"),
            "mask_buffer_m": slider(margin, 0, MAX_MASK_BUFFER_M, 10, "eo-margin"),
            "catalog": field(
                ipw.Dropdown(options=[(c.title, c.name) for c in catalogs]), "Image catalogue", "eo-beside"
            ),
        }
        ways = classed(ipw.HBox(list(self.segments.values())), "eo-seg", "eo-ways", "eo-image-ways")
        dates = classed(ipw.Box([self.inputs["start"], self.inputs["end"]]), "eo-two")
        self.spelled = html("", "eo-spelled")
        self.swapped = classed(ipw.Box(), "eo-swapped")
        self.more = column("eo-fold-body")
        self.fold = Fold("More on clouds", self.more)
        super().__init__(
            [
                heading("Image"),
                ways,
                column("eo-when", dates, self.spelled),
                self.swapped,
                self.inputs["catalog"],
                self.fold,
            ]
        )
        classed(self, "eo-sec", "eo-image")

    def show(self, settings: Settings) -> None:
        """Show the fields of the way that is chosen, and the dates in words."""
        for name, button in self.segments.items():
            pressed(button, name == settings.composite)
        fields, throughout = self.inputs, way_of(settings.composite).in_periods
        arrange(self.swapped, fields["periods" if throughout else "max_cloud_cover"])
        arrange(
            self.more,
            *([fields["max_cloud_cover"]] if throughout else []),
            *([fields["max_dates"]] if not way_of(settings.composite).single else []),
            fields["mask_buffer_m"],
        )
        self.spelled.value = spelled(settings.start, settings.end)


def spelled(start: date | None, end: date | None) -> str:
    """Return a period in words; nothing while a date is missing or they are in the wrong order."""
    if start is None or end is None or end < start:
        return ""
    if (start.year, start.month) == (end.year, end.month) and start < end:
        return f"{start.day}\N{EN DASH}{day_words(end)}"
    return f"{day_words(start)} to {day_words(end)}" if start < end else day_words(start)
