"""Where the files of a reference map lie for an area, and their classes on the area's grid.

A map is warped by nearest neighbour, block by block, and only the blocks of its files beneath the area are
fetched. Value 0 and the file's no-data value are no class.
"""

from __future__ import annotations

import logging
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

import numpy as np
from odc.geo.geobox import GeoBox

from pipeline.area.grid import epsg_of
from pipeline.errors import InvalidRequest, ReadFailed
from pipeline.reading.gdal import environment
from pipeline.reading.remote.fault import FileFault, leads_elsewhere
from pipeline.reference.access import checked
from pipeline.reference.profiles import Reference

log = logging.getLogger(__name__)

TILE_DEGREES = 3
"""Side of WorldCover's tiles."""
SEARCH_S = 20
MOST_FILES = 40
"""Files of one area; more belong to no area that is allowed."""
LARGEST_VALUE = 255
LARGEST_PIECE = 64 * 2**20
"""Bytes of a tile of a file, unpacked: a tile is read whole, however little of it is wanted."""
OFFLINE = (
    "{title} could not be reached. Try again when there is a connection, or take the names from the scene "
    "classification, which comes with the image."
)
ELSEWHERE = (
    "{title}: the address of {name} leads to where none of its files may lie. Choose another reference map."
)
Bounds = tuple[float, float, float, float]
"""West, south, east, north, degrees."""


def addresses(reference: Reference, bounds: Bounds, year: int) -> list[str]:
    """Return the files of a map that touch an area.

    Parameters
    ----------
    reference : Reference
        The map.
    bounds : tuple
        Of the area.
    year : int
        Of the image, for maps that are made every year.

    Raises
    ------
    ReadFailed
        When the API that tells the files does not answer, or has none here.
    """
    if "{tile}" in reference.path:
        return [reference.path.format(tile=tile) for tile in tiles(bounds)]
    if reference.path:
        return [reference.path]
    return _searched(reference, bounds, year)


def tiles(bounds: Bounds) -> list[str]:
    """Return the names of the 3-degree tiles that touch an area, by their south-west corners."""
    west, south, east, north = bounds
    columns = range(_below(west), _below(math.nextafter(east, west)) + 1, TILE_DEGREES)
    rows = range(_below(south), _below(math.nextafter(north, south)) + 1, TILE_DEGREES)
    return [
        f"{'N' if row >= 0 else 'S'}{abs(row):02d}{'E' if column >= 0 else 'W'}{abs(column):03d}"
        for row in rows
        for column in columns
    ]


def _below(degrees: float) -> int:
    return math.floor(degrees / TILE_DEGREES) * TILE_DEGREES


def _searched(reference: Reference, bounds: Bounds, year: int) -> list[str]:
    import requests

    asked: dict[str, Any] = {"collections": [reference.collection], "bbox": bounds, "limit": 100}
    if reference.yearly:
        asked["datetime"] = f"{year}-01-01T00:00:00Z/{year}-12-31T23:59:59Z"
    try:
        answer = requests.post(
            f"{reference.api.rstrip('/')}/search", json=asked, timeout=SEARCH_S, allow_redirects=False
        )
        answer.raise_for_status()
        items = answer.json()["features"]
        found = [str(item["assets"][reference.asset]["href"]) for item in items]
    except (requests.RequestException, ValueError, KeyError, TypeError) as error:
        log.warning("searching %s failed: %s", reference.api, error)
        raise ReadFailed(OFFLINE.format(title=reference.title), reference.api) from error
    if not found:
        raise ReadFailed(f"{reference.title} has no file here. Choose another reference map.", reference.api)
    return found[:MOST_FILES]


@dataclass(frozen=True)
class ClassMap:
    """The open files of a map, as classes on a grid."""

    datasets: tuple[Any, ...]
    title: str
    classes: Mapping[int, str]
    """Name of each value."""

    def on(self, grid: GeoBox) -> np.ndarray:
        """Return the classes on a grid: uint8 ``(y, x)``, 0 where there is none; of several files the first.

        Raises
        ------
        ReadFailed
            When a file cannot be read.
        InvalidRequest
            When its values are no classes.
        """
        rows, columns = (int(n) for n in grid.shape)
        found = np.zeros((rows, columns), np.uint8)
        for dataset in self.datasets:
            empty = found == 0
            if empty.any():
                found[empty] = self._warped(dataset, grid)[empty]
        return found

    def _warped(self, dataset: Any, grid: GeoBox) -> np.ndarray:
        from rasterio.enums import Resampling
        from rasterio.vrt import WarpedVRT

        rows, columns = grid.shape
        place = {"crs": f"EPSG:{epsg_of(grid)}", "transform": grid.affine, "width": columns, "height": rows}
        nodata = 0 if dataset.nodata is None or math.isnan(dataset.nodata) else dataset.nodata
        options = {"resampling": Resampling.nearest, "src_nodata": nodata, "nodata": nodata}
        try:
            with WarpedVRT(dataset, **place, **options) as warped:
                values = warped.read(1)
        except Exception as error:  # GDAL, PROJ and rasterio raise many kinds for a strange file
            raise _unreadable(self.title, dataset.name, error) from error
        values = np.where((values == nodata) | np.isnan(values), 0, values)
        if values.min() < 0 or values.max() > LARGEST_VALUE or (values != np.floor(values)).any():
            raise InvalidRequest(
                f"{self.title} is no classified map: its values run from {values.min():.6g} to "
                f"{values.max():.6g}. Classes are whole numbers from 1 to {LARGEST_VALUE}."
            )
        return values.astype(np.uint8)


