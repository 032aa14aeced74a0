"""Continents and borders, for maps that cannot fetch tiles. bqplot ships them as TopoJSON."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from importlib.metadata import distribution
from itertools import accumulate
from pathlib import Path
from typing import Any

Position = tuple[float, float]


def land() -> list[list[list[Position]]]:
    """Return the land: polygons, each its rings, in (latitude, longitude); 0.04 degrees coarse."""
    topology, arcs = _world()
    shape = topology["objects"]["land"]
    polygons = shape["arcs"] if shape["type"] == "MultiPolygon" else [shape["arcs"]]
    return [[[(y, x) for x, y in _ring(indices, arcs)] for indices in p] for p in polygons]


def borders() -> list[list[Position]]:
    """Return the borders between countries as lines in (latitude, longitude): what two of them share."""
    topology, arcs = _world()
    countries = [
        set(_numbers(shape.get("arcs", []))) for shape in topology["objects"]["subunits"]["geometries"]
    ]
    uses = Counter(number for country in countries for number in country)
    return [[(y, x) for x, y in arcs[number]] for number, count in sorted(uses.items()) if count > 1]


@lru_cache(maxsize=1)
def _world() -> tuple[dict[str, Any], list[list[Position]]]:
    """Return the file and its arcs in (longitude, latitude)."""
    path = distribution("bqplot").locate_file("bqplot/map_data/WorldMap.json")  # without importing it
    topology = json.loads(Path(str(path)).read_text("utf-8"))
    return topology, [_unpacked(arc, topology["transform"]) for arc in topology["arcs"]]


def _numbers(arcs: Any) -> Iterator[int]:
    """Yield the numbers of arcs, however deep they lie; ``~i`` is arc i backwards."""
    if isinstance(arcs, int):
        yield arcs if arcs >= 0 else ~arcs
    else:
        for inner in arcs:
            yield from _numbers(inner)


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
