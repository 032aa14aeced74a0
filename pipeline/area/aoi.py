"""The area of interest: a square around a point, or polygons, in degrees."""

# Types are promises here, not facts: values come from forms and files, so they are checked again.
# mypy: disable-error-code="redundant-expr"

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import Any

from pipeline.area.antimeridian import EDGE, TURN
from pipeline.checks import number, quoted
from pipeline.errors import InvalidRequest
from pipeline.text import MINUS, above, outside

MIN_SIZE_KM = 0.5
"""Shortest side of a square area, kilometres."""
LARGEST_DEGREES = 540.0
"""Larger numbers are metres; a map with several copies of the world gives longitudes up to here."""
MIN_LATITUDE, MAX_LATITUDE = -80.0, 84.0
"""Range of the UTM grid, on which Sentinel-2 images are delivered."""

MAX_FILE_MB = 5
"""Largest file that an area or a request is read from."""

Position = tuple[float, float]
"""Longitude, latitude in degrees (WGS 84)."""
Rings = tuple[tuple[Position, ...], ...]
"""One polygon: its outer ring, then its holes; each ring closed."""


@dataclass(frozen=True)
class Zone:
    """A feature of the file that an area came from: its polygons and attributes."""

    polygons: tuple[Rings, ...]
    """In longitude/latitude; empty where nothing of the feature is left."""
    attributes: tuple[tuple[str, str | int | float | bool | None], ...] = ()
    """Names and values, in the order of the file."""


