"""Scenes: STAC items turned into small frozen values, whatever catalogue they come from.

Items of Earth Search (v0, v1), Planetary Computer, Digital Earth Australia and others differ in the names of
assets and properties. They are read once, here; nothing deeper touches STAC. Items are not trusted: an
impossible value makes an item unusable, with a reason in words.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC
from functools import lru_cache
from typing import Any, TypeGuard

from pipeline.catalogs.access import RefusedAddress, checked, hosts_of
from pipeline.catalogs.catalog import CatalogProfile
from pipeline.catalogs.footprints import NoFootprint, footprint_of, share_of_files
from pipeline.machine.hosts import LOOPBACK
from pipeline.sentinel2.bands import ALL_BANDS, BANDS, RED, SCL
from pipeline.sentinel2.offset import OffsetDecision, baseline, from_metadata
from pipeline.sentinel2.scene import BandFile, Scene

MAX_ID, MAX_TEXT = 256, 300
"""Longest id that is used, and how much of other texts is looked at, characters."""
MAX_SIDE_PX = 30_000
"""Longest side of a file that can be a tile: 109.8 km are 10,980 pixels of 10 m."""
MAX_METRES = 1e8
YEARS = (2015, 2100)
"""Sentinel-2 began in 2015; a year far ahead is a slip."""
ANY_CATALOG = CatalogProfile("", "", "This catalogue", None, hosts=("*", *LOOPBACK))
"""For items of which a caller does not say where they come from."""


class UnusableItem(Exception):
    """A STAC item lacks something needed, or holds an impossible value; the text says which."""


def from_item(
    item: Mapping[str, Any], profile: CatalogProfile = ANY_CATALOG, needed: Sequence[str] = BANDS
) -> Scene:
    """Return the scene that a STAC item (plain JSON) describes.

    Parameters
    ----------
    item : mapping
        As the catalogue served it.
    profile : CatalogProfile
        Of that catalogue: asset names, where files may lie, offset, mask, no data.
    needed : sequence of str
        Bands without which the scene is of no use.

    Raises
    ------
    UnusableItem
        When a band, the coordinate reference system, the date or the geometry is missing or impossible, or
        when the files cannot be read without a key or lie where this catalogue's files must not.
    """
    try:
        return _scene(item, profile, needed)
    except (RefusedAddress, NoFootprint) as error:
        raise UnusableItem(str(error)) from error
    except (AttributeError, KeyError, IndexError, TypeError, ValueError, OverflowError) as error:
        raise UnusableItem("its description cannot be read") from error


def _scene(item: Mapping[str, Any], profile: CatalogProfile, needed: Sequence[str]) -> Scene:
    properties = _mapping(item.get("properties"))
    assets = _mapping(item.get("assets"))
    name = _id(item)
    files = dict(_band_files(assets, profile, _own_address(item)))
    missing = [b for b in needed if b not in files]
    if missing:
        raise UnusableItem(f"it has no {missing[0]} band")
    texts = _names(item, properties)
    footprint = footprint_of(item)
    stated = _data_share(properties)
    nir = files[needed[0]]
    covered = share_of_files(footprint, nir.transform, nir.shape)
    return Scene(
        id=name,
        collection=_text(item.get("collection")),
        datetime=_datetime(properties),
        platform=_first(r"(?i)sentinel-?2([a-d])", _text(properties.get("platform")), "S2")
        or _first(r"(S2[A-D])_", texts)
        or "",
        tile=_tile(properties, texts),
        cloud_cover=_cloud_cover(properties),
        epsg=_epsg(properties, _mapping(assets.get(_key_of(assets, RED, profile)))),
        bands=files,
        footprint=footprint,
        offset=_offset(properties, _mapping(assets.get(_key_of(assets, RED, profile))), profile),
        baseline=_text(baseline(properties)) or None,
        orbit=_orbit(properties, texts),
        datatake=_first(r"S2[A-D](?:_MSIL[12][A-C])?_(\d{8}T\d{6})", texts),
        datastrip=_first(r"_DS_\w+?_S(\d{8}T\d{6})", texts),
        version=_version(item, properties),
        data_share=None if stated is None or covered is None else min(stated / covered, 1.0),
        nodata_dn=profile.nodata_dn,
        class_of_value=profile.mask.class_of_value,
        hosts=hosts_of(profile),
    )


def _id(item: Mapping[str, Any]) -> str:
    name = item.get("id")
    if not isinstance(name, str) or not name or len(name) > MAX_ID:
        raise UnusableItem(f"it has no id of 1 to {MAX_ID} characters")
    if not name.isprintable():  # control characters, and halves of characters that no file can hold
        raise UnusableItem("its id holds characters that cannot be shown")
    return name


def _own_address(item: Mapping[str, Any]) -> str:
    links = item.get("links")
    for link in links if isinstance(links, list) else ():
        if isinstance(link, Mapping) and link.get("rel") == "self" and isinstance(link.get("href"), str):
            return str(link["href"])[:2000]
    return ""


# Files


def _band_files(
    assets: Mapping[str, Any], profile: CatalogProfile, base: str
) -> Iterator[tuple[str, BandFile]]:
    for band in (*(b.key for b in ALL_BANDS), SCL):
        asset = _mapping(assets.get(_key_of(assets, band, profile)))
        href = asset.get("href")
        if isinstance(href, str) and href:
            if "zarr" in _text(asset.get("type")):
                raise UnusableItem("its images are Zarr stores, and only GeoTIFFs are read")
            yield band, BandFile(checked(href, base, profile), *_file_grid(asset))


def _file_grid(asset: Mapping[str, Any]) -> tuple[tuple[float, ...] | None, tuple[int, int] | None]:
    """Return transform and shape of a file; None where the item does not say, or says too little."""
    transform, size = asset.get("proj:transform"), asset.get("proj:shape")
    if not (
        isinstance(transform, list) and len(transform) >= 6 and isinstance(size, list) and len(size) == 2
    ):
        return None, None
    if not all(_is_number(v) and abs(v) <= MAX_METRES for v in transform[:6]):
        raise UnusableItem("the grid of its files is not possible")
    if not all(isinstance(n, int) and 0 < n <= MAX_SIDE_PX for n in size) or True in size:
        raise UnusableItem(f"the size of its files is not possible: {str(size)[:40]} pixels")
    a, b, left, d, e, top = (float(v) for v in transform[:6])
    if a * e - b * d == 0:
        raise UnusableItem("the grid of its files is not possible")
    return (a, b, left, d, e, top), (int(size[0]), int(size[1]))


def _key_of(assets: Mapping[str, Any], band: str, profile: CatalogProfile) -> str:
    """Return the asset key of a band: a known key, else the 10 m asset with the band's common name."""
    for key in profile.keys_of(band):
        if key in assets:
            return key
    if band not in BANDS:
        return ""
    for key, asset in ((key, _mapping(asset)) for key, asset in assets.items()):
        bands = asset.get("eo:bands") or asset.get("bands")
        described = _mapping(bands[0]) if isinstance(bands, list) and bands else {}
        common = described.get("common_name") or described.get("eo:common_name")
        if common == band and asset.get("gsd", 10) == 10 and "jp2" not in _text(asset.get("type")):
            return key
    return ""


