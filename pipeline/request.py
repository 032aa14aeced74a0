"""What a user asks for: frozen values that validate themselves, JSON in and out."""

# Types are promises here, not facts: values come from forms and files, so they are checked again.
# mypy: disable-error-code="redundant-expr"

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime
from typing import Any

from pipeline.errors import InvalidRequest

MIN_SIZE_KM = 0.5
"""Shortest side of a square area, kilometres."""
MIN_CLUSTERS, MAX_CLUSTERS = 2, 12
"""Fewest and most clusters; twelve colours can be told apart (naming.PALETTE)."""
FIRST_IMAGE = date(2015, 6, 1)
"""Sentinel-2A was launched on 23 June 2015: nothing can be older."""
MIN_LATITUDE, MAX_LATITUDE = -80.0, 84.0
"""Range of the UTM grid, on which Sentinel-2 images are delivered."""
DEFAULT_MASK = (0, 1, 3, 8, 9, 10)
"""Scene classes left out: no data, defective, cloud shadow, cloud (medium, high probability), cirrus."""
MAX_FILE_MB = 5
"""Largest file that an area or a request is read from (area_files.py)."""
JSON_VERSION = 1

Position = tuple[float, float]
"""Longitude, latitude in degrees (WGS 84)."""
Rings = tuple[tuple[Position, ...], ...]
"""One polygon: its outer ring, then its holes; each ring closed."""


