"""Pixels of a cloud-optimised GeoTIFF on the web, from exactly the blocks that hold them."""

from __future__ import annotations

import threading
import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np
from rasterio.windows import Window

from pipeline.progress import Progress
from pipeline.reading.pixels import NO_DATA_DN
from pipeline.reading.remote import fault
from pipeline.reading.remote.cache import Part, cache
from pipeline.reading.remote.header import Header, Layout, check_block
from pipeline.reading.remote.ranges import FileAddress, ranges
from pipeline.reading.signing import signed

HEADER_BYTES = (16 * 2**10, 256 * 2**10)
"""What is asked for of a file's beginning, and then where that does not tell where the blocks lie."""
GAP_BYTES, MOST_AT_ONCE_BYTES = 4 * 2**10, 8 * 2**20
"""Blocks with no more between them than this are asked for together, up to so much at a time."""
SPARE_BYTES = 64 * 2**10
"""By how much a block may be longer than its pixels: some do not get shorter by compression."""


class RemoteFile:
    """A file on the web.

    Parameters
    ----------
    href : str
        As the catalogue serves it; it is signed for each request that needs it.
    hosts : tuple of str
        Hosts to which it may redirect, beside its own.
    progress : Progress
        Asked again and again whether to go on.
    """

    def __init__(self, href: str, hosts: tuple[str, ...], progress: Progress) -> None:
        self.href, self._hosts, self._progress = href, hosts, progress
        self._header: Header | None = None
        self._lock = threading.Lock()

    @property
    def header(self) -> Header:
        """The file's beginning; it is read once.

        Raises
        ------
        FileFault
            When it does not come, or is not that of a GeoTIFF.
        """
        with self._lock:
            if self._header is None:
                self._header = self._opened(HEADER_BYTES[0])
            return self._header

    def where(self) -> str:
        """Return the address, signed and after redirects, under which others open the file."""
        return ranges.where(self._address())

    def forget(self) -> None:
        """Drop what is known of the file: it is read anew."""
        with self._lock:
            self._header = None
        cache.forget(self.href)

    def read(self, window: Window, target: np.ndarray) -> bool:
        """Read a window of the file's own pixels into an array; False where that is left to GDAL.

        Raises
        ------
        FileFault
            When a block does not come, or cannot be decoded.
        """
        layout = self.header.layout
        if layout is None or not _fits(layout, target.dtype):
            return False
        check_block(*layout.block_shape)
        places = self._places(layout, window)
        if places is None:
            return False
        for run in _together(places):
            first, end = run[0][0][0], max(start + size for (start, size), _ in run)
            data = self._part(first, end - first)
            for (start, size), block in run:
                pixels = data[start - first : start - first + size]
                _place(pixels, layout, block, window, target)
        return True

    def _opened(self, size: int) -> Header:
        return Header(cache.get(self.href, (0, size), lambda: self._read(0, size)))

    def _places(self, layout: Layout, window: Window) -> list[tuple[Part, tuple[int, int]]] | None:
        """Return where the blocks under a window lie, by their place; None where the file does not tell."""
        blocks = list(_under(layout, window))
        for size in HEADER_BYTES:
            header = self.header if size == HEADER_BYTES[0] else self._opened(size)
            places = [(header.block(*block), block) for block in blocks]
            known = [(place, block) for place, block in places if place is not None]
            if len(known) == len(places):
                with self._lock:
                    self._header = header
                check_sizes(layout, known)
                return sorted(known)
        return None

    def _part(self, first: int, size: int) -> bytes:
        data = cache.get(self.href, (first, size), lambda: self._read(first, size))
        if len(data) < size:
            raise fault.incomplete(len(data), size)
        return data

    def _read(self, first: int, size: int) -> bytes:
        progress = self._progress
        return ranges.read(self._address(), first, size, progress.check, progress.pause)

    def _address(self) -> FileAddress:
        return FileAddress(signed(self.href), self._hosts)


def check_sizes(layout: Layout, places: list[tuple[Part, tuple[int, int]]]) -> None:
    """Raise `FileFault` where a block is said to be longer in the file than its pixels are."""
    rows, columns = layout.block_shape
    if any(size > rows * columns * layout.dtype.itemsize + SPARE_BYTES for (_, size), _ in places):
        raise fault.damaged()


def _fits(layout: Layout, dtype: np.dtype[Any]) -> bool:
    """Tell whether a file's pixels are read here: 0 is their only no data, and they fit into the array."""
    missing = NO_DATA_DN if layout.nodata is None else layout.nodata
    return missing <= NO_DATA_DN and (layout.dtype == dtype or _clipped(layout, dtype))


def _clipped(layout: Layout, dtype: np.dtype[Any]) -> bool:
    """Tell whether a file's pixels are signed, no data below 0, and wanted without a sign."""
    return layout.dtype == np.dtype(np.int16) and dtype == np.dtype(np.uint16)


def _under(layout: Layout, window: Window) -> Iterator[tuple[int, int]]:
    """Give row and column of the blocks under a window."""
    rows, columns = layout.block_shape
    for row in range(window.row_off // rows, -(-(window.row_off + window.height) // rows)):
        for column in range(window.col_off // columns, -(-(window.col_off + window.width) // columns)):
            yield row, column


def _together(
    places: list[tuple[Part, tuple[int, int]]],
) -> Iterator[list[tuple[Part, tuple[int, int]]]]:
    """Give runs of blocks that lie one after the other in the file."""
    run: list[tuple[Part, tuple[int, int]]] = []
    for place in places:
        (start, size), _ = place
        if run:
            first, (last, n) = run[0][0][0], run[-1][0]
            if not 0 <= start - (last + n) <= GAP_BYTES or start + size - first > MOST_AT_ONCE_BYTES:
                yield run
                run = []
        run.append(place)
    if run:
        yield run


def _place(data: bytes, layout: Layout, block: tuple[int, int], window: Window, target: np.ndarray) -> None:
    """Decode a block and put what lies under a window where it belongs."""
    rows, columns = layout.block_shape
    top, left = block[0] * rows, block[1] * columns
    first_row, last_row = max(window.row_off, top), min(window.row_off + window.height, top + rows)
    first, last = max(window.col_off, left), min(window.col_off + window.width, left + columns)
    pixels = decoded(data, layout, min(rows, layout.shape[0] - top))[first_row - top : last_row - top]
    if layout.differences:  # a pixel is the sum of the differences up to it
        pixels = np.cumsum(pixels[:, : last - left], axis=1, dtype=layout.dtype)
    pixels = pixels[:, first - left : last - left]
    if _clipped(layout, target.dtype):
        pixels = pixels.clip(min=NO_DATA_DN)
    target[
        first_row - window.row_off : last_row - window.row_off, first - window.col_off : last - window.col_off
    ] = pixels


def decoded(data: bytes, layout: Layout, least: int) -> np.ndarray:
    """Return a block's values ``(y, x)`` as they are stored; never more than a block's bytes are unpacked.

    Parameters
    ----------
    data : bytes
        As they came.
    layout : Layout
        Of the file.
    least : int
        Rows of the block that lie in the image.

    Raises
    ------
    FileFault
        When the block is damaged.
    """
    rows, columns = layout.block_shape
    row_bytes = columns * layout.dtype.itemsize
    if layout.deflated:
        try:
            data = zlib.decompressobj().decompress(data, rows * row_bytes)
        except zlib.error as error:
            raise fault.damaged() from error
    rows = min(rows, len(data) // row_bytes)
    if rows < least:
        raise fault.damaged()
    return np.frombuffer(data, layout.dtype, rows * columns).reshape(rows, columns)
