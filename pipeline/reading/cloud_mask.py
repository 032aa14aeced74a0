"""The cloud mask: which pixels are clear. No other module decides that."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from pipeline.area.grid import RESOLUTION_M
from pipeline.arrays import Mask, SceneClasses, State

CLASS_BITS = np.uint8(0b0000_1111)
"""Bits of a pixel's state that hold its scene class."""
HAS_DATA = np.uint8(0b0001_0000)
"""Bit of a pixel's state that is set where there is data."""
NEAR_CLOUD = np.uint8(0b0010_0000)
"""Bit of a pixel's state that is set within the buffer around clouds and their shadows."""
IMPROBABLE = np.uint8(0b0100_0000)
"""Bit of a pixel's state that is set where some number is too low to hold the offset (Pixels.settled)."""
TOO_FEW_LOOKS = np.uint8(0b1000_0000)
"""Bit of a pixel's state that is set where a composite lacks more periods than can be filled."""
CLOUDS = (3, 8, 9, 10)
"""Scene classes that a buffer surrounds, where they are masked: cloud shadow, clouds, cirrus."""


@dataclass(frozen=True)
class CloudMask:
    """Which scene classes are left out, and how far around clouds and their shadows."""

    classes: tuple[int, ...]
    """Classes of the scene classification."""
    buffer_m: float = 0
    """Pixels whose centre is this near to the centre of a masked cloud or shadow pixel are masked too."""

    @property
    def halo_px(self) -> int:
        """Pixels of 10 m around a block in which a cloud can reach into it."""
        return math.ceil(self.buffer_m / RESOLUTION_M)

    def clear(self, state: State) -> Mask:
        """Return which pixels have data and are not masked: bool ``(y, x)``.

        Parameters
        ----------
        state : numpy.ndarray
            As in `pixels.Pixels`.
        """
        every = np.arange(256, dtype=np.uint8)
        wanted = (every & HAS_DATA > 0) & (every & NEAR_CLOUD == 0)
        wanted &= (every & TOO_FEW_LOOKS == 0) & ~np.isin(every & CLASS_BITS, self.classes)
        return np.asarray(wanted[state])

    def clear_classes(self, classes: SceneClasses, resolution_m: float) -> Mask:
        """Return which pixels of a scene classification are clear: bool ``(y, x)``; class 0 never is.

        Parameters
        ----------
        classes : numpy.ndarray
            uint8 ``(y, x)``.
        resolution_m : float
            Side of a pixel.
        """
        clear = (classes != 0) & ~np.isin(classes, self.classes)
        near = self.near(classes, resolution_m)
        return np.asarray(clear if near is None else clear & ~near)

    def near(self, classes: SceneClasses, resolution_m: float = RESOLUTION_M) -> Mask | None:
        """Return which pixels lie within the buffer: bool ``(y, x)``; None where none does.

        What lies outside the array is not seen: read `halo_px` more on each side and cut them off.
        """
        if not self.buffer_m:
            return None
        clouds = np.isin(classes, [c for c in CLOUDS if c in self.classes])
        if not clouds.any():
            return None
        from scipy.ndimage import distance_transform_edt

        distance_px = distance_transform_edt(~clouds)
        return np.asarray(distance_px <= self.buffer_m / resolution_m + 1e-6)
