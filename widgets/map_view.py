"""The map column: where the area is set and the result is seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import ipyleaflet as leaflet
import ipywidgets as ipw

from widgets.map.drawing import Drawing
from widgets.map.layers import LIGHT, PANES, Base, Outline, Pictures, Shape
from widgets.map.view import USUAL_SIZE_PX, ZOOM_STEP, Box, well_in_view, world_copy, zoom_for
from widgets.map.zoomed_in import hole
from widgets.toolkit.parts import arrange, checkbox, classed, html, pressed, push_button, shown

if TYPE_CHECKING:
    from pipeline.drawing.overlays import Overlay, Overlays

OPACITY_PERCENT = 75
WORLD = Box(-56, -170, 74, 170)
MIN_ZOOM = 1.0
TINY_PX = 24
"""An area smaller than this on the screen cannot be seen where it was placed."""


class MapBar(ipw.HBox):
    """What changes the picture; before a result, a hint instead."""

    def __init__(self, on_change: Callable[[], None]) -> None:
        self._hint = html("", "eo-hint")
        self.true_colour = checkbox("True colour", True)
        self.false_colour = checkbox("False colour", False)
        self.opacity = classed(
            ipw.IntSlider(value=OPACITY_PERCENT, min=0, max=100, step=5, description="Clusters %"),
            "eo-opacity",
        )
        self._blinks = 0
        self._on_blink: Callable[[int], None] = lambda _count: None
        self.blink = blink = push_button("Blink", self._blink)
        blink.tooltip = "Hide the clusters and show them again, twice"
        self._controls = (self.true_colour, self.false_colour, self.opacity, blink)
        for control in self._controls[:3]:
            control.observe(lambda _change: on_change(), "value")
        super().__init__([self._hint])
        self.add_class("eo-mapbar")

    def on_blink(self, called: Callable[[int], None]) -> None:
        """Set what happens when the visitor wants the clusters to blink."""
        self._on_blink = called

    def show_hint(self, text: str) -> None:
        """Show a hint in place of the controls."""
        self._hint.value = text
        arrange(self, self._hint)

    def show_controls(self) -> None:
        """Show the controls of a result."""
        arrange(self, *self._controls)

    def _blink(self) -> None:
        self._blinks += 1
        self._on_blink(self._blinks)


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
    guard : callable
        Wraps callbacks of the map itself (choice of the base map, checkboxes, opacity).
    """

    def __init__(
        self,
        center: tuple[float, float],
        zoom: float,
        on_click: Callable[[float, float], None],
        on_drawn: Callable[[dict[str, Any]], None],
        guard: Callable[[Callable[..., Any]], Callable[..., None]],
    ) -> None:
        self._on_click = on_click
        self._base, self._area, self._result_area = Base(), Outline(), Outline()
        self._pictures, self._zoomed_in = Pictures(), Pictures("sharp")
        self._hole = html("", "eo-gone")
        self._calm = False
        self._extras: dict[str, tuple[leaflet.Layer, ...]] = {}
        self._ticks: tuple[bool, ...] = ()
        self.map = leaflet.Map(
            center=center,
            zoom=zoom,
            zoom_snap=ZOOM_STEP,
            zoom_delta=0.5,
            min_zoom=MIN_ZOOM,
            max_zoom=18,
            scroll_wheel_zoom=True,
            double_click_zoom=False,
            panes=PANES,
            layers=tuple(self._base.layers),
            attribution_control=False,
            layout=ipw.Layout(width="100%", height="100%"),
        )
        self.map.on_interaction(self._interaction)
        self.map.add(leaflet.AttributionControl(position="bottomright", prefix=""))
        self.map.add(leaflet.ScaleControl(position="bottomleft", imperial=False))
        choice = classed(ipw.Dropdown(options=self._base.names, value=LIGHT), "eo-base")
        choice.observe(guard(self._choose_base), "value")
        self.map.add(leaflet.WidgetControl(widget=choice, position="topright"))
        self.drawing = Drawing(on_drawn)
        self.map.add(self.drawing.control)
        self._pill = html("", "eo-pill")
        self._frame = classed(ipw.Box([self.map, self._pill, self._hole]), "eo-map")
        self._frame.add_class(f"eo-map-{self.map.model_id}")
        self.bar = MapBar(guard(self._apply))
        self.bar.on_blink(self._blink)
        super().__init__([self.bar, self._frame])
        self.add_class("eo-mapcol")

    def invite(self, text: str | None) -> None:
        """Show an invitation on the map, or take it away."""
        shown(self._pill, text is not None)
        if text is not None:
            self._pill.value = f"<div>{text}</div>"

    def copy_of(self, longitude: float) -> float:
        """Return the shift that brings a longitude to the world copy the map looks at."""
        return world_copy(longitude, self.map.center[1])

    def show_areas(self, wanted: Shape | None, result: Shape | None, *, running: bool) -> None:
        """Draw the area in the form, and the one a result is of; dashed if they differ."""
        moved = result is not None and wanted is not None and wanted != result
        self._result_area.draw(result if moved else None)
        self._area.draw(wanted if wanted is not None else result, dashed=moved, filled=running and not moved)
        self._lay()

    def show_result(self, overlays: Overlays, shift: float, credit: str, ticks: Sequence[bool]) -> None:
        """Lay the pictures of a result over the map; all are assigned in one go.

        The sharp pictures of a part stay until new ones come where only classes were edited.
        """
        before = self._pictures.clusters
        old = self._pictures.replace(overlays, shift, credit)
        if self._pictures.clusters[:1] != before[:1]:
            old += self._zoomed_in.clear()
            self._hole.value = ""
        self.set_ticks(ticks)
        self._lay()
        for layer in old:
            layer.close()

    def show_zoomed_in(self, overlays: Overlays | None, shift: float) -> None:
        """Lay sharper pictures of a part over those of the result, or take them away."""
        old = self._zoomed_in.clear() if overlays is None else self._zoomed_in.replace(overlays, shift, "")
        self._apply()
        self._lay()
        for layer in old:
            layer.close()
        self._hole.value = self._style_of_hole()

    def on_move(self, called: Callable[[], None]) -> None:
        """Set what happens when the map shows something else."""
        self.map.observe(lambda _change: called(), ["north", "south", "east", "west", "zoom"])

    def set_ticks(self, ticks: Sequence[bool]) -> None:
        """Switch the pictures of the clusters on or off."""
        self._ticks = tuple(ticks)
        self._apply()

    def lay_over(self, name: str, layers: Sequence[leaflet.Layer]) -> None:
        """Lay layers over the pictures of the result, in place of those that had this name."""
        old = self._extras.pop(name, ())
        if layers:
            self._extras[name] = tuple(layers)
        (self._frame.add_class if layers else self._frame.remove_class)(f"eo-has-{name}")
        self._lay()
        for layer in old:
            layer.close()

    def set_inspecting(self, on: bool) -> None:
        """Show that clicks ask for a pixel."""
        (self._frame.add_class if on else self._frame.remove_class)("eo-inspecting")

    def set_backdrop(self, overlay: Overlay | None) -> None:
        """Lay a catalogue's own picture of its land over the base map."""
        self._base.set_backdrop(overlay)
        self._lay()

    def look_at_world(self) -> None:
        """Show the continents, which are drawn without tiles from outside."""
        self.look_at(WORLD)

    @property
    def looks_at(self) -> tuple[float, ...]:
        """Where the map looks; changes when the visitor moves it."""
        return (*self.map.center, self.map.zoom)

    def look_at(self, box: Box) -> None:
        """Move the map so that it shows a box."""
        with self.map.hold_sync():
            self.map.center = box.middle
            self.map.zoom = max(zoom_for(box, self._size_px), MIN_ZOOM)

    def look_at_first(self, box: Box) -> None:
        """Show a box when the page opens: as soon as the page has told how large the map is."""
        self.look_at(box)

        def again(_change: Any) -> None:
            self.map.unobserve(again, "bottom")
            self.look_at(box)

        self.map.observe(again, "bottom")

    def look_at_if_needed(self, box: Box) -> None:
        """Move the map so that it shows a box, unless that is well in view."""
        if not well_in_view(box, self.seen, self.map.zoom, self._size_px):
            self.look_at(box)

    def look_at_if_unseen(self, box: Box) -> None:
        """Move the map to a box that lies outside of it or is too small to be noticed."""
        if min(box.size_px(self.map.zoom)) < TINY_PX or not box.within(self.seen):
            self.look_at(box)

    @property
    def seen(self) -> Box:
        """What the map shows."""
        return Box(self.map.south, self.map.west, self.map.north, self.map.east)

    @property
    def _size_px(self) -> tuple[float, float]:
        width, height = self.map.right - self.map.left, self.map.bottom - self.map.top
        return (width, height) if 0 < width < 1e5 and 0 < height < 1e5 else USUAL_SIZE_PX

    def _lay(self) -> None:
        """Assign all layers at once, in their order."""
        layers = (
            *self._base.layers,
            *self._pictures.layers,
            *self._zoomed_in.layers,
            *(layer for layers in self._extras.values() for layer in layers),
            *self._result_area.layers,
            *self._area.layers,
        )
        if layers != self.map.layers:
            self.map.layers = layers

    def _apply(self) -> None:
        """Bring checkboxes, ticks and opacity onto the pictures."""
        for pictures in (self._pictures, self._zoomed_in):
            if pictures.true_colour is None or pictures.false_colour is None:
                continue
            pictures.true_colour.visible = self.bar.true_colour.value
            pictures.false_colour.visible = self.bar.false_colour.value
            for layer, tick in zip(pictures.clusters, self._ticks, strict=False):
                layer.opacity = self.bar.opacity.value / 100
                layer.visible = tick

    def _style_of_hole(self) -> str:
        """Return the style that cuts the sharp part out of the pictures below it."""
        if not self._zoomed_in.clusters or not self._pictures.clusters:
            return ""
        path = hole(self._pictures.clusters[0].bounds, self._zoomed_in.clusters[0].bounds)
        pane = f".eo-map-{self.map.model_id} .leaflet-clusters-pane img"
        return f"<style>{pane} {{ clip-path: {path}; }}</style>"

    def _choose_base(self, change: Any) -> None:
        self._base.choose(change.new)
        self._lay()

    def set_calm(self, calm: bool) -> None:
        """Let the button hide the clusters until it is pressed again, where motion is not wanted."""
        self._calm = calm
        if calm:
            self.bar.blink.add_class("eo-toggle")
            self.bar.blink.tooltip = "Hide the clusters; press again to show them"

    def _blink(self, count: int) -> None:
        """Start the style sheet's animation anew: it starts when the class's name changes."""
        if self._calm:
            (self._frame.add_class if count % 2 else self._frame.remove_class)("eo-unclustered")
            pressed(self.bar.blink, bool(count % 2))
            return
        self._frame.remove_class(f"eo-blink-{(count + 1) % 2}")
        self._frame.add_class(f"eo-blink-{count % 2}")

    def _interaction(self, **event: Any) -> None:
        if event.get("type") == "click":
            self._on_click(*event["coordinates"])
