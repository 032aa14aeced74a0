"""The map during labelling: no clusters, a cross at one pixel, and an aerial photo on demand."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import ipyleaflet as leaflet

from widgets.map.layers import SATELLITE

if TYPE_CHECKING:
    from pipeline.accuracy.design import PixelGrid
    from widgets.map_view import MapView

LAYER = "aim"
ZOOM = 16.0
"""At which a pixel of 10 m is about 5 pixels of the screen, and the land around it can be read."""
LINES = ((4, "#ffffff"), (2, "#14212b"))
"""Weight and colour: dark on a white edge, visible on any ground."""
LOOK: dict[str, Any] = {"fill": False, "pane": "aoi"}
GAP_PX, ARM_PX = 3.0, 9.0
"""Where the arms of the cross begin and end, in pixels of the image from the middle of the pixel."""


class Aim:
    """Hides the clusters on the map, and goes from point to point.

    Parameters
    ----------
    view : MapView
        The map.
    on_blind : callable
        Called with whether the clusters must not be seen: nothing else may tell them either.
    """

    def __init__(self, view: MapView, on_blind: Callable[[bool], None]) -> None:
        self._view, self._on_blind = view, on_blind
        self._square: tuple[leaflet.Polygon, ...] = ()
        self._arms: tuple[leaflet.Polyline, ...] = ()
        self._before: tuple[tuple[float, float], float, str] | None = None

    @property
    def is_on(self) -> bool:
        """Whether land is labelled now."""
        return self._before is not None

    def begin(self) -> None:
        """Hide the clusters."""
        if self.is_on:
            return
        view = self._view
        self._before = view.camera.centre, view.camera.zoom, view.base_choice.value
        view.set_blind(True)
        self._on_blind(True)

    def end(self) -> None:
        """Show everything again, and the view there was."""
        if self._before is None:
            return
        centre, zoom, base = self._before
        self._before = None
        view = self._view
        view.lay_over(LAYER, ())
        self._square = self._arms = ()
        view.set_blind(False)
        view.set_photo(False)
        view.base_choice.value = base
        view.camera.go_to(centre, zoom)
        self._on_blind(False)

    def at(self, grid: PixelGrid, row: int, column: int) -> None:
        """Go to a pixel; the visitor's own zoom stays once there is one."""
        if self._before is None:
            return
        view = self._view
        places = _lines(grid, row, column)
        turn = view.camera.copy_of(places[0][0][1])
        square, *arms = [[[lat, lon + turn] for lat, lon in line] for line in places]
        first = not self._square
        if first:
            self._square = tuple(leaflet.Polygon(weight=w, color=c, **LOOK) for w, c in LINES)
            self._arms = tuple(leaflet.Polyline(weight=w, color=c, **LOOK) for w, c in LINES)
        for line in self._square:
            line.locations = square
        for line in self._arms:
            line.locations = arms
        if first:
            view.lay_over(LAYER, (*self._arms, *self._square))
        middle = (square[0][0] + square[2][0]) / 2, (square[0][1] + square[2][1]) / 2
        view.camera.go_to(middle, max(ZOOM, view.camera.zoom) if first else view.camera.zoom)

    def photo(self, on: bool) -> None:
        """Show a photo from outside in place of the satellite image, or the image again."""
        if self._before is None:
            return
        self._view.set_photo(on)
        self._view.base_choice.value = SATELLITE if on else self._before[2]


def _lines(grid: PixelGrid, row: int, column: int) -> list[list[tuple[float, float]]]:
    """Return the outline of a pixel and the four arms of a cross around it, as (latitude, longitude)."""
    half = 0.5
    square = [(-half, -half), (-half, half), (half, half), (half, -half)]
    arms = [
        [(dy * reach, dx * reach) for reach in (GAP_PX, ARM_PX)]
        for dy, dx in ((-1, 0), (1, 0), (0, -1), (0, 1))
    ]
    offsets = [place for line in (square, *arms) for place in line]
    longitudes, latitudes = grid.degrees([row + dy for dy, _ in offsets], [column + dx for _, dx in offsets])
    places = list(zip(latitudes.tolist(), longitudes.tolist(), strict=True))
    return [places[:4], *(places[4 + 2 * n : 6 + 2 * n] for n in range(4))]
