"""After the result: another number of clusters, and the pictures for the map."""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.measure import Run, Runs, Spread, interleaved, spread
from benchmarks.parts import Found, Part
from benchmarks.rig import distant
from benchmarks.settings import Settings
from benchmarks.tables import MB, Target, at_most, table
from benchmarks.tiles import tile


def measure(settings: Settings) -> Found:
    """Run ours once a round, then other numbers of clusters and the pictures in the same process."""
    with distant(tile(settings)) as rig:
        return interleaved([("again", rig.case(settings.result_km), settings.local_rounds)], rig).as_json()


def targets(found: Found, settings: Settings) -> list[Target]:
    """Return the demands on another k (4) and on the pictures (8)."""
    runs = Runs.from_json(found).of("again")

    def seconds(*names: str) -> Callable[[], float]:
        return lambda: 1000 * sum(_all(runs, f"{name}_s").median for name in names)

    def megabytes(*names: str) -> Callable[[], float]:
        return lambda: sum(_all(runs, f"{name}_bytes").median for name in names) / MB

    return [
        at_most("4 another k", 0.3, lambda: _all(runs, "recluster_s").median, "s"),
        at_most("8 masks, size", 0.25, megabytes("masks"), "MB"),
        at_most("8 masks, time", 60, seconds("masks"), "ms", digits=0),
        at_most("8 with both images, size", 0.9, megabytes("masks", "images"), "MB"),
        at_most("8 with both images, time", 350, seconds("masks", "images"), "ms", digits=0),
    ]


def section(found: Found, settings: Settings) -> str:
    """Return the table."""
    runs = Runs.from_json(found).of("again")
    words = {
        "recluster": "another k, computing",
        "ahead": "another k that was fitted ahead",
        "masks": "cluster masks, with the warp",
        "images": "both images",
    }
    rows = []
    for name, what in words.items():
        if not any(f"{name}_s" in run.detail for run in runs):
            continue
        taken = _all(runs, f"{name}_s")
        size = f"{_all(runs, f'{name}_bytes').median / MB:.2f} MB" if name in ("masks", "images") else ""
        rows.append(
            (what, f"{1000 * taken.median:.0f} ({1000 * taken.least:.0f}-{1000 * taken.most:.0f}) ms", size)
        )
    return f"At {settings.result_km:g} km.\n\n" + table(("", "time", "over the websocket"), rows)


def _all(runs: list[Run], key: str) -> Spread:
    """Return the spread of a detail over all runs; a detail is a number or a list of them."""
    values = [run.detail[key] for run in runs if key in run.detail]
    return spread(v for value in values for v in (value if isinstance(value, list) else [value]))


PART = Part("After the result", measure, targets, section)