def _epsg(properties: Mapping[str, Any], asset: Mapping[str, Any]) -> int:
    for source in (asset, properties):
        for key in ("proj:epsg", "proj:code"):
            found = re.fullmatch(r"(?:EPSG:)?(\d{4,6})", _text(source.get(key)))
            if found:
                if not _is_projected(int(found[1])):
                    raise UnusableItem(f"EPSG:{found[1]} is no map projection in metres")
                return int(found[1])
    raise UnusableItem("it does not name its coordinate reference system")


@lru_cache(maxsize=256)
def _is_projected(epsg: int) -> bool:
    if 1 <= epsg % 100 <= 60 and epsg // 100 in (326, 327):
        return True
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        crs = CRS(epsg)
    except CRSError:
        return False
    return bool(crs.is_projected and crs.axis_info and crs.axis_info[0].unit_name in ("metre", "meter"))


def _offset(
    properties: Mapping[str, Any], asset: Mapping[str, Any], profile: CatalogProfile
) -> OffsetDecision:
    if profile.offset_dn is None:
        return from_metadata(properties, asset)
    words = "has no offset" if profile.offset_dn == 0 else f"has an offset of {profile.offset_dn}"
    return OffsetDecision(profile.offset_dn, f"{profile.label} {words}")


# Properties


