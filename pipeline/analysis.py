"""The steps in order: search, read, cluster, count, draw. The only file that knows them all."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from os import PathLike
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
import pandas as pd
import xarray as xr
from odc.geo.geobox import GeoBox

from pipeline import area_pixels, exports
from pipeline.area_pixels import AreaPixels, Extent
from pipeline.areas import areas_of
from pipeline.blocks import BLOCK_PX
from pipeline.catalogs import max_size_km
from pipeline.choice import Overpass
from pipeline.cluster import configured, store_of
from pipeline.clustering import ClusterModel, fit
from pipeline.drawing import Frame, frame_of, images, with_clusters
from pipeline.errors import AnalysisError, AreaTooLarge, Cancelled
from pipeline.estimate import largest_km
from pipeline.grid import grid_for, inside, size_km, true_area_factor
from pipeline.imagery import Reading
from pipeline.labelling import LabelRaster, Signatures, label, raster_of, signatures
from pipeline.naming import Suggestion, suggest
from pipeline.notes import notes_on, nothing_to_group
from pipeline.overlays import Overlays
from pipeline.overview import first_look
from pipeline.pixels import Pixels
from pipeline.progress import IsCancelled, OnDetail, OnProgress, Progress
from pipeline.request import AnalysisRequest
from pipeline.sampling import Sample
from pipeline.scenes import BANDS, Scene
from pipeline.search import find_overpasses
from pipeline.warp import Bounds
from pipeline.wording import day_words

if TYPE_CHECKING:
    from pipeline.accuracy import SamplingDesign

log = logging.getLogger(__name__)

OnPreview = Callable[["Analysis"], object]

MOST_READ = 3
"""Candidates that are read before a run ends without a clear pixel."""
PREVIEW_FROM_PX = 640
"""Side from which on a first look is worth its reads: below, the files have a block or two under the area."""


@dataclass(frozen=True)
class Analysis:
    """A request, the images that answered it, and what came of them."""

    request: AnalysisRequest
    pixels: AreaPixels = field(repr=False)
    """What was read: clouds included, for pictures and for clustering again."""
    model: ClusterModel
    raster: LabelRaster = field(repr=False)
    """The labels in blocks."""
    suggestions: tuple[Suggestion, ...]
    """Name, reason and colour of clusters 1..k."""
    areas: pd.DataFrame
    """Pixels, hectares and share per cluster; row 0: masked or missing (areas.areas_of)."""
    overlays: Overlays = field(repr=False)
    """Pictures for a web map: every n-th pixel of a large area (assembly.WHOLE_PX; see `draw`)."""
    notes: tuple[str, ...] = ()
    """Sentences a user should know."""
    preview: bool = False
    """Whether this is a first look at coarser pixels."""
    model_given: bool = False
    """Whether the model came with the call instead of being fitted on these pixels."""
    edits: tuple[int, ...] | None = None
    """Class of each label 0..k of the model, where classes were merged or renamed."""
    smallest_patch_ha: float = 0.0
    """Patches below this were given to their neighbours; 0: none."""

    @property
    def grid(self) -> GeoBox:
        """Pixel grid of the area: UTM, 10 m (coarser in a preview)."""
        return self.pixels.extent.grid

    @property
    def resolution_m(self) -> float:
        """Side of a pixel in metres."""
        return float(self.grid.affine.a)

    @cached_property
    def inside(self) -> np.ndarray:
        """Bool ``(y, x)``: pixels of the area (all of a square)."""
        return inside(self.request.area, self.grid)

    @property
    def scenes(self) -> tuple[Scene, ...]:
        """The scenes used, with their offset decisions."""
        return self.pixels.scenes

    @property
    def date(self) -> date:
        """Day of the image (UTC)."""
        return self.scenes[0].date

    @property
    def imagery(self) -> xr.DataArray:
        """Reflectance ``(band, y, x)`` float32, bands blue, green, red, nir; NaN where masked or outside.

        A dask array where the area is large (assembly.IN_MEMORY_PX).
        """
        return self.pixels.masked

    @cached_property
    def labels(self) -> xr.DataArray:
        """uint8 ``(y, x)``: 0 masked, missing or outside; 1..k clusters. Lazy as `imagery`."""
        return self.raster.array()

    @property
    def sample(self) -> Sample:
        """Clear pixels of the area, evenly drawn: all of a small one, at most about 500,000."""
        return self.pixels.sample

    @cached_property
    def sample_labels(self) -> np.ndarray:
        """uint8 ``(n,)``: the labels of `sample`."""
        return self.raster.at(self.sample.rows, self.sample.columns)

    @cached_property
    def signatures(self) -> Signatures:
        """Mean spectrum and standard deviation of clusters 1..k, from `sample`."""
        return signatures(self.sample.reflectance, self.sample_labels, len(self.suggestions))

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
        return progress.run(_cluster, request, self.pixels, None, progress, self.overlays, self.preview)

    def prefit(self, n_clusters: int, cancelled: IsCancelled | None = None) -> None:
        """Fit another number of clusters ahead, so that `recluster` only has to label."""
        _fitted(self.pixels, n_clusters, self.request.seed, Progress(cancelled=cancelled))

    def with_classes(self, lut: Sequence[int], suggestions: Sequence[Suggestion]) -> Analysis:
        """Return the analysis with its clusters renamed, recoloured or merged.

        Parameters
        ----------
        lut : sequence of int
            New class of each label 0..k; label 0 stays 0.
        suggestions : sequence of Suggestion
            Name and colour of the new classes, from class 1 on.
        """
        return self._with(self.raster.mapped(lut), suggestions, edits=tuple(int(n) for n in lut))

    def with_labels(
        self,
        labels: np.ndarray,
        suggestions: Sequence[Suggestion] | None = None,
        smallest_patch_ha: float = 0.0,
    ) -> Analysis:
        """Return the analysis with other labels ``(y, x)`` of the same clusters, such as sieved ones."""
        suggestions = self.suggestions if suggestions is None else suggestions
        raster = raster_of(labels, self.pixels.extent, self.raster.blocks, len(suggestions))
        return self._with(raster, suggestions, smallest_patch_ha=smallest_patch_ha)

    def _with(self, raster: LabelRaster, suggestions: Sequence[Suggestion], **changes: object) -> Analysis:
        made = tuple(suggestions)
        drawn = with_clusters(self.overlays, raster, [s.color for s in made], _frame(self.grid))
        return replace(
            self,
            raster=raster,
            suggestions=made,
            areas=areas_of(raster.counts, made, self.resolution_m**2 / 10_000),
            overlays=drawn,
            **changes,  # type: ignore[arg-type]
        )

    def draw(self, bounds: Bounds, max_px: int = 2048) -> Overlays | None:
        """Return pictures of the part of the area that a map shows, as sharp as `max_px` allows.

        Parameters
        ----------
        bounds : tuple
            ((south, west), (north, east)) in degrees.

        Returns
        -------
        Overlays or None
            None where the map shows nothing of the area. Contrast as in `overlays`.
        """
        frame = frame_of(self.grid, bounds, max_px)
        if frame is None:
            return None
        colors = [s.color for s in self.suggestions]
        return with_clusters(images(self.pixels, frame, self.overlays.stretch), self.raster, colors, frame)

    def sampling_design(self, n: int | None = None, margin: float = 0.05, seed: int = 0) -> SamplingDesign:
        """Return points to be checked on the land, drawn at random in each class (pipeline.accuracy)."""
        from pipeline.accuracy.drawing import sampling_design

        return sampling_design(self, n, margin, seed)

    def pixel(self, row: int, column: int) -> Pixels:
        """Return what was read of one pixel of the grid: arrays of 1 x 1."""
        return self.pixels.window(slice(row, row + 1), slice(column, column + 1))

    def to_geotiff(self, target: str | PathLike[str] | BinaryIO) -> None:
        """Write the clusters as a GeoTIFF that explains itself (exports.write_geotiff)."""
        exports.write_geotiff(self, target)


def analyse(
    request: AnalysisRequest,
    on_progress: OnProgress | None = None,
    cancelled: IsCancelled | None = None,
    *,
    on_detail: OnDetail | None = None,
    on_preview: OnPreview | None = None,
    model: ClusterModel | None = None,
    machines: bool = True,
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
    on_preview : callable, optional
        Called, from another thread, with an analysis of the files' overviews (`Analysis.preview`) while the
        full resolution is being read; not called for areas below `PREVIEW_FROM_PX`, nor where the files have
        no overviews.
    model : ClusterModel, optional
        Label with this model instead of fitting one.
    machines : bool
        Whether to work on the dask cluster that ``DASK_SCHEDULER_ADDRESS`` names, if it names one.

    Raises
    ------
    AreaTooLarge, NoScenesFound, TooCloudy, CatalogUnavailable, ReadFailed, ClusterUnavailable,
    NothingToGroup, Cancelled
        Each with a message for the user.
    """
    progress = Progress(on_progress, cancelled, on_detail)
    return progress.run(_analyse, request, model, progress, on_preview, machines)


