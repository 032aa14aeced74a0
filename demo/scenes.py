"""From land and sky to the files that a catalogue serves: bands, scene classification, true classes."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from demo.place import VISITS
from synthetic.bands import BANDS
from synthetic.files import describe_classes, write_cog
from synthetic.land import Bytes, Land
from synthetic.noise import Floats, halved
from synthetic.numbers import Words, stored
from synthetic.place import CLASSES, EPSG, PIXEL_M, Tile
from synthetic.scene_classes import classify
from synthetic.sky import Sky, imaged, sky
from synthetic.surface import Ground, blur
from synthetic.truth import true_classes
from synthetic.visit import Visit

BAND_FILES = {**{band.key: f"{band.code}.tif" for band in BANDS}, "scl": "SCL.tif"}
_STRIP = 128
_BORDER = 4
_NOISE = (0.0008, 0.0007, 0.0007, 0.0014, 0.0006, 0.0008, 0.0009, 0.0010, 0.0010, 0.0009)
"""Standard deviation of every band's noise, in the order of `BANDS`."""
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
    seasons: dict[str, list[Visit]] = {}
    for visit in VISITS:
        seasons.setdefault(visit.season, []).append(visit)
        for tile in visit.tiles:
            (target / folder(visit, tile)).mkdir()
    # The largest first: two are made at once.
    order = sorted(seasons.values(), key=lambda visits: -sum(len(visit.tiles) for visit in visits))
    found: dict[str, Bytes] = {}
    with ThreadPoolExecutor(_WORKERS) as pool:
        for seen in pool.map(lambda visits: _write_season(target, land, visits), order):
            found |= seen
    return found


def _write_season(target: Path, land: Land, visits: list[Visit]) -> dict[str, Bytes]:
    """Write the scenes of one season: they share the ground, the tiles and the true classes."""
    season, tiles = visits[0].season, visits[0].tiles
    rows, columns = tiles[0].rows, slice(tiles[0].columns.start, tiles[-1].columns.stop)
    shown, inside = land.rows((rows, columns)), imaged()[rows, columns]
    skies = [sky(visit).part(rows, columns) for visit in visits]
    windows = {tile: _columns(tile, columns.start) for tile in tiles}

    truth = np.where(inside, true_classes(shown, season), np.uint8(0))
    for tile, window in windows.items():
        _write_cog(target / class_map_file(tile, season), truth[:, window], tile, PIXEL_M, named=True)
    found = {}
    for visit, above in zip(visits, skies, strict=True):
        whole = classify(shown, above, truth, inside, season)
        for tile, window in windows.items():
            kinds = whole[:, window.start // 2 : window.stop // 2]
            found[folder(visit, tile)] = kinds
            _write_cog(target / folder(visit, tile) / BAND_FILES["scl"], kinds, tile, 2 * PIXEL_M)

    for visit, planes in zip(visits, _paint(shown, inside, visits, skies), strict=True):
        for band, pixels in zip(BANDS, planes, strict=True):
            for tile, window in windows.items():
                factor = band.pixel_m // PIXEL_M
                cut = pixels[:, window.start // factor : window.stop // factor]
                _write_cog(target / folder(visit, tile) / BAND_FILES[band.key], cut, tile, band.pixel_m)
    return found


def _columns(tile: Tile, first: int) -> slice:
    return slice(tile.columns.start - first, tile.columns.stop - first)


def _paint(land: Land, inside: NDArray[np.bool_], visits: list[Visit], skies: list[Sky]) -> list[list[Words]]:
    """Paint all bands of every visit of a season, each at its own pixel size."""
    whole = inside[::2, ::2] & inside[1::2, ::2] & inside[::2, 1::2] & inside[1::2, 1::2]
    imaged_at = {1: inside, 2: whole}
    skies_at = {1: skies, 2: [above.halved() for above in skies]}
    factors = [band.pixel_m // PIXEL_M for band in BANDS]
    planes = [[np.empty(imaged_at[factor].shape, np.uint16) for factor in factors] for _ in visits]
    for rows in _strips(land.material.shape[0]):
        ground = Strip(land, visits[0].season, rows)
        for band, factor in enumerate(factors):
            reflectance = ground.reflectance(band)
            part = slice(rows.start // factor, rows.stop // factor)
            for visit, above, painted in zip(visits, skies_at[factor], planes, strict=True):
                seen = digital_numbers(reflectance, above, visit, band, part)
                painted[band][part] = np.where(imaged_at[factor][part], seen, np.uint16(0))
    return planes


class Strip:
    """Some rows of the land on a day without clouds, blurred as the instrument does.

    Parameters
    ----------
    land
        The ground, at 10 m.
    season
        Name of the season.
    rows
        Rows at 10 m.
    """

    def __init__(self, land: Land, season: str, rows: slice) -> None:
        first = max(0, rows.start - _BORDER)
        self._ground = Ground(
            land.rows(slice(first, min(land.material.shape[0], rows.stop + _BORDER))), season
        )
        self._rows = slice(rows.start - first, rows.stop - first)

    def reflectance(self, band: int) -> Floats:
        """Reflectance in one band (its number in `BANDS`), (row, column); a 20 m band comes at 20 m."""
        ground = blur(self._ground.reflectance(band))[self._rows]
        return ground if BANDS[band].pixel_m == PIXEL_M else halved(ground)


def digital_numbers(ground: Floats, above: Sky, visit: Visit, band: int, rows: slice) -> Words:
    """Pixels of some rows as the product stores them: 10000 x reflectance + 1000."""
    seen = above.seen_through(ground, band, rows)
    rng = np.random.default_rng((visit.absolute_orbit, band, rows.start))
    seen += np.float32(_NOISE[band]) * rng.standard_normal(seen.shape, np.float32)
    return stored(seen)


def _strips(height: int) -> Iterator[slice]:
    for start in range(0, height, _STRIP):
        yield slice(start, min(start + _STRIP, height))


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
