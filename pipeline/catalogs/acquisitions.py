"""Which scenes to use: those of one acquisition grouped, deliveries laid over each other, the best first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TypeVar

from shapely.geometry.base import BaseGeometry
from shapely.ops import unary_union

from pipeline.catalogs.catalog import COLLECTIONS
from pipeline.sentinel2.scene import Scene

K = TypeVar("K", bound=Hashable)

FULL_COVERAGE = 0.995
"""Footprints are rounded in catalogues: from here on an area counts as covered."""
FULL_DATA = 0.8
"""A scene with data in less of its outline than this falls well short of its promise; outlines are rough."""
LEAST_GAIN = 0.02
"""Share of the area that an older delivery must add to be laid below the newer one."""
MUCH_LESS = 0.1
"""By so much of the area less a twin covers too little to be tried before the next pass."""
ONE_PASS = timedelta(minutes=30)
"""Scenes of one pass are taken less apart; the next pass comes later."""


@dataclass(frozen=True)
class Acquisition:
    """What one satellite saw of an area in one pass: neighbouring tiles of one collection."""

    scenes: tuple[Scene, ...]
    """In the order they are laid: the first one wins where tiles overlap."""
    coverage: float
    """Share (0..1) of the area with data, as far as outlines and the tiles' shares of data tell."""
    cloud_cover: float | None = None
    """Percent: mean over the tiles, each with its part of the area; None when no tile tells."""
    twins: tuple[Acquisition, ...] = ()
    """The same pass in other collections, for the case that its files cannot be read."""

    @property
    def day(self) -> date:
        """Day of acquisition (UTC)."""
        return self.scenes[0].date


@dataclass(frozen=True)
class ImagePlan:
    """The images to read for a request: acquisitions whose pixels are combined (reading/mosaic.py)."""

    acquisitions: tuple[Acquisition, ...]
    """One for the image of a day."""
    notes: tuple[str, ...] = ()
    """What a user should know of the search."""

    @property
    def promised(self) -> float:
        """Share (0..1) of the area that lies inside the outlines."""
        return max((acquisition.coverage for acquisition in self.acquisitions), default=0.0)

    @property
    def scenes(self) -> tuple[Scene, ...]:
        """Scenes of all acquisitions, in the order they are laid."""
        return tuple(scene for acquisition in self.acquisitions for scene in acquisition.scenes)

    @property
    def twins(self) -> tuple[ImagePlan, ...]:
        """Plans for the same passes from other collections, the best first; only for a single acquisition."""
        if len(self.acquisitions) != 1:
            return ()
        return tuple(replace(self, acquisitions=(twin,)) for twin in self.acquisitions[0].twins)


def acquisitions(scenes: Iterable[Scene], area: BaseGeometry, epsg: int) -> tuple[Acquisition, ...]:
    """Return the candidates for an area, best first.

    Best is the one that covers the area most, then the least cloudy, then the newest. An acquisition found in
    two collections counts once: the one that covers more, else Collection 1. The other one is its twin.

    Parameters
    ----------
    scenes : iterable of Scene
        As found, with repeated deliveries; clear or not.
    area : shapely geometry
        The area in longitude/latitude.
    epsg : int
        The area's UTM zone: its own tiles come before those of the neighbouring zone.
    """
    touching = [s for s in scenes if s.footprint.intersection(area).area > 0]
    longitude = area.representative_point().x
    found = []
    for group in passes(touching, longitude):
        by_collection = _grouped(group, lambda s: s.collection).values()
        laid = [acquisition_of(scenes, area, epsg) for scenes in by_collection]
        usable = sorted((a for a in laid if a.scenes and a.coverage > 0), key=_collection_rank)
        if usable:
            found.append(replace(usable[0], twins=tuple(usable[1:])))
    return tuple(sorted(found, key=_rank))


def with_twins(failed: ImagePlan, waiting: Sequence[ImagePlan]) -> list[ImagePlan]:
    """Return the plans to try after one that cannot be read: its twins first, unless they cover much less."""
    as_good = [twin for twin in failed.twins if twin.promised > failed.promised - MUCH_LESS]
    worse = [twin for twin in failed.twins if twin not in as_good]
    return [*as_good, *waiting, *worse]


def passes(scenes: Iterable[Scene], longitude: float) -> list[list[Scene]]:
    """Return the scenes of each pass of a satellite: one solar day, one satellite, one relative orbit.

    A satellite or an orbit that a catalogue does not name is taken for the same as its neighbours' of the
    same half hour.
    """
    groups: list[list[Scene]] = []
    for scene in sorted(scenes, key=lambda s: (s.orbit is None, s.platform == "", s.datetime, s.id)):
        home = next((group for group in groups if _same_pass(scene, group, longitude)), None)
        if home is None:
            groups.append([scene])
        else:
            home.append(scene)
    return groups


