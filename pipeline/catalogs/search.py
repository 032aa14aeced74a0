"""Searching a STAC API: which scenes cover an area in a period, clear enough or not."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from shapely.geometry import shape

from pipeline.area.grid import footprint, utm_epsg
from pipeline.catalogs import stac_api, transport
from pipeline.catalogs.acquisitions import Acquisition, ImagePlan, acquisitions
from pipeline.catalogs.catalog import CatalogProfile
from pipeline.catalogs.items import UnusableItem, from_item
from pipeline.catalogs.pages import Cut
from pipeline.catalogs.profiles import find
from pipeline.clustering.features import bands_to_read
from pipeline.errors import CatalogUnavailable, NoScenesFound, ReadFailed, TooCloudy
from pipeline.progress import POLL_S, Progress
from pipeline.request import AnalysisRequest
from pipeline.sentinel2.scene import Scene
from pipeline.text import above, day_words, period_words

log = logging.getLogger(__name__)

T = TypeVar("T")

GRACE_S = 2.0
"""Seconds that a search may take longer than it should, until it is left behind."""


@dataclass(frozen=True)
class _Answer:
    """The outcome of a search."""

    acquisitions: tuple[Acquisition, ...]
    """All of them, best first, clear or not."""
    scenes: Mapping[str, Scene]
    """By id."""
    cut: Cut
    """What ended the search early."""


def find_plans(request: AnalysisRequest, progress: Progress) -> tuple[ImagePlan, ...]:
    """Return the plans for a request, best first: at least one.

    Raises
    ------
    NoScenesFound, TooCloudy, CatalogUnavailable, ReadFailed
        As `find_acquisitions`.
    """
    profile = find(request.catalog)
    answer = _search(profile, request, progress)
    notes = _notes(profile, answer.cut, len(answer.scenes))
    return tuple(ImagePlan((found,), notes) for found in _chosen(request, profile, answer))


def find_acquisitions(request: AnalysisRequest, progress: Progress) -> tuple[Acquisition, ...]:
    """Return the candidates for a request, best first: at least one.

    Tiles of one pass are put together first; then an acquisition is judged by its clouds over the area.

    Raises
    ------
    NoScenesFound
        When the catalogue has no image of the area in the period.
    TooCloudy
        When it has some, but each is cloudier than allowed.
    CatalogUnavailable
        When it does not answer, or not like a STAC API.
    ReadFailed
        When it has images, but none with the bands, coordinate reference system and geometry needed.
    """
    profile = find(request.catalog)
    return _chosen(request, profile, _search(profile, request, progress))


def _chosen(request: AnalysisRequest, profile: CatalogProfile, answer: _Answer) -> tuple[Acquisition, ...]:
    if request.scene_ids is not None:
        return (_by_id(request.scene_ids, profile, answer),)
    found = answer.acquisitions
    when = period_words(request.start, request.end)
    if not found:
        raise NoScenesFound(f"No images here {when}. Choose another period or another catalogue.")
    limit = request.max_cloud_cover
    clear = tuple(a for a in found if a.cloud_cover is None or a.cloud_cover <= limit)
    if clear:
        return clear
    best = min(found, key=lambda a: a.cloud_cover or 0.0)
    cover = best.cloud_cover or 0.0
    images = "1 image" if len(found) == 1 else f"{len(found)} images"
    has, allowed = above(cover, limit)
    raise TooCloudy(
        f"Too cloudy. {images} {when}, the clearest has {has} % clouds ({day_words(best.day)}); "
        f"your limit is {allowed} %.",
        best_cloud_cover=cover,
        best_date=best.day,
        count=len(found),
    )


def _by_id(ids: Iterable[str], profile: CatalogProfile, answer: _Answer) -> Acquisition:
    wanted = tuple(ids)
    missing = [i for i in wanted if i not in answer.scenes]
    if missing:
        raise NoScenesFound(
            f"{profile.label} has no scene {missing[0][:80]} over this area. Search again for other scenes."
        )
    laid = answer.acquisitions
    clouds = next((a.cloud_cover for a in laid if a.cloud_cover is not None), None)
    scenes = tuple(answer.scenes[i] for i in wanted)
    return Acquisition(scenes, max((a.coverage for a in laid), default=0.0), clouds)


def _search(profile: CatalogProfile, request: AnalysisRequest, progress: Progress) -> _Answer:
    if profile.refusal:
        raise CatalogUnavailable(
            f"{profile.label} cannot be used here. {profile.refusal} Choose another catalogue.", profile.name
        )
    area = footprint(request.area)
    by_id = request.scene_ids is not None
    where = None if by_id else area
    period = None if by_id else (request.start, request.end)

    def searched() -> tuple[list[Scene], Cut]:
        line = stac_api.Line(profile, progress)
        found = line.search(where, period, request.scene_ids)
        if not found.items and profile.collections:
            line.check_collections()
        try:
            return _scenes(found.items, profile, request), found.cut
        except ReadFailed:  # the server may have left out more than it was asked to
            whole = line.search(where, period, request.scene_ids, whole=True)
            return _scenes(whole.items, profile, request), whole.cut

    scenes, cut = _within(transport.SEARCH_S + GRACE_S, searched, profile, progress)
    epsg = utm_epsg(request.area.longitude, request.area.latitude)
    return _Answer(acquisitions(scenes, shape(area), epsg), {s.id: s for s in scenes}, cut)


def _within(seconds: float, work: Callable[[], T], profile: CatalogProfile, progress: Progress) -> T:
    """Run `work` in a separate thread and return its result; the thread is abandoned when it takes too long.

    A server that sends a byte now and then keeps a thread waiting where no time limit of a read can end it.
    """
    outcome: list[T] = []
    failure: list[BaseException] = []

    def target() -> None:
        try:
            outcome.append(work())
        except BaseException as error:  # raised again in the thread that waits
            failure.append(error)

    thread = threading.Thread(target=target, name="search", daemon=True)
    thread.start()
    until = time.monotonic() + seconds + (0 if profile.url else 300)  # the demo is made first
    while thread.is_alive():
        thread.join(POLL_S)
        progress.check()
        if time.monotonic() > until:
            raise CatalogUnavailable(
                f"The catalogue did not answer in time. {profile.label} had not finished after "
                f"{seconds:.0f} seconds. Try again, or choose another catalogue.",
                profile.name,
            )
    if failure:
        raise failure.pop()
    return outcome[0]


def _scenes(
    items: Iterable[Mapping[str, Any]], profile: CatalogProfile, request: AnalysisRequest
) -> list[Scene]:
    """Return the scenes of items; unusable ones are left out, unless chosen or nothing else is there."""
    wanted, needed = set(request.scene_ids or ()), bands_to_read(request.features)
    scenes, problems = [], []
    for item in items:
        try:
            scenes.append(from_item(item, profile, needed))
        except UnusableItem as error:
            name = str(item.get("id"))
            if name in wanted:
                raise ReadFailed(f"A chosen scene cannot be used: {error}. Choose another one.") from error
            problems.append(f"{name[:80]}: {error}")
    if problems:
        log.info("%d unusable items, the first ones: %s", len(problems), "; ".join(problems[:5]))
    if problems and not scenes:
        others = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise ReadFailed(
            f"The images found cannot be used{others}. {problems[0]}. "
            "Choose another catalogue or other dates."
        )
    return scenes


def _notes(profile: CatalogProfile, cut: Cut, count: int) -> tuple[str, ...]:
    """Return the note on a search that was cut short."""
    if not cut:
        return ()
    why = {
        "items": "there are more",
        "pages": f"{profile.label} gives them on too many pages",
        "time": f"{profile.label} had not finished after {transport.SEARCH_S:.0f} seconds",
    }[cut]
    return (f"The search was cut after {count:,} images: {why}. A shorter period finds all of its images.",)
