"""Names for the arrays that travel through the pipeline; each says what it holds and its shape."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Planes = NDArray[Any]
"""``(band, y, x)`` or ``(feature, y, x)``: digital numbers (uint16) or reflectance and indices (float32)."""
Labels = NDArray[np.uint8]
"""``(y, x)``: 0 where nothing is grouped, else a cluster or class from 1 on."""
Mask = NDArray[np.bool_]
"""``(y, x)``: a yes or no of every pixel."""
State = NDArray[np.uint8]
"""``(y, x)``: what is known of every pixel, in bits (reading/pixels.py)."""
SceneClasses = NDArray[np.uint8]
"""``(y, x)``: the scene classification, classes 0..11."""
Table = NDArray[np.float32]
"""float32 ``(n, feature)``: one row a pixel."""
CentreRows = NDArray[np.float64]
"""float64 ``(k, feature)``: one row a cluster, cluster 1 first."""
