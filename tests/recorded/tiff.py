"""The bytes of a TIFF but for its free texts: they stand in one tag, whose length moves all that follows."""

from __future__ import annotations

import struct
from collections.abc import Iterator

TILE_OFFSETS, TILE_BYTES, GDAL_METADATA = 324, 325, 42112
SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 16: 8, 17: 8, 18: 8}
"""Bytes per value of each type of tag."""


def without_texts(tiff: bytes) -> Iterator[bytes]:
    """Yield the head, then for each image of a little-endian, tiled TIFF its tags and its compressed tiles.

    Left out are the tag with GDAL's texts and the places of tags and tiles in the file.
    """
    assert tiff[:4] == b"II*\0", "a classic little-endian TIFF, as GDAL writes it below 4 GB"
    (place,) = struct.unpack_from("<I", tiff, 4)
    yield tiff[8:place]
    while place:
        (entries,) = struct.unpack_from("<H", tiff, place)
        starts: list[int] = []
        lengths: list[int] = []
        for entry in range(place + 2, place + 2 + 12 * entries, 12):
            tag, kind, count = struct.unpack_from("<HHI", tiff, entry)
            values = _values(tiff, entry + 8, SIZES[kind] * count)
            if tag == TILE_OFFSETS:
                starts = _numbers(values, kind)
            elif tag != GDAL_METADATA:
                lengths = _numbers(values, kind) if tag == TILE_BYTES else lengths
                yield struct.pack("<HHI", tag, kind, count) + values
        for start, length in zip(starts, lengths, strict=True):
            yield tiff[start : start + length]
        (place,) = struct.unpack_from("<I", tiff, place + 2 + 12 * entries)


def _values(tiff: bytes, place: int, size: int) -> bytes:
    """Return the bytes of a tag's values: up to four stand in the entry itself."""
    if size > 4:
        (place,) = struct.unpack_from("<I", tiff, place)
    return tiff[place : place + size]


def _numbers(values: bytes, kind: int) -> list[int]:
    return [n for (n,) in struct.iter_unpack({3: "<H", 4: "<I"}[kind], values)]
