"""One and two worker processes on local files, and the largest area through them."""

from __future__ import annotations

from dataclasses import replace

from benchmarks.case import Case
from benchmarks.cluster import cluster
from benchmarks.measure import Run, Runs, run, say, spread
from benchmarks.parts import Found, Part
from benchmarks.rig import Rig, local
from benchmarks.settings import Settings
from benchmarks.tables import Target, at_least, at_most, table
from benchmarks.tiles import square_of_tiles

COUNTS = (1, 2)


def measure(settings: Settings) -> Found:
    """Run a whole tile through one and through two workers, in turn; then all tiles through two."""
    tiles = square_of_tiles(settings)
    made: list[Run] = []
    failed: list[str] = []

    def one(name: str, count: int, rig: Rig, case: Case) -> None:
        try:
            made.append(_run(name, count, rig, case))
        except (RuntimeError, TimeoutError) as error:
            failed.append(f"{name} at {case.size_km:g} km: {error}")
            say(f"  FAILED {failed[-1]}")
        else:
            say(f"  {name} {case.size_km:>5g} km  {made[-1].seconds:6.2f} s")

    with local(tiles[:1]) as rig:
        case = rig.case(settings.tile_km, settings.tile_px // 2)
        for _ in range(settings.local_rounds):
            for count in COUNTS:
                one(f"{count} workers", count, rig, case)
    if settings.tiles_across > 1:
        with local(tiles) as rig:
            across = settings.tiles_across
            case = rig.case(across * settings.tile_km, across * settings.tile_px // 2)
            one("all tiles", COUNTS[-1], rig, case)
    return {"runs": Runs(tuple(made), tuple(failed)).as_json(), "tiles": len(tiles)}


def _run(name: str, count: int, rig: Rig, case: Case) -> Run:
    with cluster(count, rig.environment) as started:
        cpu = started.cpu_s()
        measured = run("whole", case, rig, {"DASK_SCHEDULER_ADDRESS": started.address})
        workers = {"workers_mb": started.peaks_mb(), "workers_cpu": started.cpu_s() - cpu}
        return replace(measured, task=name, detail=measured.detail | workers)


def targets(found: Found, settings: Settings) -> list[Target]:
    """Return the demands on many machines."""
    runs = Runs.from_json(found["runs"])

    def faster() -> float:
        one, two = (runs.seconds(f"{count} workers").median for count in COUNTS)
        return one / two

    def largest() -> float:
        return spread(mb for r in runs.of("all tiles") for mb in r.detail["workers_mb"]).most

    rows = [at_least("9 two workers over one", 1.5, faster, "x faster", digits=2)]
    if settings.tiles_across > 1:
        rows.append(at_most(f"9 memory a worker, {found['tiles']} tiles", 1500, largest, "MB", digits=0))
    return rows


def section(found: Found, settings: Settings) -> str:
    """Return the table."""
    runs = Runs.from_json(found["runs"])
    rows = [
        (
            f"{of_task[0].size_km:g} km",
            f"{of_task[0].detail['pixels'] / 1e6:.1f}",
            str(len(of_task[0].detail["workers_mb"])),
            str(runs.seconds(task)),
            f"{spread(mb for r in of_task for mb in r.detail['workers_mb']).most:.0f}",
            f"{runs.median('workers_cpu', task):.1f}",
            f"{runs.median('cpu', task):.1f}",
            f"{runs.median('peak_mb', task):.0f}",
        )
        for task in dict.fromkeys(r.task for r in runs.made)
        if (of_task := runs.of(task))
    ]
    head = ("area", "Mpx", "workers", "s", "peak MB a worker", "CPU s of workers", "own CPU s", "own peak MB")
    return (
        "Dask workers of one thread on this machine, local files, the label file included; “own” is the "
        "process that asks, counts and writes.\n\n" + table(head, rows)
    )


PART = Part("Many machines", measure, targets, section)
