"""Spectral indices by their standard names and formulas.

Names and formulas follow the Awesome Spectral Indices list (Montero et al. 2023,
doi:10.1038/s41597-023-02096-0). That list and its package `spyndex` (MIT) are free to use; a table of our own
is a page instead of 7 MB and two further packages, and the bands are called by the names used here. A
reflectance below 0, as shadow and deep water have it after the offset is subtracted, counts as 0, so that a
normalised difference stays within -1..1.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float32]
"""Reflectance, or an index made of it, of any shape."""


@dataclass(frozen=True)
class Index:
    """A figure made of several bands."""

    name: str
    """Its standard abbreviation."""
    title: str
    """Its name in full."""
    formula: str
    """As people write it, with ESA's numbers of the bands."""
    bands: tuple[str, ...]
    """Keys of the bands it is made of, in the order in which `value` takes them."""
    value: Callable[..., Plane]
    """Takes one plane a band and returns the index."""


def difference(plus: Plane, minus: Plane) -> Plane:
    """Return (plus - minus) / (plus + minus), within -1..1; 0 where both are 0. NaN stays NaN."""
    total = plus + minus
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = (plus - minus) / total
    return np.where(total == 0, total.dtype.type(0), ratio)


def _adjusted(nir: Plane, red: Plane) -> Plane:
    """Return the soil-adjusted index; its soil constant L is 0.5."""
    return np.asarray((nir - red) / (nir + red + nir.dtype.type(0.5)) * nir.dtype.type(1.5))


INDICES = (
    Index("NDVI", "Vegetation", "(B08 - B04) / (B08 + B04)", ("nir", "red"), difference),
    Index("GNDVI", "Vegetation by green", "(B08 - B03) / (B08 + B03)", ("nir", "green"), difference),
    Index("NDRE", "Vegetation by red edge", "(B08 - B05) / (B08 + B05)", ("nir", "rededge1"), difference),
    Index("SAVI", "Vegetation over soil", "1.5 (B08 - B04) / (B08 + B04 + 0.5)", ("nir", "red"), _adjusted),
    Index("NDWI", "Open water", "(B03 - B08) / (B03 + B08)", ("green", "nir"), difference),
    Index("MNDWI", "Open water by SWIR", "(B03 - B11) / (B03 + B11)", ("green", "swir16"), difference),
    Index("NDMI", "Moisture of leaves", "(B08 - B11) / (B08 + B11)", ("nir", "swir16"), difference),
    Index("NBR", "Burnt ground", "(B08 - B12) / (B08 + B12)", ("nir", "swir22"), difference),
    Index("NDSI", "Snow", "(B03 - B11) / (B03 + B11)", ("green", "swir16"), difference),
    Index(
        "BSI",
        "Bare soil",
        "((B11 + B04) - (B08 + B02)) / ((B11 + B04) + (B08 + B02))",
        ("swir16", "red", "nir", "blue"),
        lambda swir, red, nir, blue: difference(swir + red, nir + blue),
    ),
    Index("NDBI", "Built-up land", "(B11 - B08) / (B11 + B08)", ("swir16", "nir"), difference),
    Index("UI", "Towns", "(B12 - B08) / (B12 + B08)", ("swir22", "nir"), difference),
)
"""The indices that can be looked at."""
INDEX_BY_NAME: Mapping[str, Index] = {index.name: index for index in INDICES}
ALIASES: Mapping[str, str] = {"NDREI": "NDRE", "BI": "BSI"}
"""What the standard list calls indices that are better known by another name."""
SETS: Mapping[str, tuple[str, ...]] = {
    "vegetation": ("green", "red", "rededge1", "rededge2", "nir", "swir16", "NDVI", "NDRE", "NDMI"),
    "water": ("blue", "green", "nir", "swir16", "NDWI", "MNDWI"),
    "built-up": ("blue", "red", "nir", "swir16", "swir22", "NDVI", "NDBI", "BSI"),
}
"""Bands and indices that suit a question."""
