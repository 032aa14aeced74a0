"""From reflectance to the digital numbers that a product stores."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from synthetic.noise import Floats

Words = NDArray[np.uint16]
OFFSET_DN = 1_000
"""What ESA adds from baseline 04.00 on."""
_BRIGHTEST_DN = 32_767


def stored(reflectance: Floats) -> Words:
    """Digital numbers of a product of baseline 04.00 or later: 10000 x reflectance + 1000, never 0."""
    numbers: Words = np.clip(np.rint(reflectance * 10_000) + OFFSET_DN, 1, _BRIGHTEST_DN).astype(np.uint16)
    return numbers
