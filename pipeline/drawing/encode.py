"""Arrays to picture files that a browser shows."""

from __future__ import annotations

import base64
import io
import struct
import zlib
from collections.abc import Sequence

import numpy as np

WEBP_QUALITY, WEBP_METHOD = 36, 1
"""Texture of land is noise to an encoder: above this, bytes grow faster than what the eye sees."""


def indexed_png(values: np.ndarray, colors: Sequence[str]) -> bytes:
    """Return classes as a PNG with a palette: 0 transparent, 1 to n in their colours.

    Run lengths alone (zlib's Z_RLE) are both faster and smaller here than a search for repeated patterns:
    classes of land have runs but no patterns.

    Parameters
    ----------
    values : numpy.ndarray
        bool or uint8 ``(y, x)``, at most n.
    colors : sequence of str
        ``#rrggbb`` of the values 1 to n, n at most 255.
    """
    rows, columns = values.shape
    depth = next(bits for bits in (1, 2, 4, 8) if len(colors) < 2**bits)
    packed = _packed(values.astype(np.uint8, copy=False), depth)
    lines = np.zeros((rows, 1 + packed.shape[1]), np.uint8)  # a 0 before each row: unfiltered
    lines[:, 1:] = packed
    deflate = zlib.compressobj(1, zlib.DEFLATED, zlib.MAX_WBITS, zlib.DEF_MEM_LEVEL, zlib.Z_RLE)
    chunks = (
        (b"IHDR", struct.pack(">2I5B", columns, rows, depth, 3, 0, 0, 0)),
        (b"PLTE", bytes(3) + b"".join(bytes.fromhex(color.removeprefix("#")) for color in colors)),
        (b"tRNS", b"\0"),
        (b"IDAT", deflate.compress(lines.tobytes()) + deflate.flush()),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*c) for c in chunks)


def webp(rgba: np.ndarray) -> bytes:
    """Return an image as a WebP.

    Parameters
    ----------
    rgba : numpy.ndarray
        uint8 ``(y, x, 4)``.
    """
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(rgba).save(buffer, "WEBP", quality=WEBP_QUALITY, method=WEBP_METHOD)
    return buffer.getvalue()


def png(rgba: np.ndarray) -> bytes:
    """Return a small image as a PNG, which keeps every pixel as it is.

    Parameters
    ----------
    rgba : numpy.ndarray
        uint8 ``(y, x, 4)``.
    """
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(rgba).save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def data_url(kind: str, content: bytes) -> str:
    """Return a file as a data URL; `kind` is "png" or "webp"."""
    return f"data:image/{kind};base64,{base64.b64encode(content).decode()}"


def _packed(values: np.ndarray, depth: int) -> np.ndarray:
    """Return rows of values with `depth` bits each, the first pixel in the highest bits."""
    if depth == 8:
        return values
    if depth == 1:
        return np.packbits(values, axis=1)
    per_byte = 8 // depth
    whole = np.pad(values, ((0, 0), (0, -values.shape[1] % per_byte)))
    packed = whole[:, ::per_byte] << (8 - depth)
    for place in range(1, per_byte):
        packed |= whole[:, place::per_byte] << (8 - depth * (place + 1))
    return packed


def _chunk(kind: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(content, zlib.crc32(kind))
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)
