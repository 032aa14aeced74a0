"""What a run will cost, before it runs: megabytes to fetch, seconds, memory; and the largest area that fits.

Pure arithmetic, no network. The constants come from measurements of this program and of its files; where
they were measured stands beside each.
"""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from pipeline.area.aoi import AreaOfInterest
from pipeline.area.blocks import FILE_BLOCK_PX
from pipeline.area.grid import RESOLUTION_M, epsg_of, grid_for, polygons_on, size_km
from pipeline.area.polygons import pixels_inside
from pipeline.clustering.features import DEFAULT_FEATURES, bands_to_read
from pipeline.config import max_size_km, memory_mb, session_mb
from pipeline.errors import AreaTooLarge, TooFarApart
from pipeline.machine.memory import DISK_SHARE, MEMORY_SHARE, free_disk_mb, free_memory_mb
from pipeline.reading.ways import way_of
from pipeline.request import AnalysisRequest
from pipeline.sentinel2.bands import BANDS, BY_KEY

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
MEDIAN_SPOOL_BYTES = 4.0
"""A band of a composite, of each period: medians are kept as float32."""
LOOK_S = 0.06
"""What a date of a composite adds before it is read: overviews of it and of two others are looked at."""
REVISIT_DAYS = 2.5
"""Two satellites pass every five days, over half of the land on two orbits."""
LABEL_BYTES_PER_PX = 1.0
"""What is kept of every pixel besides, and again in the GeoTIFF."""
SHORTEST_KM = 1.0
"""`largest_km` never goes below: a machine with less could not import the libraries."""


@dataclass(frozen=True)
class Estimate:
    """The cost of a run."""

    megabytes: float
    """To fetch, 10^6 bytes."""
    seconds: float
    memory_mb: float
    """Peak of the process, 10^6 bytes."""
    disk_mb: float
    """Temporary files, 10^6 bytes."""


def estimate(
    area: AreaOfInterest,
    link_mbit: float = LINK_MBIT,
    features: Sequence[str] = DEFAULT_FEATURES,
    dates: int = 1,
    periods: int = 1,
) -> Estimate:
    """Return the cost of a run over an area.

    Parameters
    ----------
    area : AreaOfInterest
        The area. Of polygons, only blocks of files that hold pixels of them count as fetched; memory and disk
        are those of the box around them.
    link_mbit : float
        Speed of the line to the files, megabit a second (`Pace` learns it).
    features : sequence of str
        What is clustered: the bands that it needs are read.
    dates : int
        Acquisitions that are combined.
    periods : int
        Periods of which each gives one value a band.
    """
    rows, columns = grid_for(area).shape
    bands = bands_to_read(features)
    whole = cost(rows, columns, link_mbit, bands, dates, periods)
    if area.size_km is not None:
        return whole
    fine, coarse = blocks_under(area, FILE_BLOCK_PX), blocks_under(area, 2 * FILE_BLOCK_PX)
    worked_on = min(fine * FILE_BLOCK_PX**2, rows * columns)
    seconds, megabytes = _seconds_and_megabytes(fine, coarse, worked_on, link_mbit, bands, dates)
    return replace(whole, seconds=seconds, megabytes=megabytes)


def estimate_of(request: AnalysisRequest, link_mbit: float = LINK_MBIT) -> Estimate:
    """Return the cost of a request; an upper bound if it combines dates, as the search decides how many."""
    dates, periods = dates_of(request), request.periods if way_of(request.composite).in_periods else 1
    return estimate(request.area, link_mbit, request.features, dates, periods)


def dates_of(request: AnalysisRequest) -> int:
    """Return how many acquisitions a request reads at most; a place is seen every `REVISIT_DAYS`."""
    if way_of(request.composite).single:
        return 1
    return min(request.max_dates, math.ceil(((request.end - request.start).days + 1) / REVISIT_DAYS))


