"""The ways to move the area: by a click, by its handle, back to where it was, and by the address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline import permalink
from widgets.form import area_input

if TYPE_CHECKING:
    from widgets.page.painter import Painter
    from widgets.page.parts import Parts


class Placing:
    """Places the area. Made before the parts, which call it; `meet` hands them over."""

    def meet(self, parts: Parts, painter: Painter) -> None:
        """Take the parts of the page, and the painter that shows the area."""
        self._parts, self._painter = parts, painter

    def clicked(self, latitude: float, longitude: float) -> None:
        """Place the area or inspect the pixel, whichever the page's state says."""
        click = self._painter.state.click
        if click == "inspect":
            self._parts.results.inspector.ask(latitude, longitude)
        elif click == "place":
            self._painter.moving = False
            self._place(latitude, longitude)

    def dragged(self, north: float, east: float) -> None:
        """Move the area by some degrees."""
        area = self._painter.state.area
        if area is not None:
            self._place(area.latitude + north, area.longitude + self._painter.where.turn + east)

    def move_area(self) -> None:
        """Let the next click place the area, or not after all."""
        self._painter.moving = not self._painter.moving
        self._painter.refresh()

    def undo_area(self) -> None:
        """Bring back the area before."""
        fields = self._parts.fields
        fields.settings = self._parts.history.restored(fields.settings)

    def clear_drawing(self) -> None:
        """Forget the drawing, finished or not."""
        self._parts.map.drawing.start_over()
        fields = self._parts.fields
        fields.settings = fields.settings.changed(drawn=None)

    def went(self, query: str) -> None:
        """Take the request of the address that the browser went back or forward to."""
        linked = permalink.from_query(query, area_input.offered())
        fields = self._parts.fields
        fields.settings = fields.settings.of_values(linked.values)

    def went_to(self, latitude: float, longitude: float) -> None:
        """Place the square at a town that was searched, and look at it."""
        painter, parts = self._painter, self._parts
        painter.moving = False
        painter.where.placed_in_view(longitude)
        parts.fields.settings = parts.fields.settings.at(latitude, longitude)
        if painter.state.area is not None:
            parts.map.camera.look_at(painter.where.box(painter.state.area))

    def _place(self, latitude: float, longitude: float) -> None:
        self._painter.where.placed_at(longitude)
        self._parts.fields.settings = self._parts.fields.settings.at(latitude, longitude)
