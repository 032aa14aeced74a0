"""The outcome of a request as values: the fields of an `Analysis` and what follows from them."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import TYPE_CHECKING, Self, cast

import numpy as np
import pandas as pd
import xarray as xr
from odc.geo.geobox import GeoBox
from odc.geo.xr import xr_coords

from pipeline.area.grid import inside, true_area_factor
from pipeline.arrays import Labels, Table
from pipeline.clustering.features import computed, features_of, plain_bands
from pipeline.clustering.labels import LabelRaster
from pipeline.clustering.model import ClusterModel
from pipeline.clustering.naming import Fits, naming_spectra
from pipeline.clustering.signatures import Signatures, signatures
from pipeline.clustering.surface_types import Suggestion
from pipeline.drawing.overlays import Overlays
from pipeline.outcome.attributes import described_features, described_imagery, described_labels
from pipeline.outcome.when_seen import WhenSeen
from pipeline.reading.imagery import Imagery
from pipeline.reading.sample import Sample
from pipeline.request import AnalysisRequest
from pipeline.sentinel2.scene import Scene

if TYPE_CHECKING:
    from pipeline.accuracy import Checked
    from pipeline.explore.change import SecondDate
    from pipeline.result import Analysis


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


@dataclass(frozen=True, repr=False)
class Outcome(WhenSeen):
    """A request, the images that answered it, and the results."""

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
    """A labelled sample of these classes and its estimate; None: the land was not checked."""
    second: SecondDate | None = field(default=None, repr=False, compare=False)
    """The same area on a second date, and what changed; None: there is no comparison."""
    fits: Fits | None = field(default=None, repr=False, compare=False)
    """Models fitted on these pixels so far."""

    @classmethod
    def of(cls, outcome: Outcome) -> Self:
        """Return a result of this kind with the values of another; its second date is of this kind, too."""
        values = {f.name: getattr(outcome, f.name) for f in fields(Outcome)}
        second = outcome.second
        if second is not None:
            values["second"] = replace(second, analysis=cast("Analysis", cls.of(second.analysis)))
        return cls(**values)

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

    @cached_property
    def imagery(self) -> xr.DataArray:
        """Reflectance ``(band, y, x)`` float32, bands as `bands`; NaN where masked or outside.

        A dask array where the area is large (windows.IN_MEMORY_PX).
        """
        return described_imagery(self.pixels.masked, self)

    @property
    def bands(self) -> tuple[str, ...]:
        """Key of each band that was read, once: those of 10 m first, then those that the features need."""
        return plain_bands(self.pixels.bands)

    @cached_property
    def features(self) -> xr.DataArray:
        """What was clustered: ``(feature, y, x)`` float32, NaN where masked or outside. Lazy as `imagery`."""
        return described_features(features_of(self.imagery, self.model.features), self)

    @cached_property
    def labels(self) -> xr.DataArray:
        """uint8 ``(y, x)``: 0 masked, missing or outside; 1..k clusters. Lazy as `imagery`."""
        return described_labels(self.raster.array(), self)

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
        return naming_spectra(self.model, self.sample.reflectance, self.pixels.bands, self.model_given)

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
    def is_doubtful(self) -> bool:
        """Whether it says little of the land: brighter than land can be, or few clear pixels a cluster."""
        from pipeline.notes import is_doubtful

        return is_doubtful(self.pixels, self.areas["pixels"].to_numpy())

    @cached_property
    def true_area_factor(self) -> float:
        """Ellipsoidal area over grid area at the centre of the area (grid.true_area_factor)."""
        return true_area_factor(self.grid)
