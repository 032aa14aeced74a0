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
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
import pandas as pd
import xarray as xr
from odc.geo.geobox import GeoBox

from pipeline import exports
from pipeline.area.grid import inside, true_area_factor
from pipeline.arrays import Labels, Table
from pipeline.clustering import given
from pipeline.clustering.areas import areas_of
from pipeline.clustering.features import computed, features_of
from pipeline.clustering.labels import LabelRaster, label, raster_of
from pipeline.clustering.model import ClusterModel
from pipeline.clustering.naming import Fits, fitted_spectra, own_spectra
from pipeline.clustering.signatures import Signatures, signatures
from pipeline.clustering.surface_types import Suggestion, suggest
from pipeline.drawing.frame import Frame, frame_of, images, whole_frame, with_clusters
from pipeline.drawing.overlays import Overlays
from pipeline.drawing.warp import Bounds
from pipeline.explore.classes import Classes, classes_of
from pipeline.notes import notes_on, nothing_to_group
from pipeline.progress import IsCancelled, OnProgress, Progress
from pipeline.reading.imagery import Imagery
from pipeline.reading.pixels import Pixels
from pipeline.reading.sample import Sample
from pipeline.request import AnalysisRequest
from pipeline.sentinel2.scene import Scene
from pipeline.text import day_words, place_words

if TYPE_CHECKING:
    from pipeline.accuracy import Checked, SamplingDesign


