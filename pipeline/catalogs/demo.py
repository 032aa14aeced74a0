"""The embedded demo as a catalogue: the only file that knows the package `demo`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipeline.catalogs.catalog import CatalogProfile
from pipeline.errors import CatalogUnavailable

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.drawing.overlays import Overlay

DEMO = CatalogProfile(
    name="demo",
    title="Demo (made-up land)",
    label="The demo catalogue",
    url=None,
    collections=("sentinel-2-c1-l2a",),
    credit="Made-up land (on real images: Contains modified Copernicus Sentinel data {years})",
    fields=False,
    hosts=(),
)


def address() -> str:
    """Return the address of the demo's landing page; start it first.

    Raises
    ------
    CatalogUnavailable
        When it cannot be started.
    """
    import demo

    try:
        return demo.serve()
    except (RuntimeError, OSError) as error:
        raise CatalogUnavailable(f"The demo catalogue could not be started: {error}", DEMO.name) from error


def folder() -> Path:
    """Return the folder below which the demo's images lie."""
    from demo import cache

    return cache.root()


def place() -> tuple[float, float, float, Any, Any]:
    """Return longitude, latitude, side length in kilometres, first and last day of the demo's example."""
    import demo

    return demo.LONGITUDE, demo.LATITUDE, demo.SIZE_KM, demo.START, demo.END


def reference_map() -> str:
    """Return the file of the demo's map of land cover, with the mistakes that real maps have."""
    import demo

    return str(demo.reference_map())


def backdrop() -> Overlay:
    """Return a muted picture of the made-up land, which no map from outside can show."""
    import base64

    import demo
    from pipeline.drawing.overlays import Overlay

    picture, mime, bounds = demo.backdrop()
    return Overlay(f"data:{mime};base64,{base64.b64encode(picture).decode()}", bounds)
