"""What a user should know about a result, in sentences; and why there is no result."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

import numpy as np

from pipeline.clustering.features import computed
from pipeline.clustering.model import ClusterModel
from pipeline.errors import NoScenesFound, NothingToGroup, ReadFailed
from pipeline.reading.imagery import Imagery
from pipeline.request import AnalysisRequest
from pipeline.sentinel2.bands import VISIBLE
from pipeline.sentinel2.scene import Scene
from pipeline.text import day_words, hectares, listed_days, percent

TOLD_SHARE = 0.0005
"""Share of the area from which on missing parts are told."""
MOST_MASKED = 0.5
"""Share of the area from which on, masked and missing together, clouds are told, too."""
WELL_SHORT = 0.1
"""By so much of the area an image may have less data than its outline promises."""
BRIGHTEST_LAND = 1.0
"""Reflectance in every visible band above which nothing on the ground is; fresh snow reaches 0.95."""
TOO_BRIGHT_SHARE = 0.1
"""Share of the clear pixels from which on brighter ones are told."""
FEW_PX = 30
"""A cluster of fewer pixels is told."""
FEW_CLEAR_PX = 100
"""Fewer clear pixels a cluster, on average, are told."""


def falls_short(pixels: Imagery, promised: float) -> bool:
    """Return whether an image has data in much less of the area than its outline promises (share 0..1)."""
    return pixels.coverage.data / pixels.coverage.inside < promised - WELL_SHORT


def passed_over_for(pixels: Imagery) -> str:
    """Return why an image that was read is not the one that is used."""
    day, coverage = day_words(pixels.scenes[0].date), pixels.coverage
    if not coverage.clear:
        return f"{day} was passed over: no clear pixel here."
    share = percent(coverage.data / coverage.inside)
    return f"{day} was passed over: its image holds data in only {share} of the area."


def cannot_be_read(scene: Scene, error: ReadFailed, used: Scene | None = None) -> str:
    """Return that an image is not used because a file of it cannot be read.

    Parameters
    ----------
    scene : Scene
        The first one of the image.
    error : ReadFailed
        What is wrong.
    used : Scene, optional
        The first one of the image that is used instead: it may be of the same day in another collection.
    """
    problem = error.problem or "an image file could not be read"
    if used is not None and used.date == scene.date and used.collection != scene.collection:
        return (
            f"The image of {day_words(scene.date)} in {scene.collection} was passed over: {problem}. "
            f"The same image in {used.collection} is used."
        )
    return f"{day_words(scene.date)} was passed over: {problem}."


def composite_notes(
    pixels: Imagery,
    days: Sequence[date],
    overcast: Sequence[date],
    unread: Sequence[tuple[Scene, ReadFailed]],
) -> Iterator[str]:
    """Return the sentences on how a composite was made.

    Parameters
    ----------
    days, overcast : sequence of date
        Days that were combined, and days that were left out because they are overcast.
    unread : sequence of tuple
        First scenes of days with files that cannot be read.
    """
    yield f"Combined from {len(days)} date{'s' if len(days) > 1 else ''}: {listed_days(days)}."
    if overcast:
        yield f"Overcast, whatever the classification says, and not used: {listed_days(sorted(overcast))}."
    for scene, error in unread:
        same_day = (s for s in pixels.scenes if s.date == scene.date and s.collection != scene.collection)
        yield cannot_be_read(scene, error, next(same_day, None))
    if pixels.n_filled:
        yield (
            f"{_of_the_area(pixels, pixels.n_filled)} lacked a clear look in one period and got it from its "
            "neighbours in time."
        )


def nothing_to_group(pixels: Imagery) -> NothingToGroup | NoScenesFound:
    """Return the error that says why an image has no pixel to group."""
    day, coverage = pixels.scenes[0].date, pixels.coverage
    if pixels.composite is not None and coverage.data:
        return NothingToGroup(
            f"Nothing to group: of {coverage.inside:,} pixels none has enough clear looks in "
            f"{len(pixels.composite.periods)} dates. Choose fewer periods, a longer time or more clouds."
        )
    if not coverage.data and coverage.outside == coverage.inside:
        return NoScenesFound(
            f"The area lies outside the image of {day_words(day)}. Choose another period or move the area."
        )
    if not coverage.data:
        return NoScenesFound(
            f"The image of {day_words(day)} holds no data here, though its outline covers "
            f"{_hectares(pixels, coverage.no_data)} ha of the area. Choose another period or move the area."
        )
    masked, missing = (
        f"{_hectares(pixels, n)} ha" for n in (coverage.masked, coverage.no_data + coverage.outside)
    )
    parts = f"{masked} are cloud or otherwise masked" + (
        f", {missing} hold no data" if coverage.no_data else ""
    )
    return NothingToGroup(
        f"Nothing to group on {day_words(day)}: of {coverage.inside:,} pixels none is clear; {parts}. "
        "Choose another period.",
        day,
    )


def notes_on(
    request: AnalysisRequest, pixels: Imagery, model: ClusterModel, counts: np.ndarray
) -> tuple[str, ...]:
    """Return the sentences for a result.

    Parameters
    ----------
    counts : numpy.ndarray
        int64 ``(k + 1,)``: pixels of the area per label.
    """
    notes = [*pixels.notes, *_on_coverage(pixels), *_on_radiometry(pixels), *_on_scenes(request, pixels)]
    if model.n_clusters < request.n_clusters:
        notes.append(
            f"Only {model.n_clusters} different pixel values exist here: {model.n_clusters} clusters instead "
            f"of {request.n_clusters}."
        )
    notes.extend(_on_few_pixels(pixels, counts))
    return tuple(notes)


def is_doubtful(pixels: Imagery, counts: np.ndarray) -> bool:
    """Return whether a result says little of the land: too bright for it, or few clear pixels a cluster.

    Parameters
    ----------
    counts : numpy.ndarray
        int64 ``(k + 1,)``: pixels of the area per label.
    """
    return any(_on_radiometry(pixels)) or _rests_on_few(pixels, counts)


def _on_coverage(pixels: Imagery) -> Iterator[str]:
    coverage = pixels.coverage
    for n, words in (
        (coverage.outside, "lie outside the image"),
        (coverage.no_data, "hold no data in the image"),
        (coverage.too_few, "have too few clear looks: more than one period lacks a clear date"),
    ):
        if n > TOLD_SHARE * coverage.inside:
            yield f"{_of_the_area(pixels, n)} {words}."
    told = coverage.masked > TOLD_SHARE * coverage.inside
    if told and coverage.inside - coverage.clear > MOST_MASKED * coverage.inside:
        yield f"{_of_the_area(pixels, coverage.masked)} are masked: cloud, shadow or what else is left out."


def _on_radiometry(pixels: Imagery) -> Iterator[str]:
    visible = computed(pixels.sample.reflectance.T, pixels.bands, VISIBLE).T
    share = float((visible > BRIGHTEST_LAND).all(axis=1).mean()) if len(visible) else 0.0
    if share >= TOO_BRIGHT_SHARE:
        yield (
            f"{percent(share)} of the clear pixels are brighter than land can be (reflectance above "
            f"{BRIGHTEST_LAND:g}): probably clouds that the scene classification takes for snow."
        )


def _on_scenes(request: AnalysisRequest, pixels: Imagery) -> Iterator[str]:
    longitude = request.area.longitude
    days, orbits = {s.solar_day(longitude) for s in pixels.scenes}, {s.orbit for s in pixels.scenes}
    if pixels.composite is None and (len(days) > 1 or len(orbits) > 1):
        yield "The scenes come from different days or orbits: clusters may follow the seam between them."
    if any(s.cloud_cover is None for s in pixels.scenes):
        yield "The catalogue does not tell the cloud cover of this image."


def _on_few_pixels(pixels: Imagery, counts: np.ndarray) -> Iterator[str]:
    clear, n_clusters = int(counts[1:].sum()), len(counts) - 1
    if _rests_on_few(pixels, counts):
        yield (
            f"Only {_of_the_area(pixels, clear)} are clear: {clear:,} pixels for {n_clusters} clusters. "
            "Do not take them for the whole area."
        )
        return
    few = [(number, n) for number, n in enumerate(counts.tolist()) if number and 0 < n < FEW_PX]
    for number, n in few:
        yield f"Cluster {number} rests on {n} pixel{'s' if n > 1 else ''} only."


def _rests_on_few(pixels: Imagery, counts: np.ndarray) -> bool:
    clear, n_clusters = int(counts[1:].sum()), len(counts) - 1
    return clear < FEW_CLEAR_PX * n_clusters and clear < pixels.coverage.inside


def _of_the_area(pixels: Imagery, n: int) -> str:
    return f"{_hectares(pixels, n)} ha of the area ({percent(n / pixels.coverage.inside)})"


def _hectares(pixels: Imagery, n: int) -> str:
    """Return pixels in hectares; a preview's pixels are larger."""
    side_m = pixels.extent.grid.affine.a
    value = n * side_m**2 / 10_000
    return hectares(value) if value >= 0.05 or not n else f"{value:.2f}"
