"""The polygons of a file united: directly where they are simple, else in a child process with limits.

``python -m pipeline.area.repair`` is that child: it takes features as JSON and gives the area as JSON.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from pipeline.area import crossings
from pipeline.area.aoi import AreaOfInterest, Rings
from pipeline.area.polygons import area_of, polygons_in, rings_of
from pipeline.errors import InvalidRequest

MAX_CORNERS_HERE = 20_000
"""Plain polygons of more corners go to the child, too."""
CHILD_S, CHILD_BYTES = 20, 2 * 2**30

Made = tuple[AreaOfInterest, list[tuple[Rings, ...]]]
"""The area, and the polygons of each feature."""


def put_together(features: Sequence[BaseGeometry], zones: bool) -> Made:
    """Return the area inside features (longitude/latitude), and each one's polygons if `zones` are wanted.

    Raises
    ------
    InvalidRequest
        When they are no area (`polygons.area_of`), or cost too much time or memory.
    """
    parts = polygons_in(shapely.GeometryCollection(list(features)))
    plain = crossings.check(parts)
    if plain and sum(map(shapely.get_num_coordinates, parts)) <= MAX_CORNERS_HERE:
        return _here(features, zones)
    return _in_child(features, zones)


def _here(features: Sequence[BaseGeometry], zones: bool) -> Made:
    if not zones:
        return area_of(shapely.GeometryCollection(list(features))), []
    outlines = [rings_of(feature) for feature in features]
    rounded = [shapely.Polygon(rings[0], rings[1:]) for outline in outlines for rings in outline]
    if not rounded:
        return area_of(shapely.GeometryCollection(list(features))), outlines
    return area_of(shapely.GeometryCollection(rounded), exact=True), outlines


def _in_child(features: Sequence[BaseGeometry], zones: bool) -> Made:
    given = json.dumps({"features": [shapely.to_wkb(f, hex=True) for f in features], "zones": zones})
    too_much = InvalidRequest(
        "The polygons are too complicated to be put together here. Repair them, or give simpler ones.", "area"
    )
    try:
        done = subprocess.run(
            [sys.executable, "-m", __name__],
            input=given.encode(),
            capture_output=True,
            timeout=CHILD_S + 10,
            cwd=Path(__file__).parents[2],
            check=True,
        )
        answer = json.loads(done.stdout)
    except (subprocess.SubprocessError, OSError, ValueError) as error:
        raise too_much from error
    if "refused" in answer:
        raise InvalidRequest(answer["refused"], "area")
    area = AreaOfInterest.polygon({"type": "MultiPolygon", "coordinates": answer["area"]})
    return area, [_tuples(zone) for zone in answer["zones"]]


def _tuples(polygons: Any) -> tuple[Rings, ...]:
    return tuple(tuple(tuple((x, y) for x, y in ring) for ring in rings) for rings in polygons)


def _limit() -> None:
    """Bound memory and processor time of this process, where the system can."""
    try:
        import resource
    except ImportError:  # Windows
        return
    resource.setrlimit(resource.RLIMIT_CPU, (CHILD_S, CHILD_S + 1))
    resource.setrlimit(resource.RLIMIT_AS, (CHILD_BYTES, CHILD_BYTES))


def main() -> None:
    """Read features, put them together, write the area."""
    _limit()
    given = json.load(sys.stdin)
    try:
        area, zones = _here([shapely.from_wkb(f) for f in given["features"]], given["zones"])
        answer: dict[str, Any] = {"area": area.polygons, "zones": zones}
    except InvalidRequest as error:
        answer = {"refused": str(error)}
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
