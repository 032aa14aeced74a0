"""A composite for a request: which acquisitions, read and combined."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from pipeline.area.blocks import FILE_BLOCK_PX, Block, blocks_of
from pipeline.area.grid import RESOLUTION_M
from pipeline.catalogs.acquisitions import ImagePlan
from pipeline.composites.refining import DateProgress, Refining, Watch
from pipeline.errors import NothingToGroup, ReadFailed
from pipeline.notes import composite_notes
from pipeline.progress import Progress
from pipeline.reading import imagery
from pipeline.reading.alignment import corner_of_files
from pipeline.reading.composite import Composite, PeriodMosaic, WatchedComposite
from pipeline.reading.dates import Look, chosen, look_at, period_of
from pipeline.reading.extent import Extent
from pipeline.reading.imagery import Imagery
from pipeline.reading.light import Overcast, WhileRead, examine
from pipeline.reading.reader import Reading
from pipeline.reading.storage.dask import configured, store_of
from pipeline.reading.storage.local import READ_AHEAD
from pipeline.reading.ways import way_of
from pipeline.request import AnalysisRequest
from pipeline.sentinel2.bands import BY_KEY
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
    watch: Watch | None = None,
) -> Imagery:
    """Return the acquisitions of a period combined: medians of clear pixels.

    Parameters
    ----------
    watch : Watch, optional
        Shows what the composite is so far, while it is read.

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
        dates = _wanted(request, looks, parts)
        if not dates and failed:
            raise failed[0][1]
        if not dates:
            raise NothingToGroup(
                f"Nothing to group: none of {len(looks)} images is clear here "
                f"{period_words(request.start, request.end)}. Choose a longer period."
            )
        plan = _Plan.of(request, dates, n_periods, extent, workers)
        new = [look for look in dates if not look.examined]
        if new and not plan.examines:  # what turns out to be overcast makes room for others
            bad = _examine(new, looks, extent, progress)
        else:
            try:
                found, dates = plan.read(request, extent, progress, watch)
            except Overcast as day:
                looks[looks.index(dates[day.number])] = day.look
                continue
            except ReadFailed as error:
                bad = [(look, error) for look in dates if _is_of(error.url, look)][:1]
                if not bad:
                    raise
            else:
                return _told(found, dates, looks, failed)
        for look, reason in bad:
            failed.append((look, reason))
            if len(failed) > MOST_FAILED:
                raise reason
            looks.remove(look)
            looks += look_at(_twins_of(look.scenes, plans)[:1], extent, progress)


def _told(
    found: Imagery,
    dates: Sequence[Look],
    looks: Sequence[Look],
    failed: Sequence[tuple[Look, ReadFailed]],
) -> Imagery:
    """Return imagery with the notes on its dates."""
    overcast = [look.day for look in looks if look.overcast and look not in dates]
    unread = [(look.scenes[0], error) for look, error in failed]
    notes = composite_notes(found, [look.day for look in dates], overcast, unread)
    return replace(found, notes=(*found.notes, *notes))


def _wanted(request: AnalysisRequest, looks: Sequence[Look], parts: int) -> list[Look]:
    """Return the acquisitions that are read, by day: those of the request, or well chosen ones."""
    if request.scene_ids is None:
        return chosen(looks, request.start, request.end, parts, request.max_dates)
    return sorted(looks, key=lambda look: look.scenes[0].datetime)


def _examine(
    new: Sequence[Look], looks: list[Look], extent: Extent, progress: Progress
) -> list[tuple[Look, ReadFailed]]:
    """Put examined looks in the place of new ones; return those that cannot be read."""
    bad = []
    for look, found in zip(new, examine(new, extent, progress), strict=True):
        if isinstance(found, ReadFailed):
            bad.append((look, found))
        else:
            looks[looks.index(look)] = found
    return bad


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


