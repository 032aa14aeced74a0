"""A composite for a request: which acquisitions, read and combined."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from pipeline.catalogs.acquisitions import ImagePlan
from pipeline.errors import NothingToGroup, ReadFailed
from pipeline.notes import composite_notes
from pipeline.progress import Progress
from pipeline.reading import imagery
from pipeline.reading.composite import Composite
from pipeline.reading.dates import Look, chosen, look_at, period_of
from pipeline.reading.extent import Extent
from pipeline.reading.imagery import Imagery
from pipeline.reading.reader import Reading
from pipeline.reading.storage.dask import store_of
from pipeline.reading.storage.local import READ_AHEAD
from pipeline.reading.ways import way_of
from pipeline.request import AnalysisRequest
from pipeline.sentinel2.scene import Scene
from pipeline.text import period_words

log = logging.getLogger(__name__)

LOOKS_PER_DATE = 3
"""Acquisitions whose overviews are looked at for each that is read, those with the clearest tiles first."""
BYTES_AT_ONCE = 500 * 2**20
"""What blocks may take that are combined at the same time on this machine."""
MOST_FAILED = 10
"""Acquisitions with files that cannot be read before a run ends."""


def read_composite(
    request: AnalysisRequest,
    plans: Sequence[ImagePlan],
    extent: Extent,
    progress: Progress,
    workers: bool,
) -> Imagery:
    """Return the acquisitions of a period combined: medians of clear pixels.

    Raises
    ------
    NothingToGroup
        When no acquisition is clear anywhere in the area.
    ReadFailed
        When files cannot be read and nothing is left.
    """
    in_periods = way_of(request.composite).in_periods
    n_periods = request.periods if in_periods else 1
    parts = request.periods if in_periods else request.max_dates
    looks = _looks(candidates(request, plans, parts), plans, extent, progress)
    failed: list[tuple[Look, ReadFailed]] = []
    while True:
        left = [look for look in looks if all(look is not bad for bad, _ in failed)]
        if request.scene_ids is None:
            dates = chosen(left, request.start, request.end, parts, request.max_dates)
        else:
            dates = sorted(left, key=lambda look: look.scenes[0].datetime)
        if not dates and failed:
            raise failed[0][1]
        if not dates:
            raise NothingToGroup(
                f"Nothing to group: none of {len(looks)} images is clear here "
                f"{period_words(request.start, request.end)}. Choose a longer period."
            )
        try:
            found = _read(request, dates, n_periods, extent, progress, workers)
        except ReadFailed as error:
            bad = [look for look in dates if _is_of(error.url, look)]
            if not bad or len(failed) == MOST_FAILED:
                raise
            failed.append((bad[0], error))
            looks += look_at(_twins_of(bad[0].scenes, plans)[:1], extent, progress)
            continue
        overcast = [look.day for look in looks if look.overcast]
        unread = [(look.scenes[0], error) for look, error in failed]
        notes = composite_notes(found, [look.day for look in dates], overcast, unread)
        return replace(found, notes=(*found.notes, *notes))


def _looks(
    wanted: Sequence[tuple[Scene, ...]], plans: Sequence[ImagePlan], extent: Extent, progress: Progress
) -> list[Look]:
    """Return a look at each acquisition; for an unreadable one, at its twin in another collection."""
    looks = look_at(wanted, extent, progress)
    seen = {look.scenes[0].id for look in looks}
    unseen = (scenes for scenes in wanted if scenes[0].id not in seen)
    twins = [twin for scenes in unseen for twin in _twins_of(scenes, plans)[:1]]
    return [*looks, *look_at(twins, extent, progress)]


def _twins_of(scenes: Sequence[Scene], plans: Sequence[ImagePlan]) -> list[tuple[Scene, ...]]:
    """Return the same pass in other collections."""
    own = next((plan for plan in plans if plan.scenes[0].id == scenes[0].id), None)
    return [twin.scenes for twin in own.twins] if own else []


def _read(
    request: AnalysisRequest,
    dates: Sequence[Look],
    n_periods: int,
    extent: Extent,
    progress: Progress,
    workers: bool,
) -> Imagery:
    scenes = [scene for look in dates for scene in look.scenes]
    composite = Composite(
        tuple(number for number, look in enumerate(dates) for _ in look.scenes),
        tuple(period_of(look.day, request.start, request.end, n_periods) for look in dates),
        n_periods,
        tuple(scene.offset.dn for scene in scenes),
        extent.mask,
        request.composite,
    )
    reading = Reading(scenes, extent, progress, composite=composite)
    block_bytes = max(b.height * b.width for b in reading.blocks) * composite.bytes_per_px(len(extent.bands))
    store = store_of(reading.blocks, workers, min(max(1, BYTES_AT_ONCE // block_bytes), READ_AHEAD))
    return imagery.read(scenes, extent, store, reading, request.seed, progress, composite=composite)


def candidates(request: AnalysisRequest, plans: Sequence[ImagePlan], parts: int) -> list[tuple[Scene, ...]]:
    """Return the acquisitions whose overviews are looked at: the best ones of every part of the time.

    All chosen scenes of a request are among them; they are one plan and come apart by their day.
    """
    if request.scene_ids is None:
        taken: Counter[int] = Counter()
        most = -(-LOOKS_PER_DATE * request.max_dates // parts)
        found = []
        for plan in plans:
            part = period_of(plan.scenes[0].date, request.start, request.end, parts)
            if taken[part] < most:
                taken[part] += 1
                found.append(plan.scenes)
        return found
    days: dict[date, list[Scene]] = {}
    for scene in (scene for plan in plans for scene in plan.scenes):
        days.setdefault(scene.solar_day(request.area.longitude), []).append(scene)
    return [tuple(scenes) for scenes in days.values()]


def _is_of(url: str, look: Look) -> bool:
    return any(file.href == url for scene in look.scenes for file in scene.bands.values())
