"""What really covers the land: the true classes of one day, and the cover of the whole year."""

from __future__ import annotations

import numpy as np

from synthetic import crops
from synthetic.land import Bytes, Flags, Land, Material
from synthetic.seasons import SEASONS
from synthetic.surface import felled, stands


def true_classes(land: Land, season: str) -> Bytes:
    """Class map of one season: values of `place.CLASSES`, decided by what covers most of a pixel."""
    now = SEASONS[season]
    states, which = crops.states(season)
    out = np.array([state.true_class for state in states], np.uint8)[which][land.field]
    forest = _forest(land, out)
    out[land.material == Material.MEADOW] = 10 if now.snow else 5
    out[land.material == Material.QUARRY] = 9
    out[land.material >= Material.SUBURB] = 8
    if now.felled:
        out[forest & felled(land.field)] = 7
    return _lines_and_water(land, out, now.low_water)


def cover_classes(land: Land) -> Bytes:
    """Class map of the year: values of `place.COVER_CLASSES`; water where it stands in June."""
    out = np.array([crop.cover_class for crop in crops.CROPS], np.uint8)[crops.crop_of_field()][land.field]
    forest = _forest(land, out)
    out[land.material == Material.MEADOW] = 5
    out[land.material == Material.QUARRY] = 9
    out[land.material >= Material.SUBURB] = 8
    out[forest & felled(land.field)] = 7
    return _lines_and_water(land, out, SEASONS["june"].low_water)


def _forest(land: Land, out: Bytes) -> Flags:
    """Write the kind of trees into a class map; return where the forest is."""
    forest: Flags = land.material == Material.FOREST
    kinds = np.where(stands() > 0.5, np.uint8(3), np.uint8(2))
    out[forest] = kinds[land.field[forest]]
    return forest


def _lines_and_water(land: Land, out: Bytes, low_water: float) -> Bytes:
    """Write roads, roofs, shores, lakes and river into a class map."""
    out[land.roads > 0.5] = 8
    out[(land.depth > -0.03) | (land.roofs > 0.5)] = 9
    out[land.depth > low_water] = 1
    out[land.water * (1 - land.roads) > 0.5] = 1
    return out
