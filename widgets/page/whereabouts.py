"""The copy of the world on which an area is shown: where it was placed, or where the map looks."""

from __future__ import annotations

from pipeline.area.antimeridian import wrapped
from pipeline.area.aoi import AreaOfInterest
from pipeline.area.polygons import shape_on_map
from widgets.map.camera import Camera
from widgets.map.layers import Shape
from widgets.map.view import Box


class Whereabouts:
    """Turns areas into shapes on the map.

    Parameters
    ----------
    camera : Camera
        Tells where the map looks.
    """

    def __init__(self, camera: Camera) -> None:
        self._camera = camera
        self.area: AreaOfInterest | None = None
        """The area in the form."""
        self.turn = 0.0
        """Degrees by which that area was placed beside its own longitudes."""

    def placed_at(self, longitude: float) -> None:
        """Take note of the longitude, of any world copy, where the area was placed."""
        self.turn = longitude - wrapped(longitude)

    def placed_in_view(self, longitude: float) -> None:
        """Take note that the area was placed on the copy of the world that the map looks at."""
        self.turn = self._camera.copy_of(longitude)

    def turn_of(self, area: AreaOfInterest | None) -> float:
        """Return the degrees to add to the longitudes of an area."""
        if area is None:
            return 0.0
        return self.turn if area == self.area else self._camera.copy_of(area.longitude)

    def shape(self, area: AreaOfInterest) -> Shape:
        """Return the outline of an area on the map."""
        turn = self.turn_of(area)
        return [[[(y, x + turn) for y, x in ring] for ring in polygon] for polygon in shape_on_map(area)]

    def box(self, area: AreaOfInterest) -> Box:
        """Return the box around an area on the map."""
        return Box.around(point for polygon in self.shape(area) for ring in polygon for point in ring)