def find_scenes(request: AnalysisRequest) -> tuple[Scene, ...]:
    """Return the scenes that could answer a request, best first; no image is read.

    Raises
    ------
    NoScenesFound, TooCloudy, CatalogUnavailable, ReadFailed
        As `analyse`.
    """
    return tuple(s for overpass in find_overpasses(request, Progress()) for s in overpass.scenes)


def _analyse(
    request: AnalysisRequest,
    model: ClusterModel | None,
    progress: Progress,
    on_preview: OnPreview | None,
    machines: bool,
) -> Analysis:
    started = time.perf_counter()
    progress.check()
    progress.report("searching", 0)
    grid = grid_for(request.area)
    limit_km = max_size_km() if machines and configured() else largest_km()
    if size_km(grid) > limit_km:
        raise AreaTooLarge(size_km(grid), limit_km)
    extent = Extent(request.area, grid, request.mask_classes)
    if request.area.size_km is None:
        inside(request.area, grid)
    candidates = find_overpasses(request, progress)
    searched = time.perf_counter()
    progress.report("reading", 0)
    with ThreadPoolExecutor(1, thread_name_prefix="preview") as aside:
        if on_preview is not None and max(extent.shape) >= PREVIEW_FROM_PX:
            look = first_look(candidates[0].scenes, extent, request.seed, progress.silent())
            if look is not None:
                shown = aside.submit(_show_preview, request, look, model, progress.silent(), on_preview)
                if max(extent.shape) > BLOCK_PX:  # decoding many blocks would starve it
                    shown.result()
        pixels = _read_first_clear(request, candidates, extent, progress, machines)
    log.info(
        "searched %.2f s, read %.2f s: %s",
        searched - started,
        time.perf_counter() - searched,
        ", ".join(s.id for s in pixels.scenes),
    )
    return _cluster(request, pixels, model, progress)


