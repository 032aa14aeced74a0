"""What stands in the form, as a value: not checked, any field may be empty."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from pipeline.catalogs import DEMO, Example, default_name, examples
from pipeline.errors import InvalidRequest
from pipeline.request import AnalysisRequest, AreaOfInterest
from widgets import words

DEFAULT_DAYS = 60
"""Length of the period that is chosen at the start, ending today: long enough for one clear image."""


@dataclass(frozen=True)
class Settings:
    """The fields of the form."""

    latitude: str = ""
    """As typed, degrees."""
    longitude: str = ""
    """As typed, degrees."""
    size_km: float = 5.0
    start: date | None = None
    end: date | None = None
    max_cloud_cover: int = 20
    """Percent."""
    catalog: str = "earth-search"
    n_clusters: int = 6

    def changed(self, **changes: Any) -> Settings:
        """Return the settings with some fields changed."""
        return replace(self, **changes)

    def at(self, latitude: float, longitude: float) -> Settings:
        """Return the settings with the area at another place; any world copy of the longitude will do."""
        east = words.wrapped(longitude)
        return replace(self, latitude=words.degrees(latitude), longitude=words.degrees(east))

    def of_example(self, example: Example) -> Settings:
        """Return the settings with an example's place, period and catalogue."""
        there = self.at(example.latitude, example.longitude)
        return replace(
            there, size_km=example.size_km, start=example.start, end=example.end, catalog=example.catalog
        )

    @property
    def has_place(self) -> bool:
        """Whether anything stands in a coordinate field."""
        return bool(self.latitude.strip() or self.longitude.strip())

    def area(self) -> AreaOfInterest | None:
        """Return the area, None while a coordinate is still missing.

        Raises
        ------
        InvalidRequest
            When a coordinate is no number or out of range.
        """
        latitude = words.parse_degrees(self.latitude, "latitude")
        longitude = words.parse_degrees(self.longitude, "longitude")
        if latitude is None or longitude is None:
            return None
        return AreaOfInterest.square(longitude=longitude, latitude=latitude, size_km=self.size_km)

    def request(self) -> AnalysisRequest | None:
        """Return the request, None while there is no area.

        Raises
        ------
        InvalidRequest
            When a field is missing or wrong.
        """
        area = self.area()
        if area is None:
            return None
        if self.start is None or self.end is None:
            field = "start" if self.start is None else "end"
            raise InvalidRequest(f"The {field} date is missing. Choose a day.", field)
        return AnalysisRequest(
            area,
            self.start,
            self.end,
            max_cloud_cover=self.max_cloud_cover,
            n_clusters=self.n_clusters,
            catalog=self.catalog,
        )


def at_the_start() -> Settings:
    """Return what the form shows when the page opens: the last weeks, or the demo's own period."""
    catalog = default_name()
    start, end = words.today() - timedelta(days=DEFAULT_DAYS), words.today()
    if catalog == DEMO.name:
        start, end = next((e.start, e.end) for e in examples() if e.catalog == catalog)
    return Settings(start=start, end=end, catalog=catalog)
