"""The table of bands: what Sentinel-2 measures, and under which names catalogues serve it.

Centre wavelengths: Sentinel-2A, from ESA's spectral response functions, rounded to a nanometre.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Band:
    """One band of the multispectral instrument."""

    key: str
    """Name in requests, models and arrays; the common name that Earth Search uses as asset key."""
    number: str
    """ESA's name, such as ``B02``."""
    wavelength_nm: int
    """Centre of the band."""
    resolution_m: int
    """Side of a pixel in the files, metres."""
    label: str
    """As people read it."""
    default: bool = False
    """Whether it is among the bands that are grouped unless the request says otherwise."""

    @property
    def asset_keys(self) -> tuple[str, ...]:
        """Asset keys in the order they are looked for: Earth Search, Planetary Computer and v0, CDSE."""
        return (self.key, self.number, f"{self.number}_{self.resolution_m}m")


ALL_BANDS = (
    Band("blue", "B02", 492, 10, "Blue", default=True),
    Band("green", "B03", 560, 10, "Green", default=True),
    Band("red", "B04", 665, 10, "Red", default=True),
    Band("rededge1", "B05", 704, 20, "Red edge 1"),
    Band("rededge2", "B06", 741, 20, "Red edge 2"),
    Band("rededge3", "B07", 783, 20, "Red edge 3"),
    Band("nir", "B08", 833, 10, "Near infrared", default=True),
    Band("nir08", "B8A", 865, 20, "Near infrared, narrow"),
    Band("swir16", "B11", 1614, 20, "Shortwave infrared 1"),
    Band("swir22", "B12", 2202, 20, "Shortwave infrared 2"),
)
"""The ten bands of 10 and 20 m, by wavelength."""
BY_KEY: Mapping[str, Band] = {band.key: band for band in ALL_BANDS}
BANDS = tuple(band.key for band in ALL_BANDS if band.default)
"""Keys of the bands that are grouped by default, those of 10 m. They are always read: pictures need them."""
VISIBLE = ("blue", "green", "red")
"""What people see, by wavelength."""
TRUE_COLOUR = ("red", "green", "blue")
"""Bands shown as red, green and blue."""
FALSE_COLOUR = ("nir", "red", "green")
"""The same for near infrared: vegetation is red."""
SWIR_COLOUR = ("swir16", "nir", "red")
"""The same for shortwave infrared: bare and burnt ground stands out, and ice from cloud."""
RED, NIR = "red", "nir"
"""The two bands that tell vegetation."""


def by_wavelength(keys: Iterable[str]) -> tuple[Band, ...]:
    """Return the bands of some keys in the order of the spectrum."""
    wanted = set(keys)
    return tuple(band for band in ALL_BANDS if band.key in wanted)


def numbers(keys: Iterable[str]) -> str:
    """Return ESA's names of some bands as people list them: ``B02, B03``."""
    return ", ".join(BY_KEY[key].number for key in keys)


SCL = "scl"
"""The scene classification, 20 m."""
SCL_ASSET_KEYS = ("scl", "SCL", "SCL_20m")
