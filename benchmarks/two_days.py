"""A median mosaic wider than a swath, over the border of two zones, on dask workers.

``python -m benchmarks.two_days [KM]`` paints fields whose place on Earth is known into tiles of two zones:
the western ones are of one day, the eastern ones of another with more light. The two days share a strip. It
then groups an area over both on two workers, and prints seconds, memory, and how many pixels have the right
field: in all, and near the edges of the days.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import rasterio
from affine import Affine
from pyproj import Transformer
from rasterio.enums import Resampling

from benchmarks.cluster import cluster
from benchmarks.items import COLLECTION
from benchmarks.rig import local
from benchmarks.settings import TOY
from benchmarks.tiles import ASSETS, step_m, tile
from benchmarks.truth import cross_table
from pipeline import Analysis, AnalysisRequest, AreaOfInterest, analyse
from pipeline.area.grid import epsg_of
from synthetic.bands import TEN_M as BANDS
from synthetic.items import COG, feature, grid, outline

CENTRE = 12.0005, 47.0
"""Just east of the border between zones 32 and 33."""
LIGHT = {32632: ("2022-06-10", 1.0), 32633: ("2022-06-13", 1.06)}
"""Day of each zone's tiles, and how much light there is."""
OVERLAP_M = 8_000
"""How far each day reaches beyond the border."""
FIELD_DEG = 0.01
FIELDS = np.array(
    [[0, 0, 0, 0], [300, 350, 200, 100], [400, 600, 350, 4000], [700, 1000, 900, 2600],
     [1400, 1800, 2300, 2900], [2600, 2900, 3100, 3400]], np.float32,
)  # fmt: skip
"""Digital numbers of each kind of field in `BANDS`; kind 0 is outside."""
STRIP_PX, EVERY_PX = 1024, 128
NEAR_M = 2_000
"""What counts as near an edge of a day."""


@dataclass(frozen=True)
class Place:
    """A tile: its zone, its upper left corner, its pixels a side."""

    epsg: int
    left: int
    top: int
    side_px: int

    def affine(self, step: float) -> Affine:
        """Return the affine of its pixels of a size."""
        return Affine(step, 0, self.left, 0, -step, self.top)


def places(size_km: float) -> Iterator[Place]:
    """Yield two tiles, one above the other, on either side of the border."""
    side_px = round(60 * size_km / 2048) * 2048
    for epsg in LIGHT:
        x, y = Transformer.from_crs(4326, epsg, always_xy=True).transform(12.0, CENTRE[1])
        west = epsg == min(LIGHT)
        left = round((x + OVERLAP_M - 10 * side_px if west else x - OVERLAP_M) / 20) * 20
        top = round(y / 20) * 20
        yield from (Place(epsg, left, top + shift, side_px) for shift in (10 * side_px, 0))


def kinds(epsg: int, affine: Affine, shape: tuple[int, int]) -> np.ndarray:
    """Return the kind of field at each pixel of a grid: uint8 ``(y, x)``, 1 to 5, by its place on Earth."""
    rows, columns = (np.arange(0, n + EVERY_PX, EVERY_PX) for n in shape)
    x, y = affine * (columns[None, :] + 0.5, rows[:, None] + 0.5)
    to_degrees = Transformer.from_crs(epsg, 4326, always_xy=True).transform
    longitude, latitude = to_degrees(x + 0 * y, y + 0 * x)
    cells = [
        np.floor(_between(values, shape) / FIELD_DEG).astype(np.int32) for values in (longitude, latitude)
    ]
    return np.asarray((cells[0] * 7919 + cells[1] * 104_729) % 5 + 1, np.uint8)


