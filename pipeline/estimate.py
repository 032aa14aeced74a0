"""What a run will cost, before it runs: megabytes to fetch, seconds, memory; and the largest area that fits.

Pure arithmetic, no network. The constants come from measurements of this program and of its files; where
they were measured stands beside each.
"""

from __future__ import annotations

import math
import os
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.area.aoi import AreaOfInterest
from pipeline.area.grid import RESOLUTION_M, grid_for
from pipeline.clustering.features import DEFAULT_FEATURES, bands_to_read
from pipeline.config import max_size_km, memory_mb, session_mb
from pipeline.sentinel2.bands import BANDS, BY_KEY

BLOCK_PX = 1024
"""Side of a block of Sentinel-2 COGs; a block is read whole."""
BAND_BYTES_PER_PX = 1.8
"""Of a 10 m band as it is compressed in the archives: 1.4-2.1 over real scenes and real-like tiles."""
COARSE_BYTES_PER_PX = 2.1
"""Of a 20 m band, per pixel of its own: a file is about 29 % of that of a 10 m band."""
SCL_BYTES_PER_PX = 0.25
"""Of the scene classification, per pixel of 20 m: 0.16-0.96 over the same real scenes, clouds dear."""
LINK_MBIT = 100.0
"""Supposed speed of the line, megabit a second, until a run has shown it."""
FIXED_S = 0.9
"""Search, headers of five files, fit and pictures: what every run takes on a line of 50 ms round trip."""
LATENCY_S = 0.3
"""The part of reading that is waiting for headers, whatever the line's speed."""
CPU_S_PER_MPX = 0.1
"""Decoding, labelling and counting a million pixels on one core (a tile of 121 Mpx: 10 s with all else, more
on older machines)."""
MOST_CORES = 8
"""More threads than these were no faster."""
BASE_MB = 330.0
"""A page's process with everything imported (225 MB), the sample, the model and the pictures."""
WORK_BYTES_PER_PX, MOST_WORK_MB = 50.0, 400.0
"""What pixels take while they are worked on, and all blocks at hand at most.

With what follows: 0.52, 0.74 and 0.90 GB were measured at 20, 50 and 110 km behind a line (less on local
files), some 30 MB of the page aside.
"""
BAND_SPOOL_BYTES, STATE_SPOOL_BYTES, SPOOL_MB = 2.0, 1.0, 67.0
"""A band and the state of a pixel as they are kept; beyond this in temporary files (spill.MEMORY_BYTES)."""
LABEL_BYTES_PER_PX = 1.0
"""What is kept of every pixel besides, and again in the GeoTIFF."""
MEMORY_SHARE, DISK_SHARE = 0.75, 0.9
"""How much of the free memory and of the free temporary disk one run may take."""

SHORTEST_KM = 1.0
"""`largest_km` never goes below: a machine with less could not import the libraries."""


@dataclass(frozen=True)
class Estimate:
    """What a run will cost."""

    megabytes: float
    """To fetch, 10^6 bytes."""
    seconds: float
    memory_mb: float
    """Peak of the process, 10^6 bytes."""
    disk_mb: float
    """Temporary files, 10^6 bytes."""


def estimate(
    area: AreaOfInterest, link_mbit: float = LINK_MBIT, features: Sequence[str] = DEFAULT_FEATURES
) -> Estimate:
    """Return what a run over an area costs.

    Parameters
    ----------
    area : AreaOfInterest
        The area; blocks of the whole box around polygons are counted.
    link_mbit : float
        Speed of the line to the files, megabit a second (`Pace` learns it).
    features : sequence of str
        What is clustered: the bands that it needs are read.
    """
    rows, columns = grid_for(area).shape
    return cost(rows, columns, link_mbit, bands_to_read(features))


def cost(rows: int, columns: int, link_mbit: float = LINK_MBIT, bands: Sequence[str] = BANDS) -> Estimate:
    """Return what a run over a grid of 10 m pixels costs that reads these bands."""
    pixels = rows * columns
    megabytes = megabytes_of(rows, columns, bands)
    cores = min(os.cpu_count() or 1, MOST_CORES)
    seconds = FIXED_S + max(8 * megabytes / link_mbit, CPU_S_PER_MPX * pixels / 1e6 / cores)
    shares = sum((RESOLUTION_M / BY_KEY[band].resolution_m) ** 2 for band in bands)
    kept = (BAND_SPOOL_BYTES * shares + STATE_SPOOL_BYTES) * pixels / 1e6
    labels = LABEL_BYTES_PER_PX * pixels / 1e6
    at_work = min(WORK_BYTES_PER_PX * pixels / 1e6, MOST_WORK_MB) * len(bands) / len(BANDS)
    memory = BASE_MB + at_work + min(kept, SPOOL_MB) + labels
    disk = kept - SPOOL_MB + labels if kept > SPOOL_MB else 0.0
    return Estimate(megabytes, seconds, memory, disk)


