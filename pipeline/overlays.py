"""Arrays to pictures for a web map: warped to web mercator first, as data URLs with their bounds.

A map stretches an image linearly between two corners of EPSG:3857. So the arrays are warped onto a mercator
grid before, and the corners are that grid's own: a pixel lands within half a pixel of its place. Pictures
only: nothing is counted here.
"""

from __future__ import annotations

import base64
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from affine import Affine
from numpy.polynomial.polynomial import polygrid2d, polyvander2d
from pyproj import Transformer

WEB_MERCATOR = 3857
EARTH_RADIUS_M = 6378137.0
"""Radius of the sphere of EPSG:3857."""
MAX_SIDE_PX = 2048
LATTICE, DEGREE = 9, 5
"""Points a side at which the warp is computed exactly, and degree of the polynomial between them."""
STRETCH = (2, 98)
"""Percentiles of the clear pixels that become black and full colour."""
WEBP_QUALITY = 82

Bounds = tuple[tuple[float, float], tuple[float, float]]
"""(south, west), (north, east) in degrees."""


@dataclass(frozen=True)
class Overlay:
    """A picture and where it belongs."""

    url: str
    """Data URL; transparent where there is nothing to show."""
    bounds: Bounds


@dataclass(frozen=True)
class Overlays:
    """All pictures of an analysis, in the order they lie on the map."""

    true_colour: Overlay
    false_colour: Overlay
    clusters: tuple[Overlay, ...]
    """One per cluster, cluster 1 first."""


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
        Longer side of the area's own grid; the picture gets about as many, at most `MAX_SIDE_PX`.
    """
    xs = [math.radians(lon) * EARTH_RADIUS_M for _, lon in outline]
    ys = [math.asinh(math.tan(math.radians(lat))) * EARTH_RADIUS_M for lat, _ in outline]
    west, east, south, north = min(xs), max(xs), min(ys), max(ys)
    pixel = max(east - west, north - south) / min(n_pixels, MAX_SIDE_PX)
    rows, columns = math.ceil((north - south) / pixel), math.ceil((east - west) / pixel)
    return PictureGrid((rows, columns), Affine(pixel, 0, west, 0, -pixel, north))


@dataclass(frozen=True)
class Warp:
    """Which source pixel each picture pixel shows: the nearest one, so that classes stay crisp."""

    target: PictureGrid
    index: np.ndarray
    """int ``(rows, columns)`` of the picture: flat index of the source pixel, -1 outside the source."""

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
        coefficients = np.linalg.lstsq(design, exact, rcond=None)[0].reshape(DEGREE + 1, DEGREE + 1, 2)
        y, x = ((np.arange(n) + 0.5) * 2 / n - 1 for n in target.shape)
        column, row = (np.floor(polygrid2d(y, x, coefficients[..., i])).astype(np.int32) for i in (0, 1))
        outside = (column < 0) | (column >= shape[1]) | (row < 0) | (row >= shape[0])
        return cls(target, np.where(outside, -1, row * shape[1] + column))

    def __call__(self, array: np.ndarray) -> np.ndarray:
        """Return an array ``(y, x)`` of the source on the picture grid; 0 outside the source."""
        shown: np.ndarray = np.append(array.ravel(), array.dtype.type(0))[self.index]
        return shown


def cluster_overlays(labels: np.ndarray, warp: Warp, colors: Sequence[str]) -> tuple[Overlay, ...]:
    """Return one 1-bit PNG per cluster: its colour where it is, transparent elsewhere.

    Parameters
    ----------
    labels : numpy.ndarray
        uint8 ``(y, x)``, 1..k.
    warp : Warp
        From the grid of the labels to that of the pictures.
    colors : sequence of str
        ``#rrggbb`` of clusters 1..k.
    """
    warped = warp(labels)
    return tuple(
        Overlay(_mask_png(warped == n, c), warp.target.bounds) for n, c in enumerate(colors, start=1)
    )


def image_overlay(bands: np.ndarray, has_data: np.ndarray, clear: np.ndarray, warp: Warp) -> Overlay:
    """Return three bands as a picture, transparent where there is no data.

    Parameters
    ----------
    bands : numpy.ndarray
        Reflectance shown as red, green, blue, ``(3, y, x)``.
    has_data, clear : numpy.ndarray
        bool ``(y, x)``: pixels to show, and pixels that set the contrast (2 to 98 % of each band).
    warp : Warp
        From the grid of the bands to that of the picture.
    """
    reference = clear if clear.any() else has_data
    alpha = warp(has_data.astype(np.uint8) * np.uint8(255))
    rgb = [warp(_stretched(band, reference)) for band in bands]
    return Overlay(_webp(np.stack([*rgb, alpha], axis=-1)), warp.target.bounds)


def _stretched(band: np.ndarray, reference: np.ndarray) -> np.ndarray:
    values = band[reference]
    low, high = (
        np.percentile(values[:: max(1, values.size // 200_000)], STRETCH) if values.size else (0.0, 1.0)
    )
    scaled = (np.nan_to_num(band) - low) * (255 / max(high - low, 1e-6))
    return np.asarray(np.clip(scaled, 0, 255), np.uint8)


def _mask_png(mask: np.ndarray, color: str) -> str:
    from PIL import Image

    image = Image.fromarray(mask.astype(np.uint8), mode="P")
    image.putpalette([0, 0, 0, *bytes.fromhex(color.removeprefix("#"))])
    return _data_url(image, "png", bits=1, transparency=0, compress_level=6)


def _webp(rgba: np.ndarray) -> str:
    from PIL import Image

    image = Image.fromarray(rgba)
    return _data_url(image, "webp", quality=WEBP_QUALITY, method=0)


def _data_url(image: object, kind: str, **options: object) -> str:
    buffer = io.BytesIO()
    image.save(buffer, kind.upper(), **options)  # type: ignore[attr-defined]
    return f"data:image/{kind};base64,{base64.b64encode(buffer.getvalue()).decode()}"


def _longitude(x: float) -> float:
    return math.degrees(x / EARTH_RADIUS_M)


def _latitude(y: float) -> float:
    return math.degrees(math.atan(math.sinh(y / EARTH_RADIUS_M)))
