"""Which scenes to use: repetitions removed, tiles of one acquisition grouped, the best acquisition first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from shapely.geometry.base import BaseGeometry
from shapely.ops import unary_union

from pipeline.catalogs.profiles import COLLECTIONS
from pipeline.sentinel2.scene import Scene

K = TypeVar("K", bound=Hashable)

FULL_COVERAGE = 0.995
"""Footprints are rounded in catalogues: from here on an area counts as covered."""


@dataclass(frozen=True)
class Acquisition:
    """What one satellite saw of an area in one pass: neighbouring tiles of one collection."""

    scenes: tuple[Scene, ...]
    """In the order they are laid: the first one wins where tiles overlap."""
    coverage: float
    """Share (0..1) of the area inside the footprints."""

    @property
    def day(self) -> date:
        """Day of acquisition (UTC)."""
        return self.scenes[0].date

    @property
    def cloud_cover(self) -> float | None:
        """Highest cloud cover among the tiles, percent; None when no tile tells."""
        return max((s.cloud_cover for s in self.scenes if s.cloud_cover is not None), default=None)


@dataclass(frozen=True)
class ImagePlan:
    """What is read for a request: acquisitions whose pixels are combined (reading/mosaic.py)."""

    acquisitions: tuple[Acquisition, ...]
    """One for the image of a day."""

    @property
    def promised(self) -> float:
        """Share (0..1) of the area that lies inside the outlines."""
        return max((acquisition.coverage for acquisition in self.acquisitions), default=0.0)

    @property
    def scenes(self) -> tuple[Scene, ...]:
        """Scenes of all acquisitions, in the order they are laid."""
        return tuple(scene for acquisition in self.acquisitions for scene in acquisition.scenes)


def acquisitions(scenes: Iterable[Scene], area: BaseGeometry, epsg: int) -> tuple[Acquisition, ...]:
    """Return the candidates for an area, best first.

    Best is the one that covers the area most, then the least cloudy, then the newest. An acquisition found in
    two collections counts once: the one that covers more, else Collection 1.

    Parameters
    ----------
    scenes : iterable of Scene
        As found, with repeated deliveries.
    area : shapely geometry
        The area in longitude/latitude.
    epsg : int
        The area's UTM zone: its own tiles come before those of the neighbouring zone.
    """
    touching = [s for s in scenes if s.footprint.intersects(area)]
    longitude = area.representative_point().x
    by_acquisition = _grouped(
        newest(touching, longitude), lambda s: (s.solar_day(longitude), s.platform, s.orbit)
    )
    found = []
    for group in by_acquisition.values():
        by_collection = _grouped(group, lambda s: s.collection).values()
        found.append(min((_acquisition(g, area, epsg) for g in by_collection), key=_collection_rank))
    return tuple(sorted((o for o in found if o.coverage > 0), key=_rank))


def newest(scenes: Iterable[Scene], longitude: float) -> list[Scene]:
    """Return the scenes without repeated deliveries of the same granule.

    The same tile of the same datatake in the same collection: different baselines or sequence numbers are
    repetitions, the newest stays; different datastrips of the same baseline are halves of one granule,
    received by two ground stations, and both stay. Where the datatake is not known, the solar day at
    `longitude` stands for it.
    """
    kept: list[Scene] = []
    for group in _grouped(scenes, lambda s: _granule(s, longitude)).values():
        latest = max(s.version[:1] for s in group)
        current = [s for s in group if s.version[:1] == latest]
        by_strip = _grouped(current, lambda s: s.datastrip).values()
        kept.extend(max(strip, key=lambda s: s.version) for strip in by_strip)
    return kept


def _granule(scene: Scene, longitude: float) -> tuple[object, ...]:
    moment = scene.datatake or scene.solar_day(longitude)
    return (scene.collection, scene.tile or scene.id, scene.platform, moment)


def _acquisition(scenes: Sequence[Scene], area: BaseGeometry, epsg: int) -> Acquisition:
    """Lay the tiles that are needed: those of the area's own zone and with most of it first."""

    def share(geometry: BaseGeometry) -> float:
        return float(geometry.intersection(area).area / area.area)

    ordered = sorted(scenes, key=lambda s: (s.epsg != epsg, -round(share(s.footprint), 6), s.id))
    laid: list[Scene] = []
    covered = 0.0
    for scene in ordered:
        with_it = share(unary_union([s.footprint for s in (*laid, scene)]))
        half = any(scene.tile == s.tile for s in laid)
        if with_it > covered + 1e-6 or half:
            laid.append(scene)
            covered = with_it
    return Acquisition(tuple(laid), covered)


def _rank(acquisition: Acquisition) -> tuple[float, float, float]:
    coverage = 1.0 if acquisition.coverage >= FULL_COVERAGE else round(acquisition.coverage, 2)
    cloud = 101.0 if acquisition.cloud_cover is None else acquisition.cloud_cover
    return (-coverage, cloud, -acquisition.scenes[0].datetime.timestamp())


def _collection_rank(acquisition: Acquisition) -> tuple[float, int]:
    collection = acquisition.scenes[0].collection
    place = COLLECTIONS.index(collection) if collection in COLLECTIONS else len(COLLECTIONS)
    return (_rank(acquisition)[0], place)


def _grouped(scenes: Iterable[Scene], key: Callable[[Scene], K]) -> dict[K, list[Scene]]:
    groups: dict[K, list[Scene]] = defaultdict(list)
    for scene in scenes:
        groups[key(scene)].append(scene)
    return dict(groups)
