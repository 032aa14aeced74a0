"""GDAL's settings for cloud-optimised GeoTIFFs, and which files could not be read the last time."""

from __future__ import annotations

import rasterio

SILENCE_S = 10
"""Seconds without a byte after which a file counts as unreachable."""
CONNECT_S = 5
"""Seconds after which a connection that is not there yet is given up."""
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
    """Return GDAL's settings for some files: what failed the last time is asked for afresh."""
    return ALWAYS if _failed.isdisjoint(hrefs) else FORGETFUL


def environment(href: str) -> rasterio.Env:
    """Return the settings for a file as a context in which it is opened and read."""
    return rasterio.Env(**settings_for(href))


def remember(href: str, *, failed: bool) -> None:
    """Remember whether a file could be read."""
    (_failed.add if failed else _failed.discard)(href)
