"""An analysis: the result of a request, and what can be asked of it or made from it.

Nothing here searches or reads: `pipeline.analysis` does, and hands the pixels over.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from os import PathLike
from typing import TYPE_CHECKING, Any, BinaryIO, Self

import numpy as np
import pandas as pd

from pipeline.clustering.areas import areas_of
from pipeline.clustering.labels import LabelRaster, raster_of
from pipeline.clustering.naming import Fits
from pipeline.clustering.surface_types import Suggestion
from pipeline.drawing.frame import frame_of, images, whole_frame, with_clusters
from pipeline.drawing.overlays import Overlays
from pipeline.drawing.warp import Bounds
from pipeline.explore.classes import Classes
from pipeline.exports.geotiff import write_geotiff
from pipeline.grouping import grouped
from pipeline.outcome.in_notebooks import InNotebooks
from pipeline.progress import IsCancelled, OnProgress, Progress
from pipeline.reading.pixels import Pixels

if TYPE_CHECKING:
    from pipeline.accuracy import SamplingDesign
    from pipeline.accuracy.drawing import Of
    from pipeline.clustering.model import ClusterModel
    from pipeline.explore.zones import ZoneTable
    from pipeline.reference.agreement import Agreement


@dataclass(frozen=True, repr=False)
class Analysis(InNotebooks):
    """A request, the images that answered it, and the results; its values are those of `Outcome`."""

    @cached_property
    def zones(self) -> pd.DataFrame:
        """One row a feature of the file that the area came from: attributes, hectares per class, masked.

        See `pipeline.explore.zones.zones_of`; without features it has no row.
        """
        from pipeline.explore.zones import zones_of

        return zones_of(self)

    @cached_property
    def zone_table(self) -> ZoneTable:
        """The hectares of each zone, with cloud and missing apart (`zones` is its plain form)."""
        from pipeline.explore.zones import table_of

        return table_of(self)

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
        progress = Progress(on_progress, cancelled)
        return progress.run(self.regrouped, progress, n_clusters=n_clusters)

    def regrouped(
        self, progress: Progress, *, n_clusters: int | None = None, model: ClusterModel | None = None
    ) -> Self:
        """Return an analysis of the pixels already read, with another number of clusters or another model."""
        request = self.request if n_clusters is None else replace(self.request, n_clusters=n_clusters)
        kept: dict[str, Any] = {"pictures": self.overlays, "preview": self.preview, "fits": self.fits}
        return self.of(grouped(request, self.pixels, model, progress, **kept))

    def prefit(self, n_clusters: int, cancelled: IsCancelled | None = None) -> None:
        """Fit another number of clusters ahead, so that `recluster` only has to label."""
        fits = Fits.of(self.pixels) if self.fits is None else self.fits
        fits.model(self.request.features, n_clusters, self.request.seed, Progress(cancelled=cancelled))

    def with_classes(self, lut: Sequence[int], suggestions: Sequence[Suggestion]) -> Analysis:
        """Return the analysis with its clusters renamed, recoloured or merged; the model keeps the classes.

        What is still as it was suggested is no choice of a person: on another image it is suggested anew.

        Parameters
        ----------
        lut : sequence of int
            New class of each label 0..k that is shown now; label 0 stays 0.
        suggestions : sequence of Suggestion
            Name and colour of the new classes, from class 1 on.
        """
        before = range(self.model.n_clusters + 1) if self.edits is None else self.edits
        edits = tuple(int(lut[n]) for n in before)
        known = None if self.edits is None else Classes.from_json(self.model.classes)
        classes = Classes.of_lut(edits, suggestions).suggested_as(self.suggestions, before, known)
        model = replace(self.model, classes=classes.to_json())
        return self._with(self.raster.mapped(lut), suggestions, edits=edits, model=model)

    def with_suggestions(self, suggestions: Sequence[Suggestion], names_from: str = "") -> Analysis:
        """Return the analysis with other suggested names; labels, model and a person's edits are as before.

        Parameters
        ----------
        suggestions : sequence of Suggestion
            Name and colour of each class that is shown now.
        names_from : str
            The map that gave the names; empty: the spectra alone.
        """
        return self._with(self.raster, suggestions, names_from=names_from)

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
        colors = [s.color for s in made]
        drawn = self.overlays
        if raster is not self.raster or colors != [s.color for s in self.suggestions]:
            drawn = with_clusters(self.overlays, raster, colors, whole_frame(self.grid))
        return replace(
            self,
            raster=raster,
            suggestions=made,
            areas=areas_of(raster.counts, made, self.resolution_m**2 / 10_000),
            overlays=drawn,
            checked=None,
            second=None,
            **changes,  # type: ignore[arg-type]
        )

    def compare(
        self,
        reference: str,
        classes: Mapping[int, str] | None = None,
        cancelled: IsCancelled | None = None,
    ) -> Agreement:
        """Compare the classes, as they are shown, with another map (reference.agreement.compare).

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

    def sampling_design(
        self, n: int | None = None, margin: float = 0.05, seed: int = 0, *, of: Of = "classes"
    ) -> SamplingDesign:
        """Return points to be checked on the land, drawn at random in each class (pipeline.accuracy).

        With ``of="change"`` they are drawn in what the land was and became until the second date.
        """
        from pipeline.accuracy.drawing import sampling_design

        return sampling_design(self, n, margin, seed, of=of)

    def with_sample(self, design: SamplingDesign) -> Analysis:
        """Return the analysis with a labelled sample of it: `checked` and all exports have its estimate."""
        from pipeline.accuracy.checked import check

        return replace(self, checked=check(self, design))

    def with_second_date(self, second: Analysis) -> Analysis:
        """Return the analysis with a second date beside it: `second` and all exports have what changed.

        Parameters
        ----------
        second : Analysis
            Labelled by the model of this one (`pipeline.batch.other_time.other_date`), in the same classes.

        Raises
        ------
        InvalidRequest
            With the reason, where the two cannot be compared.
        """
        from pipeline.explore.change import with_second_date

        return with_second_date(self, second)

    def pixel(self, row: int, column: int) -> Pixels:
        """Return the values read at one pixel of the grid: arrays of 1 x 1."""
        return self.pixels.window(slice(row, row + 1), slice(column, column + 1))

    def to_geotiff(self, target: str | PathLike[str] | BinaryIO) -> None:
        """Write the clusters as a GeoTIFF that explains itself (write_geotiff)."""
        write_geotiff(self, target)
