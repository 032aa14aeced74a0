"""Labels to polygons: the exact outlines of connected pixels, traced with array operations.

Every edge between a patch and its surroundings is walked, the patch on the right-hand side. A walk turns at
corners; which corner follows which is looked up for all of them at once, and only the chains that result are
followed one by one. The outlines are those of GDAL's polygonising, in half its time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from affine import Affine

STEPS = ((0, 1), (1, 0), (0, -1), (-1, 0))
"""Row and column of one step east, south, west, north."""
CORNERS = ((0, 1), (1, 1), (1, 0), (0, 0))
"""Corner of a pixel at which an edge walked in each direction ends."""


@dataclass(frozen=True)
class Patches:
    """Polygons of connected pixels of one cluster, cluster by cluster."""

    polygons: np.ndarray
    """shapely polygons ``(n,)``, outer rings counter-clockwise."""
    cluster: np.ndarray
    """int ``(n,)``: 1..k."""
    pixels: np.ndarray
    """int ``(n,)``: how many pixels each one holds."""


def trace(labels: np.ndarray, affine: Affine) -> Patches:
    """Return the outline of every patch of pixels that share an edge and a label.

    Parameters
    ----------
    labels : numpy.ndarray
        uint8 ``(y, x)``; 0 is left out.
    affine : Affine
        From column and row to coordinates; the polygons follow the pixels' edges exactly.
    """
    import shapely

    patch, cluster = _connected(labels)
    pixels = np.bincount(patch.ravel(), minlength=len(cluster) + 1)[1:]
    row, column, owner, before = _corners(patch)
    order, starts = _chains(before)
    row, column = row[order] - 1, column[order] - 1
    ring = np.repeat(np.arange(len(starts)), np.diff([*starts, len(order)]))
    x, y = affine * (column.astype(float), row.astype(float))
    rings: Any = shapely.linearrings(np.column_stack([x, y]), indices=ring)
    is_hole = _turned_areas(column, row, starts) > 0
    owner = owner[order][starts] - 1
    shells_first = np.lexsort([is_hole, owner])
    polygons: Any = shapely.polygons(rings[shells_first], indices=owner[shells_first])
    return Patches(polygons, cluster, pixels)


def count_corners(labels: np.ndarray) -> int:
    """Return at how many points outlines turn or meet: a quick measure of what the polygons will cost."""
    north_west, north_east = labels[:-1, :-1], labels[:-1, 1:]
    south_west, south_east = labels[1:, :-1], labels[1:, 1:]
    straight = ((north_west == north_east) & (south_west == south_east)) | (
        (north_west == south_west) & (north_east == south_east)
    )
    return int(straight.size - np.count_nonzero(straight))


def _connected(labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the number (from 1) of the patch at each pixel, with a border of 0, and each patch's cluster."""
    from scipy.ndimage import label

    patch = np.zeros((labels.shape[0] + 2, labels.shape[1] + 2), np.int32)
    inner, clusters = patch[1:-1, 1:-1], [np.zeros(0, np.int64)]
    found = 0
    for cluster in np.unique(labels[labels > 0]).tolist():
        numbers, n = label(labels == cluster)
        np.add(numbers, found, out=inner, where=numbers > 0)
        clusters.append(np.full(n, cluster))
        found += n
    return patch, np.concatenate(clusters)


def _corners(patch: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return row, column and patch of every corner of every outline, and the corner that comes before it.

    An edge lies between a pixel of the patch and the pixel on the left of the walk. Where the pixel ahead on
    the left belongs to the patch, the walk turns left; else, where the pixel ahead does, it goes straight on;
    else it turns right. So a patch that touches itself at a point gets a hole there, as the rules for simple
    features want it, and no ring that crosses itself.
    """
    rows, columns = patch.shape
    flat = patch.ravel()
    first_inner, last_inner = columns + 1, flat.size - columns - 1

    def beside(step: int) -> np.ndarray:
        return flat[first_inner + step : last_inner + step]

    turning, turns_left = [], []
    for direction, (down, right) in enumerate(STEPS):
        left_down, left_right = STEPS[direction - 1]
        ahead, left = down * columns + right, left_down * columns + left_right
        is_left = beside(ahead + left) == beside(0)
        is_edge = (beside(0) > 0) & (beside(left) != beside(0))
        at = np.flatnonzero(is_edge & (is_left | (beside(ahead) != beside(0))))
        pixel = at + first_inner
        if direction % 2:
            order = np.argsort(_down_columns(pixel, rows, columns), kind="stable")
            at, pixel = at[order], pixel[order]
        turning.append(pixel)
        turns_left.append(is_left[at])
    keys = [_down_columns(t, rows, columns) if d % 2 else t for d, t in enumerate(turning)]
    first = np.cumsum([0, *map(len, turning)])

    after = []
    for direction, (pixel, is_left) in enumerate(zip(turning, turns_left, strict=True)):
        (down, right), (left_down, left_right) = STEPS[direction], STEPS[direction - 1]
        across = (down + left_down) * columns + right + left_right
        follower = np.empty(len(pixel), np.int64)
        for turn, chosen, start in ((-1, is_left, pixel + across), (1, ~is_left, pixel)):
            to = (direction + turn) % 4
            wanted = start[chosen]
            wanted = _down_columns(wanted, rows, columns) if to % 2 else wanted
            forward = to < 2
            place = np.searchsorted(keys[to], wanted, side="left" if forward else "right")
            follower[chosen] = first[to] + place - (0 if forward else 1)
        after.append(follower)
    before = np.empty(first[-1], np.int64)
    before[np.concatenate(after)] = np.arange(first[-1])
    ends = [
        (pixel // columns + down, pixel % columns + right)
        for pixel, (down, right) in zip(turning, CORNERS, strict=True)
    ]
    row, column = (np.concatenate([e[i] for e in ends]) for i in (0, 1))
    return row, column, flat[np.concatenate(turning)], before


def _down_columns(pixel: np.ndarray, rows: int, columns: int) -> np.ndarray:
    """Return places counted down the columns instead of along the rows."""
    place: np.ndarray = (pixel % columns) * rows + pixel // columns
    return place


def _chains(after: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the closed chains of a permutation one behind the other, and where each one starts."""
    follower, seen = after.tolist(), bytearray(len(after))
    order: list[int] = []
    starts: list[int] = []
    for start in range(len(follower)):
        if seen[start]:
            continue
        starts.append(len(order))
        at = start
        while not seen[at]:
            seen[at] = 1
            order.append(at)
            at = follower[at]
    return np.array(order, np.int64), np.array(starts, np.int64)


def _turned_areas(x: np.ndarray, y: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """Return twice the signed area of rings one behind the other (shoelace formula)."""
    if len(starts) == 0:
        return np.zeros(0)
    following = np.arange(1, len(x) + 1)
    following[np.append(starts[1:], len(x)) - 1] = starts
    areas: np.ndarray = np.add.reduceat(x * y[following] - x[following] * y, starts)
    return areas
