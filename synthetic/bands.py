"""The bands that are painted: those of Sentinel-2 with 10 and 20 m pixels."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Band:
    """One band of the instrument."""

    key: str
    """Asset key of Earth Search, e.g. "rededge1"."""
    code: str
    """Name of the instrument, e.g. "B05"."""
    title: str
    centre_um: float
    """Middle of the band, micrometres."""
    width_um: float
    """Full width at half maximum, micrometres."""
    pixel_m: int


BANDS = (
    Band("blue", "B02", "Blue", 0.490, 0.098, 10),
    Band("green", "B03", "Green", 0.560, 0.045, 10),
    Band("red", "B04", "Red", 0.665, 0.038, 10),
    Band("nir", "B08", "NIR 1", 0.842, 0.145, 10),
    Band("rededge1", "B05", "Red Edge 1", 0.704, 0.019, 20),
    Band("rededge2", "B06", "Red Edge 2", 0.740, 0.018, 20),
    Band("rededge3", "B07", "Red Edge 3", 0.783, 0.028, 20),
    Band("nir08", "B8A", "NIR 2", 0.865, 0.033, 20),
    Band("swir16", "B11", "SWIR 1.6μm", 1.610, 0.143, 20),
    Band("swir22", "B12", "SWIR 2.2μm", 2.190, 0.242, 20),
)
"""In the order of every spectrum in `spectra`: the four 10 m bands come first."""
TEN_M = tuple(band.key for band in BANDS if band.pixel_m == 10)
TWENTY_M = tuple(band.key for band in BANDS if band.pixel_m == 20)
