"""How long a visitor waits for the page, and what a page costs before and after the first click."""

from __future__ import annotations

from functools import partial
from typing import Any

from benchmarks import start
from benchmarks.measure import Spread, spread
from benchmarks.parts import Found, Part
from benchmarks.settings import Settings
from benchmarks.tables import Target, at_most, table

MODES = ("cold", "pre-heated")


def measure(settings: Settings) -> Found:
    """Visit a real page in a real browser."""
    return {"visits": start.measure(settings.local_rounds)}


def targets(found: Found, settings: Settings) -> list[Target]:
    """Return the demands on the start (7)."""
    usable, memory = (partial(_median, found, key) for key in ("usable_s", "kernel_mb"))
    return [
        at_most("7 page usable, cold", 5, partial(usable, "cold"), "s", digits=1),
        at_most("7 page usable, pre-heated", 3, partial(usable, "pre-heated"), "s", digits=1),
        at_most("7 memory before the first click", 140, partial(memory, "cold"), "MB", digits=0),
        at_most("7 memory after", 300, partial(_median, found, "after_mb", "cold"), "MB", digits=0),
    ]


def section(found: Found, settings: Settings) -> str:
    """Return the table."""
    rows = []
    for mode in MODES:
        of_mode = [visit for visit in found["visits"] if visit["mode"] == mode]
        if of_mode:
            columns = ("usable_s", "click_s", "kernel_mb", "imported_s", "after_mb")
            rows.append((mode, *(_shown(column, of_mode) for column in columns)))
    head = ("kernel", "usable, s", "first click drawn, s", "MB before", "imports done, s", "MB after")
    return table(head, rows)


def _shown(column: str, visits: list[dict[str, Any]]) -> str:
    found = spread(visit[column] for visit in visits)
    return f"{found.median:.0f}" if column.endswith("_mb") else str(found)


def _median(found: Found, key: str, mode: str) -> float:
    of_mode: Spread = spread(visit[key] for visit in found["visits"] if visit["mode"] == mode)
    return of_mode.median


PART = Part("Start of the page", measure, targets, section)
