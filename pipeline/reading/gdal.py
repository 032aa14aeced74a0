"""GDAL's settings for cloud-optimised GeoTIFFs, and which files could not be read the last time."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

import rasterio

from pipeline.reading.remote import fault

SILENCE_S = 10
"""Seconds without a byte after which a file counts as unreachable."""
CONNECT_S = 5
"""Seconds after which a connection that is not there yet is given up."""
TIFF_BEGINS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
"""First bytes of a TIFF."""
RETRIES, RETRY_PAUSE_S = 2, 0.5
"""Further tries on 429 and 5xx, and seconds before the first of them."""

ALWAYS: dict[str, str | bool | int | float] = {
    "GDAL_HTTP_MULTIRANGE": "YES",
    "GDAL_HTTP_MERGE_CONSECUTIVE_RANGES": "YES",
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
    "GDAL_CACHEMAX": 64,
    "CPL_VSIL_CURL_CACHE_SIZE": 128 * 2**20,
    "GDAL_HTTP_CONNECTTIMEOUT": CONNECT_S,
    "GDAL_HTTP_LOW_SPEED_LIMIT": 1,
    "GDAL_HTTP_LOW_SPEED_TIME": SILENCE_S,
    "GDAL_HTTP_MAX_RETRY": RETRIES,
    "GDAL_HTTP_RETRY_DELAY": RETRY_PAUSE_S,
    "VSI_CACHE": False,
}
"""No side-car requests, time limits, retries on 429 and 5xx."""

FORGETFUL = {**ALWAYS, "CPL_VSIL_CURL_NON_CACHED": "/vsicurl/http"}
"""The same for files that have failed: GDAL remembers a failure for the life of the process."""

_failed: set[str] = set()
"""Addresses of files that could not be read the last time."""


def settings_for(*hrefs: str) -> dict[str, str | bool | int | float]:
    """Return GDAL's settings for some files: one that failed the last time is requested afresh."""
    return ALWAYS if _failed.isdisjoint(hrefs) else FORGETFUL


def environment(href: str) -> rasterio.Env:
    """Return the settings for a file as a context in which it is opened and read."""
    return rasterio.Env(**settings_for(href))


def remember(href: str, *, failed: bool) -> None:
    """Remember whether a file could be read."""
    (_failed.add if failed else _failed.discard)(href)


def check_local(href: str) -> None:
    """Raise where a file of this machine is no GeoTIFF: of other kinds, some name further files to be read.

    Raises
    ------
    FileFault
        When it begins with other bytes.
    OSError
        When it cannot be read.
    """
    path = Path(url2pathname(urlsplit(href).path) if href.startswith("file:") else href)
    with path.open("rb") as file:
        if not file.read(len(TIFF_BEGINS[0])).startswith(TIFF_BEGINS):
            raise fault.no_geotiff()
