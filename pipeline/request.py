"""What a user asks for: frozen values that validate themselves, JSON in and out."""

# Types are promises here, not facts: values come from forms and files, so they are checked again.
# mypy: disable-error-code="redundant-expr"

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, date, datetime
from typing import Any

from pipeline.area.aoi import MAX_FILE_MB as MAX_FILE_MB
from pipeline.area.aoi import AreaOfInterest, zones_as_values, zones_of_values
from pipeline.checks import integer, number, quoted
from pipeline.clustering.features import DEFAULT_FEATURES, resolved
from pipeline.errors import InvalidRequest
from pipeline.reading.ways import WAYS, way_of
from pipeline.text import day_words, outside

MIN_CLUSTERS, MAX_CLUSTERS = 2, 12
"""Fewest and most clusters; twelve colours can be told apart (clustering/palette.py)."""
FIRST_IMAGE = date(2015, 6, 1)
"""Sentinel-2A was launched on 23 June 2015: nothing can be older."""
DEFAULT_MASK = (0, 1, 3, 8, 9, 10)
"""Scene classes left out: no data, defective, cloud shadow, cloud (medium, high probability), cirrus."""
COMPOSITES = tuple(way.name for way in WAYS)
"""How several dates become one image (reading/ways.py)."""
MIN_PERIODS, MAX_PERIODS = 2, 12
MAX_DATES = 60
"""Most acquisitions that one request may read."""
MAX_MASK_BUFFER_M = 200
"""Widest buffer around clouds and their shadows, metres."""
JSON_VERSION = 2
READABLE_VERSIONS = (1, 2)
"""Version 1 had no features."""


@dataclass(frozen=True)
class AnalysisRequest:
    """One question to the catalogue: where, when, how clear, how many clusters."""

    area: AreaOfInterest
    """The piece of land."""
    start: date
    """First day (UTC), included."""
    end: date
    """Last day (UTC), included; may lie in the future."""
    max_cloud_cover: float = field(default=20, kw_only=True)
    """Highest cloud cover of a tile, percent."""
    n_clusters: int = field(default=6, kw_only=True)
    """Number of clusters, 2..12."""
    catalog: str = field(default="earth-search", kw_only=True)
    """A configured catalogue's name (catalogs/profiles.py), or the URL of any STAC API."""
    scene_ids: tuple[str, ...] | None = field(default=None, kw_only=True)
    """Use exactly these scenes; None: choose the best ones."""
    seed: int = field(default=0, kw_only=True)
    """Seed of the sample and of the k-means starts."""
    composite: str = field(default="day", kw_only=True)
    """``"day"`` (the best acquisition), ``"median"`` (clear pixels of all), ``"periods"`` (one a period)."""
    periods: int = field(default=4, kw_only=True)
    """Equal parts of the time from `start` to `end` of ``"periods"``, 2..12."""
    max_dates: int = field(default=12, kw_only=True)
    """Most acquisitions that are combined."""
    mask_buffer_m: float = field(default=0, kw_only=True)
    """Clear pixels this near to cloud or shadow are left out too, metres, 0..200."""
    mask_classes: tuple[int, ...] = field(default=DEFAULT_MASK, kw_only=True)
    """Classes of the scene classification (SCL) that are left out."""
    features: tuple[str, ...] = field(default=DEFAULT_FEATURES, kw_only=True)
    """What is clustered: names of `pipeline.FEATURES`; given as such, or as a name of `FEATURE_SETS`."""

    def __post_init__(self) -> None:
        if not isinstance(self.area, AreaOfInterest):
            raise InvalidRequest("The request needs an area of interest.", "area")
        self._check_dates()
        cloud = number(self.max_cloud_cover, "max_cloud_cover", "The cloud cover")
        if not 0 <= cloud <= 100:
            raise InvalidRequest(
                f"The cloud cover is out of range: {outside(cloud, 0, 100)} %. Give one from 0 to 100 %.",
                "max_cloud_cover",
            )
        object.__setattr__(self, "max_cloud_cover", cloud)
        n_clusters = integer(self.n_clusters, "n_clusters", "The number of clusters")
        if not MIN_CLUSTERS <= n_clusters <= MAX_CLUSTERS:
            raise InvalidRequest(
                f"The number of clusters is out of range: {n_clusters}. "
                f"Give one from {MIN_CLUSTERS} to {MAX_CLUSTERS}.",
                "n_clusters",
            )
        object.__setattr__(self, "n_clusters", n_clusters)
        if not isinstance(self.catalog, str) or not self.catalog.strip():
            raise InvalidRequest("Choose an image catalogue.", "catalog")
        seed = integer(self.seed, "seed", "The seed")
        if not 0 <= seed < 2**32:
            raise InvalidRequest(f"The seed is out of range: {seed}. Give one from 0 to 4294967295.", "seed")
        object.__setattr__(self, "seed", seed)
        object.__setattr__(self, "scene_ids", _scene_ids(self.scene_ids))
        self._check_composite()
        object.__setattr__(self, "mask_buffer_m", _mask_buffer_m(self.mask_buffer_m))
        object.__setattr__(self, "mask_classes", _mask_classes(self.mask_classes))
        object.__setattr__(self, "features", resolved(self.features))

    def _check_composite(self) -> None:
        if self.composite not in COMPOSITES:
            raise InvalidRequest(
                f"There is no composite named {quoted(self.composite)}. "
                f"Choose one of {', '.join(COMPOSITES)}.",
                "composite",
            )
        periods = integer(self.periods, "periods", "The number of periods")
        if not MIN_PERIODS <= periods <= MAX_PERIODS:
            raise InvalidRequest(
                f"The number of periods is out of range: {periods}. "
                f"Give one from {MIN_PERIODS} to {MAX_PERIODS}.",
                "periods",
            )
        object.__setattr__(self, "periods", periods)
        dates = integer(self.max_dates, "max_dates", "The number of dates")
        if not 1 <= dates <= MAX_DATES:
            raise InvalidRequest(
                f"The number of dates is out of range: {dates}. Give one from 1 to {MAX_DATES}.", "max_dates"
            )
        if way_of(self.composite).in_periods and dates < periods:
            raise InvalidRequest(
                f"There are more periods than dates: {periods} periods, {dates} dates. "
                "Give at least one date a period.",
                "max_dates",
            )
        object.__setattr__(self, "max_dates", dates)

    def _check_dates(self) -> None:
        for name, day, label in (("start", self.start, "start"), ("end", self.end, "end")):
            if not isinstance(day, date) or isinstance(day, datetime):
                raise InvalidRequest(f"The {label} date is missing: choose a day.", name)
        if self.end < self.start:
            raise InvalidRequest(
                "The end date is before the start date: "
                f"{day_words(self.end)} is before {day_words(self.start)}.",
                "end",
            )
        if self.start < FIRST_IMAGE:
            raise InvalidRequest(
                f"The start date is too early: {day_words(self.start)}. "
                f"Sentinel-2 began in June 2015; start on {day_words(FIRST_IMAGE)} or later.",
                "start",
            )
        today = datetime.now(UTC).date()
        if self.start > today:
            raise InvalidRequest(
                f"The start date is in the future: {day_words(self.start)}. Choose today or an earlier day.",
                "start",
            )

    def to_json(self) -> str:
        """Return the request as JSON text that `from_json` turns back into an equal request."""
        area = self.area
        where: dict[str, Any] = (
            {"longitude": area.longitude, "latitude": area.latitude, "size_km": area.size_km}
            if area.size_km is not None
            else {"polygon": area.geometry, **zones_as_values(area.zones)}
        )
        values: dict[str, Any] = {"version": JSON_VERSION, "area": where}
        for name in (f.name for f in fields(self) if f.name != "area"):
            value = getattr(self, name)
            values[name] = value.isoformat() if isinstance(value, date) else value
        return json.dumps(values)

    @classmethod
    def from_json(cls, text: str) -> AnalysisRequest:
        """Return the request that `to_json` wrote.

        Raises
        ------
        InvalidRequest
            For text that is no JSON object, another version, unknown keys or values out of range.
        """
        try:
            values = json.loads(text)
        except (ValueError, TypeError, RecursionError) as error:
            raise InvalidRequest("The saved request cannot be read: it is not JSON.") from error
        if not isinstance(values, dict):
            raise InvalidRequest("The saved request cannot be read: it is not a JSON object.")
        if values.pop("version", None) not in READABLE_VERSIONS:
            raise InvalidRequest(
                f"The saved request is of another version; versions 1 to {JSON_VERSION} are read."
            )
        _refuse_unknown(values, {f.name for f in fields(cls)})
        missing = {"area", "start", "end"} - set(values)
        if missing:
            raise InvalidRequest(f"The saved request lacks {', '.join(sorted(missing))}.")
        values["area"] = _area_from(values["area"])
        for name in ("start", "end"):
            values[name] = _day_from(values[name], name)
        return cls(**values)