def cost(
    rows: int,
    columns: int,
    link_mbit: float = LINK_MBIT,
    bands: Sequence[str] = BANDS,
    dates: int = 1,
    periods: int = 1,
) -> Estimate:
    """Return the cost of a run that reads these bands of some dates over a whole grid of 10 m pixels.

    A window of n pixels anywhere touches n / 1024 + 1 blocks on average.
    """
    pixels = rows * columns
    fine, coarse = _blocks(rows) * _blocks(columns), _blocks(rows / 2) * _blocks(columns / 2)
    seconds, megabytes = _seconds_and_megabytes(fine, coarse, pixels, link_mbit, bands, dates)
    shares = sum((RESOLUTION_M / BY_KEY[band].resolution_m) ** 2 for band in bands)
    band_bytes = BAND_SPOOL_BYTES if dates == 1 else MEDIAN_SPOOL_BYTES * periods
    kept = (band_bytes * shares + STATE_SPOOL_BYTES) * pixels / 1e6
    labels = LABEL_BYTES_PER_PX * pixels / 1e6
    at_work = min(WORK_BYTES_PER_PX * pixels / 1e6, MOST_WORK_MB) * len(bands) / len(BANDS)
    memory = BASE_MB + at_work + min(kept, SPOOL_MB) + labels
    disk = kept - SPOOL_MB + labels if kept > SPOOL_MB else 0.0
    return Estimate(megabytes, seconds, memory, disk)


def _seconds_and_megabytes(
    fine: float, coarse: float, pixels: float, link_mbit: float, bands: Sequence[str], dates: int
) -> tuple[float, float]:
    """Return seconds, and the bytes to fetch, 10^6: bands and scene classification, in whole blocks.

    Parameters
    ----------
    fine, coarse : float
        Blocks of a file of 10 m and of one of 20 m that are read.
    pixels : float
        Pixels of 10 m that are worked on.
    dates : int
        Acquisitions that are read.
    """
    n_fine = sum(BY_KEY[band].resolution_m == RESOLUTION_M for band in bands)
    at_10_m = n_fine * fine * BAND_BYTES_PER_PX
    at_20_m = coarse * ((len(bands) - n_fine) * COARSE_BYTES_PER_PX + SCL_BYTES_PER_PX)
    megabytes = dates * (at_10_m + at_20_m) * FILE_BLOCK_PX**2 / 1e6
    cores = min(os.cpu_count() or 1, MOST_CORES)
    working = CPU_S_PER_MPX * dates * pixels / 1e6 / cores
    looking = LOOK_S * dates if dates > 1 else 0.0
    return FIXED_S + looking + max(8 * megabytes / link_mbit, working), megabytes


@lru_cache(maxsize=16)
def blocks_under(area: AreaOfInterest, side_px: int) -> float:
    """Return how many blocks of a file hold pixels of polygons, on average over where its blocks begin.

    A block touches a polygon when its centre lies within half a block's side of it.
    """
    from shapely import simplify

    side_m = side_px * RESOLUTION_M
    outline = simplify(polygons_on(area, epsg_of(grid_for(area))), side_m / 100)
    return float(outline.buffer(side_m / 2, join_style="mitre").area / side_m**2)


def side_km(area: AreaOfInterest) -> float:
    """Return the side of a square with as many pixels as an area, kilometres: limits are on this."""
    if area.size_km is not None:
        return size_km(grid_for(area))
    return math.sqrt(pixels_inside(area)) * RESOLUTION_M / 1000


def check_size(area: AreaOfInterest, room_mb: float | None) -> None:
    """Raise `AreaTooLarge` for an area that holds too much, or whose parts lie too far apart.

    Parameters
    ----------
    area : AreaOfInterest
        The area.
    room_mb : float or None
        Memory that the run may take here, 10^6 bytes; None: the pixels are kept on other machines.
    """
    limit_km = max_size_km() if room_mb is None else largest_km(room_mb)
    side = side_km(area)
    if side > limit_km:
        raise AreaTooLarge(side, limit_km, polygons=area.size_km is None)
    rows, columns = grid_for(area).shape
    wide = rows * columns > (100 * limit_km) ** 2
    if room_mb is not None and wide and not _fits(rows, columns, *_room(room_mb)):
        raise TooFarApart(size_km(grid_for(area)), limit_km)


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
    room = _room(room_mb)
    sides = ((km, round(100 * km)) for km in _sizes(max_size_km()))
    return next((km for km, side in sides if _fits(side, side, *room)), SHORTEST_KM)


def _room(room_mb: float) -> tuple[float, float]:
    """Return the memory and the disk that one run may take, 10^6 bytes."""
    return min(room_mb, session_mb(), memory_mb() or math.inf), DISK_SHARE * free_disk_mb()


def _sizes(limit: float) -> list[float]:
    """Return the limit itself, then whole kilometres below it, longest first."""
    whole = range(math.ceil(limit) - 1, 0, -1)
    return [limit, *map(float, whole)]


def _fits(rows: int, columns: int, room_mb: float, disk_mb: float) -> bool:
    needed = cost(rows, columns)
    return needed.memory_mb <= room_mb and needed.disk_mb <= disk_mb


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
    return length_px / FILE_BLOCK_PX + 1
