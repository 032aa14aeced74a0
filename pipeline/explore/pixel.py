"""A single pixel: its place, its cluster, its reflectances, and how clearly it belongs to the cluster."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from pyproj import Transformer

from pipeline.area.antimeridian import wrapped
from pipeline.area.grid import epsg_of
from pipeline.clustering.features import computed, feature
from pipeline.clustering.palette import MASKED_COLOR
from pipeline.clustering.surface_types import MASKED_NAME, Spectrum
from pipeline.explore.confidence import LEVELS, confidence, known_centres, squared_distances
from pipeline.reading.pixels import NO_CLASS
from pipeline.sentinel2.scene_classes import class_name

if TYPE_CHECKING:
    from odc.geo.geobox import GeoBox

    from pipeline.clustering.model import ClusterModel
    from pipeline.result import Analysis

UNSURE = LEVELS[1].high
"""Below this margin another class is nearly as close."""


@dataclass(frozen=True)
class PixelReport:
    """Everything known about one pixel."""

    row: int
    column: int
    latitude: float
    """Of the pixel's centre, degrees."""
    longitude: float
    x_m: float
    """Easting of the centre in the area's UTM zone."""
    y_m: float
    epsg: int
    cluster: int
    """Cluster or class; 0: masked or no data."""
    name: str
    color: str
    bands: tuple[str, ...]
    """Keys of the bands that were read."""
    reflectance: tuple[float, ...] | None
    """One value a band; None: no data. Given for masked pixels, too."""
    indices: tuple[tuple[str, float], ...]
    """Name and value of the indices that were clustered; none without data."""
    ndvi: float | None
    """Two decimals, as in the suggested names."""
    scl: int | None
    """Scene class 0..11; None where there is no data or no classification."""
    confidence: float | None
    """Margin between the nearest class and the next (confidence.py); None where masked."""
    nearest: int | None
    """Class whose centre is the nearest: differs from `cluster` where small patches were removed."""
    runner_up: int | None
    """Class that comes next."""
    names: tuple[str, ...]
    """Names of classes 1..k."""

    @property
    def scl_name(self) -> str:
        """Name of the scene class; empty where it is not known."""
        return "" if self.scl is None else class_name(self.scl)

    @property
    def lines(self) -> tuple[tuple[str, str], ...]:
        """The report as (label, text) for a card or a table."""
        found = [
            ("Coordinates", f"{_minus(self.latitude, 4)}, {_minus(self.longitude, 4)}"),
            ("Cluster", f"{self.cluster} {self.name}" if self.cluster else self.name),
        ]
        if self.nearest is not None and self.nearest != self.cluster:
            found.append(("By its spectrum", self._named(self.nearest)))
        if self.reflectance is not None:
            values = (f"{band} {_minus(v, 2)}" for band, v in zip(self.bands, self.reflectance, strict=True))
            found.append(("Reflectance", " · ".join(values)))
        shown = dict(self.indices) if self.ndvi is None else {**dict(self.indices), "NDVI": self.ndvi}
        found += [(name, _minus(value, 2)) for name, value in shown.items()]
        if self.scl is not None:
            found.append(("Scene class", f"{self.scl} {self.scl_name}".strip()))
        if self.confidence is not None:
            found.append(("How sure", self._sureness(self.confidence)))
        return tuple(found)

    def _sureness(self, margin: float) -> str:
        level = next(entry for entry in reversed(LEVELS) if margin >= entry.low)
        word = level.label.partition(" (")[0]
        if self.runner_up is None:
            return word
        following = self._named(self.runner_up)
        return (
            f"{word}: nearly as close to {following}" if margin < UNSURE else f"{word}; next is {following}"
        )

    def _named(self, number: int) -> str:
        return f"{number} {self.names[number - 1]}"


def inspect(
    analysis: Analysis, latitude: float, longitude: float, *, lut: Sequence[int] | None = None
) -> PixelReport | None:
    """Return the facts about the pixel at a place; None outside the area.

    Parameters
    ----------
    analysis : Analysis
        With labels as shown, edited or not.
    latitude, longitude : float
        Degrees (WGS 84); longitudes of any world copy will do.
    lut : sequence of int, optional
        Class of each cluster of the model, index 0..k; by default as the analysis was edited.
    """
    if not (math.isfinite(latitude) and math.isfinite(longitude)) or abs(latitude) > 90:
        return None
    epsg = epsg_of(analysis.grid)
    x, y = Transformer.from_crs(4326, epsg, always_xy=True).transform(wrapped(longitude), latitude)
    if not (math.isfinite(x) and math.isfinite(y)):
        return None
    column, row = (math.floor(v) for v in ~analysis.grid.affine * (x, y))
    return inspect_pixel(analysis, row, column, lut=lut)