def _area_from(values: Any) -> AreaOfInterest:
    if not isinstance(values, dict):
        raise InvalidRequest("The saved request's area cannot be read.", "area")
    if "polygon" in values and set(values) <= {"polygon", "zones"}:
        return replace(
            AreaOfInterest.polygon(values["polygon"]), zones=zones_of_values(values.get("zones", []))
        )
    _refuse_unknown(values, {"longitude", "latitude", "size_km"})
    if len(values) != 3:
        raise InvalidRequest("The saved request's area needs longitude, latitude and size_km.", "area")
    return AreaOfInterest.square(**values)


def _day_from(value: Any, name: str) -> date:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise InvalidRequest(f"The {name} date cannot be read: {quoted(value)}.", name) from error


def _refuse_unknown(values: Mapping[str, Any], known: set[str]) -> None:
    unknown = sorted(set(values) - known)
    if unknown:
        raise InvalidRequest(f"The saved request has unknown entries: {', '.join(unknown)}.")


def _scene_ids(value: Any) -> tuple[str, ...] | None:
    if value is None:
        return None
    ids = () if isinstance(value, str) or not isinstance(value, Iterable) else tuple(value)
    if not ids or not all(isinstance(i, str) and i for i in ids):
        raise InvalidRequest("The scene ids must be a list of at least one id.", "scene_ids")
    return ids


def _mask_buffer_m(value: Any) -> float:
    buffer_m = number(value, "mask_buffer_m", "The buffer around clouds")
    if not 0 <= buffer_m <= MAX_MASK_BUFFER_M:
        raise InvalidRequest(
            f"The buffer around clouds is out of range: {outside(buffer_m, 0, MAX_MASK_BUFFER_M)} m. "
            f"Give one from 0 to {MAX_MASK_BUFFER_M} m.",
            "mask_buffer_m",
        )
    return buffer_m


def _mask_classes(value: Any) -> tuple[int, ...]:
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise InvalidRequest("The mask classes must be a list of whole numbers.", "mask_classes")
    classes = tuple(sorted({integer(v, "mask_classes", "A mask class") for v in value}))
    if not all(0 <= c <= 11 for c in classes):
        raise InvalidRequest("The mask classes must lie between 0 and 11.", "mask_classes")
    return classes
