"""What really lies on the ground, on the grid of an analysis: the one place that knows where it is kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import rasterio
from rasterio.enums import Resampling
from rasterio.vrt import WarpedVRT
from sklearn.metrics import adjusted_rand_score

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


@dataclass(frozen=True)
class Row:
    """A way to make the image, and how well its clusters fit the land."""

    title: str
    right: float
    """Share (0..1) of the clustered pixels whose cluster has the right name at best."""
    rand: float
    """Adjusted Rand index against the truth: 0 by chance, 1 the same groups."""
    area: float
    """Share (0..1) of the area that has moved to another class: half of the differences between the classes'
    areas by the clusters' best names and their true ones."""


def judged(title: str, analysis: Analysis, truth: np.ndarray) -> Row:
    """Return how well clusters fit a true map on the same grid (0: not known)."""
    labels = np.asarray(analysis.labels)
    table = cross_table(labels, truth, len(analysis.suggestions))
    both = (labels > 0) & (truth > 0)
    mapped = np.zeros(table.shape[1])
    np.add.at(mapped, table.argmax(axis=1), table.sum(axis=1))
    wrong = np.abs(mapped - table.sum(axis=0)).sum() / 2
    return Row(
        title,
        float(table.max(axis=1).sum() / table.sum()),
        float(adjusted_rand_score(truth[both], labels[both])),
        float(wrong / table.sum()),
    )