def opened(reference: Reference, hrefs: Sequence[str], stack: ExitStack) -> ClassMap:
    """Open the files of a map; a tile of a scheme that does not exist is sea.

    Parameters
    ----------
    stack : ExitStack
        Closes them.

    Raises
    ------
    ReadFailed
        When none can be opened.
    InvalidRequest
        When a file is no classified map.
    """
    import rasterio

    datasets, problem = [], None
    for href in hrefs:
        try:
            stack.enter_context(environment(href))
            address = checked(href, reference)
            datasets.append(stack.enter_context(rasterio.open(address, driver="GTiff")))
        except Exception as error:  # as in _warped
            problem = _unreadable(reference.title, href, error)
            if not _is_missing(error) or len(hrefs) == 1:
                raise problem from error
    if not datasets:
        raise problem or ReadFailed(f"{reference.title} has no file here.")
    for dataset in datasets:
        _check(dataset, reference.title)
    classes = dict(reference.classes) or dict(_named_inside(datasets[0]))
    return ClassMap(tuple(datasets), reference.title, classes)


def _check(dataset: Any, title: str) -> None:
    """Refuse a file that can be no classified map, or that would take too much memory to read."""
    from rasterio.enums import ColorInterp

    if dataset.crs is None:
        raise InvalidRequest(
            f"{title} has no coordinate reference system, so nobody knows where it lies. Save it with one."
        )
    if dataset.colorinterp[0] is ColorInterp.red or np.dtype(dataset.dtypes[0]).kind not in "uif":
        raise InvalidRequest(
            f"{title} is no classified map, but a picture or of {dataset.dtypes[0]} numbers. "
            f"It needs one band of whole numbers from 1 to {LARGEST_VALUE}."
        )
    rows, columns = dataset.block_shapes[0]
    size = rows * columns * np.dtype(dataset.dtypes[0]).itemsize
    if size > LARGEST_PIECE:
        raise InvalidRequest(
            f"{title} is stored in pieces of {size / 1e6:,.0f} MB; at most {LARGEST_PIECE / 1e6:.0f} MB can "
            "be read at once. Save it in smaller tiles (GDAL: -co TILED=YES), or cut it to your area."
        )


def _is_missing(error: BaseException) -> bool:
    return bool(re.search(r"\b404\b|No such file|does not exist", str(error)))


def _unreadable(title: str, href: str, error: Exception) -> ReadFailed:
    log.warning("reading %s failed: %s", href, error)
    if isinstance(error, FileFault) and str(error) == str(leads_elsewhere()):
        return ReadFailed(ELSEWHERE.format(title=title, name=Path(href).name), href)
    if href.startswith("http") and not _is_missing(error):
        return ReadFailed(OFFLINE.format(title=title), href)
    return ReadFailed(f"{title}: the file {Path(href).name} could not be opened. Is it a GeoTIFF?", href)


def _named_inside(dataset: Any) -> Iterator[tuple[int, str]]:
    """Yield the names of classes in a file or its side-car."""
    side_car = Path(f"{dataset.name}.aux.xml")
    if side_car.is_file():
        yield from _of_side_car(side_car)
    told = {**dataset.tags(), **dataset.tags(1)}
    for name, text in told.items():
        if name.startswith("class_") and name.removeprefix("class_").isdigit():
            yield int(name.removeprefix("class_")), text
    for line in told.get("legend", "").splitlines():  # as WorldCover writes it
        value, _, name = line.strip().partition(" ")
        if value.isdigit() and name.strip():
            yield int(value), name.strip()


def _of_side_car(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the names of GDAL's side-car: a raster attribute table, or category names."""
    try:
        root = Xml.parse(path).getroot()
    except (Xml.ParseError, OSError):
        return
    fields = [f.findtext("Usage") for f in root.iterfind(".//GDALRasterAttributeTable/FieldDefn")]
    if {"5", "2"} <= set(fields):
        for row in root.iterfind(".//GDALRasterAttributeTable/Row"):
            texts = [f.text or "" for f in row.findall("F")]
            if len(texts) == len(fields) and texts[fields.index("5")].isdigit():
                yield int(texts[fields.index("5")]), texts[fields.index("2")]
    for value, category in enumerate(root.iterfind(".//CategoryNames/Category")):
        if category.text:
            yield value, category.text
