"""The light that comes back: reflectance of every material per band and season, and the true classes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from synthetic.land import FIELD_NUMBERS, Bytes, Flags, Land, Material
from synthetic.noise import Floats, Ints, scramble, step
from synthetic.spectra import (
    ASPHALT,
    BROADLEAF,
    BRUSH,
    CONIFER,
    GREEN,
    HALL,
    HOUSES,
    LAKE,
    MEADOW,
    MOWN,
    PIT,
    RIPE,
    SHORE,
    SOIL,
    STUBBLE,
    WATER,
    Spectrum,
)

_GROUND = (Material.FOREST, Material.MEADOW, Material.QUARRY, Material.SUBURB, Material.CENTRE)
_SMEAR = np.float32(0.2)
LAKE_LEVEL = {"june": 0.0, "august": 0.17}


@dataclass(frozen=True)
class State:
    """How the fields of one crop look in one season."""

    cover: Spectrum
    """The plants."""
    ground: Spectrum
    """What is seen between them."""
    covered: float
    """Share of the ground that the plants hide."""
    true_class: int


# What grows on a field: share of all fields, and its state per season.
_CROPS: tuple[tuple[float, dict[str, State]], ...] = (
    # wheat, cut in July
    (0.27, {"june": State(GREEN, SOIL, 0.90, 4), "august": State(RIPE, STUBBLE, 0.05, 6)}),
    # barley, ripe in June, ploughed in August
    (0.15, {"june": State(RIPE, SOIL, 0.92, 6), "august": State(RIPE, SOIL, 0.10, 7)}),
    # maize
    (0.24, {"june": State(GREEN, SOIL, 0.05, 7), "august": State(GREEN, SOIL, 0.93, 4)}),
    # beet and potatoes
    (0.10, {"june": State(GREEN, SOIL, 0.04, 7), "august": State(GREEN, SOIL, 0.88, 4)}),
    # meadows, mown in turn
    (0.14, {"june": State(MEADOW, SOIL, 0.96, 5), "august": State(MOWN, SOIL, 0.95, 5)}),
    (0.10, {"june": State(MOWN, SOIL, 0.95, 5), "august": State(MEADOW, SOIL, 0.94, 5)}),
)


def surface(land: Land, season: str, band: int) -> Floats:
    """Reflectance of one band on the ground in one season, before blur, noise and clouds, (row, column)."""
    out = _fields(season, band)[land.field]
    out *= 1 + np.float32(0.05) * land.patches + np.float32(0.025) * land.texture
    out += (np.float32(MOWN[band]) - out) * np.float32(0.45) * land.edge
    for material in _GROUND:
        here = land.material == material
        if here.any():
            out[here] = _ground(land, here, material, season, band)
    out *= 1 + _shading(land)
    _blend(out, land.streets, ASPHALT[band] * 0.85)
    _blend(out, land.roads, ASPHALT[band])
    _blend(out, land.roofs, HALL[band] * (1 + 0.10 * land.texture))
    _blend(out, step(land.depth, -0.05, 0.02), SHORE[band] * (1 + 0.1 * land.texture))
    _blend(out, step(land.depth, *_level(season)), LAKE[band])
    _blend(out, land.water * (1 - land.roads), WATER[band])
    return out


def true_classes(land: Land, season: str) -> Bytes:
    """Class map of one season: values of `place.CLASSES`, decided by what covers most of a pixel."""
    crops = np.array([seasons[season].true_class for _, seasons in _CROPS], np.uint8)
    out = crops[_crop_of_field()][land.field]
    stands = np.where(_stands() > 0.5, np.uint8(3), np.uint8(2))
    forest = land.material == Material.FOREST
    out[forest] = stands[land.field[forest]]
    out[land.material == Material.MEADOW] = 5
    out[land.material == Material.QUARRY] = 9
    out[land.material >= Material.SUBURB] = 8
    if season == "august":
        out[forest & _felled(land.field)] = 7
    out[land.roads > 0.5] = 8
    out[(land.depth > -0.03) | (land.roofs > 0.5)] = 9
    out[land.depth > sum(_level(season)) / 2] = 1
    out[land.water * (1 - land.roads) > 0.5] = 1
    return out


def blur(values: Floats) -> Floats:
    """Smear by about 20 m, as the optics and the resampling do; the outermost pixels stay."""
    out = values.copy()
    out[1:-1] += _SMEAR * (values[:-2] + values[2:] - 2 * values[1:-1])
    across = out[:, :-2] + out[:, 2:] - 2 * out[:, 1:-1]
    out[:, 1:-1] += _SMEAR * across
    return out


def _level(season: str) -> tuple[float, float]:
    return LAKE_LEVEL[season] - 0.02, LAKE_LEVEL[season] + 0.02


def _blend(out: Floats, share: Floats, value: float | Floats) -> None:
    if share.any():
        out += (value - out) * share


def _crop_of_field() -> NDArray[np.intp]:
    bounds = np.cumsum([crop[0] for crop in _CROPS])
    return np.searchsorted(bounds[:-1], np.random.default_rng(11).random(FIELD_NUMBERS))


def _stands() -> Floats:
    """Share of broadleaved trees in every forest stand."""
    return step(np.random.default_rng(12).random(FIELD_NUMBERS, np.float32), 0.42, 0.72)


def _fields(season: str, band: int) -> Floats:
    """Reflectance of every field number."""
    rng = np.random.default_rng(13)
    cover_change = rng.normal(0, 0.045, FIELD_NUMBERS)
    tone = 1 + rng.normal(0, 0.07, FIELD_NUMBERS)
    states = [seasons[season] for _, seasons in _CROPS]
    crop = _crop_of_field()
    cover = np.array([state.cover[band] for state in states])[crop]
    ground = np.array([state.ground[band] for state in states])[crop]
    covered = np.clip(np.array([state.covered for state in states])[crop] + cover_change, 0, 1)
    return ((cover * covered + ground * (1 - covered)) * tone).astype(np.float32)


def _ground(land: Land, here: Flags, material: Material, season: str, band: int) -> Floats:
    """Reflectance of the pixels that are no field, one material at a time."""
    texture = land.texture[here]
    if material == Material.FOREST:
        stand = land.field[here]
        leaves = (CONIFER[band] + (BROADLEAF[band] - CONIFER[band]) * _stands()[stand]) * (1 + 0.10 * texture)
        felled = _felled(stand) & (season == "august")
        return np.where(felled, BRUSH[band] * (1 + 0.08 * texture), leaves)
    if material == Material.MEADOW:
        lush = step(land.patches[here], -1.2, 0.6)
        return (MOWN[band] + (MEADOW[band] - MOWN[band]) * lush) * (1 + 0.04 * texture)
    if material == Material.QUARRY:
        return PIT[band] * (1 + np.float32(0.14) * texture)
    return _town(texture, land.blocks[here], band, 0.06 if material == Material.CENTRE else 0.27)


def _town(texture: Floats, blocks: Floats, band: int, gardens: float) -> Floats:
    """Houses, yards and gardens mixed within a pixel."""
    green = np.clip(gardens + 0.16 * texture + 0.05 * blocks, 0, 0.9)
    stone = HOUSES[band] * np.exp(np.float32(0.20) * blocks)
    town: Floats = stone + (BROADLEAF[band] - stone) * green
    return town


def _felled(stand: Ints) -> Flags:
    """Tell which forest stands are felled between June and August."""
    felled: Flags = scramble(stand, stand) % np.uint32(23) == 0
    return felled


def _shading(land: Land) -> Floats:
    """Light and shade of the terrain: strong under trees, faint on flat farmland."""
    strength = np.full(len(Material), 0.05, np.float32)
    strength[Material.FOREST] = 0.42
    strength[Material.MEADOW] = 0.10
    shading: Floats = strength[land.material] * land.slope
    return shading
