"""What really lies on the ground, on the grid of an analysis: the one place that knows where it is kept."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import rasterio
from rasterio.enums import Resampling
from rasterio.vrt import WarpedVRT

import demo
from pipeline import Analysis
from synthetic.place import CLASSES


def demo_truth(analysis: Analysis) -> tuple[np.ndarray, tuple[str, ...]]:
    """Return the true classes of the demo land under an analysis: uint8 ``(y, x)``, and names from 1 on."""
    day = analysis.date.isoformat()
    files = [path for (_, taken), path in demo.true_classes().items() if taken == day]
    return on_grid(files, analysis), tuple(name for name, _ in CLASSES.values())


def on_grid(files: Iterable[Path], analysis: Analysis) -> np.ndarray:
    """Return classified files on an analysis' grid, nearest neighbour; 0 where none has a value."""
    rows, columns = analysis.grid.shape
    found = np.zeros((rows, columns), np.uint8)
    for path in files:
        with (
            rasterio.open(path) as file,
            WarpedVRT(
                file,
                crs=str(analysis.grid.crs),
                transform=analysis.grid.affine,
                width=columns,
                height=rows,
                resampling=Resampling.nearest,
            ) as warped,
        ):
            values = warped.read(1)
        found = np.where(found == 0, values, found)
    return found


def cross_table(labels: np.ndarray, truth: np.ndarray, n_clusters: int) -> np.ndarray:
    """Return pixels by cluster 1.. (rows) and true class 1.. (columns); those without either are left out."""
    both = (labels > 0) & (truth > 0)
    table = np.zeros((n_clusters, int(truth.max())), np.int64)
    np.add.at(table, (labels[both] - 1, truth[both] - 1), 1)
    return table
