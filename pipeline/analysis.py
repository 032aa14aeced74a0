"""The steps in order: search, read, cluster, count, draw. The only file that knows them all."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from os import PathLike
from typing import BinaryIO

import numpy as np
import pandas as pd
import xarray as xr
from odc.geo.geobox import GeoBox

from pipeline import exports, imagery, overlays
from pipeline.areas import areas_of
from pipeline.catalogs import max_size_km
from pipeline.choice import Overpass
from pipeline.clustering import ClusterModel, fit
from pipeline.errors import AreaTooLarge, NoScenesFound, NothingToGroup
from pipeline.grid import grid_for, inside, size_km, true_area_factor
from pipeline.imagery import Imagery
from pipeline.naming import Suggestion, suggest
from pipeline.overlays import Overlays
from pipeline.progress import IsCancelled, OnDetail, OnProgress, Progress
from pipeline.request import AnalysisRequest
from pipeline.scenes import BANDS, Scene
from pipeline.search import find_overpasses
from pipeline.warp import Warp
from pipeline.wording import day_words

log = logging.getLogger(__name__)

MOST_READ = 3
"""Candidates that are read before a run ends without a clear pixel."""
FULLY_COVERED = 0.9995
"""Share of the area with data from which on nothing is said about missing parts."""


@dataclass(frozen=True)
class Analysis:
    """A request, the images that answered it, and what came of them."""

    request: AnalysisRequest
    grid: GeoBox
    """Pixel grid of the area: UTM, 10 m."""
    inside: np.ndarray = field(repr=False)
    """bool ``(y, x)``: pixels of the area (all of a square)."""
    pixels: Imagery = field(repr=False)
    """What was read: clouds included, for pictures and for clustering again."""
    model: ClusterModel
    labels: xr.DataArray = field(repr=False)
    """uint8 ``(y, x)``: 0 masked, missing or outside; 1..k clusters."""
    suggestions: tuple[Suggestion, ...]
    """Name, reason and colour of clusters 1..k."""
    areas: pd.DataFrame
    """Pixels, hectares and share per cluster; row 0: masked or missing (areas.areas_of)."""
    overlays: Overlays = field(repr=False)
    """Pictures for a web map."""
    notes: tuple[str, ...] = ()
    """Sentences a user should know."""

    @property
    def scenes(self) -> tuple[Scene, ...]:
        """The scenes used, with their offset decisions."""
        return self.pixels.scenes

    @property
    def date(self) -> date:
        """Day of the image (UTC)."""
        return self.scenes[0].date

    @cached_property
    def imagery(self) -> xr.DataArray:
        """Reflectance ``(band, y, x)`` float32, bands blue, green, red, nir; NaN where masked or outside."""
        return self.pixels.masked(self.inside)

    @property
    def clear_share(self) -> float:
        """Share (0..1) of the area's pixels that are in a cluster."""
        return 1.0 - float(self.areas["share"].iloc[0])

    @cached_property
    def true_area_factor(self) -> float:
        """Ellipsoidal area over grid area at the centre of the area (grid.true_area_factor)."""
        return true_area_factor(self.grid)

    def recluster(
        self,
        n_clusters: int,
        on_progress: OnProgress | None = None,
        cancelled: IsCancelled | None = None,
    ) -> Analysis:
        """Return an analysis with another number of clusters on the pixels already read: no network.

        Parameters
        ----------
        n_clusters : int
            2..12.
        on_progress, cancelled : callable, optional
            As for `analyse`.
        """
        request = replace(self.request, n_clusters=n_clusters)
        progress = Progress(on_progress, cancelled)

        def again() -> Analysis:
            return _cluster(
                request, self.grid, self.inside, self.pixels, None, progress, pictures=self.overlays
            )

        return progress.run(again)

    def to_geotiff(self, target: str | PathLike[str] | BinaryIO) -> None:
        """Write the clusters as a GeoTIFF that explains itself (exports.write_geotiff)."""
        exports.write_geotiff(self, target)


