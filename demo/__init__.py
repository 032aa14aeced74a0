"""A piece of invented land as Sentinel-2 would see it, served by a real STAC API on this machine.

Works without any network: the scenes are made on first use and kept in the user's cache directory.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from demo.errors import DemoUnavailable
from demo.place import END, LATITUDE, LONGITUDE, SIZE_KM, START

if TYPE_CHECKING:
    from synthetic.land import Bytes

__all__ = [
    "END",
    "LATITUDE",
    "LONGITUDE",
    "SIZE_KM",
    "START",
    "DemoUnavailable",
    "backdrop",
    "reference_map",
    "serve",
    "stop",
    "true_classes",
    "true_cover",
    "true_cover_on",
]

Bounds = tuple[tuple[float, float], tuple[float, float]]
Coefficients = tuple[float, float, float, float, float, float]


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

    folder = cache.ensure()
    return {
        (tile.name, f"{visit.moment:%Y-%m-%d}"): folder / scenes.class_map_file(tile, visit.season)
        for visit in VISITS
        for tile in visit.tiles
    }


def reference_map() -> Path:
    """Return a map of land cover as one would download it: EPSG:4326, eleven classes, about 77 % right.

    The catalogue serves it as the asset "map" of the collection "esa-worldcover"; names and colours of its
    classes are in the file's colour table and tags ("class_40": "Cropland").
    """
    from demo import cache, reference

    return cache.ensure() / reference.MAP_FILE


def true_cover() -> Path:
    """Return the true cover of the year on the land's grid: values of `synthetic.place.COVER_CLASSES`."""
    from demo import cache, reference

    return cache.ensure() / reference.COVER_FILE


def true_cover_on(shape: tuple[int, int], transform: Coefficients, epsg: int) -> Bytes:
    """Return the true cover of the year under any grid.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns.
    transform : tuple of float
        Affine coefficients a to f: x = a column + b row + c, y = d column + e row + f.
    epsg : int
        Coordinate reference system of the grid.

    Returns
    -------
    numpy.ndarray
        uint8 (row, column), by nearest neighbour; 0 beyond the land.
    """
    from demo import cache, reference

    return reference.true_cover_on(cache.ensure(), shape, transform, epsg)
