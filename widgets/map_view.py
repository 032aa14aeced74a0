"""The map column: where the area is set and the result is seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import ipyleaflet as leaflet
import ipywidgets as ipw

from widgets.map.bar import MapBar
from widgets.map.camera import MIN_ZOOM, Camera
from widgets.map.drawing import Drawing
from widgets.map.knob import Knob
from widgets.map.layers import LIGHT, PANES, Base, Shape
from widgets.map.mover import Mover
from widgets.map.stack import Look, Stack
from widgets.map.view import ZOOM_STEP
from widgets.toolkit.parts import classed, column, html, pressed, row, shown

if TYPE_CHECKING:
    from pipeline.drawing.overlays import Overlay, Overlays


class MapView(ipw.VBox):
    """Map bar and map.

    Parameters
    ----------
    center : (float, float)
        Latitude and longitude in the middle at the start.
    zoom : float
        Zoom at the start.
    on_click : callable
        Called as ``on_click(latitude, longitude)``; the longitude may be of any world copy. Clicks that draw
        are among them.
    on_drawn : callable
        As for `Drawing`.
    on_dragged : callable
        As for `Knob`.
    mover : Mover
        The buttons that move the area and bring it back.
    guard : callable
        Wraps callbacks of the map itself (choice of the base map, checkboxes, opacity).
    search : widget, optional
        Left of the choice of the base map.
    """

    def __init__(
        self,
        center: tuple[float, float],
        zoom: float,
        *,
        on_click: Callable[[float, float], None],
        on_drawn: Callable[[dict[str, Any]], None],
        on_dragged: Callable[[float, float], None],
        mover: Mover,
        guard: Callable[[Callable[..., Any]], Callable[..., None]],
        search: ipw.Widget | None = None,
    ) -> None:
        self._on_click = on_click
        self.map = _world_map(center, zoom)
        self.map.on_interaction(self._interaction)
        self.camera, self.stack = Camera(self.map), Stack(self.map)
        self.drawing, self.knob, self.mover = Drawing(on_drawn), Knob(on_dragged), mover
        self.base_choice = classed(ipw.Dropdown(options=Base.names, value=LIGHT), "eo-base")
        self.base_choice.observe(guard(lambda change: self.stack.choose_base(change.new)), "value")
        top = row("eo-map-top", *((search,) if search is not None else ()), self.base_choice)
        corner = column("eo-map-corner", top, mover)
        self.map.add(leaflet.AttributionControl(position="bottomright", prefix=""))
        self.map.add(leaflet.ScaleControl(position="bottomleft", imperial=False))
        self.map.add(leaflet.WidgetControl(widget=corner, position="topright"))
        self.map.add(self.drawing.control)
        self.pill, self.hole = html("", "eo-pill"), html("", "eo-gone")
        self._card = classed(ipw.Box(), "eo-map-card")
        self._frame = classed(ipw.Box([self.map, self.pill, self._card, self.hole]), "eo-map")
        self._frame.add_class(f"eo-map-{self.map.model_id}")
        self._ticks: tuple[bool, ...] = ()
        self.calm = False
        self.bar = MapBar(guard(self._apply), self._blink)
        super().__init__([self.bar, self._frame])
        self.add_class("eo-mapcol")

    def invite(self, text: str | None) -> None:
        """Show an invitation on the map, or take it away."""
        shown(self.pill, text is not None)
        if text is not None:
            self.pill.value = f"<div>{text}</div>"

    def put_card(self, card: ipw.Widget) -> None:
        """Give a card its place over the map; it is seen while it has something in it."""
        self._card.children = (card,)

    def show_areas(self, wanted: Shape | None, result: Shape | None, *, running: bool) -> None:
        """Draw the area in the form, and the one a result is of; dashed if they differ."""
        self.stack.show_areas(wanted, result, running=running)

    def show_knob(self, area: Shape | None) -> None:
        """Put the knob that moves the area at a corner of it; None: no knob."""
        self.stack.mark(self.knob.place(area))

    def show_result(self, overlays: Overlays, shift: float, credit: str, ticks: Sequence[bool]) -> None:
        """Lay the pictures of a result over the map."""
        self._ticks = tuple(ticks)
        self.bar.offer_swir(overlays.swir is not None)
        if self.stack.show_result(overlays, shift, credit):
            self.hole.value = ""
        self._apply()

    def show_zoomed_in(self, overlays: Overlays | None, shift: float) -> None:
        """Lay sharper pictures of a part over those of the result, or take them away."""
        self.stack.show_sharp(overlays, shift)
        path = self.stack.clip_path
        pane = f".eo-map-{self.map.model_id} .leaflet-clusters-pane img"
        self.hole.value = f"<style>{pane} {{ clip-path: {path}; }}</style>" if path else ""

    def show_second(self, overlays: Overlays | None, shift: float) -> None:
        """Show the pictures of a second date in place of those of the result, or the result's again."""
        (self._frame.remove_class if overlays is None else self._frame.add_class)("eo-has-second")
        self.stack.show_second(overlays, shift)

    def on_move(self, called: Callable[[], None]) -> None:
        """Set the callback for a changed view of the map."""
        self.map.observe(lambda _change: called(), ["north", "south", "east", "west", "zoom"])

    def set_ticks(self, ticks: Sequence[bool]) -> None:
        """Switch the pictures of the clusters on or off."""
        self._ticks = tuple(ticks)
        self._apply()

    def lay_over(self, name: str, layers: Sequence[leaflet.Layer]) -> None:
        """Lay layers over the pictures of the result, in place of those that had this name."""
        (self._frame.add_class if layers else self._frame.remove_class)(f"eo-has-{name}")
        self.stack.lay_over(name, layers)

    def set_backdrop(self, overlay: Overlay | None) -> None:
        """Lay a catalogue's own picture of its land over the base map."""
        self.stack.set_backdrop(overlay)

    def set_click(self, click: str) -> None:
        """Show what a click does: "place", "inspect" or "nothing"."""
        (self._frame.add_class if click == "inspect" else self._frame.remove_class)("eo-asks")

    def set_blind(self, blind: bool) -> None:
        """Hide everything that shows clusters, or show it again."""
        (self.add_class if blind else self.remove_class)("eo-blind")

    def set_photo(self, on: bool) -> None:
        """Hide the result's images, so that the base map is seen, or show them again."""
        (self._frame.add_class if on else self._frame.remove_class)("eo-photo")

    def set_calm(self, calm: bool) -> None:
        """Let the button hide the clusters until it is pressed again, where motion is not wanted."""
        self.calm = calm
        if calm:
            self.bar.blink.add_class("eo-toggle")
            self.bar.blink.tooltip = "Hide the clusters; press again to show them"

    def click(self, latitude: float, longitude: float) -> None:
        """Handle a click on the map; the longitude may be of any world copy."""
        self._on_click(latitude, longitude)

    def _apply(self, _change: object = None) -> None:
        """Bring checkboxes, ticks and opacity onto the pictures."""
        bar = self.bar
        self.stack.look(
            Look(
                bar.true_colour.value,
                bar.false_colour.value,
                bar.shows_swir,
                bar.opacity.value / 100,
                self._ticks,
            )
        )

    def _blink(self, count: int) -> None:
        """Restart the style sheet's animation: it starts when the class's name changes."""
        if self.calm:
            (self._frame.add_class if count % 2 else self._frame.remove_class)("eo-unclustered")
            pressed(self.bar.blink, bool(count % 2))
            return
        self._frame.remove_class(f"eo-blink-{(count + 1) % 2}")
        self._frame.add_class(f"eo-blink-{count % 2}")

    def _interaction(self, **event: Any) -> None:
        if event.get("type") == "click":
            self.click(*event["coordinates"])


def _world_map(center: tuple[float, float], zoom: float) -> leaflet.Map:
    return leaflet.Map(
        center=center,
        zoom=zoom,
        zoom_snap=ZOOM_STEP,
        zoom_delta=0.5,
        min_zoom=MIN_ZOOM,
        max_zoom=18,
        scroll_wheel_zoom=True,
        double_click_zoom=False,
        panes=PANES,
        layers=(),
        attribution_control=False,
        layout=ipw.Layout(width="100%", height="100%"),
    )
