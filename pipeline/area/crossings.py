"""How costly polygons are to unite: crossing edges are counted before a geometry library is called."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely

from pipeline.errors import InvalidRequest

EDGES_AT_ONCE = 64
FEW_PER_CORNER, FEW = 6, 2_000
"""Edges beside each other in plain polygons meet two or three times a corner; so many more take no time."""
MOST_PER_CORNER, MOST = 20, 40_000
MOST_LOOKED_AT = 5_000_000
"""Most pairs of edges near each other that are looked at."""


def check(polygons: Sequence[shapely.Polygon]) -> bool:
    """Return whether polygons are simple enough to be united quickly.

    Raises
    ------
    InvalidRequest
        When their edges meet far too often: uniting them could take gigabytes and minutes.
    """
    start, end = edges_of(polygons)
    most = MOST_PER_CORNER * len(start) + MOST
    found = meetings(start, end, most)
    if found is None or found > most:
        corners = int(sum(map(shapely.get_num_coordinates, polygons)))
        raise InvalidRequest(
            f"The polygons' edges lie over each other too often to be put together: {corners:,} corners. "
            "Repair them, or give simpler ones.",
            "area",
        )
    return found <= FEW_PER_CORNER * len(start) + FEW


def meetings(start: np.ndarray, end: np.ndarray, most: int) -> int | None:
    """Return how many times edges meet, each pair counted twice; counting ends beyond `most`.

    Parameters
    ----------
    start, end : numpy.ndarray
        Ends of the edges, ``(n, 2)``.

    Returns
    -------
    int or None
        None where too many edges lie near each other to count.
    """
    if not len(start):
        return 0
    low, high = np.minimum(start, end), np.maximum(start, end)
    boxes = shapely.box(low[:, 0], low[:, 1], high[:, 0], high[:, 1])
    tree = shapely.STRtree(boxes)
    found = looked_at = 0
    for first in range(0, len(boxes), EDGES_AT_ONCE):
        one, other = tree.query(boxes[first : first + EDGES_AT_ONCE])
        one = one + first
        looked_at += len(one)
        found += int(_meet(start[one], end[one], start[other], end[other]).sum()) - min(
            EDGES_AT_ONCE, len(boxes) - first
        )
        if found > most:
            break
        if looked_at > MOST_LOOKED_AT:
            return None
    return found


def edges_of(polygons: Sequence[shapely.Polygon]) -> tuple[np.ndarray, np.ndarray]:
    """Return the ends of all edges, each ``(n, 2)``."""
    rings = shapely.get_rings(np.array(list(polygons), object))
    corners, ring = shapely.get_coordinates(rings, return_index=True)
    same = ring[1:] == ring[:-1]
    return corners[:-1][same], corners[1:][same]


def _meet(a: np.ndarray, b: np.ndarray, c: np.ndarray, d: np.ndarray) -> np.ndarray:
    """Return which edges a-b meet edges c-d whose boxes overlap: neither lies on one side of the other."""
    sides = _side(a, b, c) * _side(a, b, d), _side(c, d, a) * _side(c, d, b)
    return np.asarray((sides[0] <= 0) & (sides[1] <= 0))


def _side(a: np.ndarray, b: np.ndarray, point: np.ndarray) -> np.ndarray:
    """Return on which side of a line points lie: the sign of twice the triangle's area."""
    along, across = b - a, point - a
    return np.asarray(np.sign(along[:, 0] * across[:, 1] - along[:, 1] * across[:, 0]))
