"""How soon the first picture is there, behind the line, up to a whole tile."""

from __future__ import annotations

from functools import partial

from benchmarks.measure import Runs, interleaved, spread
from benchmarks.parts import Found, Part
from benchmarks.rig import distant
from benchmarks.settings import Settings
from benchmarks.tables import MB, Target, at_most, table
from benchmarks.tiles import tile


def measure(settings: Settings) -> Found:
    """Run until the first pictures are drawn, at every size."""
    with distant(tile(settings)) as rig:
        cases = [rig.case(size) for size in settings.preview_sizes_km]
        cases.append(rig.case(settings.tile_km, settings.tile_px // 2))
        return interleaved([("preview", case, settings.preview_rounds) for case in cases], rig).as_json()


def targets(found: Found, settings: Settings) -> list[Target]:
    """Return the demands on the first picture (3)."""
    runs = Runs.from_json(found)

    def seconds(size_km: float) -> float:
        return runs.seconds("preview", size_km).median

    sizes = (*settings.preview_sizes_km, settings.tile_km)
    return [at_most(f"3 first picture, {size:g} km", 1, partial(seconds, size), "s") for size in sizes]


def section(found: Found, settings: Settings) -> str:
    """Return the table."""
    runs = Runs.from_json(found)
    sizes = dict.fromkeys(r.size_km for r in runs.made)
    rows = [
        (
            f"{size:g} km",
            str(runs.seconds("preview", size)),
            f"{runs.median('resolution_m', 'preview', size):g} m",
            "preview" if of_size[0].detail["preview"] else "final",
            f"{spread(r.traffic.requests for r in of_size).median:g}",
            f"{spread(r.traffic.bytes for r in of_size).median / MB:.2f}",
            f"{runs.median('peak_mb', 'preview', size):.0f}",
        )
        for size in sizes
        if (of_size := runs.of("preview", size))
    ]
    head = ("area", "s", "pixels of", "which", "requests", "MB", "peak MB")
    return "From the button until the pictures and the table exist; then the run is cancelled.\n\n" + table(
        head, rows
    )


PART = Part("First picture", measure, targets, section)
