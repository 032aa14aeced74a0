"""Imports ahead of time what is otherwise imported on first use."""

from __future__ import annotations

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
    """Import the libraries of a run."""
    for name in MODULES:
        import_module(name)