@dataclass(frozen=True)
class Missing:
    """Hectares of an area that are in no cluster; they add up to row 0 of `Analysis.areas`."""

    outside_ha: float
    """Outside the outlines of the images."""
    no_data_ha: float
    """Inside them, but without data."""
    masked_ha: float
    """Cloud, cloud shadow and what else the request masks."""


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
    checked: Checked | None = field(default=None, repr=False, compare=False)
    """A labelled sample of these classes and its estimate; None: nobody has checked the land."""
    fits: Fits | None = field(default=None, repr=False, compare=False)
    """Models fitted on these pixels so far."""

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
    def missing(self) -> Missing:
        """Hectares of the area that are in no cluster, by reason."""
        coverage, pixel_ha = self.pixels.coverage, self.resolution_m**2 / 10_000
        return Missing(*(n * pixel_ha for n in (coverage.outside, coverage.no_data, coverage.masked)))

    @property
    def date(self) -> date:
        """Day of the image (UTC)."""
        return self.scenes[0].date

    @property
    def imagery(self) -> xr.DataArray:
        """Reflectance ``(band, y, x)`` float32, bands as `bands`; NaN where masked or outside.

        A dask array where the area is large (windows.IN_MEMORY_PX).
        """
        return self.pixels.masked

    @property
    def bands(self) -> tuple[str, ...]:
        """Key of each band that was read: those of 10 m first, then those that the features need."""
        return self.pixels.bands

    @cached_property
    def features(self) -> xr.DataArray:
        """What was clustered: ``(feature, y, x)`` float32, NaN where masked or outside. Lazy as `imagery`."""
        return features_of(self.imagery, self.model.features)

    @cached_property
    def labels(self) -> xr.DataArray:
        """uint8 ``(y, x)``: 0 masked, missing or outside; 1..k clusters. Lazy as `imagery`."""
        return self.raster.array()

    @property
    def sample(self) -> Sample:
        """Clear pixels of the area, evenly drawn: all of a small one, at most about 500,000."""
        return self.pixels.sample

    @property
    def sample_features(self) -> Table:
        """float32 ``(n, feature)``: what was clustered of `sample`."""
        return computed(self.sample.reflectance.T, self.bands, self.model.features).T

    @cached_property
    def spectra(self) -> np.ndarray:
        """float64 ``(k, band)``: the spectra by which the clusters of the model are named."""
        return _spectra(self.model, self.pixels, self.model_given)

    @cached_property
    def sample_labels(self) -> Labels:
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
            grouped,
            request,
            self.pixels,
            None,
            progress,
            pictures=self.overlays,
            preview=self.preview,
            fits=self.fits,
        )

    def prefit(self, n_clusters: int, cancelled: IsCancelled | None = None) -> None:
        """Fit another number of clusters ahead, so that `recluster` only has to label."""
        fits = _fits(self.pixels) if self.fits is None else self.fits
        fits.model(self.request.features, n_clusters, self.request.seed, Progress(cancelled=cancelled))

    def with_classes(self, lut: Sequence[int], suggestions: Sequence[Suggestion]) -> Analysis:
        """Return the analysis with its clusters renamed, recoloured or merged; the model keeps the classes.

        Parameters
        ----------
        lut : sequence of int
            New class of each label 0..k that is shown now; label 0 stays 0.
        suggestions : sequence of Suggestion
            Name and colour of the new classes, from class 1 on.
        """
        before = range(self.model.n_clusters + 1) if self.edits is None else self.edits
        edits = tuple(int(lut[n]) for n in before)
        classes = Classes.of_lut(edits, suggestions).to_json()
        model = replace(self.model, classes=classes)
        return self._with(self.raster.mapped(lut), suggestions, edits=edits, model=model)

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
            checked=None,
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

    def with_sample(self, design: SamplingDesign) -> Analysis:
        """Return the analysis with a labelled sample of it: `checked` and all exports have its estimate."""
        from pipeline.accuracy.checked import check

        return replace(self, checked=check(self, design))

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
    fits: Fits | None = None,
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
    fits : Fits, optional
        Models fitted on the same pixels before.

    Raises
    ------
    NothingToGroup
        When no pixel is clear.
    InvalidRequest
        When the model was fitted on other features than the request asks for.
    """
    progress.report("clustering", 0)
    if model is not None:
        model.check(request.features)
    if not len(pixels.sample.rows):
        raise nothing_to_group(pixels)
    frame = whole_frame(pixels.extent.grid)
    with ThreadPoolExecutor(1, thread_name_prefix="images") as aside:
        drawn = aside.submit(_pictures, pixels, frame, pictures)
        fits = _fits(pixels) if fits is None else fits
        fitted = model or fits.model(request.features, request.n_clusters, request.seed, progress)
        progress.report("clustering", 0.5)
        raster = label(pixels, fitted, progress)
    suggestions = suggest(_spectra(fitted, pixels, model is not None), pixels.bands)
    edits = None
    if fitted.classes:
        classes = classes_of(fitted.classes, suggestions)
        edits, suggestions = classes.lut(), classes.suggestions()
        raster = raster.mapped(edits)
    table = areas_of(raster.counts, suggestions, pixels.extent.grid.affine.a**2 / 10_000)
    progress.report("drawing", 0)
    overlays = with_clusters(drawn.result(), raster, [s.color for s in suggestions], frame)
    notes = notes_on(request, pixels, fitted, raster.counts)
    if model is not None:
        notes = (*notes, *given.notes(model, fits.sample(model.features)))
    progress.report("drawing", 1)
    return Analysis(
        request,
        pixels,
        fitted,
        raster,
        suggestions,
        table,
        overlays,
        notes,
        preview,
        model_given=model is not None,
        edits=edits,
        fits=fits,
    )


def _pictures(pixels: Imagery, frame: Frame, known: Overlays | None) -> Overlays:
    return images(pixels, frame) if known is None else known


def _fits(pixels: Imagery) -> Fits:
    area = pixels.extent.area
    origin = f"{place_words(area.latitude, area.longitude, area.size_km)}, {day_words(pixels.scenes[0].date)}"
    return Fits(pixels.sample.reflectance, pixels.bands, origin)


def _spectra(model: ClusterModel, pixels: Imagery, given: bool) -> np.ndarray:
    """Return the spectra by which clusters are named: of a given model, those of this area's own pixels."""
    of = own_spectra if given else fitted_spectra
    return of(model, pixels.sample.reflectance, pixels.bands)