@dataclass(frozen=True)
class AreaOfInterest:
    """The piece of land: a square around a point, or polygons.

    Make it with `square`, `polygon` or `from_file`.
    """

    longitude: float
    """Centre, degrees east, -180..180."""
    latitude: float
    """Centre, degrees north, -80..84."""
    size_km: float | None = None
    """Side of the square in kilometres of the UTM grid; None for polygons."""
    polygons: tuple[Rings, ...] = ()
    """Polygons in longitude/latitude; empty for a square."""
    zones: tuple[Zone, ...] = ()
    """Features of the file that the area came from (explore/zones.py counts their hectares)."""
    note: str = field(default="", compare=False)
    """What a user should know of how the area was read, such as which layers were taken."""

    def __post_init__(self) -> None:
        longitude = number(self.longitude, "longitude", "The longitude")
        latitude = number(self.latitude, "latitude", "The latitude")
        if not -180 <= longitude <= 180:
            raise InvalidRequest(
                f"The longitude is out of range: {outside(longitude, -180, 180)}°. "
                "Give one from −180° to 180°.",
                "longitude",
            )
        if not -90 <= latitude <= 90:
            raise InvalidRequest(
                f"The latitude is out of range: {outside(latitude, -90, 90)}°. Give one from −90° to 90°.",
                "latitude",
            )
        if not MIN_LATITUDE <= latitude <= MAX_LATITUDE:
            raise InvalidRequest(
                "There are no Sentinel-2 tiles at latitude "
                f"{outside(latitude, MIN_LATITUDE, MAX_LATITUDE)}°. Give one from −80° to 84°.",
                "latitude",
            )
        object.__setattr__(self, "longitude", longitude)
        object.__setattr__(self, "latitude", latitude)
        if (self.size_km is None) == (not self.polygons):
            raise InvalidRequest("An area is either a square with a side length or polygons.", "area")
        if self.size_km is not None:
            size_km = number(self.size_km, "size_km", "The side length")
            if size_km < MIN_SIZE_KM:
                raise InvalidRequest(
                    f"The side length is too small: {outside(size_km, MIN_SIZE_KM, math.inf)} km. "
                    f"Give at least {MIN_SIZE_KM} km.",
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
            raise InvalidRequest(f"The area must be a Polygon or MultiPolygon, not {quoted(kind)}.", "area")
        try:
            coordinates = geometry["coordinates"]
            polygons = tuple(_rings(c) for c in (coordinates if kind == "MultiPolygon" else [coordinates]))
            outline = shape({"type": "MultiPolygon", "coordinates": polygons})
        except (KeyError, TypeError, ValueError, IndexError, OverflowError, GEOSException) as error:
            raise InvalidRequest("The polygon's coordinates are not pairs of numbers.", "area") from error
        west, south, east, north = outline.bounds
        if not (west >= -180 and east <= 180 and south >= -90 and north <= 90):
            raise InvalidRequest(f"{not_degrees(outline.bounds)} Give them in WGS 84 (EPSG:4326).", "area")
        if not outline.is_valid:
            raise InvalidRequest(f"The polygon is not valid: {explain_validity(outline)}.", "area")
        if not outline.area > 0:
            raise InvalidRequest("The polygon has no area.", "area")
        return cls(_middle([p.bounds for p in get_parts(outline)]), (south + north) / 2, None, polygons)

    @classmethod
    def from_file(cls, path: str | PathLike[str], layer: str | None = None) -> AreaOfInterest:
        """Return the area inside the polygons of a file: GeoJSON, GeoPackage, KML, KMZ or a zipped shapefile.

        Its features are kept as `zones`, with their attributes.

        Parameters
        ----------
        path : path-like
            Of a file of at most `MAX_FILE_MB`.
        layer : str, optional
            Take only this layer or folder; all with polygons by default.

        Raises
        ------
        InvalidRequest
            When the file cannot be read, or holds no area.
        """
        from pipeline.area.files import MAX_FILE_BYTES, area_from_file

        where = Path(path)
        try:
            with where.open("rb") as file:
                content = file.read(MAX_FILE_BYTES + 1)
        except (OSError, ValueError) as error:
            raise InvalidRequest(f"“{where.name}” cannot be opened. Check the path.", "area") from error
        return area_from_file(where.name, content, layer)

    @property
    def geometry(self) -> dict[str, Any] | None:
        """The polygons as a GeoJSON MultiPolygon, None for a square."""
        return {"type": "MultiPolygon", "coordinates": self.polygons} if self.polygons else None


def _middle(bounds: Sequence[tuple[float, float, float, float]]) -> float:
    """Return the middle longitude of polygons; one cut in two at the antimeridian has it near 180."""
    west, east = min(b[0] for b in bounds), max(b[2] for b in bounds)
    turned = [(b[0] + TURN, b[2] + TURN) if b[2] < 0 else (b[0], b[2]) for b in bounds]
    turned_west, turned_east = min(b[0] for b in turned), max(b[1] for b in turned)
    if turned_east - turned_west < east - west:
        west, east = turned_west, turned_east
    middle = (west + east) / 2
    return middle - TURN if middle > EDGE else middle


def not_degrees(bounds: tuple[float, float, float, float]) -> str:
    """Return what is wrong with coordinates (west, south, east, north) that are not in degrees."""
    if max(map(abs, bounds)) > LARGEST_DEGREES:
        return "These coordinates look like metres, not degrees."
    limits = (180, 90, 180, 90)
    west, south, east, north = (_told(value, limit) for value, limit in zip(bounds, limits, strict=True))
    return (
        f"These coordinates are not degrees of longitude ({west} to {east}, at most 180) "
        f"and latitude ({south} to {north}, at most 90)."
    )


def _rings(coordinates: Any) -> Rings:
    rings = tuple(tuple((float(p[0]), float(p[1])) for p in ring) for ring in coordinates)
    if not rings or not all(math.isfinite(v) for ring in rings for p in ring for v in p):
        raise ValueError("empty or not finite")
    return tuple(ring if ring[0] == ring[-1] else (*ring, ring[0]) for ring in rings)


def zones_as_values(zones: Sequence[Zone]) -> dict[str, Any]:
    """Return zones for JSON, as an entry ``zones``; nothing where there are none."""
    if not zones:
        return {}
    return {"zones": [{"polygons": zone.polygons, "attributes": dict(zone.attributes)} for zone in zones]}


def zones_of_values(values: Any) -> tuple[Zone, ...]:
    """Return the zones that `zones_as_values` wrote.

    Raises
    ------
    InvalidRequest
        For anything else.
    """
    try:
        return tuple(
            Zone(
                tuple(_rings(p) for p in value["polygons"]),
                tuple(map(_attribute, value["attributes"].items())),
            )
            for value in values
        )
    except (AttributeError, KeyError, TypeError, ValueError, IndexError, OverflowError) as error:
        raise InvalidRequest("The saved request's zones cannot be read.", "area") from error


def _attribute(pair: tuple[str, Any]) -> tuple[str, str | int | float | bool | None]:
    name, value = pair
    if not isinstance(value, str | int | float | bool | None):
        raise TypeError(name)
    return name, value


def _told(value: float, limit: float) -> str:
    """Return a coordinate with one decimal; beyond its limit, with as many as show it."""
    text = f"{abs(value):.1f}" if abs(value) <= limit else above(abs(value), limit, 1)[0]
    return f"{MINUS if value < 0 else ''}{text}"
