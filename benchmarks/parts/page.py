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

SMALLEST_PICTURE_KB = 10
"""A message with a picture in it is larger."""


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
        at_most("8 another k, over the websocket", 0.25, median("other_k_bytes", MB), "MB"),
        at_most(
            "8 largest message of a toggle",
            SMALLEST_PICTURE_KB,
            median("toggle_largest", 1000),
            "kB",
            digits=1,
        ),
    ]


def section(found: Found, settings: Settings) -> str:
    """Return the table."""
    visits = found["visits"]
    seconds = (
        ("a first picture painted", "first_s", "result_bytes"),
        ("the result told", "result_s", "result_bytes"),
        ("another k painted", "other_k_s", "other_k_bytes"),
    )
    rows = [
        (what, f"{_all(visits, taken)} s", f"{_all(visits, size).median / MB:.2f} MB")
        for what, taken, size in seconds
    ]
    toggled = f"{_all(visits, 'toggle_bytes').median / 1000:.1f} kB"
    rows.append(("an image switched off and on", "", toggled))
    return (
        f"At {settings.result_km:g} km behind the line, in Chromium; bytes are all that the kernel sent "
        "until then or, for the first picture, until the result.\n\n"
        + table(("until", "time", "over the websocket"), rows)
    )


def _all(visits: list[dict[str, Any]], key: str) -> Spread:
    values = [visit[key] for visit in visits]
    return spread(v for value in values for v in (value if isinstance(value, list) else [value]))


PART = Part("The page in a browser", measure, targets, section)
