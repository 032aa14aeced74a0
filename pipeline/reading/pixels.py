"""Digital numbers of a piece of land, and what is known of each pixel, packed as small as it goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.sentinel2.offset import QUANTIFICATION

NO_DATA_DN, SATURATED_DN = 0, 65535
NO_CLASS = 15
"""Scene class of a pixel without scene classification: it is never masked."""


@dataclass(frozen=True)
class Layer:
    """What one scene shows of a piece of land."""

    scene: int
    """Number of the scene in its acquisition."""
    dn: np.ndarray
    """uint16 ``(band, y, x)``; 0 where there is no data."""
    classes: np.ndarray | None
    """uint8 ``(y, x)``: scene classification, None where the scene has none."""


@dataclass(frozen=True)
class Pixels:
    """Digital numbers, and per pixel the scene they come from and its scene class."""

    dn: np.ndarray
    """uint16 ``(band, y, x)``, offset still in it."""
    state: np.ndarray
    """uint8 ``(y, x)``: 0 without data, else 16 x position in `sources` (from 1) + scene class."""
    sources: tuple[int, ...]
    """Numbers of the scenes."""

    def __sizeof__(self) -> int:
        """Tell dask's workers what they hold."""
        return int(self.dn.nbytes + self.state.nbytes)

    @property
    def has_data(self) -> np.ndarray:
        """Bool ``(y, x)``."""
        return self.state > 0

    @property
    def scl(self) -> np.ndarray:
        """uint8 ``(y, x)``: scene class; `NO_CLASS` where it is unknown, 0 without data."""
        return self.state & 15

    def clear(self, mask_classes: Sequence[int]) -> np.ndarray:
        """Return where there is data of no masked scene class: bool ``(y, x)``."""
        state = np.arange(256)
        wanted = (state >= 16) & ~np.isin(state & 15, mask_classes)
        return np.asarray(wanted[self.state])

    def offset_dn(self, offsets: Sequence[int]) -> int | np.ndarray:
        """Return what is added to the digital numbers: one number, or int32 ``(y, x)`` where scenes differ.

        Parameters
        ----------
        offsets : sequence of int
            Offset of each scene of the acquisition.
        """
        found = {offsets[s] for s in self.sources}
        if len(found) < 2:
            return found.pop() if found else 0
        by_code = np.array([0, *(offsets[s] for s in self.sources)], np.int32)
        return np.asarray(by_code[self.state >> 4])

    def reflectance(self, offsets: Sequence[int]) -> np.ndarray:
        """Return surface reflectance: float32 ``(band, y, x)``, NaN without data."""
        cube = self.dn.astype(np.float32)
        cube += self.offset_dn(offsets)
        cube /= QUANTIFICATION
        cube[:, ~self.has_data] = np.nan
        return cube

    def picture_planes(self, offsets: Sequence[int]) -> np.ndarray:
        """Return reflectance x 10000, at least 1, for pictures: uint16 ``(band, y, x)``, 0 without data."""
        offset = self.offset_dn(offsets)
        if isinstance(offset, int) and -SATURATED_DN < offset <= 0:  # without a wider type in between
            planes: np.ndarray = np.maximum(self.dn, np.uint16(1 - offset))
            planes -= np.uint16(-offset)
        else:
            planes = np.clip(self.dn.astype(np.int32) + offset, 1, SATURATED_DN).astype(np.uint16)
        planes *= self.has_data
        return planes

    def part(self, rows: slice, columns: slice) -> Pixels:
        """Return a rectangle, or every n-th pixel of one; a copy, as a view would hold all pixels."""
        dn, state = self.dn[:, rows, columns], self.state[rows, columns]
        return Pixels(np.ascontiguousarray(dn), np.ascontiguousarray(state), self.sources)


def lay_over(layers: Sequence[Layer], shape: tuple[int, int], n_bands: int) -> Pixels:
    """Lay scenes over each other: the first one with data wins, its clouds included."""
    if not layers:
        return Pixels(np.zeros((n_bands, *shape), np.uint16), np.zeros(shape, np.uint8), ())
    dn, state = layers[0].dn, _state(layers[0], 1)
    for code, layer in enumerate(layers[1:], start=2):
        below = _state(layer, code)
        new = (state == 0) & (below > 0)
        if new.any():
            dn = np.where(new, layer.dn, dn)
            state = np.where(new, below, state)
    return Pixels(dn, state, tuple(layer.scene for layer in layers))


def _state(layer: Layer, code: int) -> np.ndarray:
    valid = layer.dn.min(axis=0) != NO_DATA_DN
    if layer.dn.max() == SATURATED_DN:
        valid &= layer.dn.max(axis=0) != SATURATED_DN
    classes = np.uint8(NO_CLASS) if layer.classes is None else layer.classes & np.uint8(15)
    return np.asarray(valid * (classes | np.uint8(code << 4)), np.uint8)


def joined(parts: Sequence[tuple[slice, slice, Pixels]], shape: tuple[int, int]) -> Pixels:
    """Return one rectangle made of pieces, each at its rows and columns."""
    if len(parts) == 1 and parts[0][2].state.shape == shape:
        return parts[0][2]
    n_bands = parts[0][2].dn.shape[0]
    sources = tuple(dict.fromkeys(s for _, _, p in parts for s in p.sources))
    dn, state = np.zeros((n_bands, *shape), np.uint16), np.zeros(shape, np.uint8)
    for rows, columns, piece in parts:
        codes = np.array([0, *(sources.index(s) + 1 for s in piece.sources)], np.uint8) << 4
        dn[:, rows, columns] = piece.dn
        state[rows, columns] = codes[piece.state >> 4] | piece.scl
    return Pixels(dn, state, sources)
