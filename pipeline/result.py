"""What came of a request: labels, hectares, pictures; the same with other classes or another number of them.

Nothing here searches or reads: `pipeline.analysis` does, and hands the pixels over.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from os import PathLike
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
import pandas as pd
import xarray as xr
from odc.geo.geobox import GeoBox
from odc.geo.xr import xr_coords

from pipeline import exports
from pipeline.area.grid import inside, true_area_factor
from pipeline.arrays import Labels, Table
from pipeline.clustering.areas import areas_of
from pipeline.clustering.features import computed, features_of, plain_bands
from pipeline.clustering.labels import LabelRaster, raster_of
from pipeline.clustering.model import ClusterModel
from pipeline.clustering.naming import Fits
from pipeline.clustering.signatures import Signatures, signatures
from pipeline.clustering.surface_types import Suggestion
from pipeline.drawing.frame import frame_of, images, whole_frame, with_clusters
from pipeline.drawing.overlays import Overlays
from pipeline.drawing.warp import Bounds
from pipeline.explore.classes import Classes
from pipeline.progress import IsCancelled, OnProgress, Progress
from pipeline.reading.imagery import Imagery
from pipeline.reading.pixels import Pixels
from pipeline.reading.sample import Sample
from pipeline.request import AnalysisRequest
from pipeline.sentinel2.scene import Scene

if TYPE_CHECKING:
    from pipeline.accuracy import Checked, SamplingDesign
    from pipeline.reference.agreement import Agreement


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
    names_from: str = ""
    """The map that gave the names, or was held against them; empty: the spectra alone."""
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
        """Reflectance ``(band, y, x)`` float32, bands as `bands`; NaN where masked or outside.

        A dask array where the area is large (windows.IN_MEMORY_PX).
        """
        return self.pixels.masked

    @property
    def bands(self) -> tuple[str, ...]:
        """Key of each band that was read, once: those of 10 m first, then those that the features need."""
        return plain_bands(self.pixels.bands)

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
        return computed(self.sample.reflectance.T, self.pixels.bands, self.model.features).T

    @cached_property
    def sample_bands(self) -> Table:
        """float32 ``(n, band)``: reflectance of `sample` in `bands`; of periods the median."""
        return computed(self.sample.reflectance.T, self.pixels.bands, self.bands).T

    @cached_property
    def spectra(self) -> np.ndarray:
        """float64 ``(k, band)``: the spectra by which the clusters of the model are named."""
        from pipeline.grouping import spectra_of

        return spectra_of(self.model, self.pixels, self.model_given)

    @cached_property
    def sample_labels(self) -> Labels:
        """uint8 ``(n,)``: the labels of `sample`."""
        return self.raster.at(self.sample.rows, self.sample.columns)

    @cached_property
    def signatures(self) -> Signatures:
        """Mean spectrum and standard deviation of clusters 1..k, from `sample`."""
        return signatures(self.sample_bands, self.sample_labels, len(self.suggestions))

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
        from pipeline.grouping import grouped

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
        from pipeline.grouping import fits_of

        fits = fits_of(self.pixels) if self.fits is None else self.fits
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

    def compare(
        self,
        reference: str,
        classes: Mapping[int, str] | None = None,
        cancelled: IsCancelled | None = None,
    ) -> Agreement:
        """Return what another map says of the classes as they are shown (reference.agreement.compare).

        Parameters
        ----------
        reference : str
            ``"scl"``: the image's own scene classification, at no further read; ``"worldcover"``,
            ``"io-lulc"`` or another configured map; or the path or address of a classified GeoTIFF.
        classes : mapping, optional
            Name of each value of a GeoTIFF, where the file does not tell.
        """
        from pipeline.reference.agreement import compare

        return compare(self, reference, classes, cancelled)

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
