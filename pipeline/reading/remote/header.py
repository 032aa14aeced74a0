"""The beginning of a cloud-optimised GeoTIFF: how its pixels lie in the file.

It is read here, and not by GDAL, which would look up the coordinate system in its database in every thread,
nor by async-tiff, which ends the process where a file claims a directory of gigabytes. Nothing is believed
that these bytes do not hold; whatever is unusual is left to GDAL.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from affine import Affine

from pipeline.reading.gdal import TIFF_BEGINS
from pipeline.reading.remote import fault

MOST_TAGS = 200
"""Entries of a directory; those of known catalogues have about 20."""
MOST_BLOCK_PX = 4096 * 4096
"""Pixels of the largest block that is read."""
FORMATS = {1: "B", 2: "c", 3: "H", 4: "I", 12: "d", 16: "Q"}
"""Letter of `struct` for each type of TIFF that is read here."""
DTYPES = {(8, 1): "uint8", (16, 1): "uint16", (16, 2): "int16"}
"""By bits and sample format."""
UNCOMPRESSED, DEFLATE = (1,), (8, 32946)
GREY, PALETTE = 1, 3
MOST_DIRECTORIES, OVERVIEW = 20, 1
PIXEL_IS_AREA, PROJECTED, USER_DEFINED = 1, 1, 32767


class TiffTag:
    """Numbers of tags that are read here."""

    SUBFILE, WIDTH, HEIGHT, BITS, COMPRESSION, PHOTOMETRIC, FILL_ORDER = 254, 256, 257, 258, 259, 262, 266
    STRIP_OFFSETS, SAMPLES, ROWS_PER_STRIP, STRIP_SIZES, PREDICTOR = 273, 277, 278, 279, 317
    TILE_WIDTH, TILE_HEIGHT, TILE_OFFSETS, TILE_SIZES, SAMPLE_FORMAT = 322, 323, 324, 325, 339
    PIXEL_SCALE, TIEPOINT, GEO_KEYS, NO_DATA = 33550, 33922, 34735, 42113


class GeoKey:
    """Numbers of entries of a GeoTIFF's own directory."""

    MODEL, RASTER, PROJECTION = 1024, 1025, 3072


class Unusual(Exception):
    """A file is not one of those that are read here."""


UNREADABLE = (Unusual, struct.error, ValueError, OverflowError)


class TooShort(Exception):
    """More of the file is needed to know how its pixels lie.

    Parameters
    ----------
    size : int
        How many bytes.
    """

    def __init__(self, size: int) -> None:
        super().__init__(size)
        self.size = size


def check_block(rows: int, columns: int) -> None:
    """Raise `FileFault` for blocks that are too large to be decoded in memory."""
    if rows * columns > MOST_BLOCK_PX:
        raise fault.too_large(rows, columns)


