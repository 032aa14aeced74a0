"""A piece of invented land as Sentinel-2 would see it, served by a real STAC API on this machine.

Works without any network: the scenes are made on first use and kept in the user's cache directory.
"""

from __future__ import annotations

from pathlib import Path

from demo.errors import DemoUnavailable
from demo.place import END, LATITUDE, LONGITUDE, SIZE_KM, START

__all__ = [
    "END",
    "LATITUDE",
    "LONGITUDE",
    "SIZE_KM",
    "START",
    "DemoUnavailable",
    "backdrop",
    "serve",
    "stop",
    "true_classes",
]

Bounds = tuple[tuple[float, float], tuple[float, float]]


def serve() -> str:
    """Start the demo catalogue once per process and return its base URL; makes the scenes first if needed."""
    from demo import server

    return server.serve()


def stop() -> None:
    """End the demo catalogue of this process, if it runs."""
    from demo import server

    server.stop()


def backdrop() -> tuple[bytes, str, Bounds]:
    """Return a muted picture of the land in EPSG:3857: bytes, media type, ((south, west), (north, east))."""
    from demo import backdrop_file, cache

    picture, bounds = backdrop_file.read(cache.ensure())
    return picture, "image/png", bounds


def true_classes() -> dict[tuple[str, str], Path]:
    """Return the class map GeoTIFF of every scene by its tile and date, e.g. ("32UPU", "2024-06-09")."""
    from demo import cache, scenes
    from demo.place import VISITS
    from synthetic.place import TILES

    folder = cache.ensure()
    return {
        (tile.name, f"{visit.moment:%Y-%m-%d}"): folder / scenes.class_map_file(tile, visit.season)
        for visit in VISITS
        for tile in TILES
    }
