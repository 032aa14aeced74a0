"""Zones: what covers each feature of the file that the area came from, in hectares per class."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from shapely import GeometryCollection, get_parts
from shapely.geometry import shape

from pipeline.area.blocks import Block
from pipeline.area.grid import centres_within, epsg_of, geometry_on, inside

if TYPE_CHECKING:
    from odc.geo.geobox import GeoBox
    from shapely.geometry.base import BaseGeometry

    from pipeline.result import Analysis

MASKED = "masked"
"""Column of the hectares that are masked or missing."""
INDEX = "zone"
SMALL_HA = 1.0
"""Below this the edge counts for much: it runs through half of the pixels of a square of one hectare."""

Value = str | int | float | bool | None


@dataclass(frozen=True)
class ZoneTable:
    """What covers each zone."""

    attributes: tuple[str, ...]
    """Names of what the file tells of its features; none is the name of a class, nor `MASKED`."""
    values: tuple[tuple[Value, ...], ...]
    """A row a zone, in the order of `attributes`."""
    classes: tuple[str, ...]
    """Names of the classes, all different."""
    hectares: NDArray[np.float64]
    """``(zone, class)``, on the UTM grid."""
    masked_ha: NDArray[np.float64]
    """``(zone,)``: cloud, shadow and what else the request masks."""
    missing_ha: NDArray[np.float64]
    """``(zone,)``: no image there, or no data in it."""
    overlap_ha: float
    """What is counted more than once, as zones overlap."""

    @property
    def total_ha(self) -> NDArray[np.float64]:
        """``(zone,)``: hectares of each zone."""
        total: NDArray[np.float64] = self.hectares.sum(axis=1) + self.masked_ha + self.missing_ha
        return total

    @property
    def naming(self) -> str | None:
        """The attribute that probably names the zones: the first text that tells them apart."""
        return naming_of(self.attributes, self.values)

    def names(self, attribute: str | None) -> tuple[str, ...]:
        """Return what the zones are called by an attribute; by their numbers where it says nothing."""
        return names_of(self.attributes, self.values, attribute)

    @property
    def notes(self) -> tuple[str, ...]:
        """What should be known of the hectares, as sentences."""
        notes = []
        small = int((self.total_ha < SMALL_HA).sum())
        if small:
            which = "1 zone is" if small == 1 else f"{small:,} zones are"
            notes.append(
                f"{which} smaller than {SMALL_HA:g} ha. A pixel of 10 m counts where its centre lies, and "
                "about half of such a zone's pixels lie on its edge: take its hectares as rough."
            )
        if self.overlap_ha:
            notes.append(f"Zones overlap: {self.overlap_ha:,.2f} ha are counted more than once.")
        return tuple(notes)


def naming_of(attributes: Sequence[str], values: Sequence[Sequence[Value]]) -> str | None:
    """Return the attribute that probably names zones: the first text that tells them apart."""
    columns = {name: [row[i] for row in values] for i, name in enumerate(attributes)}
    apart = [name for name, column in columns.items() if len(set(column)) == len(column)]
    texts = [name for name in apart if all(isinstance(value, str) for value in columns[name])]
    return next(iter([*texts, *apart, *columns]), None)


def names_of(
    attributes: Sequence[str], values: Sequence[Sequence[Value]], attribute: str | None
) -> tuple[str, ...]:
    """Return what zones are called by an attribute; by their numbers where it says nothing."""
    place = attributes.index(attribute) if attribute in attributes else None
    told = [None if place is None else row[place] for row in values]
    return tuple(f"Zone {n}" if v is None or v == "" else str(v) for n, v in enumerate(told, start=1))


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
    table = analysis.zone_table
    masked = np.round(table.masked_ha + table.missing_ha, 2)
    rows = [
        [*values, *hectares, left_out]
        for values, hectares, left_out in zip(table.values, table.hectares.tolist(), masked, strict=True)
    ]
    columns = [*table.attributes, *table.classes, MASKED]
    return pd.DataFrame(rows, columns=columns, index=pd.RangeIndex(1, len(rows) + 1, name=INDEX))


def table_of(analysis: Analysis) -> ZoneTable:
    """Return what covers each zone."""
    area = analysis.request.area
    classes = _unique([str(name) for name in analysis.areas["name"].iloc[1:]])
    taken = {*classes, MASKED}
    told: list[dict[str, Value]] = [
        {f"{name} (attribute)" if name in taken else name: value for name, value in zone.attributes}
        for zone in area.zones
    ]
    attributes = tuple(dict.fromkeys(name for row in told for name in row))
    pixel_ha = analysis.resolution_m**2 / 10_000
    labels, missing = pixels_of(analysis)
    twice = int(labels.sum()) - int(analysis.areas["pixels"].sum())
    return ZoneTable(
        attributes,
        tuple(tuple(row.get(name) for name in attributes) for row in told),
        tuple(classes),
        np.round(labels[:, 1:] * pixel_ha, 2),
        np.round((labels[:, 0] - missing) * pixel_ha, 2),
        np.round(missing * pixel_ha, 2),
        round(max(twice, 0) * pixel_ha, 2) if area.zones else 0.0,
    )


def pixels_of(analysis: Analysis) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Count pixels per zone.

    Each block is opened once, and the whole area is drawn once a block: hundreds of zones take a second.

    Returns
    -------
    tuple
        Pixels per label, int64 ``(zone, k + 1)``, of which 0 counts the masked and missing ones; and those
        without data, int64 ``(zone,)``.
    """
    area, grid = analysis.request.area, analysis.grid
    outlines = [shape({"type": "MultiPolygon", "coordinates": zone.polygons}) for zone in area.zones]
    zones = get_parts(geometry_on(GeometryCollection(outlines), epsg_of(grid)))
    counts = np.zeros((len(outlines), len(analysis.areas)), np.int64)
    missing = np.zeros(len(outlines), np.int64)
    lacks_data = analysis.missing.outside_ha + analysis.missing.no_data_ha > 0
    for number, block in enumerate(analysis.raster.blocks):
        reached = [(i, part) for i, zone in enumerate(zones) if (part := _part(grid, zone, block))]
        if not reached:
            continue
        labels, whole = analysis.raster.get(number), inside(area, grid, block)
        empty = ~_data(analysis, block) if lacks_data else None
        for i, part in reached:
            rows = slice(part.row - block.row, part.row - block.row + part.height)
            columns = slice(part.column - block.column, part.column - block.column + part.width)
            within = centres_within(zones[i], part.of(grid)) & whole[rows, columns]
            counts[i] += np.bincount(labels[rows, columns][within], minlength=counts.shape[1])
            if empty is not None:
                missing[i] += np.count_nonzero(within & empty[rows, columns])
    return counts, missing


def _data(analysis: Analysis, block: Block) -> NDArray[np.bool_]:
    has_data: NDArray[np.bool_] = analysis.pixels.window(block.rows, block.columns).has_data
    return has_data


def _part(grid: GeoBox, zone: BaseGeometry, block: Block) -> Block | None:
    """Return the part of a block that a zone reaches; None where it reaches none of it."""
    if zone.is_empty:
        return None
    west, south, east, north = zone.bounds
    left, top = ~grid.affine * (west, north)
    right, bottom = ~grid.affine * (east, south)
    first_row, last_row = _overlap(top, bottom, block.row, block.height)
    first_column, last_column = _overlap(left, right, block.column, block.width)
    if first_row >= last_row or first_column >= last_column:
        return None
    return Block(first_row, first_column, last_row - first_row, last_column - first_column)


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
