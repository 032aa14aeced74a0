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
    """One MGRS tile and the columns of the land that it shows."""

    square: str
    """The 100 km square, e.g. "PU"."""
    first_column: int
    """Column of the land where the tile begins."""

    @property
    def name(self) -> str:
        """MGRS name, e.g. "32UPU"."""
        return f"32U{self.square}"

    @property
    def columns(self) -> slice:
        """Columns of the land that the tile shows."""
        return slice(self.first_column, self.first_column + TILE_PX)

    @property
    def corner(self) -> tuple[int, int]:
        """Easting and northing of the upper left corner, metres."""
        return WEST_M + PIXEL_M * self.first_column, NORTH_M


TILES = (Tile("PU", 0), Tile("QU", 1064))
"""32UPU ends at 709,800 m and 32UQU begins at 699,960 m: the two share 9.84 km."""

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
}
"""The true classes of one day: value in the class map, name, colour. 0 is outside the image."""
