"""The area of interest: a square around a point, or polygons, in degrees."""

# Types are promises here, not facts: values come from forms and files, so they are checked again.
# mypy: disable-error-code="redundant-expr"

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.area.antimeridian import EDGE, TURN
from pipeline.checks import number
from pipeline.errors import InvalidRequest

MIN_SIZE_KM = 0.5
"""Shortest side of a square area, kilometres."""
MIN_LATITUDE, MAX_LATITUDE = -80.0, 84.0
"""Range of the UTM grid, on which Sentinel-2 images are delivered."""

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
        longitude = number(self.longitude, "longitude", "The longitude")
        latitude = number(self.latitude, "latitude", "The latitude")
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
            size_km = number(self.size_km, "size_km", "The side length")
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


def _middle(bounds: Sequence[tuple[float, float, float, float]]) -> float:
    """Return the middle longitude of polygons; one cut in two at the antimeridian has it near 180."""
    west, east = min(b[0] for b in bounds), max(b[2] for b in bounds)
    turned = [(b[0] + TURN, b[2] + TURN) if b[2] < 0 else (b[0], b[2]) for b in bounds]
    turned_west, turned_east = min(b[0] for b in turned), max(b[1] for b in turned)
    if turned_east - turned_west < east - west:
        west, east = turned_west, turned_east
    middle = (west + east) / 2
    return middle - TURN if middle > EDGE else middle


def _rings(coordinates: Any) -> Rings:
    rings = tuple(tuple((float(p[0]), float(p[1])) for p in ring) for ring in coordinates)
    if not rings or not all(math.isfinite(v) for ring in rings for p in ring for v in p):
        raise ValueError("empty or not finite")
    return tuple(ring if ring[0] == ring[-1] else (*ring, ring[0]) for ring in rings)
