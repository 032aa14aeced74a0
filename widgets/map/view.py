"""Where the map looks: web-mercator arithmetic on plain numbers, so that the page can choose a view."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

TILE_PX = 256
ZOOM_STEP = 0.25
PADDING_PX = 24
USUAL_SIZE_PX = (584.0, 704.0)
"""Width and height of the map at 1280x800, used until the page has told its own."""
DECENT = 0.6
"""An area that fills this share of what it could fill is well in view."""


@dataclass(frozen=True)
class Box:
    """A box in degrees; longitudes are continuous and may pass 180."""

    south: float
    west: float
    north: float
    east: float

    @classmethod
    def around(cls, points: Iterable[tuple[float, float]]) -> Box:
        """Return the box around (latitude, longitude) points."""
        latitudes, longitudes = zip(*points, strict=True)
        return cls(min(latitudes), min(longitudes), max(latitudes), max(longitudes))

    def size_px(self, zoom: float) -> tuple[float, float]:
        """Return width and height on the screen."""
        scale = TILE_PX * 2**zoom
        return (
            (self.east - self.west) / 360 * scale,
            (mercator(self.north) - mercator(self.south)) * scale,
        )

    @property
    def middle(self) -> tuple[float, float]:
        """Latitude and longitude in the middle of the box on a web-mercator map."""
        y = (mercator(self.south) + mercator(self.north)) / 2
        return math.degrees(math.atan(math.sinh(2 * math.pi * y))), (self.west + self.east) / 2

    def within(self, other: Box) -> bool:
        """Return whether the box lies inside another one."""
        return (
            other.south <= self.south
            and self.north <= other.north
            and other.west <= self.west
            and self.east <= other.east
        )


def mercator(latitude: float) -> float:
    """Return the height of a latitude on a web-mercator world, -0.5..0.5."""
    sine = math.sin(math.radians(latitude))
    return math.log((1 + sine) / (1 - sine)) / (4 * math.pi)


def zoom_for(box: Box, size_px: tuple[float, float]) -> float:
    """Return the highest zoom step at which a box fits into a map of a size, with padding around it."""
    width, height = box.size_px(0)
    room = [max(side - 2 * PADDING_PX, 32) for side in size_px]
    exact = min(math.log2(room[0] / width), math.log2(room[1] / height))
    return max(math.floor(exact / ZOOM_STEP) * ZOOM_STEP, 0)


def well_in_view(box: Box, seen: Box, zoom: float, size_px: tuple[float, float]) -> bool:
    """Return whether a box is wholly seen and not small."""
    return box.within(seen) and 2 ** (zoom - zoom_for(box, size_px)) >= DECENT
