"""The points of a random sample, the strata they were drawn from, and the labels given so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from pipeline.accuracy.allocation import minutes
from pipeline.accuracy.labels import Label, clean_labels, clean_name, notes_on, tally
from pipeline.accuracy.result import AreaEstimate, Method
from pipeline.errors import InvalidRequest

if TYPE_CHECKING:
    import pandas as pd
    from odc.geo.geobox import GeoBox


@dataclass(frozen=True)
class Stratum:
    """A class of the map, as it was called and counted when the points were drawn."""

    name: str
    pixels: int
    hectares: float


@dataclass(frozen=True)
class Point:
    """A pixel to be checked."""

    id: int
    """1.. in the order in which points are to be labelled, which is random."""
    stratum: str
    """The class the map shows there: not to be seen by who labels."""
    row: int
    column: int
    longitude: float
    """Of the pixel's centre, degrees (WGS 84)."""
    latitude: float


@dataclass(frozen=True)
class PixelGrid:
    """The grid on which points have rows and columns."""

    epsg: int
    left: float
    top: float
    pixel_m: float
    shape: tuple[int, int]
    """Rows and columns."""

    @classmethod
    def of(cls, grid: GeoBox) -> PixelGrid:
        """Return the grid of an analysis."""
        from pipeline.area.grid import epsg_of

        affine = grid.affine
        rows, columns = grid.shape
        return cls(
            epsg_of(grid), float(affine.c), float(affine.f), float(affine.a), (int(rows), int(columns))
        )

    def degrees(self, rows: ArrayLike, columns: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
        """Return longitude and latitude of pixels' centres, to a centimetre."""
        from pyproj import Transformer

        x = self.left + (np.asarray(columns) + 0.5) * self.pixel_m
        y = self.top - (np.asarray(rows) + 0.5) * self.pixel_m
        longitudes, latitudes = Transformer.from_crs(self.epsg, 4326, always_xy=True).transform(x, y)
        return np.round(longitudes, 7), np.round(latitudes, 7)


@dataclass(frozen=True)
class SamplingDesign:
    """A stratified random sample of a map's pixels, with the labels that were given so far.

    Every change gives a new value. `drawing.sampling_design` makes one.
    """

    strata: tuple[Stratum, ...]
    drawn: tuple[Point, ...] = field(repr=False)
    """The points in the order in which they are to be labelled."""
    grid: PixelGrid
    fingerprint: str
    """Of the map the points were drawn on."""
    seed: int
    labels: Mapping[int, Label] = field(default_factory=dict, repr=False, hash=False)
    """What was found at a point, by its id: the name of a class, or None where it could not be told."""
    added: tuple[str, ...] = ()
    """Classes that the map does not have, such as "orchard"."""
    of_change: bool = False
    """Whether the strata are what the land was and became (accuracy.change) instead of classes of one map."""

    @cached_property
    def points(self) -> pd.DataFrame:
        """The points in random order: point (id and index), stratum, row, column, longitude, latitude."""
        import pandas as pd

        rows = [(p.id, p.stratum, p.row, p.column, p.longitude, p.latitude) for p in self.drawn]
        columns = ["point", "stratum", "row", "column", "longitude", "latitude"]
        return pd.DataFrame(rows, index=[p.id for p in self.drawn], columns=columns)

    @property
    def classes(self) -> tuple[str, ...]:
        """Names a point can be given: the map's classes and those added."""
        return (*(s.name for s in self.strata), *self.added)

    @property
    def minutes(self) -> int:
        """About how many minutes it takes to label all points."""
        return minutes(len(self.drawn))

    @property
    def minutes_left(self) -> int:
        """About how many minutes the points take that have no label yet."""
        return minutes(len(self.drawn) - len(self.labels))

    @property
    def upcoming(self) -> Point | None:
        """The first point without a label; None when all have one."""
        return next((p for p in self.drawn if p.id not in self.labels), None)

    def with_class(self, name: str) -> SamplingDesign:
        """Return the design with one more class to choose from.

        Raises
        ------
        InvalidRequest
            For a name that is empty or longer than 60 characters.
        """
        name = clean_name(name)
        return self if name in self.classes else replace(self, added=(*self.added, name))

    def with_label(self, point: int, label: Label) -> SamplingDesign:
        """Return the design with the class found at a point; None: the labeller was unsure.

        Raises
        ------
        InvalidRequest
            For a point that is none of the design's, or a bad name.
        """
        return self.with_labels({point: label})

    def with_labels(self, labels: Mapping[int, Label]) -> SamplingDesign:
        """Return the design with the classes found at some points (as `with_label`)."""
        given = clean_labels(labels, {p.id for p in self.drawn})
        new = dict.fromkeys(name for name in given.values() if name is not None and name not in self.classes)
        return replace(self, labels={**self.labels, **given}, added=(*self.added, *new))

    def without_label(self, point: int) -> SamplingDesign:
        """Return the design as if a point had not been labelled."""
        return replace(self, labels={n: label for n, label in self.labels.items() if n != point})

    def estimate(
        self,
        labels: Mapping[int, Label] | None = None,
        method: Method = "bayes",
        level: float = 0.95,
        classes: Mapping[str, str] | None = None,
        mapped: Mapping[int, str] | None = None,
        mapped_ha: Mapping[str, float] | None = None,
    ) -> AreaEstimate:
        """Return hectares per class of the land, from what was found at the points.

        Parameters
        ----------
        labels : mapping, optional
            Name of the class found, by id of the point; None: unsure. Points left out are not used. By
            default the labels in the design.
        method, level
            As for `stratified_estimate`.
        classes : mapping, optional
            The class that each stratum is in now, where classes were merged or renamed since
            (`drawing.classes_now`). Labels with a stratum's name follow.
        mapped : mapping, optional
            The class of another map, such as a sieved one, by id of the point: strata and classes then
            differ (Stehman 2014).
        mapped_ha : mapping, optional
            Hectares of that map's classes.

        Raises
        ------
        InvalidRequest
            For labels of points that are none of the design's, and for no label at all.
        """
        from pipeline.accuracy.estimation import estimate_of

        given = clean_labels(self.labels if labels is None else labels, {p.id for p in self.drawn})
        if not any(given.values()):
            raise InvalidRequest("No point has been labelled yet. Label some points first.", "labels")
        counted = tally(self, given, classes, mapped)
        return estimate_of(counted, method, level, mapped_ha, notes_on(self, given))

    def to_json(self) -> str:
        """Return the design and its labels as JSON text."""
        from pipeline.accuracy import design_json

        return design_json.written(self)

    @classmethod
    def from_json(cls, text: str) -> SamplingDesign:
        """Return the design that `to_json` wrote.

        Raises
        ------
        InvalidRequest
            For anything else, and where points were changed by hand.
        """
        from pipeline.accuracy import design_json

        return design_json.read(text)

    def to_geojson(self) -> str:
        """Return the points as GeoJSON for QGIS or Collect Earth: fill in the field ``label``."""
        from pipeline.accuracy import point_files

        return point_files.geojson(self)

    def to_geopackage(self) -> bytes:
        """Return the points as a GeoPackage for QGIS: fill in the field ``label``."""
        from pipeline.accuracy import point_files

        return point_files.geopackage(self)

    @classmethod
    def from_file(cls, content: bytes | str) -> SamplingDesign:
        """Return the design, with its labels, that is in a JSON, GeoJSON or GeoPackage made here.

        Raises
        ------
        InvalidRequest
            For anything else, and as `with_labels_from`.
        """
        from pipeline.accuracy import point_files

        return point_files.design_in(content)

    def with_labels_from(self, content: bytes | str) -> SamplingDesign:
        """Return the design with the labels in a GeoJSON or GeoPackage that came back from elsewhere.

        Raises
        ------
        InvalidRequest
            For a file of another design, and for points that were added, copied or moved by hand: they are no
            random sample.
        """
        from pipeline.accuracy import point_files

        return self.with_labels(point_files.labels_in(self, content))
