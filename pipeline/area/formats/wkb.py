"""Polygons from well-known binary, curves included, within limits, before a geometry library sees them."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator

from pipeline.area.formats.raw import MAX_DEPTH, Budget, Damaged, Polygon, Ring, polygon

POLYGON, MULTI_POLYGON, COLLECTION, CURVE_POLYGON, MULTI_SURFACE, SURFACE, TIN, TRIANGLE = (
    *(3, 6, 7, 10, 12),
    *(15, 16, 17),
)
LINE, CIRCULAR, COMPOUND = 2, 8, 9
POINT, MULTI_POINT, MULTI_LINE, MULTI_CURVE = 1, 4, 5, 11
ARC_STEP = math.radians(5)
"""An arc is drawn with corners this far apart: off by a thousandth of its radius."""


def polygons(content: bytes, budget: Budget) -> list[Polygon]:
    """Return the polygons of a geometry; points and lines are left out, arcs become corners.

    Raises
    ------
    Damaged
        When the content ends early, nests too deep or is of an unknown kind.
    TooMuch
        When there are too many corners.
    """
    try:
        return list(_Reader(content, budget).polygons())
    except (struct.error, IndexError) as error:
        raise Damaged("cut short") from error


class _Reader:
    def __init__(self, content: bytes, budget: Budget) -> None:
        self._content, self._budget, self._at = content, budget, 0

    def polygons(self, depth: int = 0) -> Iterator[Polygon]:
        order, kind, size = self._header(depth)
        if kind in (POLYGON, TRIANGLE):
            rings = [self._points(order, size) for _ in range(self._count(order))]
            made = polygon(rings)
        elif kind == CURVE_POLYGON:
            made = polygon([self._curve(depth + 1) for _ in range(self._count(order))])
        elif kind in (
            MULTI_POLYGON,
            COLLECTION,
            MULTI_SURFACE,
            SURFACE,
            TIN,
            MULTI_POINT,
            MULTI_LINE,
            MULTI_CURVE,
        ):
            for _ in range(self._count(order)):
                yield from self.polygons(depth + 1)
            return
        else:
            self._at -= 5
            self._curve(depth)
            return
        if made is not None:
            yield made

    def _header(self, depth: int) -> tuple[str, int, int]:
        """Return byte order, kind of geometry, and numbers of a position."""
        if depth > MAX_DEPTH:
            raise Damaged("nested too deep")
        order = {0: ">", 1: "<"}.get(self._content[self._at])
        if order is None:
            raise Damaged("no byte order")
        (code,) = struct.unpack_from(f"{order}I", self._content, self._at + 1)
        self._at += 5
        extra = (code >> 31 & 1) + (code >> 30 & 1)
        if code >> 29 & 1:  # PostGIS: a reference system follows
            self._at += 4
        code &= 0x1FFFFFFF
        return order, code % 1000, 2 + extra + (0, 1, 1, 2)[min(code // 1000, 3)]

    def _count(self, order: str) -> int:
        (count,) = struct.unpack_from(f"{order}I", self._content, self._at)
        self._at += 4
        if count > len(self._content):
            raise Damaged("more parts than bytes")
        return int(count)

    def _points(self, order: str, size: int, count: int | None = None) -> Ring:
        count = self._count(order) if count is None else count
        width = 8 * size
        if self._at + count * width > len(self._content):
            raise Damaged("more positions than bytes")
        start = self._at
        self._at += count * width
        numbers = (struct.unpack_from(f"{order}2d", self._content, start + n * width) for n in range(count))
        return self._budget.ring(numbers)

    def _curve(self, depth: int) -> Ring:
        """Return the corners of a line, an arc or a compound of them."""
        order, kind, size = self._header(depth)
        if kind == POINT:
            return self._points(order, size, 1) if self._is_number(order) else self._skip(size)
        if kind == LINE:
            return self._points(order, size)
        if kind == CIRCULAR:
            return self._budget.ring(_stroked(self._points(order, size)))
        if kind == COMPOUND:
            corners: list[tuple[float, float]] = []
            for _ in range(self._count(order)):
                part = self._curve(depth + 1)
                corners += part[1:] if corners and part and part[0] == corners[-1] else part
            return tuple(corners)
        raise Damaged(f"geometry of kind {kind}")

    def _is_number(self, order: str) -> bool:
        (number,) = struct.unpack_from(f"{order}d", self._content, self._at)
        return math.isfinite(number)  # the empty point is NaN

    def _skip(self, size: int) -> Ring:
        self._at += 8 * size
        return ()


def _stroked(points: Ring) -> list[tuple[float, float]]:
    """Return corners along arcs, each given by beginning, a point on it, and end."""
    if len(points) < 3 or len(points) % 2 == 0:
        raise Damaged("an arc of an even number of points")
    corners = [points[0]]
    for n in range(0, len(points) - 2, 2):
        corners += _arc(*points[n : n + 3])
    return corners


def _arc(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> list[tuple[float, float]]:
    """Return the corners of one arc after its beginning."""
    if a == c:  # a whole circle: the middle point lies opposite
        centre, sweep = ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2), 2 * math.pi
    else:
        (bx, by), (cx, cy) = (b[0] - a[0], b[1] - a[1]), (c[0] - a[0], c[1] - a[1])
        double = 2 * (bx * cy - by * cx)
        if abs(double) <= 1e-12 * (bx * bx + by * by + cx * cx + cy * cy):
            return [b, c]  # three points in a line
        b2, c2 = bx * bx + by * by, cx * cx + cy * cy
        centre = (a[0] + (cy * b2 - by * c2) / double, a[1] + (bx * c2 - cx * b2) / double)
        start, middle, end = (math.atan2(p[1] - centre[1], p[0] - centre[0]) for p in (a, b, c))
        sweep = (end - start) % (2 * math.pi)
        if (middle - start) % (2 * math.pi) > sweep:
            sweep -= 2 * math.pi
    radius = math.hypot(a[0] - centre[0], a[1] - centre[1])
    first = math.atan2(a[1] - centre[1], a[0] - centre[0])
    steps = max(2, math.ceil(abs(sweep) / ARC_STEP))
    angles = (first + sweep * n / steps for n in range(1, steps))
    return [*((centre[0] + radius * math.cos(t), centre[1] + radius * math.sin(t)) for t in angles), c]