@dataclass(frozen=True)
class AreaOfInterest:
    """The piece of land: a square around a point, or polygons. Make it with `square` or `polygon`."""

    longitude: float
    """Centre, degrees east, -180..180."""
    latitude: float
    """Centre, degrees north, -80..84."""
    size_km: float | None = None
    """Side of the square in kilometres of the UTM grid; None for polygons."""
    polygons: tuple[Rings, ...] = ()
    """Polygons in longitude/latitude; empty for a square."""

    def __post_init__(self) -> None:
        longitude = _number(self.longitude, "longitude", "The longitude")
        latitude = _number(self.latitude, "latitude", "The latitude")
        if not -180 <= longitude <= 180:
            raise InvalidRequest(
                f"The longitude is out of range: {longitude:g}°. Give one from −180° to 180°.", "longitude"
            )
        if not -90 <= latitude <= 90:
            raise InvalidRequest(
                f"The latitude is out of range: {latitude:g}°. Give one from −90° to 90°.", "latitude"
            )
        if not MIN_LATITUDE <= latitude <= MAX_LATITUDE:
            raise InvalidRequest(
                f"There are no Sentinel-2 tiles at latitude {latitude:g}°. Give one from −80° to 84°.",
                "latitude",
            )
        object.__setattr__(self, "longitude", longitude)
        object.__setattr__(self, "latitude", latitude)
        if (self.size_km is None) == (not self.polygons):
            raise InvalidRequest("An area is either a square with a side length or polygons.", "area")
        if self.size_km is not None:
            size_km = _number(self.size_km, "size_km", "The side length")
            if size_km < MIN_SIZE_KM:
                raise InvalidRequest(
                    f"The side length is too small: {size_km:g} km. Give at least {MIN_SIZE_KM} km.",
                    "size_km",
                )
            object.__setattr__(self, "size_km", size_km)

    @classmethod
    def square(cls, longitude: float, latitude: float, size_km: float) -> AreaOfInterest:
        """Return a square of the UTM grid around a point.

        Parameters
        ----------
        longitude, latitude : float
            Centre in degrees (WGS 84).
        size_km : float
            Side in kilometres, at least 0.5.

        Raises
        ------
        InvalidRequest
            For anything that is no number or out of range.
        """
        return cls(longitude, latitude, size_km)

    @classmethod
    def polygon(cls, geometry: Mapping[str, Any]) -> AreaOfInterest:
        """Return the area inside a GeoJSON Polygon or MultiPolygon in longitude/latitude.

        Its centre is the middle of its bounding box.

        Raises
        ------
        InvalidRequest
            For another geometry type, positions that are no degrees, a ring that crosses itself, or no area.
        """
        from shapely import GEOSException, get_parts
        from shapely.geometry import shape
        from shapely.validation import explain_validity

        kind = geometry.get("type") if isinstance(geometry, Mapping) else None
        if kind not in ("Polygon", "MultiPolygon"):
            raise InvalidRequest(f"The area must be a Polygon or MultiPolygon, not {kind!r}.", "area")
        try:
            coordinates = geometry["coordinates"]
            polygons = tuple(_rings(c) for c in (coordinates if kind == "MultiPolygon" else [coordinates]))
            outline = shape({"type": "MultiPolygon", "coordinates": polygons})
        except (KeyError, TypeError, ValueError, IndexError, GEOSException) as error:
            raise InvalidRequest("The polygon's coordinates are not pairs of numbers.", "area") from error
        if not outline.is_valid:
            raise InvalidRequest(f"The polygon is not valid: {explain_validity(outline)}.", "area")
        if not outline.area > 0:
            raise InvalidRequest("The polygon has no area.", "area")
        west, south, east, north = outline.bounds
        if not (west >= -180 and east <= 180 and south >= -90 and north <= 90):
            raise InvalidRequest(
                f"The polygon is not in degrees: its longitudes run from {west:g} to {east:g}, its latitudes "
                f"from {south:g} to {north:g}.",
                "area",
            )
        return cls(_middle([p.bounds for p in get_parts(outline)]), (south + north) / 2, None, polygons)

    @property
    def geometry(self) -> dict[str, Any] | None:
        """The polygons as a GeoJSON MultiPolygon, None for a square."""
        return {"type": "MultiPolygon", "coordinates": self.polygons} if self.polygons else None


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
    """A configured catalogue's name (catalogs.py), or the URL of any STAC API."""
    scene_ids: tuple[str, ...] | None = field(default=None, kw_only=True)
    """Use exactly these scenes; None: choose the best ones."""
    seed: int = field(default=0, kw_only=True)
    """Seed of the sample and of the k-means starts."""
    mask_classes: tuple[int, ...] = field(default=DEFAULT_MASK, kw_only=True)
    """Classes of the scene classification (SCL) that are left out."""

    def __post_init__(self) -> None:
        if not isinstance(self.area, AreaOfInterest):
            raise InvalidRequest("The request needs an area of interest.", "area")
        self._check_dates()
        cloud = _number(self.max_cloud_cover, "max_cloud_cover", "The cloud cover")
        if not 0 <= cloud <= 100:
            raise InvalidRequest(
                f"The cloud cover is out of range: {cloud:g} %. Give one from 0 to 100 %.", "max_cloud_cover"
            )
        object.__setattr__(self, "max_cloud_cover", cloud)
        n_clusters = _integer(self.n_clusters, "n_clusters", "The number of clusters")
        if not MIN_CLUSTERS <= n_clusters <= MAX_CLUSTERS:
            raise InvalidRequest(
                f"The number of clusters is out of range: {n_clusters}. "
                f"Give one from {MIN_CLUSTERS} to {MAX_CLUSTERS}.",
                "n_clusters",
            )
        object.__setattr__(self, "n_clusters", n_clusters)
        if not isinstance(self.catalog, str) or not self.catalog.strip():
            raise InvalidRequest("Choose an image catalogue.", "catalog")
        seed = _integer(self.seed, "seed", "The seed")
        if not 0 <= seed < 2**32:
            raise InvalidRequest(f"The seed is out of range: {seed}. Give one from 0 to 4294967295.", "seed")
        object.__setattr__(self, "seed", seed)
        object.__setattr__(self, "scene_ids", _scene_ids(self.scene_ids))
        object.__setattr__(self, "mask_classes", _mask_classes(self.mask_classes))

    def _check_dates(self) -> None:
        for name, day, label in (("start", self.start, "start"), ("end", self.end, "end")):
            if not isinstance(day, date) or isinstance(day, datetime):
                raise InvalidRequest(f"The {label} date is missing: choose a day.", name)
        if self.end < self.start:
            raise InvalidRequest(
                f"The end date is before the start date: {self.end} is before {self.start}.",
                "end",
            )
        if self.start < FIRST_IMAGE:
            raise InvalidRequest(
                f"The start date is too early: {self.start:%Y-%m-%d}. "
                f"Sentinel-2 began in June 2015; start on {FIRST_IMAGE:%Y-%m-%d} or later.",
                "start",
            )
        today = datetime.now(UTC).date()
        if self.start > today:
            raise InvalidRequest(
                f"The start date is in the future: {self.start:%Y-%m-%d}. Choose today or an earlier day.",
                "start",
            )

    def to_json(self) -> str:
        """Return the request as JSON text that `from_json` turns back into an equal request."""
        area = self.area
        where: dict[str, Any] = (
            {"longitude": area.longitude, "latitude": area.latitude, "size_km": area.size_km}
            if area.size_km is not None
            else {"polygon": area.geometry}
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
        except ValueError as error:
            raise InvalidRequest("The saved request cannot be read: it is not JSON.") from error
        if not isinstance(values, dict):
            raise InvalidRequest("The saved request cannot be read: it is not a JSON object.")
        if values.pop("version", None) != JSON_VERSION:
            raise InvalidRequest(f"The saved request is of another version; this is version {JSON_VERSION}.")
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
    if set(values) == {"polygon"}:
        return AreaOfInterest.polygon(values["polygon"])
    _refuse_unknown(values, {"longitude", "latitude", "size_km"})
    if len(values) != 3:
        raise InvalidRequest("The saved request's area needs longitude, latitude and size_km.", "area")
    return AreaOfInterest.square(**values)


def _day_from(value: Any, name: str) -> date:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise InvalidRequest(f"The {name} date cannot be read: {value!r}.", name) from error


def _refuse_unknown(values: Mapping[str, Any], known: set[str]) -> None:
    unknown = sorted(set(values) - known)
    if unknown:
        raise InvalidRequest(f"The saved request has unknown entries: {', '.join(unknown)}.")


def _middle(bounds: Sequence[tuple[float, float, float, float]]) -> float:
    """Return the middle longitude of polygons; one cut in two at the antimeridian has it near 180."""
    west, east = min(b[0] for b in bounds), max(b[2] for b in bounds)
    turned = [(b[0] + 360, b[2] + 360) if b[2] < 0 else (b[0], b[2]) for b in bounds]
    turned_west, turned_east = min(b[0] for b in turned), max(b[1] for b in turned)
    if turned_east - turned_west < east - west:
        west, east = turned_west, turned_east
    middle = (west + east) / 2
    return middle - 360 if middle > 180 else middle


def _number(value: Any, name: str, label: str) -> float:
    if isinstance(value, bool | str | bytes) or value is None:
        raise InvalidRequest(f"{label} is not a number: {value!r}.", name)
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise InvalidRequest(f"{label} is not a number: {value!r}.", name) from error
    if not math.isfinite(number):
        raise InvalidRequest(f"{label} is not a number: {number}.", name)
    return number


def _integer(value: Any, name: str, label: str) -> int:
    number = _number(value, name, label)
    if number != int(number):
        raise InvalidRequest(f"{label} is not a whole number: {value!r}.", name)
    return int(number)


def _scene_ids(value: Any) -> tuple[str, ...] | None:
    if value is None:
        return None
    ids = () if isinstance(value, str) or not isinstance(value, Iterable) else tuple(value)
    if not ids or not all(isinstance(i, str) and i for i in ids):
        raise InvalidRequest("The scene ids must be a list of at least one id.", "scene_ids")
    return ids


def _mask_classes(value: Any) -> tuple[int, ...]:
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise InvalidRequest("The mask classes must be a list of whole numbers.", "mask_classes")
    classes = tuple(sorted({_integer(v, "mask_classes", "A mask class") for v in value}))
    if not all(0 <= c <= 11 for c in classes):
        raise InvalidRequest("The mask classes must lie between 0 and 11.", "mask_classes")
    return classes


def _rings(coordinates: Any) -> Rings:
    rings = tuple(tuple((float(p[0]), float(p[1])) for p in ring) for ring in coordinates)
    if not rings or not all(math.isfinite(v) for ring in rings for p in ring for v in p):
        raise ValueError("empty or not finite")
    return tuple(ring if ring[0] == ring[-1] else (*ring, ring[0]) for ring in rings)
