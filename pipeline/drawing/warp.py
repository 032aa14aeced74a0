"""Where pixels of a UTM grid lie on a web map: a web-mercator grid, and the pixel each of its pixels shows.

A map stretches an image linearly between two corners of EPSG:3857. So arrays are warped onto a mercator grid
first, and the corners are those of that grid: every pixel lands within half a pixel of its place.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from affine import Affine
from numpy.polynomial.polynomial import polyvander, polyvander2d
from odc.geo.geobox import GeoBox
from pyproj import Transformer

from pipeline.area.grid import epsg_of, outline

WEB_MERCATOR = 3857
EARTH_RADIUS_M = 6378137.0
"""Radius of the sphere of EPSG:3857."""
MAX_SIDE_PX = 2048
LATTICE, DEGREE = 9, 5
"""Points a side at which the warp is computed exactly, and degree of the polynomial between them."""
STRIP_PX = 2**16
"""Picture pixels whose places are computed at once."""

Bounds = tuple[tuple[float, float], tuple[float, float]]
"""(south, west), (north, east) in degrees."""


@dataclass(frozen=True)
class PictureGrid:
    """A web-mercator grid over an area."""

    shape: tuple[int, int]
    affine: Affine

    @property
    def bounds(self) -> Bounds:
        """Corners of the grid for a map."""
        rows, columns = self.shape
        west, north = self.affine * (0, 0)
        east, south = self.affine * (columns, rows)
        return (_latitude(south), _longitude(west)), (_latitude(north), _longitude(east))


def picture_grid(outline: Sequence[tuple[float, float]], n_pixels: int) -> PictureGrid:
    """Return the mercator grid over an outline.

    Parameters
    ----------
    outline : sequence of (latitude, longitude)
        Edge of the area, longitudes continuous.
    n_pixels : int
        Pixels of the picture's longer side.
    """
    xs = [math.radians(lon) * EARTH_RADIUS_M for _, lon in outline]
    ys = [math.asinh(math.tan(math.radians(lat))) * EARTH_RADIUS_M for lat, _ in outline]
    west, east, south, north = min(xs), max(xs), min(ys), max(ys)
    pixel = max(east - west, north - south) / n_pixels
    rows, columns = math.ceil((north - south) / pixel), math.ceil((east - west) / pixel)
    return PictureGrid((rows, columns), Affine(pixel, 0, west, 0, -pixel, north))


@dataclass(frozen=True)
class Warp:
    """Which source pixel each picture pixel shows: the nearest one, so that classes stay crisp."""

    target: PictureGrid
    index: np.ndarray = field(repr=False)
    """int32 ``(rows, columns)`` of the picture: flat index of the source pixel, -1 outside the source."""

    @classmethod
    def of(cls, grid: GeoBox, max_px: int = MAX_SIDE_PX) -> Warp:
        """Return the warp of a grid onto a picture with about as many pixels.

        Parameters
        ----------
        grid : GeoBox
            North up, in a UTM zone: of an area, of a thinned view of it, or of a window in it.
        max_px : int
            Most pixels of the picture's longer side.
        """
        rows, columns = grid.shape
        target = picture_grid(outline(grid), min(max(rows, columns), max_px))
        return cls.between((rows, columns), grid.affine, epsg_of(grid), target)

    @classmethod
    def between(cls, shape: tuple[int, int], affine: Affine, epsg: int, target: PictureGrid) -> Warp:
        """Return the warp of a source grid onto a picture grid.

        Web mercator to UTM is smooth: over one area a polynomial fitted to `LATTICE` x `LATTICE` exact points
        agrees with PROJ to a thousandth of a pixel, and is far cheaper than PROJ for every pixel. (GDAL's
        approximation errs by up to an eighth of a pixel.)
        """
        rows, columns = target.shape
        nodes = np.linspace(-1, 1, LATTICE)
        v, u = (axis.ravel() for axis in np.meshgrid(nodes, nodes, indexing="ij"))
        corner = target.affine * ((u + 1) / 2 * columns, (v + 1) / 2 * rows)
        utm = Transformer.from_crs(WEB_MERCATOR, epsg, always_xy=True).transform(*corner)
        design = polyvander2d(v, u, (DEGREE, DEGREE))
        exact = np.column_stack(~affine * (np.asarray(utm[0]), np.asarray(utm[1])))
        coefficients = np.linalg.lstsq(design, exact, rcond=None)[0].T.reshape(2, DEGREE + 1, DEGREE + 1)
        down, across = (polyvander((np.arange(n) + 0.5) * 2 / n - 1, DEGREE) for n in target.shape)
        in_x, in_y = coefficients @ across.T
        index = np.empty(target.shape, np.int32)
        step = max(1, STRIP_PX // columns)
        for first in range(0, rows, step):
            strip = down[first : first + step]
            index[first : first + step] = _flat_index(strip @ in_x, strip @ in_y, shape)
        return cls(target, index)

    def __call__(self, array: np.ndarray) -> np.ndarray:
        """Return an array ``(y, x)`` of the source on the picture grid; 0 outside the source."""
        shown: np.ndarray = np.take(np.append(array.ravel(), array.dtype.type(0)), self.index)
        return shown


def _flat_index(x: np.ndarray, y: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Return the flat index of the pixels that hold points (pixel edges are whole numbers); -1 outside."""
    rows, columns = shape
    outside = (x < 0) | (x >= columns) | (y < 0) | (y >= rows)
    index = y.astype(np.int32)
    index *= np.int32(columns)
    index += x.astype(np.int32)
    index[outside] = -1
    return index


def _longitude(x: float) -> float:
    return math.degrees(x / EARTH_RADIUS_M)


def _latitude(y: float) -> float:
    return math.degrees(math.atan(math.sinh(y / EARTH_RADIUS_M)))
