"""Longitudes near 180 degrees, where they jump: all functions that wrap, shift or split them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import numpy as np
    from shapely.geometry.base import BaseGeometry

    Degrees = TypeVar("Degrees", float, np.ndarray)

TURN = 360.0
"""Degrees from a place to the same place on the next copy of the world."""
EDGE = 180.0
"""Longitude of the antimeridian, degrees."""


def wrapped(longitude: Degrees) -> Degrees:
    """Return a longitude of any world copy in [-180, 180)."""
    return (longitude + EDGE) % TURN - EDGE


def turn_towards(reference: float, longitude: float) -> float:
    """Return the multiple of 360 that brings a longitude as near as possible to a reference."""
    return TURN * round((reference - longitude) / TURN)


def jumps(west: float, east: float) -> bool:
    """Return whether bounds span more than half the globe: then a longitude has jumped."""
    return east - west > EDGE


def in_one_piece(parts: Iterable[BaseGeometry], reference: float = EDGE) -> list[BaseGeometry]:
    """Return geometries moved by whole turns so that the middle of each lies nearest to a reference."""
    from shapely import affinity

    moved = []
    for part in parts:
        middle = (part.bounds[0] + part.bounds[2]) / 2
        moved.append(affinity.translate(part, xoff=turn_towards(reference, middle)))
    return moved


def split_at_antimeridian(polygon: BaseGeometry) -> BaseGeometry:
    """Return a polygon with continuous longitudes as one whose longitudes all lie in -180..180."""
    from shapely import affinity, union_all
    from shapely.geometry import box

    parts = []
    for turn in (-TURN, 0, TURN):
        part = polygon.intersection(box(-EDGE + turn, -90, EDGE + turn, 90))
        if part.area > 0:
            parts.append(affinity.translate(part, xoff=-turn))
    return union_all(parts)
