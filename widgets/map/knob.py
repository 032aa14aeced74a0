"""The handle at a corner of the area: dragging it moves the area."""

from __future__ import annotations

from collections.abc import Callable

import ipyleaflet as leaflet

from widgets.map.layers import Shape

LABEL = "Move the area"
_HTML = f"<span class='eo-knob' role='img' aria-label='{LABEL}' title='{LABEL}: drag'>✥</span>"


class Knob:
    """A marker at the top left corner of the area.

    Parameters
    ----------
    on_moved : callable
        Called with the degrees by which the area was moved: north, east.
    """

    def __init__(self, on_moved: Callable[[float, float], None]) -> None:
        self._on_moved = on_moved
        self._corner: tuple[float, float] | None = None
        icon = leaflet.DivIcon(html=_HTML, icon_size=[28, 28], icon_anchor=[14, 14])
        self.marker = leaflet.Marker(
            location=(0.0, 0.0), icon=icon, draggable=True, keyboard=False, title=LABEL, alt=LABEL
        )
        self.marker.observe(self._moved, "location")

    def place(self, shape: Shape | None) -> tuple[leaflet.Marker, ...]:
        """Put the handle at an area; return the layers for the map."""
        if shape is None:
            self._corner = None
            return ()
        points = [point for polygon in shape for point in polygon[0]]
        self._corner = max(points, key=lambda point: point[0] - point[1])
        self.marker.location = self._corner
        return (self.marker,)

    def _moved(self, _change: object) -> None:
        """Report where the visitor dragged the marker; the page's own placing is not reported."""
        place = tuple(self.marker.location)
        if self._corner is None or place == self._corner:
            return
        north, east = place[0] - self._corner[0], place[1] - self._corner[1]
        self._corner = place
        self._on_moved(north, east)
