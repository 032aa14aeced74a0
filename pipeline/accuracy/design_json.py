"""A design and its labels as JSON text, and back."""

from __future__ import annotations

import hashlib
import json
import math
from typing import TYPE_CHECKING, Any

from pipeline.errors import InvalidRequest

if TYPE_CHECKING:
    from pipeline.accuracy.design import PixelGrid, Point, SamplingDesign, Stratum

KIND = "sampling-design"
VERSION = 1
CHANGE = "change"
"""What a sample is of, where it is not of the classes of one map."""
MAX_CHARACTERS = 5_000_000


def written(design: SamplingDesign) -> str:
    """Return the JSON text of a design."""
    return json.dumps(values_of(design), ensure_ascii=False)


def values_of(design: SamplingDesign) -> dict[str, Any]:
    """Return a design as plain values."""
    grid = design.grid
    sample: dict[str, Any] = {
        "fingerprint": design.fingerprint,
        "seed": design.seed,
        "grid": {
            "epsg": grid.epsg,
            "left": float(grid.left),
            "top": float(grid.top),
            "pixel_m": float(grid.pixel_m),
            "shape": list(grid.shape),
        },
        "strata": [
            {"name": s.name, "pixels": s.pixels, "hectares": float(s.hectares)} for s in design.strata
        ],
        "points": [
            [p.id, p.stratum, p.row, p.column, float(p.longitude), float(p.latitude)] for p in design.drawn
        ],
        **({"of": CHANGE} if design.of_change else {}),
    }
    return {
        "kind": KIND,
        "version": VERSION,
        "sample": sample,
        "seal": _seal(sample),
        "classes": list(design.added),
        "labels": {f"{n}": label for n, label in design.labels.items()},
    }


def read(text: str) -> SamplingDesign:
    """Return the design of a JSON text.

    Raises
    ------
    InvalidRequest
        For anything that `written` did not write.
    """
    unreadable = InvalidRequest("The file holds no sample of points that this version can read.", "design")
    if len(text) > MAX_CHARACTERS:
        raise unreadable
    try:
        return design_of(json.loads(text))
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError, OverflowError) as error:
        raise unreadable from error


def design_of(values: Any) -> SamplingDesign:
    """Return the design from plain values; bad ones raise InvalidRequest or what reading them raises."""
    from pipeline.accuracy.design import SamplingDesign
    from pipeline.accuracy.labels import clean_name

    if values["kind"] != KIND or values["version"] != VERSION:
        raise ValueError("another kind or version")
    sample = values["sample"]
    grid = _grid(sample["grid"])
    strata = tuple(_stratum(entry) for entry in sample["strata"])
    points = tuple(_point(entry, grid) for entry in sample["points"])
    _check(strata, points)
    added = tuple(dict.fromkeys(clean_name(name) for name in values["classes"]))
    if sample.get("of", CHANGE) != CHANGE:
        raise ValueError("a sample of something else")
    marks = _text(sample["fingerprint"]), _whole(sample["seed"], 0, 2**63)
    design = SamplingDesign(strata, points, grid, *marks, {}, added, "of" in sample)
    if values["seal"] != values_of(design)["seal"]:
        raise InvalidRequest(
            "The points in this file were changed after they were drawn. They are no random sample any more: "
            "draw new ones, or take the file as it was.",
            "design",
        )
    return design.with_labels({int(n): label for n, label in values["labels"].items()})


def _seal(sample: Any) -> str:
    """Return a checksum of the sample: points that were added or moved by hand do not fit it."""
    return hashlib.sha256(json.dumps(sample, sort_keys=True).encode()).hexdigest()[:32]


def _grid(entry: Any) -> PixelGrid:
    from pipeline.accuracy.design import PixelGrid

    rows, columns = entry["shape"]
    pixel_m = _number(entry["pixel_m"])
    if not pixel_m > 0:
        raise ValueError("pixels have a size")
    shape = (_whole(rows, 1, 10**6), _whole(columns, 1, 10**6))
    return PixelGrid(
        _whole(entry["epsg"], 1, 10**6), _number(entry["left"]), _number(entry["top"]), pixel_m, shape
    )


def _stratum(entry: Any) -> Stratum:
    from pipeline.accuracy.design import Stratum
    from pipeline.accuracy.labels import clean_name

    hectares = _number(entry["hectares"])
    if not hectares > 0:
        raise ValueError("a stratum has an area")
    return Stratum(clean_name(entry["name"]), _whole(entry["pixels"], 1, 10**12), hectares)


def _point(entry: Any, grid: PixelGrid) -> Point:
    from pipeline.accuracy.design import Point

    number, stratum, row, column, longitude, latitude = entry
    place = _number(longitude), _number(latitude)
    if not (-180 <= place[0] <= 180 and -90 <= place[1] <= 90):
        raise ValueError("no place on Earth")
    rows, columns = grid.shape
    return Point(_whole(number, 0, 10**9), stratum, _whole(row, 0, rows), _whole(column, 0, columns), *place)


def _check(strata: tuple[Stratum, ...], points: tuple[Point, ...]) -> None:
    """Refuse names, ids and pixels that occur twice, and points of no stratum."""
    names = [s.name for s in strata]
    if len(set(names)) < len(names) or not points or any(p.stratum not in names for p in points):
        raise ValueError("strata do not fit")
    if len({p.id for p in points}) < len(points) or len({(p.row, p.column) for p in points}) < len(points):
        raise ValueError("points occur twice")
    for stratum in strata:
        if sum(p.stratum == stratum.name for p in points) > stratum.pixels:
            raise ValueError("more points than pixels")


def _whole(value: Any, low: int, below: int) -> int:
    if type(value) is not int or not low <= value < below:
        raise ValueError("not a whole number in range")
    return value


def _number(value: Any) -> float:
    if type(value) not in (int, float) or not math.isfinite(value):
        raise ValueError("not a number")
    return float(value)


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > 100:
        raise ValueError("not a short text")
    return value
