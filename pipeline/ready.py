"""Importing this imports everything a run uses, also what is otherwise imported on first use."""

from __future__ import annotations

from importlib import import_module

MODULES = (
    "pipeline.analysis",
    "pipeline.stac_api",
    "pystac_client.stac_api_io",
    "requests.adapters",
    "sklearn.cluster",
    "stackstac",
)
for _name in MODULES:
    import_module(_name)
