"""Imports ahead of time what is otherwise imported on first use."""

from __future__ import annotations

import gc
from importlib import import_module

MODULES = (
    "pipeline.analysis",
    "pipeline.catalogs.stac_api",
    "pystac_client.stac_api_io",
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
    """Import the libraries of a run, and let them look around on the machine as they do at first use."""
    for name in MODULES:
        import_module(name)
    _fit_something()
    # Python looks through all objects now and then, a fifth of a second in the middle of a run; those of
    # the imports stay anyway and need not be looked at.
    gc.freeze()


def _fit_something() -> None:
    import numpy as np

    from pipeline.clustering.kmeans import fit
    from pipeline.progress import Progress

    fit(np.arange(200, dtype=np.float32).reshape(100, 2) % 7, ("red", "nir"), 2, 0, Progress())
