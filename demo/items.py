"""STAC collection and items of the demo scenes, shaped like Earth Search's `sentinel-2-c1-l2a`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from rasterio.warp import transform

from demo.place import VISITS
from demo.scenes import BAND_FILES, folder
from synthetic.bands import BANDS, Band
from synthetic.items import COG, Ring, bbox, feature, grid
from synthetic.land import Bytes
from synthetic.place import EPSG, NORTH_M, PIXEL_M, TILES, WEST_M, Tile
from synthetic.sky import swath_edge
from synthetic.visit import Visit

COLLECTION = "sentinel-2-c1-l2a"
_EXTENSIONS = (
    "eo/v1.1.0",
    "grid/v1.1.0",
    "mgrs/v1.0.0",
    "projection/v1.1.0",
    "raster/v1.1.0",
    "sentinel-2/v1.0.0",
    "view/v1.0.0",
)
_SHARES = {
    "dark_features": 2,
    "cloud_shadow": 3,
    "vegetation": 4,
    "not_vegetated": 5,
    "water": 6,
    "unclassified": 7,
    "medium_proba_clouds": 8,
    "high_proba_clouds": 9,
    "thin_cirrus": 10,
    "snow_ice": 11,
}
_NOTE = (
    "Invented land for demonstrations, not an image of the Earth. "
    "Only the 20.48 km beside the common border of two MGRS tiles."
)


def collection() -> dict[str, Any]:
    """Make the STAC collection."""
    moments = [_time(visit) for visit in VISITS]
    return {
        "type": "Collection",
        "stac_version": "1.0.0",
        "id": COLLECTION,
        "title": "Demo land (synthetic Sentinel-2 L2A)",
        "description": _NOTE,
        "license": "CC0-1.0",
        "extent": {
            "spatial": {"bbox": [bbox([point for tile in TILES for point in _ring(tile)])]},
            "temporal": {"interval": [[moments[0], moments[-1]]]},
        },
        "links": [],
    }


def items(classifications: dict[str, Bytes]) -> list[dict[str, Any]]:
    """Make the STAC items; asset addresses are relative to the folder of the scenes.

    Parameters
    ----------
    classifications
        Scene classification per scene folder, as `scenes.write_scenes` returns them.
    """
    return [
        _item(visit, tile, classifications[folder(visit, tile)]) for visit in VISITS for tile in visit.tiles
    ]


def footprint(tile: Tile) -> list[tuple[float, float]]:
    """Outline of the imaged part of a tile: closed ring of longitude and latitude, counter-clockwise."""
    first, last, north_row, south_row = (
        tile.columns.start,
        tile.columns.stop,
        tile.rows.start,
        tile.rows.stop,
    )
    top, bottom = (min(last, float(swath_edge(row))) for row in (north_row, south_row))
    ring = [(first, north_row), (first, south_row), (bottom, south_row), (top, north_row)]
    pixels = np.concatenate(
        [np.linspace(a, b, 5)[:-1] for a, b in zip(ring, ring[1:] + ring[:1], strict=True)]
    )
    x, y = WEST_M + PIXEL_M * pixels[:, 0], NORTH_M - PIXEL_M * pixels[:, 1]
    longitudes, latitudes = transform(f"EPSG:{EPSG}", "EPSG:4326", x, y)
    points = [(round(lon, 7), round(lat, 7)) for lon, lat in zip(longitudes, latitudes, strict=True)]
    return [*points, points[0]]


def absolute(item: dict[str, Any], home: Path) -> dict[str, Any]:
    """Return an item whose asset addresses are whole; a bare path would count as one on the API's server."""
    assets = {
        key: {**asset, "href": (home / asset["href"]).as_uri()} for key, asset in item["assets"].items()
    }
    return {**item, "assets": assets}


def _item(visit: Visit, tile: Tile, classification: Bytes) -> dict[str, Any]:
    name = folder(visit, tile)
    assets = {band.key: _band_asset(name, band, tile) for band in BANDS}
    assets["scl"] = _asset(name, "scl", "Scene classification map (SCL)", tile, 20, "uint8", {})
    ring = _ring(tile)
    return feature(name, COLLECTION, ring, _properties(visit, tile, classification), assets, _EXTENSIONS)


