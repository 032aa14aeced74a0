"""The page in a real browser: painted pictures and what crosses the websocket."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from benchmarks import page
from benchmarks.measure import Spread, spread
from benchmarks.parts import Found, Part
from benchmarks.rig import distant
from benchmarks.settings import Settings
from benchmarks.tables import MB, Target, at_most, table
from benchmarks.tiles import tile

STEPS = (
    ("calculate", "result_s", "result"),
    ("another k", "other_k_s", "other_k"),
    ("an image off and on", None, "toggle"),
)


def measure(settings: Settings) -> Found:
    """Visit the page behind the line."""
    with distant(tile(settings)) as rig:
        return {"visits": page.measure(rig, settings.result_km, settings.local_rounds)}


def targets(found: Found, settings: Settings) -> list[Target]:
    """Return the demands on what a user sees (3, 4, 8)."""
    visits = found["visits"]

    def median(key: str, unit: float = 1) -> Callable[[], float]:
        return lambda: _all(visits, key).median / unit

    size = f"{settings.result_km:g} km"
    return [
        at_most(f"3 first picture painted, {size}", 1, median("first_s"), "s"),
        at_most("4 another k painted", 0.6, median("other_k_s"), "s"),
        at_most("8 masks over the websocket", 0.25, median("other_k_wire", MB), "MB"),
        at_most("8 a toggle sends pictures of", 0, median("toggle_pictures"), "B", digits=0),
    ]


def section(found: Found, settings: Settings) -> str:
    """Return the table."""
    visits = found["visits"]
    rows = [
        (
            what,
            f"{_all(visits, taken)} s" if taken else "",
            *(
                f"{_all(visits, f'{sent}_{kind}').median / 1000:.1f} kB"
                for kind in ("pictures", "bytes", "wire")
            ),
        )
        for what, taken, sent in STEPS
    ]
    first = f"{_all(visits, 'first_s')} s"
    return (
        f"At {settings.result_km:g} km behind the line, in Chromium; the first picture is painted after "
        f"{first}, its bytes are counted in.\n\n"
        + table(("step", "painted after", "messages with pictures", "all messages", "compressed"), rows)
    )


def _all(visits: list[dict[str, Any]], key: str) -> Spread:
    values = [visit[key] for visit in visits]
    return spread(v for value in values for v in (value if isinstance(value, list) else [value]))


PART = Part("The page in a browser", measure, targets, section)
