"""The dates to choose from, each with what it shows of the area itself rather than of its whole tile."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from shapely.geometry import mapping

from pipeline.area.grid import grid_for, inside
from pipeline.catalogs.acquisitions import Acquisition
from pipeline.catalogs.search import find_acquisitions
from pipeline.errors import AnalysisError
from pipeline.progress import POLL_S, IsCancelled, Progress
from pipeline.request import AnalysisRequest

if TYPE_CHECKING:
    from pipeline.explore.quicklook import Quicklook
    from pipeline.machine.turns import Turns

log = logging.getLogger(__name__)

MOST = 40
"""Candidates that are looked at, those with the clearest tiles first."""
MOST_READ = 3
"""Candidates from which an analysis chooses automatically (analysis.MOST_READ)."""
THREADS = 8


@dataclass(frozen=True)
class SceneFacts:
    """One candidate: the tiles of one acquisition, and what they show of the area."""

    ids: tuple[str, ...]
    """For ``AnalysisRequest.scene_ids``, in the order they are laid."""
    day: date
    """Day of acquisition (UTC)."""
    tiles: tuple[str, ...]
    platform: str
    clear: float | None
    """Share (0..1) of the area that is clear; None where it is not known."""
    coverage: float | None
    """Share (0..1) of the area with data; None where it could not be read."""
    tile_cloud_cover: float | None
    """Highest cloud cover of its tiles, percent, from the catalogue."""
    allowed: bool
    """Whether that is within the request's limit."""
    automatic: bool
    """Whether an analysis uses it when no scene is chosen."""
    preview: str | None = field(repr=False)
    """Small true-colour picture of the area (data URL); None where it could not be read."""
    footprints: Mapping[str, Any] = field(repr=False)
    """GeoJSON FeatureCollection in longitude/latitude: the outline of each tile's data, property ``id``."""
    problem: str = ""
    """Why it could not be read."""

    @property
    def words(self) -> str:
        """Such as ``91.8 % clear · 100 % covered``."""
        if self.coverage is None:
            return self.problem
        clear = "clouds not known" if self.clear is None else f"{_percent(self.clear)} clear"
        return f"{clear} · {_percent(self.coverage)} covered"


def list_scenes(
    request: AnalysisRequest,
    *,
    cancelled: IsCancelled | None = None,
    most: int = MOST,
    queue: Turns | None = None,
) -> Iterator[SceneFacts]:
    """Yield what each candidate of a request shows of the area, in the order the answers arrive.

    Tiles with more clouds than the request allows are listed, too: the area may be clear in them. Chosen
    scenes of the request do not narrow the list. Meant for after a result: it reads from the network.

    Parameters
    ----------
    request : AnalysisRequest
        Where and when.
    cancelled : callable, optional
        Returns True when the list is no longer needed; polled every `progress.POLL_S` seconds.
    most : int
        Candidates looked at.
    queue : Turns, optional
        Where to wait for one's turn before files are read.

    Raises
    ------
    NoScenesFound, CatalogUnavailable, ReadFailed
        From the search. A candidate whose files cannot be read is yielded with its `problem`.
    Cancelled
        At once when cancelled; what is still being read is dropped.
    """
    progress = Progress(cancelled=cancelled)
    everything = replace(request, scene_ids=None, max_cloud_cover=100)
    candidates = progress.run(find_acquisitions, everything, progress)[:most]
    allowed = [i for i, c in enumerate(candidates) if _is_allowed(c, request.max_cloud_cover)]
    waiting: dict[int, SceneFacts] = {}
    arrived: dict[int, SceneFacts] = {}
    chosen: int | None = None
    with nullcontext() if queue is None else queue.turn("small", progress):
        for index, found in _glances(request, candidates, progress):
            facts = _facts(candidates[index], index in allowed, found)
            arrived[index] = waiting[index] = facts
            if chosen is None:
                chosen = _automatic(allowed[:MOST_READ], arrived)
            if chosen is not None or not allowed:
                yield from (replace(f, automatic=i == chosen) for i, f in waiting.items())
                waiting.clear()


def best_first(facts: Iterable[SceneFacts]) -> tuple[SceneFacts, ...]:
    """Return candidates with the clearest area first, then the newest; unreadable ones come last."""
    return tuple(
        sorted(
            facts, key=lambda f: (-1.0 if f.clear is None else f.clear, f.coverage or 0, f.day), reverse=True
        )
    )


def _glances(
    request: AnalysisRequest, candidates: Sequence[Acquisition], progress: Progress
) -> Iterator[tuple[int, Quicklook | AnalysisError]]:
    """Yield the index of each candidate and what was seen of it, in the order of arrival."""
    from pipeline.explore.quicklook import quicklook
    from pipeline.reading.cloud_mask import CloudMask

    grid = grid_for(request.area)
    within = inside(request.area, grid)
    mask = CloudMask(request.mask_classes, request.mask_buffer_m)
    executor = ThreadPoolExecutor(THREADS, thread_name_prefix="scenes")
    try:
        pending: dict[Future[Quicklook], int] = {
            executor.submit(quicklook, c.scenes, grid, within, mask): i for i, c in enumerate(candidates)
        }
        while pending:
            done, _ = wait(pending, POLL_S, FIRST_COMPLETED)
            progress.check()
            for future in sorted(done, key=pending.__getitem__):
                index = pending.pop(future)
                error = future.exception()
                if error is None:
                    yield index, future.result()
                elif isinstance(error, AnalysisError):
                    yield index, error
                else:
                    raise error
    finally:
        executor.shutdown(wait=False, cancel_futures=True)


def _automatic(preferred: Sequence[int], arrived: Mapping[int, SceneFacts]) -> int | None:
    """Return the candidate that an analysis uses automatically; None while that is not known.

    The first in the order of the search with a clear pixel in the area, or the first where none has any.
    """
    for index in preferred:
        if index not in arrived:
            return None
        if arrived[index].clear != 0:
            return index
    return preferred[0] if preferred else None


def _facts(acquisition: Acquisition, allowed: bool, found: Quicklook | AnalysisError) -> SceneFacts:
    seen = None if isinstance(found, AnalysisError) else found
    features = [
        {"type": "Feature", "properties": {"id": s.id}, "geometry": dict(mapping(s.footprint))}
        for s in acquisition.scenes
    ]
    return SceneFacts(
        ids=tuple(s.id for s in acquisition.scenes),
        day=acquisition.day,
        tiles=tuple(dict.fromkeys(s.tile for s in acquisition.scenes)),
        platform=acquisition.scenes[0].platform,
        clear=seen.clear if seen else None,
        coverage=seen.coverage if seen else None,
        tile_cloud_cover=acquisition.cloud_cover,
        allowed=allowed,
        automatic=False,
        preview=seen.preview if seen else None,
        footprints={"type": "FeatureCollection", "features": features},
        problem=str(found) if isinstance(found, AnalysisError) else "",
    )


def _is_allowed(acquisition: Acquisition, max_cloud_cover: float) -> bool:
    return acquisition.cloud_cover is None or acquisition.cloud_cover <= max_cloud_cover


def _percent(share: float) -> str:
    """Return a share as a percentage; only exactly all and nothing become 100 and 0."""
    if share in (0, 1):
        return f"{100 * share:.0f} %"
    if share < 0.001:
        return "< 0.1 %"
    return f"{min(100 * share, 99.9):.1f} %"
