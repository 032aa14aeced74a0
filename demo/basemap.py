"""A muted, map-like picture of the land, to lie under the satellite image when no map service is in reach."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from PIL import Image
from rasterio.crs import CRS
from rasterio.transform import Affine, array_bounds
from rasterio.warp import Resampling, calculate_default_transform, reproject, transform

from demo.backdrop_file import FILE, PLACE, Bounds
from synthetic.land import Bytes, Land, Material
from synthetic.noise import Floats, step
from synthetic.place import EPSG, LAND_SHAPE, NORTH_M, PIXEL_M, WEST_M

_WIDTH_PX = 1180
_COLOURS = 96
_PAPER = (241, 239, 230)
_TINTS = {
    Material.FOREST: (206, 221, 197),
    Material.MEADOW: (230, 236, 217),
    Material.QUARRY: (222, 216, 206),
    Material.SUBURB: (226, 222, 217),
    Material.CENTRE: (217, 212, 206),
}
_WATER = (183, 210, 226)
_ROAD = (255, 254, 250)


def write(folder: Path, land: Land) -> None:
    """Draw the backdrop into the folder of the scenes."""
    picture, bounds = _warp(_draw(land))
    opaque = Image.fromarray(picture[..., :3]).quantize(_COLOURS, dither=Image.Dither.NONE)
    indices = np.asarray(opaque).copy()
    indices[picture[..., 3] < 128] = _COLOURS
    palette = (opaque.getpalette() or [])[: 3 * _COLOURS]
    image = Image.fromarray(indices)
    image.putpalette(palette + [0] * (3 * (_COLOURS - len(palette) // 3)) + list(_PAPER))
    image.save(folder / FILE, optimize=True, transparency=_COLOURS)
    (folder / PLACE).write_text(json.dumps(bounds), encoding="utf-8")


def _draw(land: Land) -> Bytes:
    """Paint the land in pale tints, at half resolution, as red, green, blue and opacity."""
    fine = land.rows((slice(None, None, 2), slice(None, None, 2)))
    picture = np.empty((*fine.material.shape, 4), np.float32)
    picture[..., :3] = _PAPER
    picture[..., 3] = 255
    for material, tint in _TINTS.items():
        _paint(picture, (fine.material == material).astype(np.float32), tint)
    picture[..., :3] *= (1 + 0.05 * fine.slope * (fine.material == Material.FOREST))[..., None]
    _paint(picture, step(fine.depth, -0.03, 0.03), _WATER)
    _paint(picture, _wider(land.water), _WATER)
    _paint(picture, np.minimum(1, 1.3 * _wider(land.roads)), _ROAD)
    return np.clip(np.rint(picture), 0, 255).astype(np.uint8)


def _wider(share: Floats) -> Floats:
    """Halve the resolution of a thin line without thinning it."""
    upper = np.maximum(share[::2, ::2], share[::2, 1::2])
    lower = np.maximum(share[1::2, ::2], share[1::2, 1::2])
    widest: Floats = np.maximum(upper, lower)
    return widest


def _paint(picture: Floats, share: Floats, tint: tuple[int, int, int]) -> None:
    picture[..., :3] += (np.array(tint, np.float32) - picture[..., :3]) * share[..., None]


def _warp(picture: Bytes) -> tuple[Bytes, Bounds]:
    """Warp from UTM to web mercator; what lies outside the land becomes transparent."""
    rows, columns = LAND_SHAPE
    source = Affine(2 * PIXEL_M, 0, WEST_M, 0, -2 * PIXEL_M, NORTH_M)
    utm, mercator = CRS.from_epsg(EPSG), CRS.from_epsg(3857)
    edges = (WEST_M, NORTH_M - PIXEL_M * rows, WEST_M + PIXEL_M * columns, NORTH_M)
    target, width, height = calculate_default_transform(utm, mercator, columns // 2, rows // 2, *edges)
    target, width, height = (
        target * Affine.scale(width / _WIDTH_PX),
        _WIDTH_PX,
        round(height * _WIDTH_PX / width),
    )
    warped = np.zeros((4, height, width), np.uint8)
    reproject(
        np.moveaxis(picture, -1, 0).copy(),
        warped,
        src_transform=source,
        src_crs=utm,
        dst_transform=target,
        dst_crs=mercator,
        resampling=Resampling.bilinear,
    )
    west, south, east, north = array_bounds(height, width, target)
    (west, east), (south, north) = transform(mercator, "EPSG:4326", [west, east], [south, north])
    return np.moveaxis(warped, 0, -1), ((south, west), (north, east))
