"""Imports ahead of time what is otherwise imported on first use."""

from __future__ import annotations

import gc
from importlib import import_module

MODULES = (
    "PIL.PngImagePlugin",
    "PIL.WebPImagePlugin",
    "pipeline.analysis",
    "pipeline.catalogs.client",
    "pipeline.catalogs.stac_api",
    "requests.adapters",
    "sklearn.cluster",
    "stackstac",
)
"""What a run uses."""


def for_an_area() -> None:
    """Make ready for the first area: its grid and its outline."""
    from pipeline.area.aoi import AreaOfInterest
    from pipeline.area.grid import grid_for, outline

    outline(grid_for(AreaOfInterest.square(longitude=0, latitude=0, size_km=1)))


def for_a_run() -> None:
    """Make ready for a run: its libraries, and what scikit-learn looks up when it fits for the first time.

    What has been made so far stays: Python's collector of cycles passes over it from now on. It would look
    through all of these libraries, 0.2 s at a time, during a run as likely as not.
    """
    for name in MODULES:
        import_module(name)
    _fit_once()
    gc.freeze()


def _fit_once() -> None:
    import numpy as np

    from pipeline.clustering.features import DEFAULT_FEATURES
    from pipeline.clustering.kmeans import fit
    from pipeline.progress import Progress

    pixels = np.linspace(0, 1, 16 * len(DEFAULT_FEATURES), dtype=np.float32)
    fit(pixels.reshape(-1, len(DEFAULT_FEATURES)), DEFAULT_FEATURES, 2, 0, Progress())
