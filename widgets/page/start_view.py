"""The places that the page knows: the examples, and the land of the demo."""

from __future__ import annotations

from pipeline.catalogs import profiles
from pipeline.errors import InvalidRequest
from widgets.form.settings import Settings

WORLD = ((20.0, 0.0), 2.5)
EXAMPLE_ZOOM = 11.5


def demo() -> profiles.Example:
    """Return the demo's own example."""
    return next(e for e in profiles.examples() if e.catalog == profiles.DEMO.name)


def first_view(catalog: str) -> tuple[tuple[float, float], float]:
    """Return centre and zoom of the map when the page opens: an example of the catalogue, or the world."""
    for example in profiles.examples():
        if example.catalog == catalog:
            return (example.latitude, example.longitude), EXAMPLE_ZOOM
    return WORLD


def demo_example(settings: Settings) -> profiles.Example | None:
    """Return the demo's example when the demo was chosen while the area lies elsewhere."""
    if settings.catalog != profiles.DEMO.name:
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
