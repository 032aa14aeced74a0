"""The light that comes back: reflectance of every material per band and season."""

from __future__ import annotations

from functools import cache

import numpy as np

from synthetic import crops
from synthetic.land import FIELD_NUMBERS, Flags, Land, Material
from synthetic.noise import Floats, Ints, scramble, step
from synthetic.seasons import SEASONS, Season
from synthetic.spectra import ASPHALT, BRUSH, CONIFER, HALL, HOUSES, LAKE, PIT, SHORE, SNOW, WATER

_GROUND = (Material.FOREST, Material.MEADOW, Material.QUARRY, Material.SUBURB, Material.CENTRE)
_SMEAR = np.float32(0.2)
_SNOWED_IN = {
    Material.FIELD: 0.0,  # the crops know
    Material.FOREST: 0.10,
    Material.MEADOW: 0.88,
    Material.QUARRY: 0.65,
    Material.SUBURB: 0.55,
    Material.CENTRE: 0.38,
}
"""Share of the ground that is white on a day with snow; what stands in it or was cleared is not."""
_SEEN_THROUGH_TWIGS = 0.35


class Ground:
    """A part of the land in one season; what does not depend on the band is worked out once.

    Parameters
    ----------
    land : Land
        The part.
    season : str
        Name of a season.
    """

    def __init__(self, land: Land, season: str) -> None:
        self._land = land
        self._now = SEASONS[season]
        self._masks = {material: land.material == material for material in _GROUND}
        self._shading = 1 + _shading(land, self._now.relief)
        self._snow = _snow(land) if self._now.snow else None
        low, high = self._now.low_water - 0.02, self._now.low_water + 0.02
        self._shore = step(land.depth, -0.05, 0.02)
        self._lake = step(land.depth, low, high)
        self._river = land.water * (1 - land.roads)
        self._uneven = 1 + np.float32(0.05) * land.patches + np.float32(0.025) * land.texture

    def reflectance(self, band: int) -> Floats:
        """Reflectance of one band before blur, noise and clouds, (row, column)."""
        land, now = self._land, self._now
        out = crops.reflectance(now.name, band)[land.field]
        out *= self._uneven
        out += (np.float32(now.dull_grass[band]) - out) * np.float32(0.45) * land.edge
        for material, here in self._masks.items():
            if here.any():
                out[here] = _ground(land, here, material, now, band)
        if self._snow is not None:
            out += (SNOW[band] - out) * self._snow
        out *= self._shading
        _blend(out, land.streets, ASPHALT[band] * 0.85)
        _blend(out, land.roads, ASPHALT[band])
        _blend(out, land.roofs, HALL[band] * (1 + 0.10 * land.texture))
        _blend(out, self._shore, SHORE[band] * (1 + 0.1 * land.texture))
        _blend(out, self._lake, LAKE[band])
        _blend(out, self._river, WATER[band])
        return out


def blur(values: Floats) -> Floats:
    """Smear by about 20 m, as the optics and the resampling do; the outermost pixels stay."""
    out = values.copy()
    out[1:-1] += _SMEAR * (values[:-2] + values[2:] - 2 * values[1:-1])
    across = out[:, :-2] + out[:, 2:] - 2 * out[:, 1:-1]
    out[:, 1:-1] += _SMEAR * across
    return out


def _blend(out: Floats, share: Floats, value: float | Floats) -> None:
    if share.any():
        out += (value - out) * share


@cache
def stands() -> Floats:
    """Share of broadleaved trees in every forest stand."""
    return step(np.random.default_rng(12).random(FIELD_NUMBERS, np.float32), 0.42, 0.72)


def _ground(land: Land, here: Flags, material: Material, now: Season, band: int) -> Floats:
    """Reflectance of the pixels that are no field, one material at a time."""
    texture = land.texture[here]
    if material == Material.FOREST:
        stand = land.field[here]
        leaves = (CONIFER[band] + (now.canopy[band] - CONIFER[band]) * stands()[stand]) * (1 + 0.10 * texture)
        cut = felled(stand) & now.felled
        return np.where(cut, BRUSH[band] * (1 + 0.08 * texture), leaves)
    if material == Material.MEADOW:
        lush = step(land.patches[here], -1.2, 0.6)
        dull, rich = now.dull_grass[band], now.lush_grass[band]
        return (dull + (rich - dull) * lush) * (1 + 0.04 * texture)
    if material == Material.QUARRY:
        return PIT[band] * (1 + np.float32(0.14) * texture)
    return _town(texture, land.blocks[here], now, band, 0.06 if material == Material.CENTRE else 0.27)


def _town(texture: Floats, blocks: Floats, now: Season, band: int, gardens: float) -> Floats:
    """Houses, yards and gardens mixed within a pixel."""
    green = np.clip(gardens + 0.16 * texture + 0.05 * blocks, 0, 0.9)
    stone = HOUSES[band] * np.exp(np.float32(0.20) * blocks)
    town: Floats = stone + (now.canopy[band] - stone) * green
    return town


def felled(stand: Ints) -> Flags:
    """Return which forest stands are felled between July and August."""
    chosen: Flags = scramble(stand, stand) % np.uint32(23) == 0
    return chosen


def _snow(land: Land) -> Floats:
    """Share of the ground under snow: thinner on slopes to the sun, more beneath leafless trees."""
    share = np.array([_SNOWED_IN[material] for material in Material], np.float32)[land.material]
    forest = land.material == Material.FOREST
    share[forest] += np.float32(_SEEN_THROUGH_TWIGS) * stands()[land.field[forest]]
    share *= 1 - np.float32(0.08) * np.clip(land.slope + np.float32(0.5) * land.texture, -1, 1)
    return np.clip(share, 0, 0.97)


def _shading(land: Land, relief: float) -> Floats:
    """Light and shade of the terrain: strong under trees, faint on flat farmland."""
    strength = np.full(len(Material), 0.05, np.float32)
    strength[Material.FOREST] = 0.42
    strength[Material.MEADOW] = 0.10
    strength *= np.float32(relief)
    shading: Floats = strength[land.material] * land.slope
    return shading
