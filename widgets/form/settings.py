"""The contents of the form as a value: unchecked, any field may be empty."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from typing import Any, Literal

from pipeline.area.antimeridian import wrapped
from pipeline.area.aoi import AreaOfInterest
from pipeline.catalogs.profiles import DEMO, Example, default_name, examples
from pipeline.clustering.features import DEFAULT_FEATURES
from pipeline.errors import InvalidRequest
from pipeline.reading.ways import way_of
from pipeline.request import FIRST_IMAGE, AnalysisRequest
from pipeline.text import degrees, today
from widgets.form.coordinates import parse_degrees

DEFAULT_DAYS = 60
"""Length of the period that is chosen at the start, ending today: long enough for one clear image."""


Mode = Literal["square", "draw", "upload"]
Tool = Literal["Polygon", "Rectangle"]
Composite = str
"""Name of a way to combine dates (pipeline/reading/ways.py)."""

CLOUDS_OF_MANY = 60
"""Percent of a tile that may be cloud where many dates are combined: each gives what it shows."""
MOST_OF_A_YEAR = 270
"""Days from which on a period is left as it is when a year is wanted."""


@dataclass(frozen=True)
class Settings:
    """The fields of the form. Each way to set the area keeps its values while another one is chosen."""

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
    features: tuple[str, ...] = DEFAULT_FEATURES
    """What is clustered."""
    composite: Composite = "day"
    """One day, a median of many, or one value a period of the year."""
    periods: int = 4
    max_dates: int = 12
    mask_buffer_m: int = 0
    """Metres."""
    set_aside: tuple[tuple[Composite, tuple[date | None, date | None, int]], ...] = ()
    """First and last day and clouds of the other ways to make an image, kept while one is chosen."""

    mode: Mode = "square"
    """How the area is set."""
    tool: Tool = "Polygon"
    """What is drawn."""
    drawn: AreaOfInterest | None = None
    uploaded: AreaOfInterest | None = None
    file_name: str = ""
    """Of the uploaded area, as the visitor's computer calls it."""
    chosen: tuple[str, ...] | None = None
    """Scenes chosen by hand."""
    chosen_for: tuple[object, ...] = ()
    """Place, period and catalogue they were chosen for: the choice holds only there."""
    rest: tuple[tuple[str, Any], ...] = ()
    """Fields of a request that the form has no control for, in the order of their names."""

    def changed(self, **changes: Any) -> Settings:
        """Return the settings with some fields changed."""
        return replace(self, **changes)

    def with_scenes(self, ids: tuple[str, ...] | None) -> Settings:
        """Return the settings with scenes for the present place and time; None: the best ones."""
        return replace(self, chosen=ids, chosen_for=self._question)

    def at(self, latitude: float, longitude: float) -> Settings:
        """Return the settings with a square at another place; any world copy of the longitude will do."""
        east = wrapped(longitude)
        return self.changed(mode="square", latitude=degrees(latitude), longitude=degrees(east))

    def of_values(self, values: Mapping[str, Any], *, file_name: str = "") -> Settings:
        """Return the settings with fields of a request; polygons become a drawing, or those of a file."""
        shown = {f.name for f in fields(self)}
        changes = {name: value for name, value in values.items() if name in shown}
        others = {n: v for n, v in values.items() if n not in (*shown, "area", "scene_ids")}
        changes["rest"] = tuple(sorted({**dict(self.rest), **others}.items()))
        if "max_cloud_cover" in changes:
            changes["max_cloud_cover"] = round(changes["max_cloud_cover"])
        if "mask_buffer_m" in changes:
            changes["mask_buffer_m"] = round(changes["mask_buffer_m"])
        there = self.changed(**changes, **_area_fields(values.get("area"), file_name))
        return there.with_scenes(values["scene_ids"]) if "scene_ids" in values else there

    def of_request(self, request: AnalysisRequest, *, file_name: str = "") -> Settings:
        """Return the settings that make a request."""
        values = {f.name: getattr(request, f.name) for f in fields(request)}
        return self.of_values(values, file_name=file_name)

    def of_example(self, example: Example) -> Settings:
        """Return the settings with an example's place, period and catalogue."""
        there = self.at(example.latitude, example.longitude)
        return there.changed(
            size_km=example.size_km, start=example.start, end=example.end, catalog=example.catalog
        )

    def combined(self, composite: Composite) -> Settings:
        """Return the settings with another way to make one image; each way keeps its dates and clouds.

        A way that is chosen for the first time takes the dates there are, the year one of them, and allows
        more clouds where dates are combined.
        """
        if composite == self.composite:
            return self
        aside = {**dict(self.set_aside), self.composite: (self.start, self.end, self.max_cloud_cover)}
        start, end, clouds = aside.pop(composite, (None, None, 0))
        if start is None or end is None:
            start, end = (
                a_year(self.start, self.end) if way_of(composite).in_periods else (self.start, self.end)
            )
            clouds = (
                self.max_cloud_cover
                if way_of(composite).single
                else max(self.max_cloud_cover, CLOUDS_OF_MANY)
            )
        return self.changed(
            composite=composite,
            start=start,
            end=end,
            max_cloud_cover=clouds,
            set_aside=tuple(sorted(aside.items())),
        )

    @property
    def _question(self) -> tuple[object, ...]:
        """The settings on which the choice of scenes depends."""
        place = {
            "square": (self.latitude, self.longitude, self.size_km),
            "draw": self.drawn,
            "upload": self.uploaded,
        }
        return (place[self.mode], self.start, self.end, self.catalog, self.composite)

    def area(self) -> AreaOfInterest | None:
        """Return the area, None while a coordinate or the polygon is still missing.

        Raises
        ------
        InvalidRequest
            When a coordinate is no number or out of range.
        """
        if self.mode != "square":
            return self.drawn if self.mode == "draw" else self.uploaded
        latitude = parse_degrees(self.latitude, "latitude")
        longitude = parse_degrees(self.longitude, "longitude")
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
            composite=self.composite,
            periods=self.periods,
            max_dates=self.max_dates,
            mask_buffer_m=self.mask_buffer_m,
            features=self.features,
            scene_ids=self.chosen if self.chosen_for == self._question else None,
            **dict(self.rest),
        )


def _area_fields(area: AreaOfInterest | None, file_name: str) -> dict[str, Any]:
    if area is None:
        return {}
    if area.size_km is None:
        return (
            {"mode": "upload", "uploaded": area, "file_name": file_name}
            if file_name
            else {"mode": "draw", "drawn": area}
        )
    latitude, longitude = (repr(v).removesuffix(".0") for v in (area.latitude, area.longitude))
    return {"mode": "square", "latitude": latitude, "longitude": longitude, "size_km": area.size_km}


def a_year(start: date | None, end: date | None) -> tuple[date, date]:
    """Return the calendar year of a period, or the twelve months before today where that is not over yet.

    A period of most of a year stays as it is.
    """
    now = today()
    if start is not None and end is not None and (end - start).days >= MOST_OF_A_YEAR:
        return start, end
    year = (end or start or now).year
    if date(year, 12, 31) <= now:
        return max(date(year, 1, 1), FIRST_IMAGE), date(year, 12, 31)
    return now - timedelta(days=364), now


def at_the_start() -> Settings:
    """Return the settings with which the page opens: the last weeks, or the demo's own period."""
    catalog = default_name()
    start, end = today() - timedelta(days=DEFAULT_DAYS), today()
    if catalog == DEMO.name:
        start, end = next((e.start, e.end) for e in examples() if e.catalog == catalog)
    return Settings(start=start, end=end, catalog=catalog)