def _datetime(properties: Mapping[str, Any]) -> dt.datetime:
    text = properties.get("datetime") or properties.get("start_datetime")
    try:
        moment = dt.datetime.fromisoformat(text if isinstance(text, str) else "")
    except ValueError as error:
        raise UnusableItem("it has no date") from error
    if not YEARS[0] <= moment.year <= YEARS[1]:
        raise UnusableItem(f"its date is not possible: the year {moment.year}")
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _cloud_cover(properties: Mapping[str, Any]) -> float | None:
    value = properties.get("eo:cloud_cover")
    return float(value) if _is_number(value) and 0 <= value <= 100 else None


def _data_share(properties: Mapping[str, Any]) -> float | None:
    """Return the share (0..1) of a tile's pixels that have data, according to the item."""
    for missing in (
        properties.get("s2:nodata_pixel_percentage"),
        _mapping(properties.get("statistics")).get("nodata"),
    ):
        if _is_number(missing) and 0 <= missing <= 100:
            return 1 - float(missing) / 100
    for key in ("sentinel:data_coverage", "data_coverage"):
        there = properties.get(key)
        if _is_number(there) and 0 <= there <= 100:
            return float(there) / 100
    return None


def _names(item: Mapping[str, Any], properties: Mapping[str, Any]) -> str:
    """Return the texts of an item in which ESA's product naming may be found."""
    keys = (
        *("product_uri", "product_id", "product_title", "product_name"),
        *("datatake_id", "datastrip_id", "granule_id", "tile_id", "sentinel_tile_id"),
    )
    values = [_text(v) for k, v in properties.items() if str(k).split(":")[-1] in keys]
    return " ".join([*values, _text(item.get("id"))])


def _tile(properties: Mapping[str, Any], texts: str) -> str:
    code = _text(properties.get("grid:code") or properties.get("s2:mgrs_tile")).removeprefix("MGRS-")
    if not code:
        parts = [_text(properties.get(f"sentinel:{k}")) for k in ("utm_zone", "latitude_band", "grid_square")]
        code = "".join(parts) if all(parts) else ""
    if not re.fullmatch(r"\d{1,2}[A-Z]{3}", code):
        code = _first(r"_T(\d\d[A-Z]{3})(?:_|\b)", texts) or _first(r"_(\d\d[A-Z]{3})_", texts) or ""
    return code.zfill(5) if code else ""


def _orbit(properties: Mapping[str, Any], texts: str) -> int | None:
    for key in ("sat:relative_orbit", "sentinel2:relative_orbit_number"):
        value = properties.get(key)
        if isinstance(value, int) and 1 <= value <= 143:
            return int(value)
    found = _first(r"_R(\d{3})_", texts)
    return int(found) if found else None


def _version(item: Mapping[str, Any], properties: Mapping[str, Any]) -> tuple[str, ...]:
    number = _text(baseline(properties))
    sequence = _text(properties.get("s2:sequence")) or _text(properties.get("sentinel:sequence"))
    made = next(
        (
            _text(properties[key])
            for key in ("s2:generation_time", "updated", "created")
            if _text(properties.get(key))
        ),
        "",
    )
    return (
        number.zfill(5) if re.fullmatch(r"0?\d\.\d\d", number) else "",
        sequence.zfill(3),
        made,
        _text(item.get("id")),
    )


def _first(pattern: str, text: str, prefix: str = "") -> str | None:
    found = re.search(pattern, text)
    return prefix + found[1].upper() if found else None


def _text(value: Any) -> str:
    """Return a text or number as text of bounded length; empty for anything else."""
    if isinstance(value, str):
        return value[:MAX_TEXT]
    return str(value) if _is_number(value) else ""


def _is_number(value: Any) -> TypeGuard[float]:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return math.isfinite(value) if isinstance(value, float) else abs(value) < 2**63


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
