"""Drawing a polygon or a rectangle on the map, with Leaflet-Geoman."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipyleaflet as leaflet

_LINE = {"color": "#14212b", "weight": 2, "fillColor": "#14212b", "fillOpacity": 0.08}
_OPTIONS = {
    "snappable": False,
    "tooltips": False,
    "continueDrawing": False,
    "pathOptions": _LINE,
    "templineStyle": _LINE,
    "hintlineStyle": {**_LINE, "dashArray": "6 6"},
}


class Drawing:
    """The drawing tools of a map. A drawing is handed on at once; the outline of the area replaces it.

    Parameters
    ----------
    on_drawn : callable
        Called with a GeoJSON geometry; its longitudes may be of any world copy.
    """

    def __init__(self, on_drawn: Callable[[dict[str, Any]], None]) -> None:
        self._on_drawn = on_drawn
        self.control = leaflet.GeomanDrawControl(
            hide_controls=True,
            polygon={**_OPTIONS, "finishOn": "dblclick"},
            rectangle=_OPTIONS,
            polyline={},
            circlemarker={},
            edit=False,
            drag=False,
            remove=False,
            cut=False,
            rotate=False,
        )
        self.control.on_draw(self._drawn)
        self.control.observe(self._forget, "data")

    def use(self, tool: str | None) -> None:
        """Take up a tool, "Polygon" or "Rectangle", or lay it down."""
        mode = None if tool is None else f"draw:{tool}"
        if self.control.current_mode != mode:
            self.control.current_mode = None
            self.control.current_mode = mode

    def start_over(self) -> None:
        """Forget the corners drawn so far; the tool stays in hand."""
        mode = self.control.current_mode
        if mode is not None:
            self.control.current_mode = None
            self.control.current_mode = mode

    def _drawn(self, _control: Any, action: str, geo_json: Any) -> None:
        if action == "create":
            self.finish(geo_json[-1]["geometry"])

    def finish(self, geometry: dict[str, Any]) -> None:
        """Hand a drawing on."""
        self.control.current_mode = None
        self._on_drawn(geometry)

    def _forget(self, _change: Any) -> None:
        """Take the control's own copy of a drawing off the map; the page sends it after the drawing."""
        if self.control.data:
            self.control.data = []
