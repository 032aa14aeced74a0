"""Asking a STAC API: which scenes lie over an area in a period, clear enough or not."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import Any

from shapely.geometry import shape

from pipeline.area.grid import footprint, utm_epsg
from pipeline.catalogs import stac_api
from pipeline.catalogs.acquisitions import Acquisition, ImagePlan, acquisitions
from pipeline.catalogs.items import UnusableItem, from_item
from pipeline.catalogs.profiles import CatalogProfile, find
from pipeline.errors import (
    AnalysisError,
    CatalogUnavailable,
    NoScenesFound,
    ReadFailed,
    TooCloudy,
)
from pipeline.progress import Progress
from pipeline.request import AnalysisRequest
from pipeline.sentinel2.scene import Scene
from pipeline.text import day_words, period_words

log = logging.getLogger(__name__)


def find_plans(request: AnalysisRequest, progress: Progress) -> tuple[ImagePlan, ...]:
    """Return what could be read for a request, best first: at least one plan.

    Raises
    ------
    NoScenesFound, TooCloudy, CatalogUnavailable, ReadFailed
        As `find_acquisitions`.
    """
    return tuple(ImagePlan((found,)) for found in find_acquisitions(request, progress))


def find_acquisitions(request: AnalysisRequest, progress: Progress) -> tuple[Acquisition, ...]:
    """Return the candidates for a request, best first: at least one.

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
    area = shape(footprint(request.area))
    epsg = utm_epsg(request.area.longitude, request.area.latitude)

    def candidates(items: list[dict[str, Any]]) -> tuple[Acquisition, ...]:
        return acquisitions(_scenes(items), area, epsg)

    if request.scene_ids is not None:
        return (_chosen_by_id(request, profile, candidates, progress),)
    clear, filtered = _search(profile, request, progress, clear_only=True)
    found = candidates([i for i in clear if _clear_enough(i, request.max_cloud_cover)])
    if found:
        return found
    everything = _search(profile, request, progress, clear_only=False)[0] if filtered else clear
    cloudy = candidates(everything)
    when = period_words(request.start, request.end)
    if not cloudy:
        raise NoScenesFound(f"No images here {when}. Choose another period or another catalogue.")
    best = min(cloudy, key=lambda o: o.cloud_cover if o.cloud_cover is not None else 101)
    cover = best.cloud_cover or 0.0
    images = "1 image" if len(cloudy) == 1 else f"{len(cloudy)} images"
    raise TooCloudy(
        f"Too cloudy. {images} {when}, the clearest has {_percent(cover, request.max_cloud_cover)} % clouds "
        f"({day_words(best.day)}); allowed are {request.max_cloud_cover:g} %.",
        best_cloud_cover=cover,
        best_date=best.day,
        count=len(cloudy),
    )


def _percent(cover: float, allowed: float) -> str:
    """Return a cloud cover that is too high, not rounded to what is allowed."""
    rounded = f"{cover:.0f}"
    return rounded if float(rounded) > allowed else f"{cover:.1f}"


def _chosen_by_id(
    request: AnalysisRequest,
    profile: CatalogProfile,
    candidates: Callable[[list[dict[str, Any]]], tuple[Acquisition, ...]],
    progress: Progress,
) -> Acquisition:
    wanted = request.scene_ids or ()
    items, _ = _search(profile, request, progress, clear_only=False)
    by_id = {i.get("id"): i for i in items}
    missing = [i for i in wanted if i not in by_id]
    if missing:
        raise NoScenesFound(
            f"{profile.label} has no scene {missing[0]} over this area. Search again for other scenes."
        )
    laid = candidates([by_id[i] for i in wanted])
    try:
        scenes = tuple(from_item(by_id[i]) for i in wanted)
    except UnusableItem as error:
        raise ReadFailed(f"A chosen scene cannot be used: {error}. Choose another one.") from error
    return Acquisition(scenes, max((o.coverage for o in laid), default=0.0))


def _search(
    profile: CatalogProfile, request: AnalysisRequest, progress: Progress, *, clear_only: bool
) -> tuple[list[dict[str, Any]], bool]:
    """Return the items found, and whether the server has filtered them by cloud cover."""
    parameters: dict[str, Any] = {}
    if request.scene_ids is None:
        parameters["datetime"] = f"{request.start.isoformat()}/{request.end.isoformat()}"
        parameters["intersects"] = footprint(request.area)
    else:
        parameters["ids"] = list(request.scene_ids)
    try:
        line = stac_api.Line(profile, progress)
        return line.search(parameters, request.max_cloud_cover if clear_only else None)
    except AnalysisError:
        raise
    except Exception as error:
        progress.check()
        log.warning("search at %s failed", profile.name, exc_info=True)
        raise CatalogUnavailable(_what_went_wrong(profile, error), profile.name) from error


def _clear_enough(item: dict[str, Any], max_cloud_cover: float) -> bool:
    cover = (item.get("properties") or {}).get("eo:cloud_cover")
    return not isinstance(cover, int | float) or cover <= max_cloud_cover


def _scenes(items: Iterable[dict[str, Any]]) -> list[Scene]:
    scenes, problems = [], []
    for item in items:
        try:
            scenes.append(from_item(item))
        except UnusableItem as error:
            problems.append(f"{item.get('id')}: {error}")
    if problems:
        log.warning("unusable items: %s", "; ".join(problems))
    if problems and not scenes:
        others = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise ReadFailed(
            f"The images found cannot be used{others}. {problems[0]}. "
            "Choose another catalogue or other dates."
        )
    return scenes


def _what_went_wrong(profile: CatalogProfile, error: Exception) -> str:
    """Return a sentence for an exception of pystac-client; the cause hides in its context."""
    import requests

    status = getattr(error, "status_code", None)
    cause = error.__context__
    if status is not None:
        said = (
            "too many requests" if status == 429 else "an error on its side" if status >= 500 else "a refusal"
        )
        return (
            f"The catalogue did not answer. {profile.label} sent error {status} ({said}). "
            "Try again in a minute."
        )
    if isinstance(cause, requests.Timeout) or "timed out" in str(error).lower():
        seconds = stac_api.READ_TIMEOUT_S * 2
        return f"The catalogue did not answer. {profile.label} sent nothing for {seconds} seconds. Try again."
    if isinstance(cause, requests.RequestException):
        return (
            f"The catalogue did not answer. {profile.label} cannot be reached from here. Check the network."
        )
    return (
        f"The catalogue's answer cannot be read. {profile.label} did not answer like a STAC API. "
        "Try again, or choose another catalogue."
    )
