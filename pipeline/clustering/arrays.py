"""Names for the arrays that travel between the steps of clustering."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Planes = NDArray[Any]
"""``(feature, ...)`` or ``(band, ...)``: one plane each; float32, or digital numbers as read."""
Table = NDArray[np.float32]
"""float32 ``(n, feature)``: one row a pixel."""
CentreRows = NDArray[np.float64]
"""float64 ``(k, feature)``: one row a cluster, cluster 1 first."""
Labels = NDArray[np.uint8]
"""uint8: 0 without a cluster, 1..k the cluster."""
Mask = NDArray[np.bool_]
"""bool: which pixels count."""
