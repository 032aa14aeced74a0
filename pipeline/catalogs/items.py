"""Scenes: STAC items turned into small frozen values, whatever catalogue they come from.

Items of Earth Search (v0, v1), Planetary Computer, CDSE and alike differ in the names of assets and
properties. They are read once, here; nothing deeper touches STAC.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from datetime import UTC
from typing import Any
from urllib.parse import urljoin, urlsplit

import numpy as np
from shapely import make_valid
from shapely.errors import ShapelyError
from shapely.geometry import MultiPolygon, Polygon, box, shape
from shapely.geometry.base import BaseGeometry
from shapely.ops import unary_union

from pipeline.area.antimeridian import TURN, jumps, split_at_antimeridian
from pipeline.sentinel2.bands import ALL_BANDS, BANDS, SCL, SCL_ASSET_KEYS
from pipeline.sentinel2.offset import baseline, from_metadata
from pipeline.sentinel2.scene import BandFile, Scene

ASSET_KEYS: Mapping[str, tuple[str, ...]] = {
    **{band.key: band.asset_keys for band in ALL_BANDS},
    SCL: SCL_ASSET_KEYS,
}
"""Asset keys of what is read, in the order they are looked for."""


class UnusableItem(Exception):
    """A STAC item lacks something that is needed; the text says what."""


def from_item(item: Mapping[str, Any]) -> Scene:
    """Return the scene that a STAC item (plain JSON) describes.

    Raises
    ------
    UnusableItem
        When a band, the coordinate reference system, the date or the geometry is missing, or when the files
        cannot be read without a key.
    """
    try:
        return _scene(item)
    except (AttributeError, KeyError, IndexError, TypeError, ValueError, OverflowError) as error:
        raise UnusableItem("its description cannot be read") from error


def _scene(item: Mapping[str, Any]) -> Scene:
    properties = _mapping(item.get("properties"))
    assets = _mapping(item.get("assets"))
    base = next((link.get("href") for link in item.get("links") or () if link.get("rel") == "self"), None)
    files = dict(_band_files(assets, str(base or "")))
    missing = [b for b in BANDS if b not in files]
    if missing:
        raise UnusableItem(f"it has no {missing[0]} band")
    scheme = urlsplit(files["nir"].href).scheme
    if scheme == "s3":
        raise UnusableItem("its files need an access key (s3)")
    texts = _names(item, properties)
    return Scene(
        id=str(item.get("id", "")),
        collection=str(item.get("collection") or ""),
        datetime=_datetime(properties),
        platform=_first(r"(?i)sentinel-?2([a-d])", str(properties.get("platform", "")), "S2")
        or _platform(texts),
        tile=_tile(properties, texts),
        cloud_cover=_cloud_cover(properties),
        epsg=_epsg(properties, assets),
        bands=files,
        footprint=_footprint(item),
        offset=from_metadata(properties, _mapping(assets.get(_key_of(assets, "red")))),
        baseline=baseline(properties),
        orbit=_orbit(properties, texts),
        datatake=_first(r"S2[A-D](?:_MSIL2A)?_(\d{8}T\d{6})", texts),
        datastrip=_first(r"_DS_\w+?_S(\d{8}T\d{6})", texts),
        version=_version(item, properties),
    )


def _band_files(assets: Mapping[str, Any], base: str) -> Iterator[tuple[str, BandFile]]:
    for band in ASSET_KEYS:
        asset = _mapping(assets.get(_key_of(assets, band)))
        href = asset.get("href")
        if isinstance(href, str) and href:
            yield band, BandFile(urljoin(base, href), *_file_grid(asset))


def _file_grid(asset: Mapping[str, Any]) -> tuple[tuple[float, ...] | None, tuple[int, int] | None]:
    transform, size = asset.get("proj:transform"), asset.get("proj:shape")
    if not (
        isinstance(transform, list) and len(transform) >= 6 and isinstance(size, list) and len(size) == 2
    ):
        return None, None
    return tuple(float(v) for v in transform[:6]), (int(size[0]), int(size[1]))


def _key_of(assets: Mapping[str, Any], band: str) -> str:
    """Return the asset key of a band: a known key, else the 10 m asset with the band's common name."""
    for key in ASSET_KEYS[band]:
        if key in assets:
            return key
    for key, asset in assets.items():
        described = (asset.get("eo:bands") or asset.get("bands") or [{}])[0]
        common = described.get("common_name") or described.get("eo:common_name")
        if common == band and asset.get("gsd", 10) == 10 and "jp2" not in str(asset.get("type", "")):
            return key
    return ""