def _show_preview(
    request: AnalysisRequest,
    look: AreaPixels,
    model: ClusterModel | None,
    progress: Progress,
    on_preview: OnPreview,
) -> None:
    try:
        on_preview(_cluster(request, look, model, progress, preview=True))
    except (AnalysisError, Cancelled):
        log.info("no preview", exc_info=True)
    except Exception:
        log.exception("the preview failed")


def _read_first_clear(
    request: AnalysisRequest,
    candidates: Sequence[Overpass],
    extent: Extent,
    progress: Progress,
    machines: bool,
) -> AreaPixels:
    """Return the best candidate with a clear pixel in the area; the best one when none of the first has any.

    A catalogue knows footprints and the clouds of whole tiles; only the pixels tell about the area.
    """
    read: list[AreaPixels] = []
    for overpass in candidates[:MOST_READ]:
        reading = Reading(overpass.scenes, extent.grid, progress)
        store = store_of(reading.blocks, machines)
        pixels = area_pixels.read(overpass.scenes, extent, store, reading, request.seed, progress)
        if len(pixels.sample.rows):
            passed_over = (
                f"{day_words(p.scenes[0].date)} was passed over: no clear pixel here." for p in read
            )
            return replace(pixels, notes=(*passed_over, *pixels.notes))
        read.append(pixels)
    return read[0]


def _cluster(
    request: AnalysisRequest,
    pixels: AreaPixels,
    model: ClusterModel | None,
    progress: Progress,
    pictures: Overlays | None = None,
    preview: bool = False,
) -> Analysis:
    progress.report("clustering", 0)
    if not len(pixels.sample.rows):
        raise nothing_to_group(pixels)
    frame = _frame(pixels.extent.grid)
    with ThreadPoolExecutor(1, thread_name_prefix="images") as aside:
        drawn = aside.submit(images, pixels, frame) if pictures is None else None
        fitted = _fitted(pixels, request.n_clusters, request.seed, progress) if model is None else model
        progress.report("clustering", 0.5)
        raster = label(pixels, fitted, progress)
    pictures = drawn.result() if drawn is not None else pictures
    assert pictures is not None, "drawn, or brought along"
    suggestions = suggest(np.array(fitted.centres))
    pixel_ha = pixels.extent.grid.affine.a**2 / 10_000
    table = areas_of(raster.counts, suggestions, pixel_ha)
    progress.report("drawing", 0)
    pictures = with_clusters(pictures, raster, [s.color for s in suggestions], frame)
    notes = notes_on(request, pixels, fitted)
    progress.report("drawing", 1)
    return Analysis(
        request, pixels, fitted, raster, suggestions, table, pictures, notes, preview, model is not None
    )


def _fitted(pixels: AreaPixels, n_clusters: int, seed: int, progress: Progress) -> ClusterModel:
    """Return the model of a number of clusters, fitted once."""
    known = pixels.models.get((n_clusters, seed))
    if known is None:
        known = fit(pixels.sample.reflectance, BANDS, n_clusters, seed, progress)
        pixels.models[n_clusters, seed] = known
    return known


def _frame(grid: GeoBox) -> Frame:
    frame = frame_of(grid)
    assert frame is not None, "the whole of a grid is never empty"
    return frame