def inspect_pixel(
    analysis: Analysis, row: int, column: int, *, lut: Sequence[int] | None = None
) -> PixelReport | None:
    """Return the facts about the pixel of a row and column; None outside the area (see `inspect`)."""
    rows, columns = analysis.grid.shape
    if not (0 <= row < rows and 0 <= column < columns) or not analysis.inside[row, column]:
        return None
    planes, scl = _pixel(analysis, row, column)
    values = _features(analysis, planes, analysis.bands) or None
    clustered = _features(analysis, planes, analysis.model.features)
    cluster = int(analysis.raster.at(np.array([row]), np.array([column]))[0])
    names = tuple(s.name for s in analysis.suggestions)
    margin = nearest = runner_up = None
    if cluster and values is not None:
        margin, nearest, runner_up = _margin(
            clustered, analysis.model, analysis.edits if lut is None else lut
        )
    x, y = analysis.grid.affine * (column + 0.5, row + 0.5)
    longitude, latitude = _to_degrees(analysis.grid, x, y)
    return PixelReport(
        row=row,
        column=column,
        latitude=latitude,
        longitude=longitude,
        x_m=x,
        y_m=y,
        epsg=epsg_of(analysis.grid),
        cluster=cluster,
        name=names[cluster - 1] if cluster else MASKED_NAME,
        color=analysis.suggestions[cluster - 1].color if cluster else MASKED_COLOR,
        bands=analysis.bands,
        reflectance=values,
        indices=tuple(
            (name, value)
            for name, value in zip(analysis.model.features, clustered, strict=False)
            if not feature(name).is_band
        ),
        ndvi=None if values is None else Spectrum(dict(zip(analysis.bands, values, strict=True))).ndvi,
        scl=scl,
        confidence=margin,
        nearest=nearest,
        runner_up=runner_up,
        names=names,
    )


def _pixel(analysis: Analysis, row: int, column: int) -> tuple[tuple[float, ...] | None, int | None]:
    """Return the planes of a pixel (None: no data) and its scene class (None: not known)."""
    pixel = analysis.pixel(row, column)
    if not pixel.has_data[0, 0]:
        return None, None
    values = pixel.reflectance(analysis.pixels.offsets)[:, 0, 0]
    scl = int(pixel.scl[0, 0])
    return tuple(map(float, values)), None if scl == NO_CLASS else scl


def _features(
    analysis: Analysis, planes: Sequence[float] | None, features: Sequence[str]
) -> tuple[float, ...]:
    """Return bands or features of a pixel; none without data."""
    if planes is None:
        return ()
    cube = np.array(planes, np.float32)
    return tuple(map(float, computed(cube, analysis.pixels.bands, features)))


def _margin(
    values: Sequence[float], model: ClusterModel, lut: Sequence[int] | None
) -> tuple[float, int, int | None]:
    """Return the margin of one pixel, its nearest class and the second-nearest."""
    pixel = np.array(values, np.float32)[:, None, None]
    classes = range(model.n_clusters + 1) if lut is None else lut
    distance: dict[int, float] = {}
    numbers = [classes[cluster] for cluster, _ in known_centres(model)]
    for number, found in zip(numbers, squared_distances(pixel, model), strict=True):
        distance[number] = min(float(found[0, 0]), distance.get(number, math.inf))
    nearest, *others = sorted(distance, key=distance.__getitem__)
    return float(confidence(pixel, model, lut=lut)[0, 0]), nearest, others[0] if others else None


def _to_degrees(grid: GeoBox, x: float, y: float) -> tuple[float, float]:
    longitude, latitude = Transformer.from_crs(epsg_of(grid), 4326, always_xy=True).transform(x, y)
    return longitude, latitude


def _minus(value: float, decimals: int) -> str:
    return f"{value:.{decimals}f}".replace("-", "−")