def _between(values: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Return values that are known at every `EVERY_PX`-th pixel at all of them."""
    row, column = (np.arange(n) / EVERY_PX for n in shape)
    i, j = row.astype(int), column.astype(int)
    v, u = (row - i)[:, None], column - j
    lines = values[i] * (1 - v) + values[i + 1] * v
    return np.asarray(lines[:, j] * (1 - u) + lines[:, j + 1] * u)


def write(place: Place, folder: Path, light: float) -> None:
    """Write the files of a tile."""
    folder.mkdir(parents=True)
    table, side = np.rint(FIELDS * light).astype(np.uint16), place.side_px
    with ExitStack() as stack:
        files = {asset: stack.enter_context(_opened(place, folder, asset)) for asset in ASSETS}
        for first in range(0, side, STRIP_PX):
            shape = (STRIP_PX, side)
            fields = kinds(place.epsg, place.affine(10) * Affine.translation(0, first), shape)
            window = ((first, first + STRIP_PX), (0, side))
            for number, band in enumerate(BANDS):
                files[band].write(table[:, number][fields], 1, window=window)
        files["scl"].write(np.full((side // 2, side // 2), 4, np.uint8), 1)
        for file in files.values():
            file.build_overviews([2, 4, 8, 16], Resampling.nearest)


def _opened(place: Place, folder: Path, asset: str) -> Any:
    """Return a file of a tile, open for writing."""
    step = step_m(asset)
    side = place.side_px * 10 // step
    profile: dict[str, Any] = {
        "driver": "GTiff", "dtype": np.uint8 if asset == "scl" else np.uint16, "count": 1, "nodata": 0,
        "width": side, "height": side, "crs": f"EPSG:{place.epsg}", "transform": place.affine(step),
        "tiled": True, "blockxsize": 1024, "blockysize": 1024, "compress": "deflate", "zlevel": 1,
    }  # fmt: skip
    return rasterio.open(folder / f"{asset}.tif", "w", **profile)


def described(place: Place, folder: Path, number: int) -> dict[str, Any]:
    """Return the item of a tile."""
    day, _ = LIGHT[place.epsg]
    code = f"{place.epsg % 100}T{'QS' if place.epsg == min(LIGHT) else 'TM'}{number}"[:5]
    corner, shape = (place.left, place.top), (place.side_px, place.side_px)
    assets = {
        asset: {
            "href": (folder / f"{asset}.tif").as_uri(),
            "type": COG,
            **grid((place.side_px * 10 // step_m(asset),) * 2, *corner, step_m(asset)),
        }
        for asset in ASSETS
    }
    properties = {
        "datetime": f"{day}T10:16:00Z",
        "platform": "sentinel-2a",
        "proj:epsg": place.epsg,
        "eo:cloud_cover": 0.0,
        "grid:code": f"MGRS-{code}",
        "s2:processing_baseline": "02.14",
    }
    name = f"S2A_T{code}_{day.replace('-', '')}_{number}_L2A"
    return feature(name, COLLECTION, outline(*corner, shape, 10, place.epsg), properties, assets)


def run(size_km: float, scratch: Path) -> dict[str, Any]:
    """Make the tiles, group the area on two workers, and tell how it went."""
    items = []
    for number, place in enumerate(places(size_km)):
        write(place, scratch / str(number), LIGHT[place.epsg][1])
        items.append(described(place, scratch / str(number), number))
    with local([tile(TOY)], items) as rig, cluster(2, rig.environment) as dask:
        os.environ.update(rig.environment, DASK_SCHEDULER_ADDRESS=dask.address)
        request = AnalysisRequest(
            AreaOfInterest.square(*CENTRE, size_km),
            date(2022, 6, 1),
            date(2022, 6, 30),
            catalog="benchmarks",
            composite="median",
            n_clusters=5,
        )
        started = time.perf_counter()
        analysis = analyse(request)
        seconds = time.perf_counter() - started
        return {
            "seconds": round(seconds, 1),
            "worker_mb": [round(mb) for mb in dask.peaks_mb()],
            **judged(analysis),
        }


def judged(analysis: Analysis) -> dict[str, Any]:
    """Return shares of pixels right, in all and near the edges of the days, and the looks."""
    rows, columns = map(int, analysis.grid.shape)
    epsg, table, near = epsg_of(analysis.grid), np.zeros((5, 5), np.int64), np.zeros((5, 5), np.int64)
    looks, seen = np.zeros(3, np.int64), 0
    for block, number in zip(analysis.raster.blocks, range(len(analysis.raster.blocks)), strict=True):
        labels = analysis.raster.get(number)
        truth = kinds(epsg, block.of(analysis.grid).affine, block.shape)
        found = analysis.pixels.store.get(number).looks
        looks += np.bincount(np.minimum(found & 127, 2).ravel(), minlength=3) if found is not None else 0
        table += _padded(cross_table(labels, truth, 5))
        edge = _near_an_edge(analysis, block.of(analysis.grid).affine, block.shape)
        near += _padded(cross_table(np.where(edge, labels, 0).astype(np.uint8), truth, 5))
        seen += labels.size
    best = table.argmax(axis=1)
    return {
        "megapixels": round(rows * columns / 1e6, 1),
        "blocks": len(analysis.raster.blocks),
        "scenes": len(analysis.scenes),
        "looks_0_1_2": [round(float(n) / seen, 4) for n in looks],
        "missing": round(float(analysis.areas["share"].iloc[0]), 5),
        "right": round(float(table[np.arange(5), best].sum() / table.sum()), 5),
        "right_near_edges": round(float(near[np.arange(5), best].sum() / max(near.sum(), 1)), 5),
        "own_peak_mb": round(psutil.Process().memory_info().rss / 1e6),
    }


def _padded(table: np.ndarray) -> np.ndarray:
    return np.pad(table, ((0, 0), (0, 5 - table.shape[1])))


def _near_an_edge(analysis: Analysis, affine: Affine, shape: tuple[int, int]) -> np.ndarray:
    """Return the pixels within `NEAR_M` of where one of the days ends: bool ``(y, x)``."""
    rows, columns = (np.arange(0, n + EVERY_PX, EVERY_PX) for n in shape)
    x, y = np.broadcast_arrays(*(affine * (columns[None, :] + 0.5, rows[:, None] + 0.5)))
    near = np.zeros(shape, bool)
    for epsg in LIGHT:
        east, _ = Transformer.from_crs(epsg_of(analysis.grid), epsg, always_xy=True).transform(x, y)
        border, _ = Transformer.from_crs(4326, epsg, always_xy=True).transform(12.0, CENTRE[1])
        edge = border + OVERLAP_M * (1 if epsg == min(LIGHT) else -1)
        near |= np.abs(_between(east, shape) - edge) < NEAR_M
    return near


def main(size_km: float) -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory(prefix="two-days-") as scratch:
        print(json.dumps({"km": size_km, **run(size_km, Path(scratch))}), flush=True)


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 200.0)
