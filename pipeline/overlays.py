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

WEB_MERCATOR = 3857
EARTH_RADIUS_M = 6378137.0
"""Radius of the sphere of EPSG:3857."""
MAX_SIDE_PX = 2048
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


def warp(
    array: np.ndarray, affine: Affine, epsg: int, target: PictureGrid, *, smooth: bool = False
) -> np.ndarray:
    """Return an array ``(y, x)`` or ``(band, y, x)`` on a picture grid; 0 outside the source.

    `smooth` interpolates (images); otherwise the nearest pixel is taken (classes).
    """
    from rasterio.enums import Resampling
    from rasterio.warp import reproject

    out = np.zeros((*array.shape[:-2], *target.shape), array.dtype)
    reproject(
        array,
        out,
        src_transform=affine,
        src_crs=f"EPSG:{epsg}",
        dst_transform=target.affine,
        dst_crs=f"EPSG:{WEB_MERCATOR}",
        resampling=Resampling.bilinear if smooth else Resampling.nearest,
        tolerance=0.05,
    )
    return out


def cluster_overlays(
    labels: np.ndarray, affine: Affine, epsg: int, target: PictureGrid, colors: Sequence[str]
) -> tuple[Overlay, ...]:
    """Return one 1-bit PNG per cluster: its colour where it is, transparent elsewhere.

    Parameters
    ----------
    labels : numpy.ndarray
        uint8 ``(y, x)``, 1..k.
    affine, epsg : Affine, int
        Grid of the labels.
    target : PictureGrid
        Grid of the pictures.
    colors : sequence of str
        ``#rrggbb`` of clusters 1..k.
    """
    warped = warp(labels, affine, epsg, target)
    return tuple(Overlay(_mask_png(warped == n, c), target.bounds) for n, c in enumerate(colors, start=1))


def image_overlay(
    bands: np.ndarray, has_data: np.ndarray, clear: np.ndarray, affine: Affine, epsg: int, target: PictureGrid
) -> Overlay:
    """Return three bands as a picture, transparent where there is no data.

    Parameters
    ----------
    bands : numpy.ndarray
        Reflectance shown as red, green, blue, ``(3, y, x)``.
    has_data, clear : numpy.ndarray
        bool ``(y, x)``: pixels to show, and pixels that set the contrast (2 to 98 % of each band).
    affine, epsg, target
        Grids of source and picture.
    """
    reference = clear if clear.any() else has_data
    stretched = np.stack([_stretched(band, reference) for band in bands])
    stretched[:, ~has_data] = 0
    rgb = warp(stretched, affine, epsg, target, smooth=True)
    alpha = warp(has_data.astype(np.uint8), affine, epsg, target) * np.uint8(255)
    return Overlay(_webp(np.concatenate([rgb, alpha[None]])), target.bounds)


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

    image = Image.fromarray(np.ascontiguousarray(np.moveaxis(rgba, 0, -1)), mode="RGBA")
    return _data_url(image, "webp", quality=WEBP_QUALITY, method=0)


def _data_url(image: object, kind: str, **options: object) -> str:
    buffer = io.BytesIO()
    image.save(buffer, kind.upper(), **options)  # type: ignore[attr-defined]
    return f"data:image/{kind};base64,{base64.b64encode(buffer.getvalue()).decode()}"


def _longitude(x: float) -> float:
    return math.degrees(x / EARTH_RADIUS_M)


def _latitude(y: float) -> float:
    return math.degrees(math.atan(math.sinh(y / EARTH_RADIUS_M)))
