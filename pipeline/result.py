"""What came of a request: labels, hectares, pictures; the same with other classes or another number of them.

Nothing here searches or reads: `pipeline.analysis` does, and hands the pixels over.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from os import PathLike
from typing import BinaryIO

import numpy as np
import pandas as pd
import xarray as xr
from odc.geo.geobox import GeoBox
from odc.geo.xr import xr_coords

from pipeline import exports
from pipeline.area.grid import inside, true_area_factor
from pipeline.clustering.areas import areas_of
from pipeline.clustering.labels import LabelRaster, Signatures, label, raster_of, signatures
from pipeline.clustering.model import ClusterModel, fit
from pipeline.clustering.surface_types import Suggestion, suggest
from pipeline.drawing.frame import Frame, frame_of, images, whole_frame, with_clusters
from pipeline.drawing.overlays import Overlays
from pipeline.drawing.warp import Bounds
from pipeline.notes import notes_on, nothing_to_group
from pipeline.progress import IsCancelled, OnProgress, Progress
from pipeline.reading.imagery import Imagery
from pipeline.reading.pixels import Pixels
from pipeline.reading.sample import Sample
from pipeline.request import AnalysisRequest
from pipeline.sentinel2.bands import BANDS
from pipeline.sentinel2.scene import Scene


@dataclass(frozen=True)
class Missing:
    """Hectares of an area that are in no cluster; they add up to row 0 of `Analysis.areas`."""

    outside_ha: float
    """Outside the outlines of the images."""
    no_data_ha: float
    """Inside them, but without data."""
    masked_ha: float
    """Cloud, cloud shadow and what else the request masks."""
    too_few_looks_ha: float = 0.0
    """Of a composite of periods: clear on some dates, but not in enough periods."""


@dataclass(frozen=True)
class Analysis:
    """A request, the images that answered it, and what came of them."""

    request: AnalysisRequest
    pixels: Imagery = field(repr=False)
    """What was read: clouds included, for pictures and for clustering again."""
    model: ClusterModel
    raster: LabelRaster = field(repr=False)
    """The labels in blocks."""
    suggestions: tuple[Suggestion, ...]
    """Name, reason and colour of clusters 1..k."""
    areas: pd.DataFrame
    """Pixels, hectares and share per cluster; row 0: masked or missing (areas.areas_of)."""
    overlays: Overlays = field(repr=False)
    """Pictures for a web map: every n-th pixel of a large area (windows.WHOLE_PX; see `draw`)."""
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

    @cached_property
    def looks(self) -> xr.DataArray:
        """uint8 ``(y, x)``: clear acquisitions of every pixel of the area."""
        coords = dict(xr_coords(self.grid))
        return xr.DataArray(self.pixels.looks, dims=("y", "x"), coords=coords, name="looks")

    @property
    def missing(self) -> Missing:
        """Hectares of the area that are in no cluster, by reason."""
        coverage, pixel_ha = self.pixels.coverage, self.resolution_m**2 / 10_000
        parts = (coverage.outside, coverage.no_data, coverage.masked, coverage.too_few)
        return Missing(*(n * pixel_ha for n in parts))

    @property
    def date(self) -> date:
        """Day of the image (UTC)."""
        return self.scenes[0].date

    @property
    def imagery(self) -> xr.DataArray:
        """Reflectance ``(band, y, x)`` float32, bands blue, green, red, nir; NaN where masked or outside.

        A dask array where the area is large (windows.IN_MEMORY_PX).
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
        return progress.run(
            grouped, request, self.pixels, None, progress, pictures=self.overlays, preview=self.preview
        )

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
        drawn = with_clusters(self.overlays, raster, [s.color for s in made], whole_frame(self.grid))
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

    def pixel(self, row: int, column: int) -> Pixels:
        """Return what was read of one pixel of the grid: arrays of 1 x 1."""
        return self.pixels.window(slice(row, row + 1), slice(column, column + 1))

    def to_geotiff(self, target: str | PathLike[str] | BinaryIO) -> None:
        """Write the clusters as a GeoTIFF that explains itself (exports.write_geotiff)."""
        exports.write_geotiff(self, target)


def grouped(
    request: AnalysisRequest,
    pixels: Imagery,
    model: ClusterModel | None,
    progress: Progress,
    *,
    pictures: Overlays | None = None,
    preview: bool = False,
) -> Analysis:
    """Group pixels that were read: fit, label, count, name, draw.

    Parameters
    ----------
    model : ClusterModel or None
        Label with this model; None: fit one.
    pictures : Overlays, optional
        Pictures of the same pixels; only the clusters are drawn anew.
    preview : bool
        Whether the pixels are a first look.

    Raises
    ------
    NothingToGroup
        When no pixel is clear.
    """
    progress.report("clustering", 0)
    if not len(pixels.sample.rows):
        raise nothing_to_group(pixels)
    frame = whole_frame(pixels.extent.grid)
    with ThreadPoolExecutor(1, thread_name_prefix="images") as aside:
        drawn = aside.submit(_pictures, pixels, frame, pictures)
        fitted = _fitted(pixels, request.n_clusters, request.seed, progress) if model is None else model
        progress.report("clustering", 0.5)
        raster = label(pixels, fitted, progress)
    suggestions = suggest(np.array(fitted.centres))
    table = areas_of(raster.counts, suggestions, pixels.extent.grid.affine.a**2 / 10_000)
    progress.report("drawing", 0)
    overlays = with_clusters(drawn.result(), raster, [s.color for s in suggestions], frame)
    notes = notes_on(request, pixels, fitted, raster.counts)
    progress.report("drawing", 1)
    return Analysis(
        request, pixels, fitted, raster, suggestions, table, overlays, notes, preview, model is not None
    )


def _pictures(pixels: Imagery, frame: Frame, known: Overlays | None) -> Overlays:
    return images(pixels, frame) if known is None else known


def _fitted(pixels: Imagery, n_clusters: int, seed: int, progress: Progress) -> ClusterModel:
    """Return the model of a number of clusters, fitted once."""
    known = pixels.models.get((n_clusters, seed))
    if known is None:
        known = fit(pixels.sample.reflectance, BANDS, n_clusters, seed, progress)
        pixels.models[n_clusters, seed] = known
    return known
