"""What the rasters of a result say of themselves: attributes after the CF conventions, and their grid.

``.rio`` works on them at once: the coordinate system stands in the coordinate ``spatial_ref``, and rioxarray is
imported here, where a raster is made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.area.grid import epsg_of

if TYPE_CHECKING:
    import xarray as xr

    from pipeline.result import Analysis


def described_labels(labels: xr.DataArray, analysis: Analysis) -> xr.DataArray:
    """Return labels with the names and colours of their classes; 0 is their no-data value."""
    areas = analysis.areas
    names = areas["name"].tolist()
    return _described(
        labels,
        analysis,
        {
            "long_name": "land-cover cluster",
            "units": "1",
            "_FillValue": np.uint8(0),
            "flag_values": np.arange(len(names), dtype=np.uint8),
            "flag_meanings": " ".join("_".join(name.split()) for name in names),
            "class_names": names,
            "class_colors": areas["color"].tolist(),
        },
    )


def described_imagery(imagery: xr.DataArray, analysis: Analysis) -> xr.DataArray:
    """Return reflectance with its quantity and its unit."""
    about = {"long_name": "surface reflectance", "standard_name": "surface_bidirectional_reflectance"}
    return _described(imagery, analysis, {**about, "units": "1", "_FillValue": np.float32(np.nan)})


def described_features(features: xr.DataArray, analysis: Analysis) -> xr.DataArray:
    """Return features with the formula of each one, in their order."""
    from pipeline.clustering.features import FEATURES

    formulas = [FEATURES[name].formula for name in analysis.model.features]
    about = {"long_name": "what was clustered", "units": "1", "formulas": formulas}
    return _described(features, analysis, {**about, "_FillValue": np.float32(np.nan)})


def _described(raster: xr.DataArray, analysis: Analysis, about: dict[str, Any]) -> xr.DataArray:
    import rioxarray  # noqa: F401  registers `.rio`

    return raster.assign_attrs(
        **about,
        crs=f"EPSG:{epsg_of(analysis.grid)}",
        grid_mapping="spatial_ref",
        resolution_m=analysis.resolution_m,
        date=analysis.date.isoformat(),
        scenes=[scene.id for scene in analysis.scenes],
    )
