"""Layers combined into one image: each strategy is a class with `feed` and `result`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from pipeline.arrays import Mask, Planes, SceneClasses, State
from pipeline.reading.cloud_mask import IMPROBABLE, NEAR_CLOUD
from pipeline.reading.pixels import NO_DATA_DN, SATURATED_DN, CoarsePlanes, Pixels, state_of
from pipeline.sentinel2.offset import IMPOSSIBLE_DN


@dataclass(frozen=True)
class Layer:
    """The pixels of one scene on a piece of land."""

    scene: int
    """Number of the scene in its acquisition."""
    fine: Planes
    """uint16 ``(band, y, x)``; 0 where there is no data."""
    classes: SceneClasses | None
    """Scene classification, None where the scene has none."""
    near_cloud: Mask | None = None
    """Pixels within the buffer around clouds, None where there are none."""
    coarse: CoarsePlanes | None = None
    """Bands that are kept at larger pixels, None where there are none."""
    may_hold_offset: bool = False
    """Whether the offset can turn out to be in the numbers (sentinel2/offset.py)."""

    def state(self) -> State:
        """Return the state of each pixel (pixels.Pixels.state)."""
        least = self._of_all_bands(np.minimum)
        valid = least != NO_DATA_DN
        if self.classes is not None:
            # dark water may have a 0 in one band: with a classification only all bands or class 0 are no data
            if not valid.all():
                valid = self._of_all_bands(np.maximum) != NO_DATA_DN
            valid &= self.classes != 0
        if self._greatest() == SATURATED_DN:
            valid &= self._of_all_bands(np.maximum) != SATURATED_DN
        state = state_of(valid, self.classes)
        if self.near_cloud is not None:
            state |= np.where(self.near_cloud & valid, NEAR_CLOUD, np.uint8(0))
        if self.may_hold_offset:
            state |= np.where((least < IMPOSSIBLE_DN) & valid, IMPROBABLE, np.uint8(0))
        return state

    def _of_all_bands(self, extreme: np.ufunc) -> np.ndarray:
        """Return the least or the greatest number of every pixel over all bands: uint16 ``(y, x)``."""
        parts = [extreme.reduce(self.fine, axis=0)] if len(self.fine) else []
        if self.coarse is not None:
            parts.append(self.coarse.under(extreme.reduce(self.coarse.dn, axis=0), self.fine.shape[1:]))
        return np.asarray(parts[0] if len(parts) == 1 else extreme(*parts))

    def _greatest(self) -> int:
        """Return the greatest number of all."""
        coarse = 0 if self.coarse is None else self.coarse.dn.max(initial=NO_DATA_DN)
        return int(max(self.fine.max(initial=NO_DATA_DN), coarse))

    def pixels(self) -> Pixels:
        """Return the layer as pixels."""
        return Pixels(self.fine, self.state(), (self.scene,), None, self.coarse)


class Mosaic(Protocol):
    """A way to combine layers of one block. A layer that was fed belongs to the mosaic."""

    def feed(self, layer: Layer) -> None:
        """Take one more layer."""

    def result(self) -> Pixels:
        """Return the layers fed so far as one."""


class FirstValid:
    """Of layers that overlap the first one with data wins, its clouds included.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns of the block.
    n_bands : int
        Bands of every layer.
    """

    def __init__(self, shape: tuple[int, int], n_bands: int) -> None:
        empty = np.zeros((n_bands, *shape), np.uint16)
        self._pixels = Pixels(empty, np.zeros(shape, np.uint8), ())
        self._is_empty = True

    def feed(self, layer: Layer) -> None:
        """Lay a layer under those before: it shows where they have no data."""
        above, below = self._pixels, layer.pixels()
        if self._is_empty:
            self._pixels, self._is_empty = below, not below.state.any()
            return
        new = ((above.state == 0) | above.improbable) & (below.state > 0) & ~below.improbable
        new |= (above.state == 0) & (below.state > 0)
        if not new.any():
            return
        # where several scenes meet, all bands lie at 10 m: the larger pixels of two scenes do not match
        dn = above.dn
        np.copyto(dn, below.dn, where=new)
        np.copyto(above.state, below.state, where=new)
        position = len(above.sources)
        dtype = np.min_scalar_type(position)
        source = (
            np.zeros(new.shape, dtype) if above.source is None else above.source.astype(dtype, copy=False)
        )
        source[new] = position
        self._pixels = Pixels(dn, above.state, (*above.sources, layer.scene), source)

    def result(self) -> Pixels:
        """Return the layers fed so far as one."""
        return self._pixels
