"""The metadata of a result's rasters: attributes that follow the CF conventions, and their grid.

``.rio`` works on them directly: the coordinate system is in the coordinate ``spatial_ref``, and rioxarray
is imported here, where a raster is made. All attributes are text or numbers: any format can hold them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.area.grid import epsg_of

if TYPE_CHECKING:
    import xarray as xr

    from pipeline.outcome.values import Outcome


def described_labels(labels: xr.DataArray, analysis: Outcome) -> xr.DataArray:
    """Return labels with the name and colour of each class (``class_1``, ``color_1``); 0 is no data."""
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
            **{f"class_{number}": name for number, name in enumerate(names)},
            **{f"color_{number}": color for number, color in enumerate(areas["color"])},
        },
    )


def described_imagery(imagery: xr.DataArray, analysis: Outcome) -> xr.DataArray:
    """Return reflectance with its quantity and its unit."""
    about = {"long_name": "surface reflectance", "standard_name": "surface_bidirectional_reflectance"}
    return _described(imagery, analysis, {**about, "units": "1", "_FillValue": np.float32(np.nan)})


def described_features(features: xr.DataArray, analysis: Outcome) -> xr.DataArray:
    """Return features with the formula of each one (``formula_NDVI``)."""
    from pipeline.clustering.features import feature

    formulas = {f"formula_{name}": feature(name).formula for name in analysis.model.features}
    about = {"long_name": "what was clustered", "units": "1", "_FillValue": np.float32(np.nan)}
    return _described(features, analysis, {**about, **formulas})


def _described(raster: xr.DataArray, analysis: Outcome, about: dict[str, Any]) -> xr.DataArray:
    import rioxarray  # noqa: F401  registers `.rio`

    return raster.assign_attrs(
        **about,
        crs=f"EPSG:{epsg_of(analysis.grid)}",
        grid_mapping="spatial_ref",
        resolution_m=analysis.resolution_m,
        date=analysis.period_iso,
        scenes=" ".join(scene.id for scene in analysis.scenes),
    )
