"""Where the land lies: its grid, the tiles that show it, and what its true classes are called.

The land is invented; its coordinates are real. Two neighbouring MGRS tiles are cut to the strip around their
common border, 20.48 km a side instead of 109.8 km, so that a laptop makes them in seconds.
"""

from __future__ import annotations

from dataclasses import dataclass

EPSG = 32632
PIXEL_M = 10
TILE_PX = 2048
"""Rows and columns of every 10 m band."""
WEST_M, NORTH_M = 689_320, 5_380_000
"""Upper left corner of the land, in metres of EPSG:32632."""
LAND_SHAPE = (TILE_PX, 3112)
"""Rows and columns of the land that both tiles show."""


@dataclass(frozen=True)
class Tile:
    """One MGRS tile and the square of the land that it shows."""

    square: str
    """The 100 km square, e.g. "PU"."""
    first_column: int
    """Column of the land where the tile begins."""
    first_row: int = 0
    side_px: int = TILE_PX
    """Rows and columns at 10 m."""

    @property
    def name(self) -> str:
        """MGRS name, e.g. "32UPU"."""
        return f"32U{self.square}"

    @property
    def rows(self) -> slice:
        """Rows of the land that the tile shows."""
        return slice(self.first_row, self.first_row + self.side_px)

    @property
    def columns(self) -> slice:
        """Columns of the land that the tile shows."""
        return slice(self.first_column, self.first_column + self.side_px)

    @property
    def corner(self) -> tuple[int, int]:
        """Easting and northing of the upper left corner, metres."""
        return WEST_M + PIXEL_M * self.first_column, NORTH_M - PIXEL_M * self.first_row


TILES = (Tile("PU", 0), Tile("QU", 1064))
"""32UPU ends at 709,800 m and 32UQU begins at 699,960 m: the two share 9.84 km."""
HEART = Tile("PU", 0, 192, 1536)
"""The 15.36 km of 32UPU around the town: what is kept of the days outside summer."""

CLASSES: dict[int, tuple[str, str]] = {
    1: ("Water", "#3563e0"),
    2: ("Coniferous forest", "#04600f"),
    3: ("Broadleaved forest", "#3f9142"),
    4: ("Green crops", "#a4c93a"),
    5: ("Grassland", "#cfe08a"),
    6: ("Ripe crops or stubble", "#d6c928"),
    7: ("Bare soil", "#c4824a"),
    8: ("Built-up", "#a0286c"),
    9: ("Bright surface", "#f5f0cf"),
    10: ("Snow", "#dff1fb"),
}
"""The true classes of one day: value in the class map, name, colour. 0 is outside the image."""

COVER_CLASSES: dict[int, tuple[str, str]] = {
    **{value: CLASSES[value] for value in (1, 2, 3)},
    4: ("Winter cereals", "#d6c928"),
    5: CLASSES[5],
    6: ("Maize, beet and potatoes", "#a4c93a"),
    7: ("Cleared forest", "#c4824a"),
    **{value: CLASSES[value] for value in (8, 9)},
}
"""The true cover of the year, as a map of land cover would name it."""
