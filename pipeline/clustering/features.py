"""What is clustered: a tuple of feature names, each a band or an index made of bands.

Everything that fits, labels, names or reports takes its columns from such a tuple. A feature is added in
`sentinel2.bands` or `sentinel2.indices` and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from pipeline.arrays import Planes
from pipeline.checks import quoted
from pipeline.errors import InvalidRequest
from pipeline.reading.medians import median_of_planes
from pipeline.sentinel2.bands import ALL_BANDS, BANDS, BY_KEY, numbers
from pipeline.sentinel2.indices import ALIASES, INDEX_BY_NAME, INDICES, SETS

if TYPE_CHECKING:
    import xarray as xr


@dataclass(frozen=True)
class Feature:
    """One column of the clustered data."""

    name: str
    """As requests, models and links name it."""
    title: str
    """As people read it."""
    formula: str
    """How it comes from the bands: ``B08``, or the formula of an index."""
    bands: tuple[str, ...]
    """Keys of the bands it is made of."""

    @property
    def is_band(self) -> bool:
        """Whether it is a band as it was measured."""
        return self.name.partition("@")[0] in BY_KEY


FEATURES: Mapping[str, Feature] = {
    **{band.key: Feature(band.key, band.label, band.number, (band.key,)) for band in ALL_BANDS},
    **{index.name: Feature(index.name, index.title, index.formula, index.bands) for index in INDICES},
}
"""All features by name: the bands of 10 and 20 m by wavelength, then the indices."""
FEATURE_SETS: Mapping[str, tuple[str, ...]] = {
    "10m": BANDS,
    "all-bands": tuple(band.key for band in ALL_BANDS),
    **SETS,
}
"""Features that go together, by the name of the set."""
DEFAULT_FEATURES = BANDS
"""What is clustered unless the request says otherwise."""

_BY_FOLDED = {name.casefold(): name for name in FEATURES} | {a.casefold(): n for a, n in ALIASES.items()}


def resolved(value: object) -> tuple[str, ...]:
    """Return the names of features that a request means.

    Parameters
    ----------
    value : object
        The name of a set, or names of features; upper and lower case do not matter.

    Raises
    ------
    InvalidRequest
        For a name that is unknown or comes twice, for none, and for anything else.
    """
    if isinstance(value, str):
        if value.casefold() not in FEATURE_SETS:
            raise InvalidRequest(
                f"There is no set of features named {quoted(value)}. "
                f"Choose one of {', '.join(FEATURE_SETS)}, or list the features.",
                "features",
            )
        return FEATURE_SETS[value.casefold()]
    if not isinstance(value, Iterable):
        raise InvalidRequest("The features must be the name of a set or a list of names.", "features")
    names = tuple(_resolved_one(name) for name in value)
    if not names:
        raise InvalidRequest("No feature is chosen. Choose at least one band or index.", "features")
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise InvalidRequest(f"The feature {twice} is listed twice. List each one once.", "features")
    return names


def _resolved_one(name: object) -> str:
    known = _BY_FOLDED.get(name.casefold()) if isinstance(name, str) else None
    if known is None:
        raise InvalidRequest(
            f"There is no feature named {quoted(name)}. Choose from {', '.join(FEATURES)}.", "features"
        )
    return known


def feature(name: str) -> Feature:
    """Return the feature of a name; ``NDVI@2`` is NDVI in the second period of a composite.

    Raises
    ------
    KeyError
        When there is none.
    """
    plain, mark, period = name.partition("@")
    found = FEATURES[plain]
    if not mark:
        return found
    if not period.isdecimal():
        raise KeyError(name)
    bands = tuple(f"{band}@{period}" for band in found.bands)
    return Feature(name, f"{found.title}, period {period}", found.formula, bands)


def is_feature(name: str) -> bool:
    """Return whether there is a feature of this name (see `feature`)."""
    try:
        feature(name)
    except KeyError:
        return False
    return True


def plain_bands(planes: Iterable[str]) -> tuple[str, ...]:
    """Return the band keys of planes; those of a composite of periods come once."""
    return tuple(dict.fromkeys(plane.partition("@")[0] for plane in planes))


def over_periods(features: Sequence[str], planes: Sequence[str]) -> tuple[str, ...]:
    """Return the features of planes: those of a composite of periods once for each period."""
    periods = tuple(dict.fromkeys(plane.partition("@")[2] for plane in planes))
    if periods == ("",):
        return tuple(features)
    return tuple(f"{name}@{period}" for period in periods for name in features)


def set_of(features: Sequence[str]) -> str | None:
    """Return the name of the set that has exactly these features, None where there is none."""
    return next((name for name, members in FEATURE_SETS.items() if members == tuple(features)), None)


def bands_to_read(features: Iterable[str]) -> tuple[str, ...]:
    """Return the keys of the bands to read: the usual ones first, then further ones by wavelength.

    The bands of 10 m are always among them: the pictures of a result show them.
    """
    needed = {band for name in features for band in FEATURES[name].bands}
    return (*BANDS, *(band.key for band in ALL_BANDS if band.key in needed and band.key not in BANDS))


def columns_of(bands: Sequence[str], features: Sequence[str]) -> tuple[int, ...] | None:
    """Return which plane each feature is, None where one of them has to be computed.

    Raises
    ------
    InvalidRequest
        When a band that is needed was not read.
    """
    _check_bands(bands, features)
    if not all(name in bands for name in features):
        return None
    return tuple(bands.index(name) for name in features)


def computed(reflectance: Planes, bands: Sequence[str], features: Sequence[str]) -> Planes:
    """Return features made of reflectance.

    Parameters
    ----------
    reflectance : numpy.ndarray
        float32 ``(band, ...)``; NaN gives NaN.
    bands : sequence of str
        Key of each plane; ``nir@2`` is the second period of a composite. A band or index without a period
        is then made of the median of all periods.
    features : sequence of str
        Which features, in this order.

    Returns
    -------
    numpy.ndarray
        float32 ``(feature, ...)``; the very array that came where the features are its bands.

    Raises
    ------
    InvalidRequest
        When a band that is needed was not read.
    """
    columns = columns_of(bands, features)
    if columns is not None:
        return picked(reflectance, columns)
    made = np.empty((len(features), *reflectance.shape[1:]), np.float32)
    for n, wanted in enumerate(map(feature, features)):
        sources = [_plane(reflectance, bands, band) for band in wanted.bands]
        if wanted.is_band:
            made[n] = sources[0]
        else:
            index = INDEX_BY_NAME[wanted.name.partition("@")[0]]
            made[n] = index.value(*(np.maximum(source, 0) for source in sources))
    return made


def _plane(reflectance: Planes, bands: Sequence[str], band: str) -> np.ndarray:
    """Return the plane of a band; of a composite of periods, where none is named, the median of them."""
    if band in bands:
        return np.asarray(reflectance[bands.index(band)])
    periods = [n for n, name in enumerate(bands) if name.partition("@")[0] == band]
    return median_of_planes([reflectance[n] for n in periods])


def features_of(imagery: xr.DataArray, features: Sequence[str]) -> xr.DataArray:
    """Return features made of reflectance ``(band, y, x)``: ``(feature, y, x)`` float32, lazy as it is."""
    import xarray as xr

    bands = tuple(str(band) for band in imagery.band.values)
    make = partial(computed, bands=bands, features=features)
    if isinstance(imagery.data, np.ndarray):
        data = make(imagery.data)
    else:
        whole = imagery.data.rechunk({0: len(bands)})
        chunks = ((len(features),), *whole.chunks[1:])
        data = whole.map_blocks(make, dtype=np.float32, chunks=chunks)
    coords = {"feature": list(features), **{n: c for n, c in imagery.coords.items() if n != "band"}}
    return xr.DataArray(data, dims=("feature", *imagery.dims[1:]), coords=coords, name="features")


def picked(planes: np.ndarray, columns: Sequence[int]) -> np.ndarray:
    """Return some planes in another order; without a copy where they are the first ones as they stand."""
    if tuple(columns) == tuple(range(len(columns))):
        return planes[: len(columns)]
    return planes[list(columns)]


def words(features: Sequence[str]) -> str:
    """Return features as people list them: bands by ESA's number, indices by name."""
    plain = plain_bands(features)
    listed = ", ".join(numbers([name]) if FEATURES[name].is_band else name for name in plain)
    periods = len(features) // len(plain)
    return listed if periods == 1 else f"{listed} of {periods} periods"


def _check_bands(bands: Sequence[str], features: Sequence[str]) -> None:
    there = {*bands, *plain_bands(bands)}
    missing = [band for name in features for band in feature(name).bands if band not in there]
    if missing:
        raise InvalidRequest(
            f"The image was read without {numbers(plain_bands(missing))}, which {words(features)} need. "
            "Calculate again with these features.",
            "features",
        )
