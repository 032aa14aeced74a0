"""Suggested names and reasons for clusters, from the spectra of the area's own pixels.

The rules are thresholds on surface reflectance, tried in the order of `KINDS`. They only suggest: nothing was
checked on the ground. A rule is skipped where a band that it needs was not read. NDVI: Rouse et al. 1974;
NDWI of green and near infrared: McFeeters 1996; snow: Hall et al. 1995; burnt ground: Key and Benson 2006.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.clustering.palette import colours
from pipeline.sentinel2.bands import BANDS, NIR, VISIBLE
from pipeline.sentinel2.indices import INDEX_BY_NAME

MASKED_NAME = "Cloud, shadow, no data"
MIXED = "Mixed"
"""Kind of a cluster of which no class has a clear majority in a map that was held against it."""


@dataclass(frozen=True)
class Spectrum:
    """Mean reflectance of a cluster with the figures the rules use.

    The figures have two decimals, as they are shown: a name never contradicts the number beside it.
    """

    values: Mapping[str, float]
    """Reflectance by band; bands that are not known are missing or NaN."""

    def has(self, bands: Sequence[str]) -> bool:
        """Return whether all of these bands are known."""
        return all(math.isfinite(self.values.get(band, math.nan)) for band in bands)

    def index(self, name: str) -> float:
        """Return an index by its name (sentinel2.indices); negative reflectances count as none."""
        index = INDEX_BY_NAME[name]
        planes = (np.float64(max(self.values[band], 0.0)) for band in index.bands)
        return round(float(index.value(*planes)), 2)

    @property
    def ndvi(self) -> float:
        """Normalised difference vegetation index, -1..1."""
        return self.index("NDVI")

    @property
    def ndwi(self) -> float:
        """Normalised difference water index, -1..1."""
        return self.index("NDWI")

    @property
    def visible(self) -> float:
        """Mean reflectance of the visible bands."""
        return round(sum(self.values[band] for band in VISIBLE) / len(VISIBLE), 2)

    @property
    def infrared(self) -> float:
        """Reflectance in the near infrared."""
        return round(self.values[NIR], 2)

    @property
    def brightness(self) -> float:
        """Mean reflectance of the bands of 10 m."""
        return sum(self.values[band] for band in BANDS) / len(BANDS)


@dataclass(frozen=True)
class Figure:
    """A number that a rule looks at."""

    label: str
    value: Callable[[Spectrum], float]
    bands: tuple[str, ...]
    """Bands it needs."""

    def words(self, spectrum: Spectrum) -> str:
        """Return label and value as shown beside a name, ``NDVI 0.82``."""
        return f"{self.label} {self.value(spectrum):.2f}".replace("-", "−")


def _index(name: str) -> Figure:
    return Figure(name, lambda s: s.index(name), INDEX_BY_NAME[name].bands)


NDVI, NDWI, MNDWI, NDSI, NBR = map(_index, ("NDVI", "NDWI", "MNDWI", "NDSI", "NBR"))
VISIBLE_MEAN = Figure("visible", lambda s: s.visible, VISIBLE)
INFRARED = Figure("NIR", lambda s: s.infrared, (NIR,))


@dataclass(frozen=True)
class Kind:
    """One kind of surface that a spectrum can look like."""

    name: str
    applies: Callable[[Spectrum], bool]
    figure: Figure
    """What decides, as shown beside the name; clusters of one kind are numbered by it."""
    rule: str
    """The rule in words."""
    rank: int
    """Place in the legend."""
    family: str
    """Colours it is shown in (palette.FAMILIES)."""
    uses: tuple[Figure, ...] = ()
    """Further figures that the rule looks at."""
    falling: bool = False
    """Whether the first of several clusters has the highest figure; else the lowest."""

    @property
    def bands(self) -> tuple[str, ...]:
        """Bands that the rule needs."""
        return tuple(dict.fromkeys(b for figure in (self.figure, *self.uses) for b in figure.bands))


KINDS: tuple[Kind, ...] = (
    Kind(
        "Snow or ice",
        lambda s: s.index("NDSI") >= 0.40 and s.infrared > 0.11 and s.visible >= 0.20,
        NDSI,
        "NDSI at least 0.40, near infrared above 0.11 and mean of the visible bands at least 0.20",
        6, "snow", (INFRARED, VISIBLE_MEAN), falling=True,
    ),
    Kind(
        "Very bright",
        lambda s: s.visible >= 0.30,
        VISIBLE_MEAN,
        "mean of blue, green and red at least 0.30 (snow, sand, bright roofs, clouds the mask missed)",
        5, "bright",
    ),
    Kind(
        "Water",
        lambda s: s.ndwi > 0.0 and s.infrared < 0.15,
        NDWI,
        "NDWI above 0 and near infrared below 0.15",
        0, "water", (INFRARED,), falling=True,
    ),
    Kind(
        "Burnt",
        lambda s: s.index("NBR") <= -0.20 and s.infrared < 0.20 and s.visible < 0.10,
        NBR,
        "NBR at most −0.20, near infrared below 0.20 and mean of the visible bands below 0.10",
        7, "burnt", (INFRARED, VISIBLE_MEAN),
    ),
    Kind(
        "Dark or shadow",
        lambda s: s.infrared < 0.12 and s.visible < 0.08,
        INFRARED,
        "near infrared below 0.12 and mean of the visible bands below 0.08",
        4, "dark", (VISIBLE_MEAN,),
    ),
    Kind(
        "Wet ground",
        lambda s: s.index("MNDWI") > 0.0 and s.ndvi < 0.50,
        MNDWI,
        "MNDWI above 0 and NDVI below 0.50, but no open water by NDWI",
        8, "wet", (NDVI,), falling=True,
    ),
    Kind(
        "Dense vegetation",
        lambda s: s.ndvi >= 0.70,
        NDVI,
        "NDVI at least 0.70",
        1, "vegetation", falling=True,
    ),
    Kind(
        "Crops or grass",
        lambda s: s.ndvi >= 0.30,
        NDVI,
        "NDVI from 0.30 to 0.70",
        2, "crops", falling=True,
    ),
    Kind(
        "Bare or built-up",
        lambda s: True,
        NDVI,
        "none of the above: NDVI below 0.30",
        3, "bare", falling=True,
    ),
)  # fmt: skip
"""In the order they are tried; the first whose bands are known and that applies is suggested."""
UNKNOWN = Kind(
    "Not seen here", lambda s: True, Figure("", lambda s: math.nan, ()), "no pixel here", 9, "other"
)
"""For a cluster without a pixel in the area."""


@dataclass(frozen=True)
class Suggestion:
    """Name and colour suggested for a cluster."""

    name: str
    kind: str
    reason: str
    """Such as ``NDVI 0.82``."""
    color: str
    """``#rrggbb``."""


