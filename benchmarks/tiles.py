"""One tile as cloud-optimised GeoTIFFs, made once and cached, and the STAC items that describe it."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import filelock
import numpy as np
import rasterio
import rasterio.shutil
from affine import Affine
from pyproj import Transformer

from benchmarks.land import Land
from benchmarks.settings import Settings
from demo.cache import root

GENERATOR = 1
"""Counted up when the pixels or the files change."""
EPSG, LEFT_M, TOP_M = 32632, 600_000, 5_200_020
COLLECTION = "sentinel-2-c1-l2a"
BANDS = ("blue", "green", "red", "nir")
ASSETS = (*BANDS, "scl")
VISITS = ((2, 71.0), (7, 44.0), (12, 18.0), (17, 2.0), (22, 63.0), (27, 9.0))
"""Days of June 2022 and cloud cover; each is described by the same files."""


@dataclass(frozen=True)
class Block:
    """Where a compressed block lies in its file, and which pixels it holds."""

    offset: int
    size: int
    row: int
    """First row and column of its pixels."""
    column: int


@dataclass(frozen=True)
class Tile:
    """A folder with the five files of a tile."""

    folder: Path
    settings: Settings

    def centre(self) -> tuple[float, float]:
        """Return longitude and latitude of the centre of the areas."""
        metres = 10 * self.settings.centre_px
        longitude, latitude = Transformer.from_crs(EPSG, 4326, always_xy=True).transform(
            LEFT_M + metres, TOP_M - metres
        )
        return longitude, latitude

    def blocks(self, asset: str, rows: slice, columns: slice) -> Iterator[Block]:
        """Give the full-resolution blocks of a file that hold some of these pixels."""
        index = json.loads((self.folder / "blocks.json").read_text())[asset]
        side = self.settings.block_px
        for row in range(rows.start // side, -(-rows.stop // side)):
            for column in range(columns.start // side, -(-columns.stop // side)):
                offset, size = index[row][column]
                yield Block(offset, size, row * side, column * side)


def tile(settings: Settings) -> Tile:
    """Return the tile of a setting; made first, atomically, where it is missing."""
    parameters = f"{GENERATOR}-{settings.tile_px}-{settings.block_px}"
    home = root() / f"benchmark-{parameters}"
    home.parent.mkdir(parents=True, exist_ok=True)
    with filelock.FileLock(f"{home}.lock"):
        if not home.is_dir():
            with tempfile.TemporaryDirectory(prefix=f"{home.name}-", dir=home.parent) as made:
                folder = Path(made) / "tile"
                folder.mkdir()
                _write(folder, settings)
                folder.rename(home)
    return Tile(home, settings)


def items(settings: Settings, base: str) -> list[dict[str, Any]]:
    """Return the items of all visits, their hrefs below an address."""
    return [_item(settings, base, day, cover) for day, cover in VISITS]


def _write(folder: Path, settings: Settings) -> None:
    land = Land(settings.tile_px, seed=7)
    with ExitStack() as stack:
        raw = {a: stack.enter_context(_raw(folder, a, settings)) for a in ASSETS}
        for first in range(0, settings.tile_px, 1024):
            last = min(first + 1024, settings.tile_px)
            dn, classes = land.strip(first, last)
            for band, pixels in zip(BANDS, dn, strict=True):
                raw[band].write(pixels, 1, window=((first, last), (0, settings.tile_px)))
            raw["scl"].write(classes, 1, window=((first // 2, last // 2), (0, settings.tile_px // 2)))
    index = {}
    for asset in ASSETS:
        source, target = folder / f"{asset}.raw.tif", folder / f"{asset}.tif"
        rasterio.shutil.copy(source, target, driver="COG", **_cog_options(asset, settings))
        source.unlink()
        index[asset] = _index(target)
    (folder / "blocks.json").write_text(json.dumps(index))


def _raw(folder: Path, asset: str, settings: Settings) -> Any:
    factor = 2 if asset == "scl" else 1
    side = settings.tile_px // factor
    return rasterio.open(
        folder / f"{asset}.raw.tif",
        "w",
        driver="GTiff",
        dtype=np.uint8 if asset == "scl" else np.uint16,
        count=1,
        height=side,
        width=side,
        crs=f"EPSG:{EPSG}",
        transform=Affine(10 * factor, 0, LEFT_M, 0, -10 * factor, TOP_M),
        nodata=0,
    )


def _cog_options(asset: str, settings: Settings) -> dict[str, object]:
    return {
        "blocksize": settings.block_px,
        "compress": "deflate",
        "level": 6,
        "predictor": "NO" if asset == "scl" else "YES",
        "resampling": "nearest" if asset == "scl" else "average",
        "num_threads": os.cpu_count() or 1,
    }


def _index(path: Path) -> list[list[tuple[int, int]]]:
    """Return offset and size of each full-resolution block, as ``[row][column]``."""
    with rasterio.open(path) as file:
        side = file.block_shapes[0][0]
        count = -(-file.height // side)

        def tag(name: str, row: int, column: int) -> int:
            return int(file.get_tag_item(f"BLOCK_{name}_{column}_{row}", "TIFF", bidx=1))

        return [
            [(tag("OFFSET", row, column), tag("SIZE", row, column)) for column in range(count)]
            for row in range(count)
        ]


def _item(settings: Settings, base: str, day: int, cover: float) -> dict[str, Any]:
    side_m = 10 * settings.tile_px
    corners = ((0, 0), (0, 1), (1, 1), (1, 0), (0, 0))
    to_degrees = Transformer.from_crs(EPSG, 4326, always_xy=True).transform
    ring = [list(to_degrees(LEFT_M + side_m * x, TOP_M - side_m * y)) for x, y in corners]
    longitudes, latitudes = zip(*ring, strict=True)
    return {
        "type": "Feature",
        "stac_version": "1.0.0",
        "stac_extensions": ["https://stac-extensions.github.io/projection/v1.1.0/schema.json"],
        "id": f"S2A_T32TPS_202206{day:02d}T101559_L2A",
        "collection": COLLECTION,
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "bbox": [min(longitudes), min(latitudes), max(longitudes), max(latitudes)],
        "properties": {
            "datetime": f"2022-06-{day:02d}T10:16:00Z",
            "platform": "sentinel-2a",
            "proj:epsg": EPSG,
            "eo:cloud_cover": cover,
            "grid:code": "MGRS-32TPS",
            "s2:processing_baseline": "05.10",
        },
        "links": [],
        "assets": {asset: _asset(settings, base, asset) for asset in ASSETS},
    }


def _asset(settings: Settings, base: str, asset: str) -> dict[str, Any]:
    factor = 2 if asset == "scl" else 1
    side = settings.tile_px // factor
    return {
        "href": f"{base}/{asset}.tif",
        "type": "image/tiff; application=geotiff; profile=cloud-optimized",
        "roles": ["data"],
        "gsd": 10 * factor,
        "proj:shape": [side, side],
        "proj:transform": [10 * factor, 0, LEFT_M, 0, -10 * factor, TOP_M],
        "raster:bands": [{"nodata": 0, "data_type": "uint8" if asset == "scl" else "uint16"}],
    }