def _same_pass(scene: Scene, group: Sequence[Scene], longitude: float) -> bool:
    platforms = {s.platform for s in group if s.platform}
    orbits = {s.orbit for s in group if s.orbit is not None}
    if scene.solar_day(longitude) != group[0].solar_day(longitude):
        return False
    if (scene.platform and platforms - {scene.platform}) or (scene.orbit and orbits - {scene.orbit}):
        return False
    if scene.platform and scene.orbit is not None and platforms and orbits:
        return True
    return any(abs(scene.datetime - s.datetime) < ONE_PASS for s in group)


def newest(scenes: Iterable[Scene], longitude: float) -> list[Scene]:
    """Return the scenes without repeated deliveries of the same granule.

    Of the same tile, day and collection: different baselines or sequence numbers are repetitions, the newest
    stays; different datastrips of the same baseline are halves of one granule, received by two ground
    stations, and both stay.
    """
    kept: list[Scene] = []
    for group in _grouped(scenes, lambda s: _granule(s, longitude)).values():
        latest = max(s.version[:1] for s in group)
        current = [s for s in group if s.version[:1] == latest]
        by_strip = _grouped(current, lambda s: s.datastrip).values()
        kept.extend(max(strip, key=lambda s: s.version) for strip in by_strip)
    return kept


def _granule(scene: Scene, longitude: float) -> tuple[object, ...]:
    return (scene.collection, scene.tile or scene.id, scene.solar_day(longitude))


def acquisition_of(scenes: Sequence[Scene], area: BaseGeometry, epsg: int) -> Acquisition:
    """Return the acquisition of one pass: the scenes that are needed, in the order in which they are laid.

    The newest delivery of each tile first, those of the area's own zone and with most of it before others.
    Older deliveries come below them where they add something: beyond the newer one's outline, or where that
    one has less data than its outline promises.
    """

    def share(geometry: BaseGeometry) -> float:
        return float(geometry.intersection(area).area / area.area)

    current = newest(scenes, area.representative_point().x)
    older = sorted((s for s in scenes if s not in current), key=lambda s: s.version, reverse=True)
    current = sorted(current, key=lambda s: (s.epsg != epsg, -round(share(s.footprint) * _data(s), 6), s.id))
    laid: list[Scene] = []
    weights: list[float] = []
    outline = covered = 0.0
    for scene in (*current, *older):
        own, with_it = share(scene.footprint), share(unary_union([s.footprint for s in (*laid, scene)]))
        twins = [s for s in laid if scene.tile and s.tile == scene.tile]
        added, again = max(with_it - outline, 0.0), own if twins else 0.0
        if scene in older:
            needed = added > LEAST_GAIN or any(_data(twin) < FULL_DATA for twin in twins)
        else:
            needed = added > 1e-6 or bool(twins)
        if needed:
            gain = min(max(added, again) * _data(scene), max(with_it - covered, 0.0))
            laid.append(scene)
            weights.append(gain or again / 2)
            outline, covered = max(with_it, outline), covered + gain
    return Acquisition(tuple(laid), min(covered, 1.0), _mean_cloud(laid, weights))


def _data(scene: Scene) -> float:
    """Return the share of a scene's outline that has data; 1 where the item does not say."""
    share = scene.data_share
    return 1.0 if share is None or share >= FULL_DATA else share


def _mean_cloud(scenes: Sequence[Scene], weights: Sequence[float]) -> float | None:
    told = [(s.cloud_cover, w) for s, w in zip(scenes, weights, strict=True) if s.cloud_cover is not None]
    total = sum(weight for _, weight in told)
    if not told or not total > 0:
        return None
    if len({cover for cover, _ in told}) == 1:
        return told[0][0]
    return sum(cover * weight for cover, weight in told) / total


def _rank(acquisition: Acquisition) -> tuple[float, float, float]:
    coverage = 1.0 if acquisition.coverage >= FULL_COVERAGE else round(acquisition.coverage, 2)
    cloud = 101.0 if acquisition.cloud_cover is None else acquisition.cloud_cover
    moment = acquisition.scenes[0].datetime.timestamp() if acquisition.scenes else 0.0
    return (-coverage, cloud, -moment)


def _collection_rank(acquisition: Acquisition) -> tuple[float, int]:
    collection = acquisition.scenes[0].collection if acquisition.scenes else ""
    place = COLLECTIONS.index(collection) if collection in COLLECTIONS else len(COLLECTIONS)
    return (_rank(acquisition)[0], place)


def _grouped(scenes: Iterable[Scene], key: Callable[[Scene], K]) -> dict[K, list[Scene]]:
    groups: dict[K, list[Scene]] = defaultdict(list)
    for scene in scenes:
        groups[key(scene)].append(scene)
    return dict(groups)
