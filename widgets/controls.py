"""The form column: fields, then message, progress, suggestions and the main button at the bottom."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape

import ipywidgets as ipw
import traitlets

from pipeline.catalogs.profiles import CatalogProfile
from pipeline.request import MAX_CLUSTERS, MIN_CLUSTERS
from widgets.form.area_part import AreaPart
from widgets.form.coordinates import parse_pair
from widgets.form.fields import slider, text
from widgets.form.image_part import ImagePart
from widgets.form.look_at import LookAt
from widgets.form.settings import Composite, Settings
from widgets.form.size import SizeField
from widgets.toolkit.message import Action, Message
from widgets.toolkit.parts import arrange, classed, column, heading, html, push_button, push_buttons, row


class Fields(ipw.VBox):
    """The fields of the form; reading and setting `settings` reads and sets them all.

    Parameters
    ----------
    settings : Settings
        What they hold at the start.
    catalogs : sequence of CatalogProfile
        What is offered.
    max_size_km : float
        Longest side of a square.
    area_events : callables
        As for `AreaPart`.
    """

    settings = traitlets.Instance(Settings)

    def __init__(
        self,
        settings: Settings,
        catalogs: Sequence[CatalogProfile],
        max_size_km: float,
        **area_events: Callable[..., None],
    ) -> None:
        self._filling = False
        look_at = LookAt()
        self.image_part = ImagePart(catalogs, self._combine)
        self.inputs: dict[str, ipw.ValueWidget] = {
            "latitude": text("Latitude (°)", "e.g. 46.4926"),
            "longitude": text("Longitude (°)", "e.g. 11.3390"),
            "size_km": SizeField("Side length (km)", max_size_km),
            **self.image_part.inputs,
            "n_clusters": slider("Number of clusters", MIN_CLUSTERS, MAX_CLUSTERS, 1, "eo-k"),
            "features": look_at,
        }
        place = classed(ipw.Box([self.inputs["latitude"], self.inputs["longitude"]]), "eo-two")
        grouping = classed(ipw.Box([self.inputs["n_clusters"], look_at]), "eo-two")
        self.area_part = AreaPart([place, self.inputs["size_km"]], on_change=self._change, **area_events)
        super().__init__(
            [
                self.area_part,
                self.image_part,
                column("eo-sec", heading("Clusters"), grouping, look_at.choice),
            ]
        )
        self.add_class("eo-scroll")
        self.settings = settings
        self._fill(settings)
        for widget in self.inputs.values():
            widget.observe(self._collect, "value")
        self.observe(lambda change: self._fill(change.new), "settings")
        self.show_area(None)

    def show_area(self, area: tuple[float, int] | None) -> None:
        """Show the hectares and pixels of the area, or that there is none."""
        self.area_part.show(self.settings, area)

    def _fill(self, settings: Settings) -> None:
        self._filling = True
        try:
            for name, widget in self.inputs.items():
                widget.value = getattr(settings, name)
        finally:
            self._filling = False
        self.image_part.show(settings)

    def _collect(self, _change: object) -> None:
        if self._filling:
            return
        held = {name: widget.value for name, widget in self.inputs.items()}
        pair = next(filter(None, (parse_pair(held[name]) for name in ("latitude", "longitude"))), None)
        if pair is not None:
            held["latitude"], held["longitude"] = pair
        self.settings = self.settings.changed(**held)

    def _combine(self, composite: Composite) -> None:
        self.settings = self.settings.combined(composite)

    def _change(self, **changes: object) -> None:
        self.settings = self.settings.changed(**changes)


class Foot(ipw.VBox):
    """Message, suggestions, progress and main button. It grows upwards: the button never moves."""

    def __init__(self, *, on_run: Callable[[], None], on_cancel: Callable[[], None]) -> None:
        self.status = html("", "eo-status")
        self.detail = html("", "eo-detail")
        self._box = row("eo-msg", self.status, self.detail)
        self._kind = ""
        self._bar = classed(ipw.FloatProgress(min=0, max=1, layout=ipw.Layout(width="auto")), "eo-bar")
        self._progress = row("eo-progress", self._bar, push_button("Cancel", on_cancel, "eo-cancel"))
        self.actions = row("eo-actions")
        self.main = push_button("Calculate clusters", on_run, "eo-main", "eo-primary")
        super().__init__([self._box, self.main])
        self.add_class("eo-foot-form")

    def show(self, message: Message, act: Callable[[Action], None]) -> None:
        """Show a message and its next steps."""
        self._say(message.kind, message.html)
        labels = (action.label for action in message.actions)
        buttons = push_buttons(labels, lambda i: act(message.actions[i]))
        old, self.actions.children = self.actions.children, buttons
        self._arrange(self.actions if buttons else None)
        for button in old:
            button.close()

    def show_progress(self, stage: str, detail: str, fraction: float) -> None:
        """Show how far a run is."""
        self._say("plain", f"<b>{escape(stage)}</b>")
        self.detail.value = f"&nbsp;· {escape(detail)}" if detail else ""
        self._bar.value = fraction
        self._arrange(self._progress)

    def show_button(self, text: str, *, primary: bool, enabled: bool) -> None:
        """Set the label of the main button."""
        self.main.description = text
        self.main.disabled = not enabled
        (self.main.add_class if primary else self.main.remove_class)("eo-primary")

    def _say(self, kind: str, text: str) -> None:
        if kind != self._kind:
            self._box.remove_class(f"eo-is-{self._kind}")
            self._box.add_class(f"eo-is-{kind}")
            self._kind = kind
        self.status.value = f"<div role='alert'>{text}</div>" if kind == "err" else f"<div>{text}</div>"
        self.detail.value = ""

    def _arrange(self, between: ipw.Widget | None) -> None:
        arrange(self, *(part for part in (self._box, between, self.main) if part is not None))
