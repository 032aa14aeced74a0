"""What a region costs, from what was measured: the tables in docs/scaling.md."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import NotMeasuredError, Runs, spread
from benchmarks.servers.proxy import LINK_BYTES_PER_S
from benchmarks.store import Store
from benchmarks.tables import table

BEGIN, END = "<!-- costs: written by `python -m benchmarks --report` -->", "<!-- end of costs -->"
REGIONS = (("one tile", 12_056), ("Austria", 83_900), ("Germany", 357_600), ("Europe", 10_200_000))
"""Land areas, km²."""
PX_PER_KM2 = 10_000
MACHINE_CORES = 2
WORKERS = (10, 100)
PER_KM2 = 1000


@dataclass(frozen=True)
class Costs:
    """Of 1,000 km², measured."""

    megabytes: float
    requests: float
    cpu_s: float
    """On one machine."""
    workers_cpu_s: float
    """Of the workers, on a cluster."""
    writing_s: float
    """Of one process, the label file."""
    largest_km: float
    """Side of the area behind the line that bytes and requests come from."""


def costs(store: Store) -> Costs:
    """Return what 1,000 km² cost.

    Raises
    ------
    NotMeasuredError
        When a part that is needed was not run or has failed.
    """
    network, whole, workers = (_runs(store, part) for part in ("network", "whole", "workers"))
    largest = max((r.size_km for r in network.of("analyse")), default=0.0)
    read = network.of("analyse", largest)
    tile_km = max((r.size_km for r in whole.of("whole")), default=0.0)
    return Costs(
        spread(r.traffic.bytes / 1e6 for r in read).median / largest**2 * PER_KM2,
        spread(r.traffic.requests for r in read).median / largest**2 * PER_KM2,
        whole.median("cpu", "whole", tile_km) / tile_km**2 * PER_KM2,
        spread(r.detail["workers_cpu"] / r.size_km**2 for r in workers.of("2 workers")).median * PER_KM2,
        whole.median("file_s", "whole", tile_km) / tile_km**2 * PER_KM2,
        largest,
    )


def write_into(path: Path, store: Store) -> None:
    """Write the tables between their marks in a document."""
    text = path.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    path.write_text(f"{before}{BEGIN}\n{tables(store)}\n{END}{after}", encoding="utf-8")


def tables(store: Store) -> str:
    """Return the tables, or a sentence where figures are missing."""
    try:
        one = costs(store)
    except NotMeasuredError:
        return "Not measured yet: `make benchmark`."
    measured = table(
        ("1,000 km² (10 million pixels, 4 bands + SCL)", "measured"),
        (
            (f"bytes, at {one.largest_km:g} km behind the line", f"{one.megabytes:.0f} MB"),
            ("requests", f"{one.requests:.0f}"),
            ("processor time on one machine", f"{one.cpu_s:.2f} s"),
            ("processor time of Dask workers", f"{one.workers_cpu_s:.2f} s"),
            ("writing the labels in one process", f"{one.writing_s:.2f} s"),
            ("label raster, not compressed", f"{PER_KM2 * PX_PER_KM2 / 1e6:.0f} MB"),
        ),
    )
    head = (
        "region",
        "km²",
        "GB read",
        "requests",
        "label pixels",
        f"{MACHINE_CORES} cores, 200 Mbit/s",
        *(f"{count} workers" for count in WORKERS),
    )
    rows = [(name, f"{km2:,}", *_region(one, km2)) for name, km2 in REGIONS]
    return f"{measured}\n\n{table(head, rows)}"


def _region(one: Costs, km2: int) -> tuple[str, ...]:
    times = km2 / PER_KM2
    line_s = one.megabytes * 1e6 * times / LINK_BYTES_PER_S
    here_s = max(line_s, one.cpu_s * times / MACHINE_CORES)
    return (
        f"{one.megabytes * times / 1000:,.1f}",
        f"{one.requests * times:,.0f}",
        f"{km2 * PX_PER_KM2 / 1e9:,.1f} billion",
        _duration(here_s),
        *(_duration(one.workers_cpu_s * times / count) for count in WORKERS),
    )


def _duration(seconds: float) -> str:
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"


def _runs(store: Store, part: str) -> Runs:
    record = store.load(part)
    if record is None or record.found is None:
        raise NotMeasuredError
    return Runs.from_json(record.found["runs"])
