"""Local files up to a whole tile, the label file included, beside GRASS; and how memory grows."""

from __future__ import annotations

import json
import tempfile
from dataclasses import asdict
from pathlib import Path

from benchmarks import grass
from benchmarks.case import Case
from benchmarks.measure import Run, Runs, measured_process, run, say, spread
from benchmarks.parts import Found, Part
from benchmarks.rig import Rig, Traffic, local
from benchmarks.settings import Settings
from benchmarks.tables import MB, Target, at_least, at_most, cell, table
from benchmarks.tiles import tile

SHOWN_BYTES_PER_PX, SHOWN_MB = 2, 64
"""What may grow with the area, labels and its outline, and what the pictures take at most."""


def measure(settings: Settings) -> Found:
    """Run ours at every size, and GRASS on the whole tile, round by round."""
    runs = Runs(())
    with local([tile(settings)]) as rig, tempfile.TemporaryDirectory(prefix="grass-") as database:
        cases = [rig.case(size) for size in settings.growth_km]
        cases.append(rig.case(settings.tile_km, settings.tile_px // 2))
        for _ in range(settings.local_rounds):
            for case in cases:
                runs = _one_more(runs, "whole", case, rig, database)
            runs = _one_more(runs, "decode", cases[-1], rig, database)
            if grass.version():
                runs = _one_more(runs, "grass", cases[-1], rig, database)
    return {"runs": runs.as_json(), "grass": grass.version()}


def _one_more(runs: Runs, task: str, case: Case, rig: Rig, database: str) -> Runs:
    try:
        if task == "grass":
            arguments = (json.dumps(asdict(case)), str(Path(database) / "location"))
            found = measured_process("benchmarks.grass", *arguments)
            made = Run(task, case.size_km, traffic=Traffic(), **found)
        else:
            made = run(task, case, rig)
    except RuntimeError as error:
        say(f"  FAILED {task} at {case.size_km:g} km: {error}")
        return Runs(runs.made, (*runs.failed, f"{task} at {case.size_km:g} km: {error}"))
    say(f"  {task:9s} {case.size_km:>5g} km  {made.seconds:6.2f} s  {made.peak_mb:5.0f} MB")
    return Runs((*runs.made, made), runs.failed)


def targets(found: Found, settings: Settings) -> list[Target]:
    """Return the demands on a whole tile (6)."""
    runs, tile_km = Runs.from_json(found["runs"]), settings.tile_km

    def faster() -> float:
        return runs.seconds("grass").median / runs.seconds("whole", tile_km).median

    def growth() -> float:
        smallest = runs.median("peak_mb", "whole", settings.growth_km[0])
        return runs.median("peak_mb", "whole", tile_km) - smallest

    allowed = round(SHOWN_BYTES_PER_PX * settings.tile_px**2 / MB + SHOWN_MB)
    return [
        at_most(
            "6 whole tile, memory", 1200, lambda: runs.median("peak_mb", "whole", tile_km), "MB", digits=0
        ),
        at_most("6 whole tile, time", 6, lambda: runs.seconds("whole", tile_km).median, "s"),
        at_least("6 whole tile, GRASS", 2, faster, "x faster"),
        at_most(f"6 memory, {settings.growth_km[0]:g} km to the tile", allowed, growth, "MB more", digits=0),
    ]


def section(found: Found, settings: Settings) -> str:
    """Return the tables."""
    runs = Runs.from_json(found["runs"])
    rows = []
    for size in (*settings.growth_km, settings.tile_km):
        of_size = runs.of("whole", size)
        if not of_size:
            continue
        rows.append(
            (
                f"{size:g} km",
                f"{of_size[0].detail['pixels'] / 1e6:.1f}",
                "ours, with the label file",
                str(runs.seconds("whole", size)),
                f"{runs.median('result_s', 'whole', size):.2f} + {runs.median('file_s', 'whole', size):.2f}",
                f"{runs.median('cpu', 'whole', size):.1f}",
                f"{spread(r.peak_mb for r in of_size).most:.0f}",
            )
        )
    if runs.of("decode"):
        rows.append(
            (
                f"{settings.tile_km:g} km",
                f"{settings.tile_px**2 / 1e6:.1f}",
                "GDAL alone: decoding, two threads",
                str(runs.seconds("decode")),
                "",
                f"{runs.median('cpu', 'decode'):.1f}",
                f"{spread(r.peak_mb for r in runs.of('decode')).most:.0f}",
            )
        )
    if runs.of("grass"):
        rows.append(
            (
                f"{settings.tile_km:g} km",
                f"{settings.tile_px**2 / 1e6:.1f}",
                f"GRASS {found['grass']}: i.cluster, i.maxlik",
                str(runs.seconds("grass")),
                f"{runs.median('cluster_s', 'grass'):.2f} + {runs.median('maxlik_s', 'grass'):.2f}",
                f"{runs.median('cpu', 'grass'):.1f}",
                f"{spread(r.peak_mb for r in runs.of('grass')).most:.0f}",
            )
        )
    words = cell(lambda: f"{_of_import(runs, 'import_s'):.1f} s and {_of_import(runs, 'import_mb'):.0f} MB")
    return (
        table(("area", "Mpx", "tool", "s", "of it", "CPU s", "peak MB"), rows)
        + "\n\nFiles on the disk, read before. Ours masks clouds, counts, draws the pictures and writes the "
        "labels as a cloud-optimised GeoTIFF (“of it”: result + file). GRASS works on bands imported "
        f"into its own format, which took {words} once and is not counted in; it masks and writes nothing."
    )


def _of_import(runs: Runs, key: str) -> float:
    return spread(r.detail[key] for r in runs.of("grass") if key in r.detail).median


PART = Part("A whole tile on this machine", measure, targets, section)