@dataclass(frozen=True)
class _Plan:
    """How some acquisitions are read and combined."""

    looks: Sequence[Look]
    composite: Composite
    blocks: tuple[Block, ...]
    px_bytes: int
    workers: bool
    """Whether on the configured dask cluster."""

    @classmethod
    def of(
        cls, request: AnalysisRequest, dates: Sequence[Look], n_periods: int, extent: Extent, workers: bool
    ) -> _Plan:
        """Return the plan for acquisitions in the order of their days."""
        scenes = [scene for look in dates for scene in look.scenes]
        composite = Composite(
            tuple(number for number, look in enumerate(dates) for _ in look.scenes),
            tuple(period_of(look.day, request.start, request.end, n_periods) for look in dates),
            n_periods,
            tuple(scene.offset.dn for scene in scenes),
            extent.mask,
            request.composite,
        )
        px_bytes = composite.bytes_per_px(len(extent.bands))
        blocks = _blocks(scenes, extent, px_bytes)
        return cls(dates, composite, blocks, px_bytes, workers and configured() is not None)

    @property
    def scenes(self) -> list[Scene]:
        """All scenes in their order."""
        return [scene for look in self.looks for scene in look.scenes]

    @property
    def examines(self) -> bool:
        """Whether acquisitions are examined when they are read: one block shows them whole."""
        return len(self.blocks) == 1 and not self.workers

    def read(
        self, request: AnalysisRequest, extent: Extent, progress: Progress, watch: Watch | None
    ) -> tuple[Imagery, list[Look]]:
        """Return the pixels, and the acquisitions as far as they were examined.

        Raises
        ------
        Overcast
            When an acquisition turns out to be so that the request does not name.
        """
        scenes, composite = self.scenes, self.composite
        at_once = max(1, BYTES_AT_ONCE // (max(b.height * b.width for b in self.blocks) * self.px_bytes))
        store = store_of(self.blocks, self.workers, min(at_once, READ_AHEAD))
        if self.workers:
            reading = Reading(scenes, extent, progress, self.blocks, composite=composite)
            found = imagery.read(scenes, extent, store, reading, request.seed, progress, composite=composite)
            return found, list(self.looks)
        light = WhileRead(list(self.looks), composite, extent, refuses=request.scene_ids is None)
        counted = DateProgress(progress, len(self.looks), len(self.blocks))
        on_date: Callable[[PeriodMosaic], object] = counted.date_ended
        if watch is not None:
            on_date = Refining(extent, scenes, composite, request.seed, counted, watch).date_ended
        offsets_of = light.offsets if self.examines else None
        watched = WatchedComposite(**vars(composite), on_date=on_date, offsets_of=offsets_of)
        reading = Reading(scenes, extent, counted, self.blocks, composite=watched)
        found = imagery.read(
            scenes,
            extent,
            store,
            reading,
            request.seed,
            progress,
            composite=composite,
            decided_on_the_way=lambda: light.scenes,
        )
        offsets = tuple(scene.offset.dn for scene in light.scenes)
        return replace(found, composite=replace(composite, offsets=offsets)), light.looks


def _blocks(scenes: Sequence[Scene], extent: Extent, px_bytes: int) -> tuple[Block, ...]:
    """Return the blocks of a composite: smaller than usual where its values are many."""
    fine = [band for band in extent.bands if BY_KEY[band].resolution_m == RESOLUTION_M]
    corner = corner_of_files(scenes, fine, extent.grid)
    usual = blocks_of(extent.shape, corner)
    if max(b.height * b.width for b in usual) * px_bytes <= BYTES_AT_ONCE:
        return usual
    return blocks_of(extent.shape, corner, FILE_BLOCK_PX)


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


def best_date(request: AnalysisRequest, plans: Sequence[ImagePlan]) -> tuple[Scene, ...]:
    """Return the acquisition that is shown before the others have come: that with the fewest clouds."""
    if request.scene_ids is None:
        return plans[0].scenes
    days = candidates(request, plans, 1)
    return min(days, key=lambda scenes: sum(s.cloud_cover or 0.0 for s in scenes) / len(scenes))


def _is_of(url: str, look: Look) -> bool:
    return any(file.href == url for scene in look.scenes for file in scene.bands.values())
