"""The digital numbers of a piece of land and the state of each pixel, packed tightly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pipeline.arrays import Mask, Planes, SceneClasses, State
from pipeline.reading.cloud_mask import CLASS_BITS, HAS_DATA, IMPROBABLE, CloudMask
from pipeline.sentinel2.offset import QUANTIFICATION

NO_DATA_DN, SATURATED_DN = 0, 65535
FILLED = np.uint8(0b1000_0000)
"""Bit of a pixel's looks that is set where a period was filled from its neighbours in time."""
CHUNK_PX = 2**15
"""Pixels of a band that are rounded at a time."""
NO_CLASS = 15
"""Scene class of a pixel without scene classification: it is never masked."""


@dataclass(frozen=True)
class CoarsePlanes:
    """Bands of larger pixels, kept as they are in the files and laid under the 10 m pixels on demand."""

    dn: Planes
    """uint16 ``(band, y, x)`` of the larger pixels."""
    places: tuple[int, ...]
    """Position of each band among all bands."""
    shift: tuple[int, int]
    """Rows and columns of 10 m by which the first of them begins before the block."""
    factor: int = 2
    """Pixels of 10 m along a side."""

    def under(self, planes: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
        """Return values of the larger pixels ``(..., y, x)`` at the 10 m pixels of the block: nearest."""
        rows, columns = ((s + np.arange(n)) // self.factor for s, n in zip(self.shift, shape, strict=True))
        return np.asarray(planes.take(columns, axis=-1).take(rows, axis=-2))

    def at(self, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        """Return the values of single 10 m pixels of the block: uint16 ``(band, n)``."""
        down, right = ((s + n) // self.factor for s, n in zip(self.shift, (rows, columns), strict=True))
        return np.asarray(self.dn.reshape(len(self.dn), -1).take(down * self.dn.shape[2] + right, axis=1))


@dataclass(frozen=True)
class Pixels:
    """Digital numbers, and for every pixel its scene class and the scene it comes from."""

    fine: Planes
    """uint16 ``(band, y, x)`` of the bands that are kept at 10 m, offset still in it; of a composite float32,
    10,000 times the reflectance."""
    state: State
    """uint8 ``(y, x)``: 0 without data, else scene class and the bits of cloud_mask.py."""
    sources: tuple[int, ...]
    """Numbers of the scenes."""
    source: np.ndarray | None = None
    """Unsigned integers ``(y, x)``: position in `sources`; None where all come from one scene."""
    coarse: CoarsePlanes | None = None
    """The bands that are kept at their own larger pixels; None: there are none."""
    looks: NDArray[np.uint8] | None = None
    """uint8 ``(y, x)`` of a composite: number of clear acquisitions, and `FILLED`; else None."""

    def __sizeof__(self) -> int:
        """Return the bytes held, for dask's workers."""
        return sum(array.nbytes for array in self.packed())

    @property
    def dn(self) -> Planes:
        """uint16 ``(band, y, x)``: all bands in their order at 10 m, offset still in it."""
        if self.coarse is None:
            return self.fine
        places = self.coarse.places
        n_bands = len(self.fine) + len(places)
        dn = np.empty((n_bands, *self.state.shape), np.uint16)
        dn[[n for n in range(n_bands) if n not in places]] = self.fine
        dn[list(places)] = self.coarse.under(self.coarse.dn, self.state.shape)
        return dn

    def planes(self, shown: Sequence[int]) -> Planes:
        """Return the digital numbers of some bands, by their positions: ``(band, y, x)``."""
        if self.coarse is None:
            return self.fine[list(shown)]
        fine = [n for n in range(len(self.fine) + len(self.coarse.places)) if n not in self.coarse.places]
        dn = np.empty((len(shown), *self.state.shape), np.uint16)
        for plane, n in zip(dn, shown, strict=True):
            if n in fine:
                plane[:] = self.fine[fine.index(n)]
            else:
                band = self.coarse.dn[self.coarse.places.index(n)]
                plane[:] = self.coarse.under(band, self.state.shape)
        return dn

    def at(self, places: np.ndarray) -> np.ndarray:
        """Return the digital numbers of some pixels (flat indices): ``(band, n)``."""
        fine = self.fine.reshape(len(self.fine), -1).take(places, axis=1)
        if self.coarse is None:
            return np.asarray(fine)
        n_bands = len(fine) + len(self.coarse.places)
        dn = np.empty((n_bands, len(places)), np.uint16)
        dn[[n for n in range(n_bands) if n not in self.coarse.places]] = fine
        dn[list(self.coarse.places)] = self.coarse.at(*np.divmod(places, self.state.shape[1]))
        return dn

    @property
    def has_data(self) -> Mask:
        """Bool ``(y, x)``."""
        return self.state > 0

    @property
    def scl(self) -> SceneClasses:
        """uint8 ``(y, x)``: scene class; `NO_CLASS` where it is unknown, 0 without data."""
        return np.asarray(self.state & CLASS_BITS, np.uint8)

    def clear(self, mask: CloudMask) -> Mask:
        """Return where there is data that the mask does not hide: bool ``(y, x)``."""
        return mask.clear(self.state)

    def settled(self, offsets: Sequence[int]) -> Pixels:
        """Return the pixels without those of impossible value, now that the offsets are decided.

        At a swath's edge numbers of 1, 2, 3 ... occur. With the offset in them that is a reflectance of -0.1.
        """
        if not any(offsets[s] for s in self.sources):
            return self
        wrong = self.improbable
        if self.source is not None:
            wrong &= (np.array([offsets[s] for s in self.sources]) != 0)[self.source]
        return replace(self, state=np.where(wrong, np.uint8(0), self.state)) if wrong.any() else self

    @property
    def improbable(self) -> Mask:
        """Bool ``(y, x)``: where some number is too low to hold the offset."""
        return np.asarray(self.state & IMPROBABLE > 0)

    def offset_dn(self, offsets: Sequence[int]) -> int | np.ndarray:
        """Return the offset of the digital numbers: one number, or int32 ``(y, x)`` where scenes differ.

        Parameters
        ----------
        offsets : sequence of int
            Offset of each scene of the acquisition.
        """
        found = [offsets[s] for s in self.sources]
        if self.source is None or len(set(found)) < 2:
            return found[0] if found else 0
        return np.asarray(np.array(found, np.int32)[self.source])

    def scenes(self, places: np.ndarray) -> np.ndarray:
        """Return the number of the scene of some pixels (flat indices): uint16 ``(n,)``."""
        if self.source is None:
            return np.full(places.shape, self.sources[0] if self.sources else 0, np.uint16)
        return np.asarray(np.array(self.sources, np.uint16)[self.source.ravel()[places]])

    def reflectance(self, offsets: Sequence[int]) -> Planes:
        """Return surface reflectance: float32 ``(band, y, x)``, NaN without data."""
        cube = self.dn.astype(np.float32)
        cube += self.offset_dn(offsets)
        cube /= QUANTIFICATION
        cube[:, ~self.has_data] = np.nan
        return cube

    def picture_planes(self, offsets: Sequence[int], shown: Sequence[int] | None = None) -> Planes:
        """Return reflectance x 10000, at least 1, for pictures: uint16 ``(band, y, x)``, 0 without data.

        Parameters
        ----------
        shown : sequence of int, optional
            Positions of the bands that the picture needs; all by default.
        """
        dn = self.dn if shown is None else self.planes(shown)
        offset = self.offset_dn(offsets)
        planes: np.ndarray
        if dn.dtype != np.uint16:
            planes = rounded(dn, offset)
        elif isinstance(offset, int) and -SATURATED_DN < offset <= 0:  # without a wider type in between
            planes = np.maximum(dn, np.uint16(1 - offset))
            planes -= np.uint16(-offset)
        else:
            planes = np.clip(dn.astype(np.int32) + offset, 1, SATURATED_DN).astype(np.uint16)
        planes *= self.has_data
        return planes

    def part(self, rows: slice, columns: slice) -> Pixels:
        """Return a rectangle, or every n-th pixel of one; a copy, as a view would hold all pixels."""
        arrays = (self.dn[:, rows, columns], self.state[rows, columns])
        source = None if self.source is None else np.ascontiguousarray(self.source[rows, columns])
        dn, state = map(np.ascontiguousarray, arrays)
        looks = None if self.looks is None else np.ascontiguousarray(self.looks[rows, columns])
        return Pixels(dn, state, self.sources, source, looks=looks)

    def packed(self) -> tuple[np.ndarray, ...]:
        """Return everything as plain arrays, from which `unpacked` makes equal pixels."""
        if not self.sources:  # nothing was read: no zeros are kept
            return (np.array([len(self.dn), *self.state.shape], np.int32),)
        none, looks = np.empty(0, np.uint16), np.empty(0, np.uint8) if self.looks is None else self.looks
        sources = np.array(self.sources, np.int32)
        source = none if self.source is None else self.source
        if self.coarse is None:
            return self.fine, self.state, sources, source, none, none, looks
        layout = np.array([self.coarse.factor, *self.coarse.shift, *self.coarse.places], np.int32)
        return self.fine, self.state, sources, source, self.coarse.dn, layout, looks

    @classmethod
    def unpacked(cls, arrays: Sequence[np.ndarray]) -> Pixels:
        """Return the pixels of which `packed` made arrays."""
        if len(arrays) == 1:
            n_bands, *shape = arrays[0].tolist()
            nothing = np.zeros((n_bands, *shape), np.uint16)
            return cls(nothing, np.zeros(shape, np.uint8), ())
        fine, state, sources, source, dn, layout, looks = arrays
        coarse = None
        if layout.size:
            factor, down, right, *places = layout.tolist()
            coarse = CoarsePlanes(dn, tuple(places), (down, right), factor)
        return cls(
            fine,
            state,
            tuple(sources.tolist()),
            source if source.size else None,
            coarse,
            looks if looks.size else None,
        )


def rounded(numbers: np.ndarray, offset: int | np.ndarray) -> np.ndarray:
    """Return numbers ``(band, y, x)`` with an offset as uint16, at least 1; the cache holds each piece."""
    planes = np.empty(numbers.shape, np.uint16)
    step = max(1, CHUNK_PX // max(numbers.shape[2], 1))
    for start in range(0, numbers.shape[1], step):
        rows = slice(start, start + step)
        piece = numbers[:, rows] + (offset[rows] if isinstance(offset, np.ndarray) else offset)
        np.rint(piece, out=piece)
        np.clip(piece, 1, SATURATED_DN, out=piece)
        np.copyto(planes[:, rows], piece, casting="unsafe")
    return planes


def state_of(has_data: Mask, classes: SceneClasses | None) -> State:
    """Return the state of pixels: scene class (`NO_CLASS` where None is given) and `HAS_DATA`, or 0."""
    known = np.uint8(NO_CLASS) if classes is None else classes & CLASS_BITS
    return np.asarray(has_data * (known | HAS_DATA), np.uint8)


def joined(parts: Sequence[tuple[slice, slice, Pixels]], shape: tuple[int, int]) -> Pixels:
    """Return one rectangle made of pieces, each at its rows and columns."""
    if len(parts) == 1 and parts[0][2].state.shape == shape:
        return parts[0][2]
    n_bands = len(parts[0][2].dn)
    sources = tuple(dict.fromkeys(s for _, _, p in parts for s in p.sources))
    dn, state = np.zeros((n_bands, *shape), parts[0][2].fine.dtype), np.zeros(shape, np.uint8)
    looks = None if all(p.looks is None for _, _, p in parts) else np.zeros(shape, np.uint8)
    several = len(sources) > 1
    source = np.zeros(shape, np.min_scalar_type(len(sources))) if several else None
    for rows, columns, piece in parts:
        dn[:, rows, columns] = piece.dn
        state[rows, columns] = piece.state
        if looks is not None and piece.looks is not None:
            looks[rows, columns] = piece.looks
        if source is not None and piece.sources:
            # positions among the piece's scenes become positions among the scenes of all
            positions = np.array([sources.index(s) for s in piece.sources], source.dtype)
            source[rows, columns] = positions[0] if piece.source is None else positions[piece.source]
    return Pixels(dn, state, sources, source, looks=looks)
