"""ESRI shapefile (white paper of July 1998): polygons, the table beside them, and the coordinate system."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from contextlib import suppress
from itertools import pairwise

from pipeline.area.formats.geojson import UnknownCrs
from pipeline.area.formats.raw import Budget, Damaged, Feature, Layer, Polygon, Ring, attributes, polygon

POLYGON_TYPES = (5, 15, 25)
KNOWN_TYPES = (0, 1, 3, 5, 8, 11, 13, 15, 18, 21, 23, 25, 28, 31)
MAX_WKT = 20_000
MAX_NESTED = 1_000_000
"""Most pairs of an outer ring and a hole that are compared."""


def layer(name: str, shp: bytes, parts: Mapping[str, bytes | None], budget: Budget) -> Layer:
    """Return the layer of a shapefile; `parts` beside it by their endings: dbf, prj, cpg.

    Raises
    ------
    Damaged, TooMuch
        When a part is not as it should be, or passes a bound.
    UnknownCrs
        When the coordinate system is not understood.
    """
    try:
        dbf, prj = parts.get("dbf"), parts.get("prj")
        rows = _rows(dbf, parts.get("cpg")) if dbf is not None else iter(())
        found = []
        for shapes in _records(shp, budget):
            budget.feature()
            values = next(rows, {})
            if shapes:
                found.append(Feature(tuple(shapes), attributes(values)))
    except (struct.error, IndexError, ValueError) as error:
        raise Damaged("no shapefile") from error
    if prj is None:
        return Layer(name, tuple(found), None, crs_named=False)
    from pyproj import CRS
    from pyproj.exceptions import ProjError

    try:
        return Layer(name, tuple(found), CRS.from_wkt(prj[:MAX_WKT].decode("utf-8", "replace")))
    except ProjError as error:
        raise UnknownCrs from error


def _records(shp: bytes, budget: Budget) -> Iterator[list[Polygon]]:
    if len(shp) < 100 or struct.unpack_from(">i", shp)[0] != 9994:
        raise Damaged("no shapefile")
    at = 100
    while at + 12 <= len(shp):
        _, words = struct.unpack_from(">ii", shp, at)
        (kind,) = struct.unpack_from("<i", shp, at + 8)
        if words < 2 or kind not in KNOWN_TYPES:
            raise Damaged("no record")
        record = shp[at + 8 : at + 8 + 2 * words]
        at += 8 + 2 * words
        yield _polygons(record, budget) if kind in POLYGON_TYPES else []


def _polygons(record: bytes, budget: Budget) -> list[Polygon]:
    """Return the polygons of a record: outer rings run clockwise, holes the other way."""
    n_parts, n_points = struct.unpack_from("<ii", record, 36)
    if n_parts < 0 or n_points < 0 or 44 + 4 * n_parts + 16 * n_points > len(record):
        raise Damaged("more corners than bytes")
    starts = [*struct.unpack_from(f"<{n_parts}i", record, 44), n_points]
    base = 44 + 4 * n_parts
    outer: list[list[Ring]] = []
    holes: list[Ring] = []
    for first, last in pairwise(starts):
        if not 0 <= first <= last <= n_points:
            raise Damaged("parts out of order")
        ring = budget.ring(struct.unpack_from("<2d", record, base + 16 * n) for n in range(first, last))
        if len(ring) >= 3:
            (outer.append([ring]) if _doubled_area(ring) <= 0 else holes.append(ring))
    if not outer:  # written by a program that turns rings the other way
        return [made for ring in holes if (made := polygon([ring])) is not None]
    if len(outer) * len(holes) > MAX_NESTED:
        raise Damaged("too many holes")
    for hole in holes:
        home = next((rings for rings in outer if _contains(rings[0], hole[0])), None)
        if home is not None:
            home.append(hole)
    return [made for rings in outer if (made := polygon(rings)) is not None]


def _doubled_area(ring: Ring) -> float:
    """Return twice the signed area; negative where a ring runs clockwise."""
    x0, y0 = ring[0]
    pairs = zip(ring, (*ring[1:], ring[0]), strict=True)
    return sum((a[0] - x0) * (b[1] - y0) - (b[0] - x0) * (a[1] - y0) for a, b in pairs)


def _contains(ring: Ring, point: tuple[float, float]) -> bool:
    """Tell whether a point lies inside a ring: a ray to the east crosses it an odd number of times."""
    x, y = point
    crossings = 0
    for (ax, ay), (bx, by) in zip(ring, (*ring[1:], ring[0]), strict=True):
        if (ay > y) != (by > y) and x < ax + (y - ay) / (by - ay) * (bx - ax):
            crossings += 1
    return crossings % 2 == 1


def _rows(dbf: bytes, cpg: bytes | None) -> Iterator[dict[str, str | float]]:
    """Return the rows of a dBASE table: texts and numbers."""
    encoding = _encoding(cpg)
    n_rows, start, size = struct.unpack_from("<IHH", dbf, 4)
    columns, at = [], 32
    while at + 32 <= min(start, len(dbf)) and dbf[at] != 0x0D:
        name = dbf[at : at + 11].split(b"\0")[0].decode(encoding, "replace")
        columns.append((name, chr(dbf[at + 11]), dbf[at + 16]))
        at += 32
    for number in range(min(n_rows, len(dbf) // max(size, 1))):
        place = start + number * size + 1
        values: dict[str, str | float] = {}
        for name, kind, width in columns:
            text = dbf[place : place + width].decode(encoding, "replace").strip(" \0")
            place += width
            if not text:
                continue
            values[name] = text
            if kind in "NF":
                with suppress(ValueError):
                    values[name] = int(text) if text.lstrip("-").isdigit() else float(text)
        yield values


def _encoding(cpg: bytes | None) -> str:
    name = (cpg or b"").decode("ascii", "ignore").strip() or "latin-1"
    name = f"cp{name}" if name.isdigit() and len(name) in (3, 4) else name
    try:
        b"".decode(name)
        "".encode(name)
    except (LookupError, ValueError):
        return "latin-1"
    return name if name.lower().replace("-", "").replace("_", "") in _TEXT_CODECS else "latin-1"


_TEXT_CODECS = {
    "utf8",
    "latin1",
    "iso88591",
    "iso885915",
    "cp1250",
    "cp1251",
    "cp1252",
    "cp1253",
    "cp437",
    "cp850",
}
