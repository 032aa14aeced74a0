"""One tile as cloud-optimised GeoTIFFs, made once and cached, and the same land again beside it."""

from __future__ import annotations

import json
import os
import shutil
import struct
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import filelock
import numpy as np
import rasterio
from pyproj import Transformer

from benchmarks.settings import Settings
from demo.cache import root
from synthetic.bands import TEN_M as BANDS
from synthetic.files import as_cog, profile
from synthetic.landscape import Landscape

GENERATOR = 2
"""Counted up when the pixels or the files change."""
EPSG, LEFT_M, TOP_M = 32632, 600_000, 5_200_020
ASSETS = (*BANDS, "scl")
TWENTY_M_FROM = {
    "rededge1": ("red", 1.9),
    "rededge2": ("nir", 1.3),
    "rededge3": ("nir", 1.5),
    "nir08": ("nir", 1.6),
    "swir16": ("red", 2.6),
    "swir22": ("red", 2.2),
}
"""Bands of 20 m: every second pixel of a band of 10 m, times a number that makes its file
as large as a real one."""
MODEL_TIEPOINT = 33922
"""TIFF tag that holds a file's upper left corner."""


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
    across: int = 0
    """Tiles to the left of this one."""
    down: int = 0
    """Tiles above it."""

    @property
    def assets(self) -> tuple[str, ...]:
        """Names of its files."""
        more = TWENTY_M_FROM if (self.folder / "swir16.tif").exists() else ()
        return (*ASSETS, *more)

    @property
    def corner(self) -> tuple[int, int]:
        """Easting and northing of the upper left corner, metres."""
        side_m = 10 * self.settings.tile_px
        return LEFT_M + self.across * side_m, TOP_M - self.down * side_m

    def point(self, px: int) -> tuple[float, float]:
        """Return longitude and latitude of a row and column with the same number, its upper left corner."""
        left, top = self.corner
        longitude, latitude = Transformer.from_crs(EPSG, 4326, always_xy=True).transform(
            left + 10 * px, top - 10 * px
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
    return Tile(_cached(settings, "", lambda folder: _write(folder, settings)), settings)


def step_m(asset: str) -> int:
    """Return the side of a file's pixels, metres."""
    return 10 if asset in BANDS else 20


def with_20_m(first: Tile) -> Tile:
    """Return a tile with the bands of 20 m beside its files."""

    def make(folder: Path) -> None:
        index = json.loads((first.folder / "blocks.json").read_text())
        for asset in ASSETS:
            os.link(first.folder / f"{asset}.tif", folder / f"{asset}.tif")
        for asset in TWENTY_M_FROM:
            _write_20_m(first.folder, folder, asset, first.settings)
            index[asset] = _index(folder / f"{asset}.tif")
        (folder / "blocks.json").write_text(json.dumps(index))

    return Tile(_cached(first.settings, "-20m", make), first.settings)


def square_of_tiles(settings: Settings) -> list[Tile]:
    """Return `tiles_across` rows and columns of tiles: the first one, and its copies moved beside it."""
    first = tile(settings)
    return [
        _neighbour(first, across, down) if across or down else first
        for down in range(settings.tiles_across)
        for across in range(settings.tiles_across)
    ]


def _neighbour(first: Tile, across: int, down: int) -> Tile:
    moved = Tile(first.folder, first.settings, across, down)

    def copy(folder: Path) -> None:
        for source in first.folder.iterdir():
            shutil.copy(source, folder)
        for asset in ASSETS:
            _move(folder / f"{asset}.tif", *moved.corner)

    return Tile(_cached(first.settings, f"-{across}-{down}", copy), first.settings, across, down)


def _cached(settings: Settings, which: str, make: Callable[[Path], None]) -> Path:
    home = root() / f"benchmark-{GENERATOR}-{settings.tile_px}-{settings.block_px}{which}"
    home.parent.mkdir(parents=True, exist_ok=True)
    with filelock.FileLock(f"{home}.lock"):
        if not home.is_dir():
            with tempfile.TemporaryDirectory(prefix=f"{home.name}-", dir=home.parent) as made:
                folder = Path(made) / "tile"
                folder.mkdir()
                make(folder)
                folder.rename(home)
    return home


def _move(path: Path, left_m: float, top_m: float) -> None:
    """Write another upper left corner into a little-endian TIFF, in place: GDAL would append a header."""
    with path.open("r+b") as file:
        _, _, at = struct.unpack("<2sHI", file.read(8))
        file.seek(at)
        (count,) = struct.unpack("<H", file.read(2))
        entries = [struct.unpack("<HHII", file.read(12)) for _ in range(count)]
        offset = next(value for tag, _, _, value in entries if tag == MODEL_TIEPOINT)
        file.seek(offset + 3 * 8)
        file.write(struct.pack("<2d", left_m, top_m))


def _write(folder: Path, settings: Settings) -> None:
    land = Landscape(settings.tile_px, seed=7)
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
        as_cog(source, target, **_cog_options(asset, settings))
        source.unlink()
        index[asset] = _index(target)
    (folder / "blocks.json").write_text(json.dumps(index))


def _write_20_m(source: Path, folder: Path, asset: str, settings: Settings) -> None:
    """Write one band of 20 m, made of a band of 10 m (`TWENTY_M_FROM`)."""
    band, factor = TWENTY_M_FROM[asset]
    with rasterio.open(source / f"{band}.tif") as file:
        dn = file.read(1)[::2, ::2]
    made = np.where(dn > 0, (dn.astype(np.float32) * factor).clip(1, 60_000), 0).astype(np.uint16)
    target = folder / f"{asset}.raw.tif"
    opened = profile(made.shape, np.uint16, LEFT_M, TOP_M, epsg=EPSG, step=20, nodata=0)
    with rasterio.open(target, "w", **opened) as raw:
        raw.write(made, 1)
    as_cog(target, folder / f"{asset}.tif", **_cog_options(asset, settings))
    target.unlink()


def _raw(folder: Path, asset: str, settings: Settings) -> Any:
    factor = 2 if asset == "scl" else 1
    side = settings.tile_px // factor
    dtype = np.uint8 if asset == "scl" else np.uint16
    opened = profile((side, side), dtype, LEFT_M, TOP_M, epsg=EPSG, step=10 * factor, nodata=0)
    return rasterio.open(folder / f"{asset}.raw.tif", "w", **opened)


def _cog_options(asset: str, settings: Settings) -> dict[str, object]:
    return {
        "blocksize": settings.block_px,
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
