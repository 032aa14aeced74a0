"""One overpass of a satellite."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


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

    @property
    def satellite(self) -> str:
        """Short name of the satellite, e.g. "S2A"."""
        return {"sentinel-2a": "S2A", "sentinel-2b": "S2B"}[self.platform]