def megabytes_of(rows: int, columns: int, bands: Sequence[str] = BANDS) -> float:
    """Return the bytes to fetch, 10^6: the bands and the scene classification, in whole blocks.

    A window of n pixels anywhere touches n / 1024 + 1 blocks on average.
    """
    fine = sum(BY_KEY[band].resolution_m == RESOLUTION_M for band in bands)
    coarse_blocks = _blocks(rows / 2) * _blocks(columns / 2)
    at_10_m = fine * _blocks(rows) * _blocks(columns) * BAND_BYTES_PER_PX
    at_20_m = coarse_blocks * ((len(bands) - fine) * COARSE_BYTES_PER_PX + SCL_BYTES_PER_PX)
    return (at_10_m + at_20_m) * BLOCK_PX**2 / 1e6


def largest_km(room_mb: float | None = None) -> float:
    """Return the longest side of an area that fits this installation and this machine, kilometres.

    The least of the configured one (`config.max_size_km`) and of what memory and free disk for temporary
    files allow, in whole kilometres.

    Parameters
    ----------
    room_mb : float, optional
        Memory that one run may take, 10^6 bytes; by default a share of what is free. It is no more than
        what is configured for a run and for all of them.
    """
    if room_mb is None:
        room_mb = MEMORY_SHARE * free_memory_mb()
    room_mb, disk_mb = min(room_mb, session_mb(), memory_mb() or math.inf), free_disk_mb()
    return next((km for km in _sizes(max_size_km()) if _fits(km, room_mb, disk_mb)), SHORTEST_KM)


def runs_memory_mb(working: Sequence[int] = (), proc: Path = Path("/proc")) -> float:
    """Return what all runs of this user may take together, 10^6 bytes.

    What is configured, else a share of the machine's memory; no more than a share of what is free, with
    what the working processes take already.

    Parameters
    ----------
    working : sequence of int
        Process ids of the runs that go on now; this process counts anyway.
    """
    taken = sum(resident_mb(pid, proc) for pid in working if pid != os.getpid())
    budget = memory_mb() or MEMORY_SHARE * total_memory_mb(proc)
    return min(budget, MEMORY_SHARE * (free_memory_mb() + taken))


def _sizes(limit: float) -> list[float]:
    """Return the limit itself, then whole kilometres below it, longest first."""
    whole = range(math.ceil(limit) - 1, 0, -1)
    return [limit, *map(float, whole)]


def _fits(size_km: float, room_mb: float, disk_mb: float) -> bool:
    side = round(100 * size_km)
    needed = cost(side, side)
    return needed.memory_mb <= room_mb and needed.disk_mb <= DISK_SHARE * disk_mb


def free_memory_mb(proc: Path = Path("/proc"), cgroup: Path = Path("/sys/fs/cgroup")) -> float:
    """Return the memory that is free, 10^6 bytes, within the container's limit; infinite where nobody tells.

    What this process already takes counts as free: an estimate is of the whole process.
    """
    free = math.inf
    for line in _lines(proc / "meminfo"):
        name, _, rest = line.partition(":")
        if name == "MemAvailable":
            free = int(rest.split()[0]) * 1024
    for limit, used in (
        ("memory.max", "memory.current"),
        ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes"),
    ):
        most, now = _lines(cgroup / limit), _lines(cgroup / used)
        if most and now and most[0].isdigit():
            free = min(free, int(most[0]) - int(now[0]))
    return free / 1e6 + resident_mb("self", proc)


def resident_mb(process: int | str, proc: Path = Path("/proc")) -> float:
    """Return the memory that a process takes, 10^6 bytes; 0 where nobody tells."""
    status = dict(line.partition(":")[::2] for line in _lines(proc / f"{process}/status"))
    return int(status.get("VmRSS", "0").split()[0]) * 1024 / 1e6


def total_memory_mb(proc: Path = Path("/proc"), cgroup: Path = Path("/sys/fs/cgroup")) -> float:
    """Return the machine's memory, or the container's where that is less, 10^6 bytes."""
    total = math.inf
    for line in _lines(proc / "meminfo"):
        name, _, rest = line.partition(":")
        if name == "MemTotal":
            total = int(rest.split()[0]) * 1024
    for name in ("memory.max", "memory/memory.limit_in_bytes"):
        limit = _lines(cgroup / name)
        if limit and limit[0].isdigit():
            total = min(total, int(limit[0]))
    return total / 1e6


def free_disk_mb() -> float:
    """Return the free disk for temporary files, 10^6 bytes."""
    try:
        return shutil.disk_usage(tempfile.gettempdir()).free / 1e6
    except OSError:
        return math.inf


@dataclass
class Pace:
    """How fast the line to each catalogue's files has shown itself to be."""

    _seen: dict[str, float] = field(default_factory=dict)

    def link_mbit(self, catalog: str) -> float:
        """Return the speed of the line, megabit a second."""
        return self._seen.get(catalog, LINK_MBIT)

    def saw(self, catalog: str, megabytes: float, seconds: float) -> None:
        """Learn from a reading: its megabytes, and how long it took. Recent ones count for half."""
        now = 8 * megabytes / max(seconds - LATENCY_S, 0.05)
        before = self._seen.get(catalog, now)
        self._seen[catalog] = math.sqrt(before * now)


def _blocks(length_px: float) -> float:
    return length_px / BLOCK_PX + 1


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text("utf-8").splitlines()
    except (OSError, ValueError):
        return []