def analyse(
    request: AnalysisRequest,
    on_progress: OnProgress | None = None,
    cancelled: IsCancelled | None = None,
    *,
    on_detail: OnDetail | None = None,
    model: ClusterModel | None = None,
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
        Returns True when the run shall end; polled at least every 0.2 s. The call then raises `Cancelled` at
        once, even while a server is waited for.
    on_detail : callable, optional
        Called with a phrase such as ``"11 of 24 blocks"``.
    model : ClusterModel, optional
        Label with this model instead of fitting one.

    Raises
    ------
    AreaTooLarge, NoScenesFound, TooCloudy, CatalogUnavailable, ReadFailed, NothingToGroup, Cancelled
        Each with a message for the user.
    """
    progress = Progress(on_progress, cancelled, on_detail)
    return progress.run(_analyse, request, model, progress)


def find_scenes(request: AnalysisRequest) -> tuple[Scene, ...]:
    """Return the scenes that could answer a request, best first; no image is read.

    Raises
    ------
    NoScenesFound, TooCloudy, CatalogUnavailable, ReadFailed
        As `analyse`.
    """
    return tuple(s for overpass in find_overpasses(request, Progress()) for s in overpass.scenes)


def _analyse(request: AnalysisRequest, model: ClusterModel | None, progress: Progress) -> Analysis:
    started = time.perf_counter()
    progress.check()
    progress.report("searching", 0)
    grid = grid_for(request.area)
    if size_km(grid) > max_size_km():
        raise AreaTooLarge(size_km(grid), max_size_km())
    within = inside(request.area, grid)
    candidates = find_overpasses(request, progress)
    searched = time.perf_counter()
    progress.report("reading", 0)
    pixels = _read_first_clear(request, candidates, grid, within, progress)
    log.info(
        "searched %.2f s, read %.2f s: %s",
        searched - started,
        time.perf_counter() - searched,
        ", ".join(s.id for s in pixels.scenes),
    )
    return _cluster(request, grid, within, pixels, model, progress)


def _read_first_clear(
    request: AnalysisRequest,
    candidates: Sequence[Overpass],
    grid: GeoBox,
    within: np.ndarray,
    progress: Progress,
) -> Imagery:
    """Return the best candidate with a clear pixel in the area; the best one when none of the first has any.

    A catalogue knows footprints and the clouds of whole tiles; only the pixels tell about the area.
    """
    read: list[Imagery] = []
    for overpass in candidates[:MOST_READ]:
        pixels = imagery.read(overpass.scenes, grid, request.mask_classes, progress)
        if (pixels.clear & within).any():
            passed_over = (
                f"{day_words(p.scenes[0].date)} was passed over: no clear pixel here." for p in read
            )
            return replace(pixels, notes=(*passed_over, *pixels.notes))
        read.append(pixels)
    return read[0]


def _cluster(
    request: AnalysisRequest,
    grid: GeoBox,
    within: np.ndarray,
    pixels: Imagery,
    model: ClusterModel | None,
    progress: Progress,
    pictures: Overlays | None = None,
) -> Analysis:
    progress.report("clustering", 0)
    day = pixels.scenes[0].date
    usable = pixels.clear & within
    if not usable.any():
        raise _nothing_to_group(pixels, within, day)
    cube = pixels.masked(within)
    if model is None:
        model = fit(cube.values[:, usable].T, BANDS, request.n_clusters, request.seed, progress)
    progress.report("clustering", 0.7)
    labels = model.label(cube, progress)
    suggestions = suggest(np.array(model.centres))
    table = areas_of(labels.values, within, suggestions)
    progress.report("drawing", 0)
    drawn = _draw(grid, pixels, within, labels.values, [s.color for s in suggestions], pictures)
    notes = _notes(request, pixels, within, model)
    progress.report("drawing", 1)
    return Analysis(request, grid, within, pixels, model, labels, suggestions, table, drawn, notes)


def _nothing_to_group(pixels: Imagery, within: np.ndarray, day: date) -> NothingToGroup | NoScenesFound:
    total = int(within.sum())
    if not (pixels.has_data & within).any():
        return NoScenesFound(
            f"The image of {day_words(day)} holds no data here: the area lies outside its edge. "
            "Choose another period or move the area."
        )
    return NothingToGroup(
        f"Nothing to group: all {total:,} pixels are cloud or no data on {day_words(day)}. "
        "Choose another period.",
        day,
    )


def _notes(
    request: AnalysisRequest, pixels: Imagery, within: np.ndarray, model: ClusterModel
) -> tuple[str, ...]:
    notes = list(pixels.notes)
    missing = 1 - float((pixels.has_data & within).sum() / within.sum())
    if missing > 1 - FULLY_COVERED:
        notes.append(f"{100 * missing:.1f} % of the area lies outside the image.")
    longitude = request.area.longitude
    if len({s.solar_day(longitude) for s in pixels.scenes}) > 1 or len({s.orbit for s in pixels.scenes}) > 1:
        notes.append(
            "The scenes come from different days or orbits: clusters may follow the seam between them."
        )
    if any(s.cloud_cover is None for s in pixels.scenes):
        notes.append("The catalogue does not tell the cloud cover of this image.")
    if model.n_clusters < request.n_clusters:
        notes.append(
            f"Only {model.n_clusters} different pixel values exist here: {model.n_clusters} clusters instead "
            f"of {request.n_clusters}."
        )
    return tuple(notes)


def _draw(
    grid: GeoBox,
    pixels: Imagery,
    within: np.ndarray,
    labels: np.ndarray,
    colors: list[str],
    known: Overlays | None,
) -> Overlays:
    """Return the pictures; the images of `known` are used again."""
    warp = known.warp if known is not None and known.warp is not None else Warp.of(grid)
    if known is not None:
        return replace(known, clusters=overlays.cluster_overlays(labels, warp, colors))
    planes = np.maximum(np.nan_to_num(pixels.reflectance.values * 10_000 + 0.5), 1).astype(np.uint16)
    planes *= pixels.has_data & within
    return overlays.draw(labels, colors, planes, pixels.clear & within, warp)
