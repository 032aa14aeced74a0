"""Pixels of a cloud-optimised GeoTIFF on the web, from exactly the blocks that hold them."""

from __future__ import annotations

import threading
import zlib
from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
from rasterio.windows import Window

from pipeline.progress import Progress
from pipeline.reading.pixels import NO_DATA_DN
from pipeline.reading.remote import fault
from pipeline.reading.remote.cache import Part, cache
from pipeline.reading.remote.header import Layout, TooShort, all_overviews_of, layout_of, overviews_of
from pipeline.reading.remote.ranges import FileAddress, ranges
from pipeline.reading.signing import signed

WEB = ("http://", "https://")
"""How the addresses of files begin that are read here."""
HEADER_BYTES, MOST_HEADER_BYTES = 16 * 2**10, 2**20
"""What is asked for of a file's beginning, and the most where that does not tell where its blocks lie."""
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
        self._layout: Layout | None = None
        self._is_known = False
        self._lock = threading.Lock()

    @property
    def layout(self) -> Layout | None:
        """How its pixels lie, read once; None where that is left to GDAL.

        Raises
        ------
        FileFault
            When the file's beginning does not come, or is not that of a GeoTIFF.
        """
        with self._lock:
            if not self._is_known:
                self._layout, self._is_known = self._read_layout(), True
            return self._layout

    def where(self) -> str:
        """Return the address, signed and after redirects, under which others open the file."""
        return ranges.where(self._address())

    def forget(self) -> None:
        """Drop what is known of the file: it is read anew."""
        with self._lock:
            self._is_known = False
        cache.forget(self.href)

    def overview(self, factor: int) -> Layout | None:
        """Return how the pixels of an overview lie; None where the file's beginning tells of none.

        Parameters
        ----------
        factor : int
            Pixels of the file for one of the overview, along a side.
        """
        layout = self.layout
        if layout is None or factor == 1:
            return layout
        return next((each for each in overviews_of(self._header()) if _shows(each, layout, factor)), None)

    def coarsest(self, factor: float) -> Layout | None:
        """Return how the pixels of the coarsest overview lie that is no coarser than a factor.

        Those of the file itself where it has no such overview; None where its beginning does not tell.
        """
        layout, found = self.layout, all_overviews_of(self._header())
        if layout is None or found is None:
            return None
        width, most = layout.shape[1], factor * 1.001
        fine = [each for each in found if round(width / each.shape[1]) <= most]
        return min((layout, *fine), key=lambda each: each.shape[1])

    def _header(self) -> bytes:
        return cache.get(self.href, (0, HEADER_BYTES), partial(self._read, 0, HEADER_BYTES))

    def read(self, window: Window, target: np.ndarray, layout: Layout | None = None) -> bool:
        """Read a window into an array; False where that is left to GDAL.

        Parameters
        ----------
        window : rasterio.windows.Window
            In pixels of the file, or of the overview.
        target : numpy.ndarray
            ``(y, x)``, as large as the window.
        layout : Layout, optional
            Of an overview of the file.

        Raises
        ------
        FileFault
            When a block does not come, or cannot be decoded.
        """
        layout = layout or self.layout
        if layout is None or not _fits(layout, target.dtype):
            return False
        places = sorted((layout.block(*block), block) for block in _under(layout, window))
        if any(start == 0 for (start, _), _ in places):
            return False
        check_sizes(layout, places)
        for run in _together(places):
            first, end = run[0][0][0], max(start + size for (start, size), _ in run)
            data = self._part(first, end - first)
            for (start, size), block in run:
                pixels = data[start - first : start - first + size]
                _place(pixels, layout, block, window, target)
        return True

    def _read_layout(self) -> Layout | None:
        size = HEADER_BYTES
        while size <= MOST_HEADER_BYTES:
            data = cache.get(self.href, (0, size), partial(self._read, 0, size))
            try:
                return layout_of(data)
            except TooShort as short:
                if short.size <= size:  # the file ends before
                    return None
                size = short.size
        return None

    def _part(self, first: int, size: int) -> bytes:
        data = cache.get(self.href, (first, size), partial(self._read, first, size))
        if len(data) < size:
            raise fault.incomplete(len(data), size)
        return data

    def _read(self, first: int, size: int) -> bytes:
        progress = self._progress
        return ranges.read(self._address(), first, size, progress.check, progress.pause)

    def _address(self) -> FileAddress:
        return FileAddress(signed(self.href), self._hosts)


def _shows(overview: Layout, layout: Layout, factor: int) -> bool:
    """Tell whether an overview is that of a factor: a last pixel that is not whole is there, or left out."""
    return all(n // factor <= m <= -(-n // factor) for m, n in zip(overview.shape, layout.shape, strict=True))


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
    pixels = decoded(data, layout, last_row - top)[first_row - top :]
    if layout.differences:  # a pixel is the sum of the differences up to it
        pixels = np.cumsum(pixels[:, : last - left], axis=1, dtype=layout.dtype)
    pixels = pixels[:, first - left : last - left]
    if _clipped(layout, target.dtype):
        pixels = pixels.clip(min=NO_DATA_DN)
    target[
        first_row - window.row_off : last_row - window.row_off, first - window.col_off : last - window.col_off
    ] = pixels


def decoded(data: bytes, layout: Layout, rows: int) -> np.ndarray:
    """Return the first rows of a block ``(y, x)`` as they are stored; no more than these is unpacked.

    Parameters
    ----------
    data : bytes
        The block as it came.
    layout : Layout
        Of the file.
    rows : int
        How many.

    Raises
    ------
    FileFault
        When the block is damaged.
    """
    columns = layout.block_shape[1]
    size = rows * columns * layout.dtype.itemsize
    if layout.deflated:
        try:
            data = zlib.decompressobj().decompress(data, size)
        except zlib.error as error:
            raise fault.damaged() from error
    if len(data) < size:
        raise fault.damaged()
    return np.frombuffer(data, layout.dtype, rows * columns).reshape(rows, columns)