def _epsg(properties: Mapping[str, Any], assets: Mapping[str, Any]) -> int:
    for source in (_mapping(assets.get(_key_of(assets, "red"))), properties):
        for key in ("proj:epsg", "proj:code"):
            found = re.fullmatch(r"(?:EPSG:)?(\d{4,6})", str(source.get(key)))
            if found:
                return int(found[1])
    raise UnusableItem("it does not name its coordinate reference system")


def _datetime(properties: Mapping[str, Any]) -> dt.datetime:
    text = properties.get("datetime") or properties.get("start_datetime")
    try:
        moment = dt.datetime.fromisoformat(str(text))
    except ValueError as error:
        raise UnusableItem("it has no date") from error
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _cloud_cover(properties: Mapping[str, Any]) -> float | None:
    value = properties.get("eo:cloud_cover")
    return float(value) if isinstance(value, int | float) else None


@np.errstate(invalid="ignore")
def _footprint(item: Mapping[str, Any]) -> BaseGeometry:
    """Return the outline; coordinates that are no numbers make the item unusable, without a warning."""
    try:
        if item.get("geometry"):
            outline = make_valid(shape(item["geometry"]))
        else:
            west, south, east, north = map(float, item["bbox"])
            outline = box(west, south, east, north)
        parts = [
            _unwrapped(p)
            for p in getattr(outline, "geoms", [outline])
            if isinstance(p, Polygon | MultiPolygon)
        ]
        footprint = unary_union([split_at_antimeridian(p) for p in parts])
    except (KeyError, TypeError, ValueError, AttributeError, ShapelyError) as error:
        raise UnusableItem("it has no geometry") from error
    if footprint.is_empty:
        raise UnusableItem("it has no geometry")
    return footprint


def _unwrapped(polygon: BaseGeometry) -> BaseGeometry:
    """Return a polygon that crosses the antimeridian with continuous longitudes.

    A granule is about 1.5 degrees wide, 20 at the highest latitudes: one that spans more than half the globe
    has jumped from 180 to -180.
    """
    west, _, east, _ = polygon.bounds
    if not jumps(west, east):
        return polygon
    from shapely import transform

    def shifted(xy: Any) -> Any:
        xy = xy.copy()
        xy[xy[:, 0] < 0, 0] += TURN
        return xy

    return make_valid(transform(polygon, shifted))


def _names(item: Mapping[str, Any], properties: Mapping[str, Any]) -> str:
    """Return the texts of an item in which ESA's product naming may be found."""
    keys = (
        "product_uri",
        "product_id",
        "product_title",
        "datatake_id",
        "datastrip_id",
        "granule_id",
        "tile_id",
    )
    values = [str(v) for k, v in properties.items() if k.split(":")[-1] in keys]
    return " ".join([*values, str(item.get("id", ""))])


def _platform(texts: str) -> str:
    return _first(r"(S2[A-D])_", texts) or ""


def _tile(properties: Mapping[str, Any], texts: str) -> str:
    code = str(properties.get("grid:code") or properties.get("s2:mgrs_tile") or "").removeprefix("MGRS-")
    if not code:
        parts = [properties.get(f"sentinel:{k}") for k in ("utm_zone", "latitude_band", "grid_square")]
        code = "".join(str(p) for p in parts if p is not None) if all(p is not None for p in parts) else ""
    code = code or _first(r"_T(\d\d[A-Z]{3})(?:_|\b)", texts) or _first(r"_(\d\d[A-Z]{3})_", texts) or ""
    return code.zfill(5) if code else ""


def _orbit(properties: Mapping[str, Any], texts: str) -> int | None:
    for key in ("sat:relative_orbit", "sentinel2:relative_orbit_number"):
        if isinstance(properties.get(key), int):
            return int(properties[key])
    found = _first(r"_R(\d{3})_", texts)
    return int(found) if found else None


def _version(item: Mapping[str, Any], properties: Mapping[str, Any]) -> tuple[str, ...]:
    number = baseline(properties) or ""
    sequence = str(properties.get("s2:sequence") or properties.get("sentinel:sequence") or "")
    made = (
        properties.get("s2:generation_time") or properties.get("updated") or properties.get("created") or ""
    )
    return (
        number.zfill(5) if re.fullmatch(r"0?\d\.\d\d", number) else "",
        sequence.zfill(3),
        str(made),
        str(item.get("id")),
    )


def _first(pattern: str, text: str, prefix: str = "") -> str | None:
    found = re.search(pattern, text)
    return prefix + found[1].upper() if found else None


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
