"""Where the map looks, and how it is moved: only when there is a reason."""

from __future__ import annotations

from typing import Any

import ipyleaflet as leaflet

from pipeline.area.antimeridian import turn_towards
from widgets.map.view import USUAL_SIZE_PX, Box, well_in_view, zoom_for

WORLD = Box(-56, -170, 74, 170)
MIN_ZOOM = 1.0
TINY_PX = 24
"""An area smaller than this on the screen cannot be seen where it was placed."""


class Camera:
    """Moves a map.

    Parameters
    ----------
    world_map : ipyleaflet.Map
        The map.
    """

    def __init__(self, world_map: leaflet.Map) -> None:
        self._map = world_map

    @property
    def looks_at(self) -> tuple[float, ...]:
        """Latitude, longitude and zoom; they change when the visitor moves the map."""
        return (*self._map.center, self._map.zoom)

    @property
    def centre(self) -> tuple[float, float]:
        """Latitude and longitude in the middle of the map; the longitude may be of any world copy."""
        return (self._map.center[0], self._map.center[1])

    @property
    def zoom(self) -> float:
        """The zoom of the map."""
        return float(self._map.zoom)

    @property
    def seen(self) -> Box:
        """What the map shows."""
        return Box(self._map.south, self._map.west, self._map.north, self._map.east)

    def copy_of(self, longitude: float) -> float:
        """Return the degrees that bring a longitude to the world copy the map looks at."""
        return turn_towards(self._map.center[1], longitude)

    def look_at(self, box: Box) -> None:
        """Move the map so that it shows a box."""
        with self._map.hold_sync():
            self._map.center = box.middle
            self._map.zoom = max(zoom_for(box, self._size_px), MIN_ZOOM)

    def go_to(self, centre: tuple[float, float], zoom: float) -> None:
        """Move the map to a place and zoom."""
        with self._map.hold_sync():
            self._map.center = centre
            self._map.zoom = zoom

    def look_at_world(self) -> None:
        """Show the continents, which are drawn without tiles from outside."""
        self.look_at(WORLD)

    def look_at_first(self, box: Box) -> None:
        """Show a box when the page opens: as soon as the size of the map is known."""
        self.look_at(box)

        def again(_change: Any) -> None:
            self._map.unobserve(again, "bottom")
            self.look_at(box)

        self._map.observe(again, "bottom")

    def look_at_if_needed(self, box: Box) -> None:
        """Move the map so that it shows a box, unless that is well in view."""
        if not well_in_view(box, self.seen, self._map.zoom, self._size_px):
            self.look_at(box)

    def look_at_if_unseen(self, box: Box) -> None:
        """Move the map to a box that lies outside of it or is too small to be noticed."""
        if min(box.size_px(self._map.zoom)) < TINY_PX or not box.within(self.seen):
            self.look_at(box)

    @property
    def _size_px(self) -> tuple[float, float]:
        width, height = self._map.right - self._map.left, self._map.bottom - self._map.top
        return (width, height) if 0 < width < 1e5 and 0 < height < 1e5 else USUAL_SIZE_PX
