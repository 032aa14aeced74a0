"""One overpass of a satellite."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from synthetic.place import TILES, Tile

Cloud = tuple[int, int, int]
"""Column, row and radius of a lonely cloud, pixels of the land."""


@dataclass(frozen=True)
class Visit:
    """One overpass: when, by which satellite, under which sun and sky."""

    moment: datetime
    platform: str
    absolute_orbit: int
    sun_azimuth: float
    sun_elevation: float
    season: str
    """Which state the land is in: a name of `seasons.SEASONS`."""
    clouds: tuple[Cloud, ...] | None = ()
    """The lonely clouds of a fair day; None: broken clouds everywhere."""
    tiles: tuple[Tile, ...] = TILES
    """What is kept of it."""

    @property
    def stamp(self) -> str:
        """Sensing date as used in file and item names, e.g. "20240609"."""
        return f"{self.moment:%Y%m%d}"

    @property
    def satellite(self) -> str:
        """Short name of the satellite, e.g. "S2A"."""
        return {"sentinel-2a": "S2A", "sentinel-2b": "S2B"}[self.platform]