def _properties(visit: Visit, tile: Tile, classification: Bytes) -> dict[str, Any]:
    day = visit.stamp
    take = f"{day}T101601"
    made = f"{day}T153007"
    orbit = f"A{visit.absolute_orbit:06d}"
    ring = np.array(footprint(tile))
    return {
        "title": f"Demo land, tile {tile.name}, {visit.moment:%Y-%m-%d}",
        "description": _NOTE,
        "datetime": _time(visit),
        "created": _time(visit),
        "updated": _time(visit),
        "platform": visit.platform,
        "constellation": "sentinel-2",
        "instruments": ["msi"],
        "gsd": 10,
        "proj:epsg": EPSG,
        "proj:centroid": {
            "lat": round(float(ring[:, 1].mean()), 5),
            "lon": round(float(ring[:, 0].mean()), 5),
        },
        "mgrs:utm_zone": 32,
        "mgrs:latitude_band": "U",
        "mgrs:grid_square": tile.square,
        "grid:code": f"MGRS-{tile.name}",
        "view:azimuth": 104.2,
        "view:incidence_angle": 9.1,
        "view:sun_azimuth": visit.sun_azimuth,
        "view:sun_elevation": visit.sun_elevation,
        **_percentages(classification),
        "s2:product_type": "S2MSI2A",
        "s2:processing_baseline": "05.11",
        "s2:product_uri": f"{visit.satellite}_MSIL2A_{take}_N0511_R065_T{tile.name}_{made}.SAFE",
        "s2:generation_time": f"{visit.moment:%Y-%m-%d}T15:30:07.000000Z",
        "s2:datatake_id": f"G{visit.satellite}_{take}_{visit.absolute_orbit:06d}_N05.11",
        "s2:datatake_type": "INS-NOBS",
        "s2:datastrip_id": f"{visit.satellite}_OPER_MSI_L2A_DS_2APS_{made}_S{day}T102006_N05.11",
        "s2:tile_id": f"{visit.satellite}_OPER_MSI_L2A_TL_2APS_{made}_{orbit}_T{tile.name}_N05.11",
        "s2:reflectance_conversion_factor": 0.97,
    }


def _percentages(classification: Bytes) -> dict[str, float]:
    """Shares as the product gives them: no data of the whole tile, everything else of the imaged part."""
    counts = np.bincount(classification.ravel(), minlength=12)
    imaged = counts[1:].sum()
    shares = {
        f"s2:{name}_percentage": round(100 * float(counts[kind] / imaged), 6)
        for name, kind in _SHARES.items()
    }
    return {
        "eo:cloud_cover": round(100 * float(counts[8:11].sum() / imaged), 6),
        "s2:nodata_pixel_percentage": round(100 * float(counts[0] / counts.sum()), 6),
        "s2:saturated_defective_pixel_percentage": 0,
        "s2:degraded_msi_data_percentage": 0,
        **shares,
    }


def _band_asset(name: str, band: Band, tile: Tile) -> dict[str, Any]:
    spectrum = {
        "name": band.code,
        "common_name": band.key,
        "center_wavelength": band.centre_um,
        "full_width_half_max": band.width_um,
    }
    scale = {"scale": 0.0001, "offset": -0.1}
    title = f"{band.title} - {band.pixel_m}m"
    asset = _asset(name, band.key, title, tile, band.pixel_m, "uint16", scale)
    return {**asset, "eo:bands": [spectrum], "roles": ["data", "reflectance"]}


def _asset(
    name: str, key: str, title: str, tile: Tile, gsd: int, data_type: str, scale: dict[str, float]
) -> dict[str, Any]:
    side = tile.side_px * PIXEL_M // gsd
    return {
        "href": f"{name}/{BAND_FILES[key]}",
        "type": COG,
        "title": title,
        "gsd": gsd,
        **grid((side, side), *tile.corner, gsd),
        "raster:bands": [{"nodata": 0, "data_type": data_type, "spatial_resolution": gsd, **scale}],
        "roles": ["data"],
    }


def _ring(tile: Tile) -> Ring:
    return [list(point) for point in footprint(tile)]


def _time(visit: Visit) -> str:
    return f"{visit.moment:%Y-%m-%dT%H:%M:%S}.{visit.moment.microsecond // 1000:03d}Z"
