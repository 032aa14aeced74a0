"""From land and sky to the files a catalogue serves: bands and scene classification as COGs, and the class maps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.transform import Affine

from demo import spectra
from demo.land import Bytes, Land, Material, build
from demo.place import BANDS, CLASSES, EPSG, LAND_SHAPE, PIXEL_M, TILES, VISITS, Tile, Visit
from demo.sky import Sky, imaged, sky

BAND_FILES = {"blue": "B02.tif", "green": "B03.tif", "red": "B04.tif", "nir": "B08.tif", "scl": "SCL.tif"}
_STRIP = 128
_BORDER = 4
_NOISE = (0.0008, 0.0007, 0.0007, 0.0014)
_WORKERS = 2

Words = NDArray[np.uint16]


def folder(visit: Visit, tile: Tile) -> str:
    """Name of a scene's folder, shaped like an item id of `sentinel-2-c1-l2a`."""
    satellite = "S2A" if visit.platform == "sentinel-2a" else "S2B"
    return f"{satellite}_T{tile.name}_{visit.moment:%Y%m%dT%H%M%S}_L2A"


def class_map_file(tile: Tile, season: str) -> str:
    """Name of the file with the true classes of a tile."""
    return f"classes_{tile.name}_{season}.tif"


def write_scenes(target: Path) -> dict[str, Bytes]:
    """Write every band of every scene and the class maps.

    Parameters
    ----------
    target
        An existing, empty folder.

    Returns
    -------
    dict
        Scene classification per scene folder, 20 m, (row, column).
    """
    land = build()
    inside = imaged()
    for visit in VISITS:
        for tile in TILES:
            (target / folder(visit, tile)).mkdir()
    classifications: dict[str, Bytes] = {}
    with ThreadPoolExecutor(_WORKERS) as pool:
        skies = dict(zip((v.stamp for v in VISITS), pool.map(sky, VISITS), strict=True))
        jobs = [
            pool.submit(_write_band, target, land, skies[visit.stamp], visit, band, inside)
            for visit in VISITS
            for band in range(len(BANDS))
        ]
        truth = {season: pool.submit(spectra.true_classes, land, season) for season in ("june", "august")}
        for visit in VISITS:
            seen = pool.submit(
                _classify, land, skies[visit.stamp], truth[visit.season].result(), inside
            ).result()
            for tile in TILES:
                part = seen[:, tile.columns.start // 2 : tile.columns.stop // 2]
                classifications[folder(visit, tile)] = part
                path = target / folder(visit, tile) / BAND_FILES["scl"]
                jobs.append(pool.submit(_write_cog, path, part, tile, 2 * PIXEL_M))
        for season, classes in truth.items():
            for tile in TILES:
                path = target / class_map_file(tile, season)
                part = np.where(inside, classes.result(), 0).astype(np.uint8)[:, tile.columns]
                jobs.append(pool.submit(_write_cog, path, part, tile, PIXEL_M, _describe))
        for job in jobs:
            job.result()
    return classifications


def digital_numbers(
    land: Land, above: Sky, visit: Visit, band: int, inside: NDArray[np.bool_], rows: slice
) -> Words:
    """Pixels of some rows as the product stores them: 10000 x reflectance + 1000, 0 outside the swath."""
    wide = slice(max(0, rows.start - _BORDER), min(LAND_SHAPE[0], rows.stop + _BORDER))
    ground = spectra.blur(spectra.surface(land.rows(wide), visit.season, band))
    ground = ground[rows.start - wide.start : rows.stop - wide.start]
    seen = above.seen_through(ground, band, rows)
    rng = np.random.default_rng((visit.absolute_orbit, band, rows.start))
    seen += np.float32(_NOISE[band]) * rng.standard_normal(seen.shape, np.float32)
    stored = np.clip(np.rint(seen * 10_000) + 1_000, 1, 32_767).astype(np.uint16)
    return np.where(inside[rows], stored, np.uint16(0))


def _write_band(
    target: Path, land: Land, above: Sky, visit: Visit, band: int, inside: NDArray[np.bool_]
) -> None:
    stored = np.empty(LAND_SHAPE, np.uint16)
    for rows in _strips():
        stored[rows] = digital_numbers(land, above, visit, band, inside, rows)
    for tile in TILES:
        path = target / folder(visit, tile) / BAND_FILES[BANDS[band]]
        _write_cog(path, stored[:, tile.columns], tile, PIXEL_M)


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
    describe: Callable[[rasterio.io.DatasetWriter], None] | None = None,
) -> None:
    """Write one cloud-optimised GeoTIFF on the tile's grid."""
    _, _, west, _, _, north = tile.transform
    measured = values.dtype == np.uint16
    with rasterio.open(
        path,
        "w",
        driver="COG",
        count=1,
        height=values.shape[0],
        width=values.shape[1],
        dtype=values.dtype,
        nodata=0,
        crs=f"EPSG:{EPSG}",
        transform=Affine(pixel_m, 0, west, 0, -pixel_m, north),
        compress="DEFLATE",
        level=4,
        predictor=2 if measured else 1,
        blocksize=512,
        overview_resampling="AVERAGE" if measured else "MODE",
    ) as file:
        file.write(values, 1)
        if describe is not None:
            describe(file)


def _describe(file: rasterio.io.DatasetWriter) -> None:
    """Put names and colours of the true classes into a class map."""
    colours = {value: _rgba(colour) for value, (_, colour) in CLASSES.items()}
    file.write_colormap(1, {0: (0, 0, 0, 0), **colours})
    file.update_tags(**{f"class_{value}": name for value, (name, _) in CLASSES.items()})


def _rgba(colour: str) -> tuple[int, int, int, int]:
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return red, green, blue, 255
