"""The outline of the continents, for maps that cannot fetch tiles. bqplot ships it as TopoJSON."""

from __future__ import annotations

import json
from functools import lru_cache
from importlib.metadata import distribution
from itertools import accumulate
from pathlib import Path

Position = tuple[float, float]


@lru_cache(maxsize=1)
def land() -> list[list[list[Position]]]:
    """Return the land: polygons, each its rings, in (latitude, longitude); 0.04 degrees coarse."""
    path = distribution("bqplot").locate_file("bqplot/map_data/WorldMap.json")  # without importing it
    topology = json.loads(Path(str(path)).read_text("utf-8"))
    shape = topology["objects"]["land"]
    arcs = [_unpacked(arc, topology["transform"]) for arc in topology["arcs"]]
    polygons = shape["arcs"] if shape["type"] == "MultiPolygon" else [shape["arcs"]]
    return [[[(y, x) for x, y in _ring(indices, arcs)] for indices in p] for p in polygons]


def _unpacked(arc: list[list[int]], transform: dict[str, list[float]]) -> list[Position]:
    """Undo the delta coding and the quantisation of a TopoJSON arc."""
    (sx, sy), (tx, ty) = transform["scale"], transform["translate"]
    xs, ys = (list(accumulate(steps)) for steps in zip(*arc, strict=True))
    return [(round(x * sx + tx, 2), round(y * sy + ty, 2)) for x, y in zip(xs, ys, strict=True)]


def _ring(indices: list[int], arcs: list[list[Position]]) -> list[Position]:
    """Join arcs to a ring; ``~i`` is arc i backwards, and neighbours share their end points."""
    ring: list[Position] = []
    for index in indices:
        arc = arcs[index] if index >= 0 else arcs[~index][::-1]
        ring.extend(arc[1:] if ring else arc)
    return ring
