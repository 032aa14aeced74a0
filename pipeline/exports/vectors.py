"""The clusters as polygons, for GeoPackage and GeoJSON.

The polygons follow the pixels' edges, nothing is smoothed: their areas are those of the table.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from affine import Affine

from pipeline.errors import FileRefused
from pipeline.exports.outlines import Patches, count_corners, trace

if TYPE_CHECKING:
    from pipeline.result import Analysis

MAX_PX = 25_000_000
"""An area of 50 km."""
MAX_CORNERS = 750_000
"""Points at which outlines may turn, as 15 km of a town do: a file of 90 MB, 350 MB while it is made."""


def polygons(analysis: Analysis) -> Patches:
    """Return the outline of every patch of a cluster, in metres of the UTM grid.

    Raises
    ------
    FileRefused
        When the area has more than `MAX_PX` pixels, or its outlines more than `MAX_CORNERS` corners.
    """
    rows, columns = analysis.pixels.extent.shape
    return traced(
        (rows, columns),
        lambda: analysis.raster.window(slice(0, rows), slice(0, columns)),
        analysis.grid.affine,
    )


def traced(shape: tuple[int, int], read: Callable[[], np.ndarray], affine: Affine) -> Patches:
    """Return the outlines of patches of equal numbers above 0.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns.
    read : callable
        Returns the numbers ``(y, x)``; called where they are not too many.
    affine : Affine
        From column and row to coordinates.

    Raises
    ------
    FileRefused
        As `polygons`.
    """
    rows, columns = shape
    if rows * columns > MAX_PX:
        raise FileRefused(
            f"The area is too large for polygons: {rows * columns:,} pixels, at most {MAX_PX:,}. "
            "Choose a smaller area, or take the GeoTIFF."
        )
    labels = read()
    corners = count_corners(labels)
    if corners > MAX_CORNERS:
        raise FileRefused(
            f"The clusters are too speckled for polygons: their outlines turn {corners:,} times, at most "
            f"{MAX_CORNERS:,}. Set a larger smallest patch, choose a smaller area, or take the GeoTIFF."
        )
    return trace(labels, affine)


def dissolved(patches: Patches) -> tuple[np.ndarray, np.ndarray]:
    """Return the clusters that exist and one multipolygon for each."""
    import shapely

    found, index = np.unique(patches.cluster, return_inverse=True)
    merged: Any = shapely.multipolygons(patches.polygons, indices=index)
    return found, merged
