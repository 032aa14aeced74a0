"""Where and when the demo land lies: the tiles, the grid they share, the dates, the example request.

The land is invented; its coordinates are real. Two neighbouring MGRS tiles are cut to the strip around their
common border, 20.48 km a side instead of 109.8 km, so that a laptop makes them in seconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

GENERATOR = 2
"""Raise by one whenever the pixels or the items change: caches made by older code are then left aside."""

EPSG = 32632
PIXEL_M = 10
TILE_PX = 2048
"""Rows and columns of every 10 m band."""
WEST_M, NORTH_M = 689_320, 5_380_000
"""Upper left corner of the land, in metres of EPSG:32632."""
LAND_SHAPE = (TILE_PX, 3112)
"""Rows and columns of the land that both tiles show."""
BANDS = ("blue", "green", "red", "nir")


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
    def transform(self) -> tuple[int, int, int, int, int, int]:
        """Affine coefficients of the 10 m grid, in the order of `proj:transform`."""
        return (PIXEL_M, 0, WEST_M + PIXEL_M * self.first_column, 0, -PIXEL_M, NORTH_M)


TILES = (Tile("PU", 0), Tile("QU", 1064))
"""32UPU ends at 709,800 m and 32UQU begins at 699,960 m: the two share 9.84 km."""


@dataclass(frozen=True)
class Visit:
    """One overpass: when, by which satellite, under which sun and sky."""

    moment: datetime
    platform: str
    absolute_orbit: int
    sun_azimuth: float
    sun_elevation: float
    sky: str
    """"clear" or "cloudy"."""
    season: str
    """"june" or "august": which state the land is in."""

    @property
    def stamp(self) -> str:
        """Sensing date as used in file and item names, e.g. "20240609"."""
        return f"{self.moment:%Y%m%d}"


def _utc(month: int, day: int, second: int) -> datetime:
    return datetime(2024, month, day, 10, 26, second, 24_000, tzinfo=UTC)


VISITS = (
    Visit(_utc(6, 9, 11), "sentinel-2a", 46_822, 152.6, 62.1, "clear", "june"),
    Visit(_utc(6, 24, 9), "sentinel-2b", 38_128, 151.4, 62.4, "cloudy", "june"),
    Visit(_utc(8, 18, 13), "sentinel-2a", 47_823, 154.3, 52.6, "clear", "august"),
)
"""A clear day in June, a partly cloudy one two weeks later, and a clear day after the harvest."""

EXAMPLE_CENTRE_PX = (960, 560)
"""Row and column of the land in the middle of the example area."""
LONGITUDE, LATITUDE = 11.6365, 48.4565
"""Middle of the example area: town, river, lake, forest and fields within 5 km."""
SIZE_KM = 5.0
START, END = date(2024, 6, 1), date(2024, 6, 30)
"""Both June scenes; the clear one is the better."""

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
"""The true classes: value in the class map, name, colour. 0 is outside the image."""
