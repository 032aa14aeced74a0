"""From land and sky to the files that a catalogue serves: bands, scene classification, true classes."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from demo.place import VISITS
from synthetic import surface
from synthetic.bands import BANDS, TEN_M
from synthetic.files import describe_classes, write_cog
from synthetic.land import Bytes, Land
from synthetic.noise import Floats
from synthetic.numbers import Words, stored
from synthetic.place import CLASSES, EPSG, LAND_SHAPE, PIXEL_M, TILES, Tile
from synthetic.scene_classes import classify
from synthetic.sky import Sky, imaged, sky
from synthetic.visit import Visit

BAND_FILES = {**{band.key: f"{band.code}.tif" for band in BANDS}, "scl": "SCL.tif"}
_STRIP = 128
_BORDER = 4
_NOISE = (0.0008, 0.0007, 0.0007, 0.0014)
_WORKERS = 2
_OVERVIEWS = {PIXEL_M: (2, 4), 2 * PIXEL_M: (2,)}


def folder(visit: Visit, tile: Tile) -> str:
    """Name of a scene's folder, shaped like an item id of `sentinel-2-c1-l2a`."""
    return f"{visit.satellite}_T{tile.name}_{visit.moment:%Y%m%dT%H%M%S}_L2A"


def class_map_file(tile: Tile, season: str) -> str:
    """Name of the file with the true classes of a tile."""
    return f"classes_{tile.name}_{season}.tif"


def write_scenes(target: Path, land: Land) -> dict[str, Bytes]:
    """Write every band of every scene and the class maps.

    Parameters
    ----------
    target
        An existing, empty folder.
    land
        The ground that all scenes show.

    Returns
    -------
    dict
        Scene classification per scene folder, 20 m, (row, column).
    """
    inside = imaged()
    for visit in VISITS:
        for tile in TILES:
            (target / folder(visit, tile)).mkdir()
    seasons = sorted({visit.season for visit in VISITS})
    with ThreadPoolExecutor(_WORKERS) as pool:
        skies = dict(zip((visit.stamp for visit in VISITS), pool.map(sky, VISITS), strict=True))
        jobs = [
            pool.submit(_write_band, target, land, skies, season, band, inside)
            for season in seasons
            for band in range(len(TEN_M))
        ]
        seen = {}
        for season in seasons:
            truth = np.where(inside, surface.true_classes(land, season), np.uint8(0))
            jobs += [
                pool.submit(
                    _write_cog,
                    target / class_map_file(tile, season),
                    truth[:, tile.columns],
                    tile,
                    PIXEL_M,
                    named=True,
                )
                for tile in TILES
            ]
            for visit, tile in product((v for v in VISITS if v.season == season), TILES):
                whole = classify(land, skies[visit.stamp], truth, inside)
                part = whole[:, tile.columns.start // 2 : tile.columns.stop // 2]
                seen[folder(visit, tile)] = part
                path = target / folder(visit, tile) / BAND_FILES["scl"]
                jobs.append(pool.submit(_write_cog, path, part, tile, 2 * PIXEL_M))
        for job in jobs:
            job.result()
    return seen


def ground_reflectance(land: Land, season: str, band: int, rows: slice) -> Floats:
    """Reflectance of some rows of the land on a day without clouds, blurred as the instrument does."""
    wide = slice(max(0, rows.start - _BORDER), min(LAND_SHAPE[0], rows.stop + _BORDER))
    ground = surface.blur(surface.surface(land.rows(wide), season, band))
    return ground[rows.start - wide.start : rows.stop - wide.start]


def digital_numbers(ground: Floats, above: Sky, visit: Visit, band: int, rows: slice) -> Words:
    """Pixels of some rows as the product stores them: 10000 x reflectance + 1000."""
    seen = above.seen_through(ground, band, rows)
    rng = np.random.default_rng((visit.absolute_orbit, band, rows.start))
    seen += np.float32(_NOISE[band]) * rng.standard_normal(seen.shape, np.float32)
    return stored(seen)


def _write_band(
    target: Path, land: Land, skies: dict[str, Sky], season: str, band: int, inside: NDArray[np.bool_]
) -> None:
    """Write one band of all visits of a season: they share the ground."""
    visits = [visit for visit in VISITS if visit.season == season]
    pixels = {visit.stamp: np.empty(LAND_SHAPE, np.uint16) for visit in visits}
    for rows in _strips():
        ground = ground_reflectance(land, season, band, rows)
        for visit in visits:
            seen = digital_numbers(ground, skies[visit.stamp], visit, band, rows)
            pixels[visit.stamp][rows] = np.where(inside[rows], seen, np.uint16(0))
    for visit, tile in product(visits, TILES):
        path = target / folder(visit, tile) / BAND_FILES[TEN_M[band]]
        _write_cog(path, pixels[visit.stamp][:, tile.columns], tile, PIXEL_M)


def _strips() -> Iterator[slice]:
    for start in range(0, LAND_SHAPE[0], _STRIP):
        yield slice(start, min(start + _STRIP, LAND_SHAPE[0]))


def _write_cog(path: Path, values: Bytes | Words, tile: Tile, pixel_m: int, *, named: bool = False) -> None:
    """Write one file on the tile's grid."""
    write_cog(
        path,
        values,
        tile.corner,
        epsg=EPSG,
        step=pixel_m,
        overviews=_OVERVIEWS[pixel_m],
        describe=describe_classes(CLASSES) if named else None,
    )
