"""From land and sky to the files that a catalogue serves: bands, scene classification, true classes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rasterio.enums import Resampling
from rasterio.io import DatasetWriter, MemoryFile
from rasterio.shutil import copy
from rasterio.transform import Affine

from demo import spectra
from demo.land import Bytes, Land, Material
from demo.noise import Floats
from demo.place import BANDS, CLASSES, EPSG, LAND_SHAPE, PIXEL_M, TILES, VISITS, Tile, Visit
from demo.sky import Sky, imaged, sky

BAND_FILES = {"blue": "B02.tif", "green": "B03.tif", "red": "B04.tif", "nir": "B08.tif", "scl": "SCL.tif"}
_STRIP = 128
_BORDER = 4
_NOISE = (0.0008, 0.0007, 0.0007, 0.0014)
_WORKERS = 2
_OVERVIEWS = {PIXEL_M: [2, 4], 2 * PIXEL_M: [2]}

Words = NDArray[np.uint16]


def folder(visit: Visit, tile: Tile) -> str:
    """Name of a scene's folder, shaped like an item id of `sentinel-2-c1-l2a`."""
    satellite = "S2A" if visit.platform == "sentinel-2a" else "S2B"
    return f"{satellite}_T{tile.name}_{visit.moment:%Y%m%dT%H%M%S}_L2A"


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
            for band in range(len(BANDS))
        ]
        seen = {}
        for season in seasons:
            truth = np.where(inside, spectra.true_classes(land, season), np.uint8(0))
            jobs += [
                pool.submit(
                    _write_cog,
                    target / class_map_file(tile, season),
                    truth[:, tile.columns],
                    tile,
                    PIXEL_M,
                    _describe,
                )
                for tile in TILES
            ]
            for visit, tile in product((v for v in VISITS if v.season == season), TILES):
                whole = _classify(land, skies[visit.stamp], truth, inside)
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
    ground = spectra.blur(spectra.surface(land.rows(wide), season, band))
    return ground[rows.start - wide.start : rows.stop - wide.start]


def digital_numbers(ground: Floats, above: Sky, visit: Visit, band: int, rows: slice) -> Words:
    """Pixels of some rows as the product stores them: 10000 x reflectance + 1000."""
    seen = above.seen_through(ground, band, rows)
    rng = np.random.default_rng((visit.absolute_orbit, band, rows.start))
    seen += np.float32(_NOISE[band]) * rng.standard_normal(seen.shape, np.float32)
    stored: Words = np.clip(np.rint(seen * 10_000) + 1_000, 1, 32_767).astype(np.uint16)
    return stored


def _write_band(
    target: Path, land: Land, skies: dict[str, Sky], season: str, band: int, inside: NDArray[np.bool_]
) -> None:
    """Write one band of all visits of a season: they share the ground."""
    visits = [visit for visit in VISITS if visit.season == season]
    stored = {visit.stamp: np.empty(LAND_SHAPE, np.uint16) for visit in visits}
    for rows in _strips():
        ground = ground_reflectance(land, season, band, rows)
        for visit in visits:
            pixels = digital_numbers(ground, skies[visit.stamp], visit, band, rows)
            stored[visit.stamp][rows] = np.where(inside[rows], pixels, np.uint16(0))
    for visit, tile in product(visits, TILES):
        path = target / folder(visit, tile) / BAND_FILES[BANDS[band]]
        _write_cog(path, stored[visit.stamp][:, tile.columns], tile, PIXEL_M)


def _strips() -> Iterator[slice]:
    for start in range(0, LAND_SHAPE[0], _STRIP):
        yield slice(start, min(start + _STRIP, LAND_SHAPE[0]))


def _classify(land: Land, above: Sky, truth: Bytes, inside: NDArray[np.bool_]) -> Bytes:
    """Scene classification on the 20 m grid, as Sen2Cor would draw it."""
    kinds = np.array([0, 6, 4, 4, 4, 4, 5, 5, 5, 5], np.uint8)[truth[::2, ::2]]
    forest = land.material[::2, ::2] == Material.FOREST
    kinds[forest & (kinds == 4) & (land.slope[::2, ::2] < -0.95)] = 2
    town = land.material[::2, ::2] >= Material.SUBURB
    kinds[town & (kinds == 5) & (land.blocks[::2, ::2] < -1.9)] = 7
    opacity, shadow = _halve(above.opacity), _halve(above.shadow)
    kinds[shadow > 0.22] = 3
    kinds[opacity > 0.04] = 10
    kinds[opacity > 0.40] = 8
    kinds[opacity > 0.72] = 9
    whole = inside[::2, ::2] & inside[1::2, ::2] & inside[::2, 1::2] & inside[1::2, 1::2]
    kinds[~whole] = 0
    return kinds


def _halve(values: NDArray[np.float32]) -> NDArray[np.float32]:
    return (values[::2, ::2] + values[1::2, ::2] + values[::2, 1::2] + values[1::2, 1::2]) / np.float32(4)


def _write_cog(
    path: Path,
    values: Bytes | Words,
    tile: Tile,
    pixel_m: int,
    describe: Callable[[DatasetWriter], None] | None = None,
) -> None:
    """Write one cloud-optimised GeoTIFF on the tile's grid."""
    _, _, west, _, _, north = tile.transform
    measured = values.dtype == np.uint16
    with MemoryFile() as plain:
        with plain.open(
            driver="GTiff",
            count=1,
            height=values.shape[0],
            width=values.shape[1],
            dtype=values.dtype,
            nodata=0,
            crs=f"EPSG:{EPSG}",
            transform=Affine(pixel_m, 0, west, 0, -pixel_m, north),
        ) as file:
            file.write(values, 1)
            if describe is not None:
                describe(file)
            # Made here because GDAL would compress them twice.
            file.build_overviews(_OVERVIEWS[pixel_m], Resampling.average if measured else Resampling.mode)
        # A copy frees the GIL, which a COG opened for writing does not: two are written at once.
        copy(
            plain.name,
            path,
            driver="COG",
            compress="DEFLATE",
            level=1,
            predictor=2 if measured else 1,
            blocksize=512,
        )


def _describe(file: DatasetWriter) -> None:
    """Put names and colours of the true classes into a class map."""
    colours = {value: _rgba(colour) for value, (_, colour) in CLASSES.items()}
    file.write_colormap(1, {0: (0, 0, 0, 0), **colours})
    file.update_tags(**{f"class_{value}": name for value, (name, _) in CLASSES.items()})


def _rgba(colour: str) -> tuple[int, int, int, int]:
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return red, green, blue, 255