def suggest(spectra: np.ndarray, bands: Sequence[str] = BANDS) -> tuple[Suggestion, ...]:
    """Return a suggestion for each cluster, in the given order.

    Parameters
    ----------
    spectra : numpy.ndarray
        Mean reflectance ``(k, band)``; NaN where a cluster has no pixel.
    bands : sequence of str
        Key of each column; those of 10 m are among them.
    """
    found = spectra_of(spectra, bands)
    kinds = [kind_of(s) for s in found]
    numbers = _numbers(kinds, found)
    shades = colours([kind.family for kind in kinds], numbers)
    return tuple(
        Suggestion(_name(kind, number, kinds.count(kind), s), kind.name, _reason(kind, s), color)
        for kind, number, s, color in zip(kinds, numbers, found, shades, strict=True)
    )


def spectral_order(spectra: np.ndarray, bands: Sequence[str] = BANDS) -> np.ndarray:
    """Return the order of clusters for the legend: by kind, then from dark to bright.

    Parameters
    ----------
    spectra, bands
        As for `suggest`.

    Returns
    -------
    numpy.ndarray
        Indices ``(k,)`` into `spectra`.
    """
    keys = []
    for spectrum in spectra_of(spectra, bands):
        kind = kind_of(spectrum)
        seen = kind is not UNKNOWN
        keys.append((kind.rank, spectrum.brightness if seen else 0.0, spectrum.ndvi if seen else 0.0))
    return np.array(sorted(range(len(keys)), key=keys.__getitem__))


def spectra_of(spectra: np.ndarray, bands: Sequence[str] = BANDS) -> list[Spectrum]:
    """Return the rows ``(k, band)`` of a table as spectra."""
    return [Spectrum(dict(zip(bands, map(float, row), strict=True))) for row in np.asarray(spectra)]


def kind_of(spectrum: Spectrum) -> Kind:
    """Return the kind of surface that a spectrum looks like."""
    if not spectrum.has(BANDS):
        return UNKNOWN
    return next(kind for kind in KINDS if spectrum.has(kind.bands) and kind.applies(spectrum))


def _numbers(kinds: Sequence[Kind], spectra: Sequence[Spectrum]) -> list[int]:
    """Return the number of each cluster among those of its kind, from 1, in order of the kind's figure."""
    numbers = [1] * len(kinds)
    for kind in set(kinds):
        alike = [i for i, k in enumerate(kinds) if k is kind]
        if kind is not UNKNOWN:
            sign = -1 if kind.falling else 1
            alike.sort(key=lambda i: (sign * kind.figure.value(spectra[i]), spectra[i].brightness))
        for number, i in enumerate(alike, start=1):
            numbers[i] = number
    return numbers


def _name(kind: Kind, number: int, alike: int, spectrum: Spectrum) -> str:
    """Return the kind's name; where several clusters have it, with number and figure."""
    if alike == 1:
        return kind.name
    reason = _reason(kind, spectrum)
    return f"{kind.name} {number} ({reason})" if reason else f"{kind.name} {number}"


def _reason(kind: Kind, spectrum: Spectrum) -> str:
    return "" if kind is UNKNOWN else kind.figure.words(spectrum)
