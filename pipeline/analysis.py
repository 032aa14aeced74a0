"""The steps in order: search, read, cluster, count, draw. The only module that uses them all."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import replace
from functools import partial

from pipeline import run_log
from pipeline.area.blocks import BLOCK_PX
from pipeline.area.grid import grid_for, inside
from pipeline.catalogs.acquisitions import ImagePlan, with_twins
from pipeline.catalogs.search import find_plans
from pipeline.clustering.features import bands_to_read
from pipeline.clustering.model import ClusterModel
from pipeline.composites.compose import best_date, read_composite
from pipeline.composites.refining import Watch
from pipeline.errors import AnalysisError, Cancelled, ReadFailed
from pipeline.estimate import check_size, estimate_of
from pipeline.grouping import grouped
from pipeline.machine import turns
from pipeline.machine.memory import MEMORY_SHARE, free_memory_mb, total_memory_mb
from pipeline.machine.turns import LARGE_PX, Size, Turn, Turns
from pipeline.notes import cannot_be_read, falls_short, passed_over_for
from pipeline.progress import IsCancelled, OnDetail, OnProgress, Progress
from pipeline.reading import imagery
from pipeline.reading.cloud_mask import CloudMask
from pipeline.reading.extent import Extent
from pipeline.reading.imagery import Imagery
from pipeline.reading.overview_reader import first_look
from pipeline.reading.reader import Reading
from pipeline.reading.storage.dask import configured, store_of
from pipeline.reading.ways import way_of
from pipeline.request import AnalysisRequest
from pipeline.result import Analysis
from pipeline.sentinel2.bands import SCL
from pipeline.sentinel2.scene import Scene

log = logging.getLogger(__name__)

OnPreview = Callable[[Analysis], object]

MOST_READ = 3
"""Candidates that are read before the best of them has to do."""
MOST_FAILED = 10
"""Candidates with files that cannot be read before a run ends."""
PREVIEW_FROM_PX = 640
"""Side from which on a first look is worth its reads: below, the files have a block or two under the area."""


def analyse(
    request: AnalysisRequest,
    on_progress: OnProgress | None = None,
    cancelled: IsCancelled | None = None,
    *,
    on_detail: OnDetail | None = None,
    on_preview: OnPreview | None = None,
    model: ClusterModel | None = None,
    workers: bool = True,
    queue: Turns | None = None,
) -> Analysis:
    """Find the best image of an area, read it, and group its pixels.

    Parameters
    ----------
    request : AnalysisRequest
        Where, when, how clear, how many clusters.
    on_progress : callable, optional
        Called as ``on_progress(stage, fraction)``: stage is "searching", "reading", "clustering" or
        "drawing"; fraction is of the whole run, never falls and ends at 1.0. May come from another thread.
    cancelled : callable, optional
        Returns True when the run is to end; polled at least every 0.2 s. The call then raises `Cancelled` at
        once, even while a server is waited for.
    on_detail : callable, optional
        Called with a phrase such as ``"11 of 24 blocks"``.
    on_preview : callable, optional
        Called, from another thread, with an analysis of the files' overviews (`Analysis.preview`) while the
        full resolution is being read; not called for areas below `PREVIEW_FROM_PX`, nor where the files have
        no overviews. Of a composite first with its best date, then with what has arrived of it so far.
    model : ClusterModel, optional
        Label with this model instead of fitting one.
    workers : bool
        Whether to work on the dask cluster that ``DASK_SCHEDULER_ADDRESS`` names, if it names one.
    queue : Turns, optional
        Where to wait for one's turn among other runs on this machine; without it the call waits only where
        ``DASHBOARD_PLACES`` is set.

    Raises
    ------
    AreaTooLarge, NoScenesFound, TooCloudy, CatalogUnavailable, ReadFailed, ClusterUnavailable,
    NothingToGroup, Cancelled
        Each with a message for the user.
    """
    progress = Progress(on_progress, cancelled, on_detail)
    with run_log.told(request, progress):
        return progress.run(_analyse, request, model, progress, on_preview, workers, queue)


def find_scenes(request: AnalysisRequest) -> tuple[Scene, ...]:
    """Return the scenes that could answer a request, best first; no image is read.

    Raises
    ------
    NoScenesFound, TooCloudy, CatalogUnavailable, ReadFailed
        As `analyse`.
    """
    return tuple(s for plan in find_plans(request, Progress()) for s in plan.scenes)


def _analyse(
    request: AnalysisRequest,
    model: ClusterModel | None,
    progress: Progress,
    on_preview: OnPreview | None,
    workers: bool,
    queue: Turns | None,
) -> Analysis:
    started = time.perf_counter()
    progress.check()
    progress.report("searching", 0)
    grid = grid_for(request.area)
    elsewhere = workers and configured() is not None
    check_size(request.area, None if elsewhere else MEMORY_SHARE * total_memory_mb())
    mask = CloudMask(request.mask_classes, request.mask_buffer_m)
    extent = Extent(request.area, grid, mask, bands_to_read(request.features))
    if request.area.size_km is None:
        inside(request.area, grid)
    queue = None if elsewhere else queue or turns.of_scripts()
    if not elsewhere and queue is None:
        check_size(request.area, MEMORY_SHARE * free_memory_mb())
    plans = find_plans(request, progress)
    searched = time.perf_counter()
    with nullcontext() if queue is None else _place(queue, request, extent, progress) as progress.turn:
        began = time.perf_counter()
        progress.report("reading", 0)
        pixels = _read(request, plans, extent, model, progress, on_preview, workers)
        log.info(
            "searched %.2f s, waited %.2f s, read %.2f s: %s",
            searched - started,
            began - searched,
            time.perf_counter() - began,
            ", ".join(s.id for s in pixels.scenes),
        )
        return Analysis.of(grouped(request, pixels, model, progress))


@contextmanager
def _place(queue: Turns, request: AnalysisRequest, extent: Extent, progress: Progress) -> Iterator[Turn]:
    """Wait for a place and for memory that others hold; refuse an area that does not fit even then."""
    rows, columns = extent.shape
    size: Size = "large" if rows * columns >= LARGE_PX else "small"
    with queue.turn(size, progress, estimate_of(request).memory_mb) as turn:
        check_size(extent.area, MEMORY_SHARE * free_memory_mb())
        yield turn


def _read(
    request: AnalysisRequest,
    plans: Sequence[ImagePlan],
    extent: Extent,
    model: ClusterModel | None,
    progress: Progress,
    on_preview: OnPreview | None,
    workers: bool,
) -> Imagery:
    """Return the pixels of the plans; hand on a first look meanwhile, and what a composite is so far."""
    single, over = way_of(request.composite).single, threading.Event()
    with ThreadPoolExecutor(1, thread_name_prefix="preview") as aside:
        watch = None
        if on_preview is not None and not single:
            show = partial(_show_preview, request, model, progress.silent(), on_preview)
            first = best_date(request, plans)
            aside.submit(_first_look, first, extent, request.seed, progress.silent(), show)
            while_reading = Progress(cancelled=lambda: over.is_set() or progress.ended())
            watch = Watch(aside, partial(_show_preview, request, model, while_reading, on_preview))
        elif on_preview is not None and max(extent.shape) >= PREVIEW_FROM_PX:
            look = first_look(plans[0].scenes, extent, request.seed, progress.silent())
            if look is not None:
                shown = aside.submit(_show_preview, request, model, progress.silent(), on_preview, look)
                if max(extent.shape) > BLOCK_PX:  # decoding many blocks would starve it
                    shown.result()
        if single:
            return _read_best(request, plans, extent, progress, workers)
        try:
            return read_composite(request, plans, extent, progress, workers, watch)
        finally:
            over.set()  # the result does not wait for a picture of what came before it


def _first_look(
    scenes: Sequence[Scene],
    extent: Extent,
    seed: int,
    progress: Progress,
    show: Callable[[Imagery], object],
) -> None:
    """Show the best date of a composite, while its other dates are looked at."""
    with suppress(Cancelled):
        look = first_look(scenes, extent, seed, progress)
        if look is not None:
            show(look)


def _show_preview(
    request: AnalysisRequest,
    model: ClusterModel | None,
    progress: Progress,
    on_preview: OnPreview,
    look: Imagery,
) -> None:
    try:
        on_preview(Analysis.of(grouped(request, look, model, progress, preview=True)))
    except AnalysisError:
        log.info("no preview", exc_info=True)
    except Exception:  # the caller's own function may raise anything; the run goes on without a preview
        log.exception("the preview failed")


def _read_best(
    request: AnalysisRequest,
    plans: Sequence[ImagePlan],
    extent: Extent,
    progress: Progress,
    workers: bool,
) -> Imagery:
    """Return the first plan that keeps its promise; else the one that showed most of the area.

    A catalogue knows outlines and the clouds of whole tiles; only the pixels tell about the area. A plan
    whose files cannot be read is passed over, too: first for the same pass in another collection.

    Raises
    ------
    ReadFailed
        When no plan can be read: of the best one.
    """

    def read(scenes: Sequence[Scene]) -> Imagery:
        reading = Reading(scenes, extent, progress)
        store = store_of(reading.blocks, workers)
        return imagery.read(scenes, extent, store, reading, request.seed, progress)

    found: list[Imagery] = []
    failures: list[tuple[ImagePlan, ReadFailed]] = []
    waiting = list(plans)
    while waiting and len(found) < MOST_READ and len(failures) < MOST_FAILED:
        plan = waiting.pop(0)
        try:
            found.append(read(plan.scenes))
        except ReadFailed as error:
            failures.append((plan, error))
            waiting = with_twins(plan, waiting)
            continue
        if found[-1].coverage.clear and not falls_short(found[-1], plan.promised):
            break
    if not found:
        found.append(_without_classes(failures, read))
    best = max(found, key=lambda pixels: pixels.coverage.clear)
    read_plans = {pixels.scenes[0].id for pixels in found}
    failed = [f for f in failures if f[0].scenes[0].id not in read_plans]
    passed_over = (
        *(cannot_be_read(plan.scenes[0], error, best.scenes[0]) for plan, error in failed),
        *(passed_over_for(pixels) for pixels in found if pixels is not best),
    )
    return replace(best, notes=(*plans[0].notes, *passed_over, *best.notes))


def _without_classes(
    failures: Sequence[tuple[ImagePlan, ReadFailed]], read: Callable[[Sequence[Scene]], Imagery]
) -> Imagery:
    """Return the best plan that lacks nothing but scene classifications, without those.

    Raises
    ------
    ReadFailed
        When there is none: of the best plan.
    """
    for plan, error in failures:
        scenes: Sequence[Scene] = plan.scenes
        while any(_is_classification(error.url, scene) for scene in scenes):
            scenes = [_bare(s) if _is_classification(error.url, s) else s for s in scenes]
            try:
                return read(scenes)
            except ReadFailed as another:
                error = another
    raise failures[0][1]


def _is_classification(url: str, scene: Scene) -> bool:
    return SCL in scene.bands and scene.bands[SCL].href == url


def _bare(scene: Scene) -> Scene:
    """Return a scene without its scene classification."""
    return replace(scene, bands={band: file for band, file in scene.bands.items() if band != SCL})
