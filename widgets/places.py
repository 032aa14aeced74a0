"""Places the page knows by itself: the examples, and the land of the demo."""

from __future__ import annotations

from pipeline import catalogs
from pipeline.errors import InvalidRequest
from widgets.settings import Settings

WORLD = ((20.0, 0.0), 2.5)
EXAMPLE_ZOOM = 11.5


def demo() -> catalogs.Example:
    """Return the demo's own example."""
    return next(e for e in catalogs.examples() if e.catalog == catalogs.DEMO.name)


def first_view(catalog: str) -> tuple[tuple[float, float], float]:
    """Return centre and zoom of the map when the page opens: an example of the catalogue, or the world."""
    for example in catalogs.examples():
        if example.catalog == catalog:
            return (example.latitude, example.longitude), EXAMPLE_ZOOM
    return WORLD


def demo_example(settings: Settings) -> catalogs.Example | None:
    """Return the demo's example when the demo was chosen while the area lies elsewhere."""
    if settings.catalog != catalogs.DEMO.name:
        return None
    example = demo()
    here = settings.at(example.latitude, example.longitude)
    return None if _near(settings, here) else example


def _near(one: Settings, other: Settings) -> bool:
    try:
        a, b = one.area(), other.area()
    except InvalidRequest:
        return False
    if a is None or b is None:
        return False
    return abs(a.latitude - b.latitude) < 0.2 and abs(a.longitude - b.longitude) < 0.3