@dataclass(frozen=True)
class Layout:
    """How the pixels of a file with one band lie in it."""

    dtype: np.dtype[Any]
    shape: tuple[int, int]
    """Rows and columns of the file."""
    block_shape: tuple[int, int]
    """Rows and columns of a block; the last strip of a file in strips is shorter."""
    deflated: bool
    differences: bool
    """Whether each pixel is told by its difference from the one before in its row."""
    grid: dict[str, Any]
    """`crs` (EPSG), `transform`, `height`, `width`, as stackstac's ``vrt_params``; empty for an overview."""
    nodata: float | None
    offsets: np.ndarray
    """First byte of each block, row by row; 0: there is none."""
    sizes: np.ndarray
    """Bytes of each block."""

    def block(self, row: int, column: int) -> tuple[int, int]:
        """Return first byte and size of a block."""
        number = row * -(-self.shape[1] // self.block_shape[1]) + column
        return int(self.offsets[number]), int(self.sizes[number])


def layout_of(data: bytes) -> Layout | None:
    """Return how the pixels of a file lie that begins with some bytes; None where that is left to GDAL.

    Raises
    ------
    FileFault
        When they are not those of a GeoTIFF, or its blocks are too large.
    TooShort
        When they tell where the blocks lie only further on.
    """
    if not data.startswith(TIFF_BEGINS):
        raise fault.no_geotiff()
    try:
        tags = _Directory(data)
        grid = {"crs": _epsg(tags), "transform": _transform(tags)}
        layout = _layout(tags, subfile=0)
    except UNREADABLE:
        return None
    height, width = layout.shape
    return replace(layout, grid={**grid, "height": height, "width": width})


def overviews_of(data: bytes) -> list[Layout]:
    """Return how the pixels of a file's overviews lie, of those that these bytes tell of."""
    found: list[Layout] = []
    with suppress(*UNREADABLE, TooShort, fault.FileFault):
        found.extend(_overviews(data))
    return found


def all_overviews_of(data: bytes) -> list[Layout] | None:
    """Return how the pixels of all overviews of a file lie; None where these bytes do not tell."""
    try:
        return list(_overviews(data))
    except (*UNREADABLE, TooShort, fault.FileFault):
        return None


def _overviews(data: bytes) -> Iterator[Layout]:
    tags = _Directory(data)
    for _ in range(MOST_DIRECTORIES):
        if tags.next == 0:
            return
        tags = _Directory(data, tags.next)
        if tags.one(TiffTag.SUBFILE, 0) == OVERVIEW:
            yield _layout(tags, subfile=OVERVIEW)


def _layout(tags: _Directory, subfile: int) -> Layout:
    """Return how the pixels of a directory lie, still without a grid."""
    width, height = tags.one(TiffTag.WIDTH), tags.one(TiffTag.HEIGHT)
    tiled = TiffTag.TILE_WIDTH in tags
    if tiled:
        rows, columns = tags.one(TiffTag.TILE_HEIGHT), tags.one(TiffTag.TILE_WIDTH)
    else:
        rows, columns = min(tags.one(TiffTag.ROWS_PER_STRIP, height), height), width
    compression, predictor = tags.one(TiffTag.COMPRESSION, 1), tags.one(TiffTag.PREDICTOR, 1)
    dtype = DTYPES.get((tags.one(TiffTag.BITS, 1), tags.one(TiffTag.SAMPLE_FORMAT, 1)))
    if dtype is None or not (
        tags.one(TiffTag.SUBFILE, 0) == subfile
        and tags.one(TiffTag.SAMPLES, 1) == 1
        and tags.one(TiffTag.FILL_ORDER, 1) == 1
        and tags.one(TiffTag.PHOTOMETRIC) in (GREY, PALETTE)
        and compression in (*UNCOMPRESSED, *DEFLATE)
        and predictor in (1, 2)
        and min(width, height, rows, columns) > 0
    ):
        raise Unusual
    check_block(rows, columns)
    n_blocks = -(-height // rows) * -(-width // columns)
    places = (TiffTag.TILE_OFFSETS, TiffTag.TILE_SIZES)
    if not tiled:
        places = (TiffTag.STRIP_OFFSETS, TiffTag.STRIP_SIZES)
    offsets, sizes = (tags.numbers(tag, n_blocks) for tag in places)
    return Layout(
        np.dtype(dtype),
        (height, width),
        (rows, columns),
        compression in DEFLATE,
        predictor == 2 and compression in DEFLATE,
        {},
        tags.nodata(),
        offsets,
        sizes,
    )


def _transform(tags: _Directory) -> Affine:
    across, down, _ = tags.floats(TiffTag.PIXEL_SCALE, 3)
    column, row, _, x, y, _ = tags.floats(TiffTag.TIEPOINT, 6)
    if (column, row) != (0, 0):
        raise Unusual
    return Affine(across, 0.0, x, 0.0, -abs(down), y)


def _epsg(tags: _Directory) -> int:
    values = tags.numbers(TiffTag.GEO_KEYS).astype(int)
    keys = {int(key): int(value) for key, place, _, value in values[4:].reshape(-1, 4) if place == 0}
    epsg = keys.get(GeoKey.PROJECTION, USER_DEFINED)
    plain = keys.get(GeoKey.MODEL) == PROJECTED and keys.get(GeoKey.RASTER) == PIXEL_IS_AREA
    if not plain or not 0 < epsg < USER_DEFINED:
        raise Unusual
    return epsg


class _Directory:
    """A directory of a TIFF with little bytes first, by number of tag.

    Parameters
    ----------
    data : bytes
        The file's beginning.
    start : int, optional
        Where it lies; by default it is the first one.
    """

    def __init__(self, data: bytes, start: int | None = None) -> None:
        self._data = data
        if data[:4] not in (b"II*\0", b"II+\0"):
            raise Unusual
        big = data[2] == ord("+")
        self._place = "Q" if big else "I"
        if start is None:
            (start,) = struct.unpack_from("<" + self._place, data, 8 if big else 4)
        (count,) = struct.unpack_from("<Q" if big else "<H", data, start)
        entry = struct.Struct("<HHQ8s" if big else "<HHI4s")
        if count > MOST_TAGS:
            raise Unusual
        first = start + (8 if big else 2)
        entries = [entry.unpack_from(data, first + n * entry.size) for n in range(count)]
        (self.next,) = struct.unpack_from("<" + self._place, data, first + count * entry.size)
        self._entries = {tag: (kind, length, value) for tag, kind, length, value in entries}

    def __contains__(self, tag: int) -> bool:
        return tag in self._entries

    def one(self, tag: int, default: int | None = None) -> int:
        """Return the value of a tag that has one number."""
        if tag not in self._entries and default is not None:
            return default
        return int(self.numbers(tag, 1)[0])

    def numbers(self, tag: int, length: int | None = None) -> np.ndarray:
        """Return the whole numbers of a tag, of a length if one is given."""
        letter, raw = self._raw(tag, length)
        if letter not in "BHIQ":
            raise Unusual
        return np.frombuffer(raw, f"<u{struct.calcsize('<' + letter)}")

    def floats(self, tag: int, length: int) -> list[float]:
        """Return the numbers of a tag with a point."""
        letter, raw = self._raw(tag, length)
        if letter != "d":
            raise Unusual
        return list(struct.unpack(f"<{length}d", raw))

    def nodata(self) -> float | None:
        """Return what GDAL has noted as the value of pixels without data."""
        if TiffTag.NO_DATA not in self._entries:
            return None
        return float(self._raw(TiffTag.NO_DATA)[1].rstrip(b"\0 ").decode("ascii"))

    def _raw(self, tag: int, length: int | None = None) -> tuple[str, bytes]:
        """Return the letter of a tag's type and its bytes."""
        if tag not in self._entries:
            raise Unusual
        kind, found, value = self._entries[tag]
        letter = FORMATS.get(kind)
        if letter is None or length not in (None, found):
            raise Unusual
        size = found * struct.calcsize("<" + letter)
        if size <= len(value):
            return letter, value[:size]
        (start,) = struct.unpack("<" + self._place, value)
        if start + size > len(self._data):
            raise TooShort(start + size)
        return letter, self._data[start : start + size]
