"""Names of towns on a map that has no tiles: the largest of what is seen, as many as have room.

They are one picture (SVG) of the part that the map shows, made anew when the map has come to rest. Tiles have
names of their own: the browser tells whether there are any.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

import anywidget
import ipyleaflet as leaflet

from pipeline.drawing.svg import as_url
from widgets.map.view import Box, mercator
from widgets.session.delay import Delay
from widgets.session.gate import Gate
from widgets.toolkit.scripts import script

if TYPE_CHECKING:
    from pipeline.places.gazetteer import Place

CREDIT = "Places: GeoNames, CC BY 4.0"
END = 85.0
"""Degrees north and south where the map's projection ends; what lies beyond is drawn there."""
REST_S = 0.4
MOST = 40
LETTER_PX, LINE_PX, GAP_PX = 7.0, 14.0, 6.0
"""Room of a letter, a line and around a name; the font itself is the browser's."""
MOST_PX = 4000.0
_STYLE = (
    "text{font:12px system-ui,sans-serif;fill:#45525d;paint-order:stroke;stroke:#fff;stroke-width:3px}"
    "circle{fill:#45525d;stroke:#fff}"
)


class PlaceNames(anywidget.AnyWidget):
    """Shows names while no tile can be had.

    Parameters
    ----------
    gate : Gate
        Guards what happens in threads.
    look : callable
        Returns what the map shows (longitudes of any world copy) and its zoom.
    lay : callable
        Gets the layers to lay on the map.
    """

    _esm = script("map/place_names.js")

    def __init__(
        self,
        gate: Gate,
        look: Callable[[], tuple[Box, float]],
        lay: Callable[[Sequence[leaflet.Layer]], None],
    ) -> None:
        super().__init__()
        self._gate, self._look, self._lay = gate, look, lay
        self._on = False
        self._layer: leaflet.ImageOverlay | None = None
        self._delay = Delay(REST_S, self._begin)
        self.on_msg(gate.guard(lambda _widget, content, _buffers: self.receive(content)))

    def receive(self, content: dict[str, Any]) -> None:
        """Take the browser's word whether there are tiles."""
        self._on = content.get("event") == "no tiles"
        if self._on:
            self._delay.restart(0)
        elif self._layer is not None:
            self._layer = None
            self._lay(())

    def moved(self) -> None:
        """The map shows something else."""
        if self._on:
            self._delay.restart()

    def _begin(self) -> None:
        self._gate.in_background(self._draw, "names on the map")

    def _draw(self) -> None:
        from pipeline.places.gazetteer import gazetteer

        seen, zoom = self._look()
        box = Box(max(seen.south, -END), seen.west, min(seen.north, END), seen.east)
        if max(box.size_px(zoom)) > MOST_PX:
            return
        towns = gazetteer().largest_in(box.west, box.south, box.east, box.north, 8 * MOST)
        url = picture(towns, box, zoom)
        with self._gate.lock:
            if self._on:
                self._show(url, ((box.south, box.west), (box.north, box.east)))

    def _show(self, url: str, bounds: tuple[tuple[float, float], tuple[float, float]]) -> None:
        if self._layer is None:
            self._layer = leaflet.ImageOverlay(url=url, bounds=bounds, pane="names", attribution=CREDIT)
            self._lay((self._layer,))
            return
        with self._layer.hold_sync():
            self._layer.url, self._layer.bounds = url, bounds


def picture(towns: Sequence[Place], box: Box, zoom: float) -> str:
    """Return names of towns on a box as an SVG in a data URL; the first towns have the choice of room."""
    width, height = box.size_px(zoom)
    taken: list[tuple[float, float, float, float]] = []
    marks = []
    for town in towns:
        east = (town.longitude - box.west) % 360
        x = east / (box.east - box.west) * width
        y = (mercator(box.north) - mercator(town.latitude)) * height
        y /= mercator(box.north) - mercator(box.south)
        room = (x - GAP_PX, y - LINE_PX, x + 2 * GAP_PX + LETTER_PX * len(town.name), y + LINE_PX)
        if room[2] > width or any(_meet(room, other) for other in taken):
            continue
        taken.append(room)
        marks.append(
            f"<circle cx='{x:.0f}' cy='{y:.0f}' r='2.5'/>"
            f"<text x='{x + GAP_PX:.0f}' y='{y + 4:.0f}'>{escape(town.name)}</text>"
        )
        if len(marks) == MOST:
            break
    return as_url("".join(marks), width, height, _STYLE)


def _meet(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
