"""Reflectance of every surface in the bands of `bands.BANDS`, from blue to 2,200 nm.

The values are invented, but have the shapes that spectral libraries show: chlorophyll's red edge, water that
swallows the infrared, dry matter and bare ground that are bright beyond 1,600 nm, snow that is dark there.
"""

from __future__ import annotations

Spectrum = tuple[float, float, float, float, float, float, float, float, float, float]
"""Blue, green, red, nir, rededge1, rededge2, rededge3, nir08, swir16, swir22."""

WATER: Spectrum = (0.040, 0.056, 0.040, 0.024, 0.034, 0.027, 0.026, 0.021, 0.010, 0.006)
LAKE: Spectrum = (0.028, 0.040, 0.023, 0.012, 0.018, 0.014, 0.013, 0.010, 0.005, 0.003)
SHORE: Spectrum = (0.150, 0.180, 0.205, 0.250, 0.218, 0.228, 0.238, 0.260, 0.300, 0.250)
SOIL: Spectrum = (0.078, 0.106, 0.140, 0.195, 0.158, 0.172, 0.184, 0.205, 0.275, 0.235)
STUBBLE: Spectrum = (0.095, 0.138, 0.188, 0.300, 0.218, 0.248, 0.272, 0.315, 0.375, 0.265)
GREEN: Spectrum = (0.026, 0.064, 0.030, 0.500, 0.098, 0.350, 0.455, 0.515, 0.195, 0.085)
RIPE: Spectrum = (0.072, 0.118, 0.150, 0.290, 0.190, 0.238, 0.266, 0.305, 0.315, 0.205)
MEADOW: Spectrum = (0.034, 0.076, 0.047, 0.400, 0.110, 0.290, 0.365, 0.412, 0.225, 0.115)
MOWN: Spectrum = (0.050, 0.092, 0.080, 0.320, 0.130, 0.245, 0.292, 0.332, 0.270, 0.160)
DORMANT: Spectrum = (0.055, 0.083, 0.088, 0.235, 0.122, 0.182, 0.214, 0.246, 0.262, 0.175)
CONIFER: Spectrum = (0.017, 0.030, 0.019, 0.230, 0.045, 0.155, 0.205, 0.238, 0.098, 0.042)
BROADLEAF: Spectrum = (0.022, 0.048, 0.025, 0.410, 0.078, 0.300, 0.385, 0.420, 0.175, 0.075)
AUTUMN_LEAVES: Spectrum = (0.033, 0.068, 0.083, 0.290, 0.138, 0.214, 0.256, 0.300, 0.215, 0.108)
TWIGS: Spectrum = (0.040, 0.056, 0.068, 0.165, 0.088, 0.120, 0.142, 0.175, 0.190, 0.115)
ASPHALT: Spectrum = (0.082, 0.092, 0.100, 0.135, 0.108, 0.116, 0.124, 0.142, 0.165, 0.150)
HOUSES: Spectrum = (0.110, 0.125, 0.150, 0.205, 0.165, 0.180, 0.192, 0.212, 0.230, 0.205)
HALL: Spectrum = (0.350, 0.370, 0.385, 0.410, 0.390, 0.396, 0.402, 0.415, 0.400, 0.370)
PIT: Spectrum = (0.290, 0.335, 0.375, 0.430, 0.390, 0.402, 0.416, 0.440, 0.490, 0.430)
BRUSH: Spectrum = (0.060, 0.088, 0.100, 0.235, 0.130, 0.175, 0.208, 0.245, 0.260, 0.170)
SNOW: Spectrum = (0.780, 0.800, 0.800, 0.770, 0.795, 0.790, 0.780, 0.760, 0.110, 0.080)
CLOUD: Spectrum = (0.500, 0.490, 0.490, 0.540, 0.500, 0.515, 0.525, 0.545, 0.420, 0.320)

# Averages over a region, as whole tiles show them (`landscape`).
LOAM: Spectrum = (0.085, 0.115, 0.155, 0.235, 0.178, 0.198, 0.214, 0.246, 0.310, 0.250)
CROPS: Spectrum = (0.030, 0.070, 0.040, 0.430, 0.104, 0.308, 0.394, 0.443, 0.205, 0.095)
WOODS: Spectrum = (0.022, 0.042, 0.026, 0.260, 0.056, 0.180, 0.236, 0.268, 0.118, 0.052)
TOWNS: Spectrum = (0.115, 0.125, 0.140, 0.210, 0.156, 0.176, 0.192, 0.216, 0.225, 0.195)
SEA: Spectrum = (0.055, 0.050, 0.030, 0.015, 0.022, 0.017, 0.016, 0.013, 0.006, 0.004)
