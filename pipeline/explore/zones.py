"""Zones: what covers each feature of the file that the area came from, in hectares per class."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pipeline.area.blocks import Block
from pipeline.area.grid import epsg_of, inside, polygons_on

if TYPE_CHECKING:
    from pipeline.area.aoi import AreaOfInterest, Zone
    from pipeline.result import Analysis

MASKED = "masked"
"""Column of the hectares that are masked or missing."""
INDEX = "zone"


def zones_of(analysis: Analysis) -> pd.DataFrame:
    """Return hectares per class and zone.

    A pixel belongs to the zone that holds its centre; one that lies in two zones is counted in each.

    Returns
    -------
    pandas.DataFrame
        Index ``zone`` 1..n in the order of the file. Columns: the features' attributes, one column a class
        (its name, hectares on the UTM grid), and ``masked`` (hectares that are masked or missing). Without
        zones it has no row. Where zones do not overlap, the columns sum to the rows of `Analysis.areas`.
    """
    area = analysis.request.area
    classes = _unique([str(name) for name in analysis.areas["name"].iloc[1:]])
    pixel_ha = analysis.resolution_m**2 / 10_000
    taken = {*classes, MASKED}
    rows = []
    for zone in area.zones:
        counts = pixels_of(analysis, zone)
        row: dict[str, Any] = {
            f"{name} (attribute)" if name in taken else name: value for name, value in zone.attributes
        }
        hectares = np.round(counts * pixel_ha, 2)
        rows.append({**row, **dict(zip((*classes, MASKED), (*hectares[1:], hectares[0]), strict=True))})
    attributes = dict.fromkeys(key for row in rows for key in row if key not in taken)
    columns = [*attributes, *classes, MASKED]
    return pd.DataFrame(rows, columns=columns, index=pd.RangeIndex(1, len(rows) + 1, name=INDEX))


def pixels_of(analysis: Analysis, zone: Zone) -> np.ndarray:
    """Return the pixels of a zone per label: int64 ``(k + 1,)``; 0 counts the masked and missing ones."""
    counts = np.zeros(len(analysis.areas), np.int64)
    if not zone.polygons:
        return counts
    area = replace(analysis.request.area, polygons=zone.polygons, size_km=None, zones=())
    for number, part in _parts(analysis, area):
        block = analysis.raster.blocks[number]
        rows = slice(part.row - block.row, part.row - block.row + part.height)
        columns = slice(part.column - block.column, part.column - block.column + part.width)
        labels = analysis.raster.get(number)[rows, columns]
        within = inside(area, analysis.grid, part) & inside(analysis.request.area, analysis.grid, part)
        counts += np.bincount(labels[within], minlength=len(counts))
    return counts


def _parts(analysis: Analysis, area: AreaOfInterest) -> Iterator[tuple[int, Block]]:
    """Yield the blocks that a zone's polygons reach, by number, each cut to what they reach of it."""
    west, south, east, north = polygons_on(area, epsg_of(analysis.grid)).bounds
    left, top = ~analysis.grid.affine * (west, north)
    right, bottom = ~analysis.grid.affine * (east, south)
    for number, block in enumerate(analysis.raster.blocks):
        first_row, last_row = _overlap(top, bottom, block.row, block.height)
        first_column, last_column = _overlap(left, right, block.column, block.width)
        if first_row < last_row and first_column < last_column:
            yield number, Block(first_row, first_column, last_row - first_row, last_column - first_column)


def _overlap(low: float, high: float, start: int, length: int) -> tuple[int, int]:
    """Return first and last pixel of a span that lie between two places."""
    return max(math.floor(low), start), min(math.ceil(high), start + length)


def _unique(names: list[str]) -> list[str]:
    """Return names that are all different: the second of two equal ones gets a number."""
    seen: dict[str, int] = {}
    found = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        found.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return found
