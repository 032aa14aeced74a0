"""A map of land cover as a mapping agency would make it of this land: eleven classes, and wrong in places.

Its mistakes are those of real maps: it is older than the image, whole fields are taken for another class and
more so in some regions, borders are generalised, roads and lone halls are lost, gardens count as town or not.
"""

from __future__ import annotations

import numpy as np

from synthetic.land import Bytes, Flags, Land, Material
from synthetic.noise import Floats, Ints, scramble, smooth
from synthetic.truth import cover_classes

WORLD_COVER: dict[int, tuple[str, str]] = {
    10: ("Tree cover", "#006400"),
    20: ("Shrubland", "#ffbb22"),
    30: ("Grassland", "#ffff4c"),
    40: ("Cropland", "#f096ff"),
    50: ("Built-up", "#fa0000"),
    60: ("Bare / sparse vegetation", "#b4b4b4"),
    70: ("Snow and ice", "#f0f0f0"),
    80: ("Permanent water bodies", "#0064c8"),
    90: ("Herbaceous wetland", "#0096a0"),
    95: ("Mangroves", "#00cf75"),
    100: ("Moss and lichen", "#fae6a0"),
}
"""The eleven classes of ESA WorldCover: value, name, colour."""
OF_COVER = np.array([0, 80, 10, 10, 40, 30, 40, 30, 50, 60], np.uint8)
"""The right class of every value of `place.COVER_CLASSES`."""
_SWAY_PX = 1.0
"""How far a border lies from where it is, standard deviation."""


def reference_map(land: Land) -> Bytes:
    """Return the map on the grid of the land, values of `WORLD_COVER`, (row, column)."""
    rng = np.random.default_rng(20210101)
    shape = land.material.shape
    region = smooth(rng, shape, 260)
    out = OF_COVER[cover_classes(land)]
    forest = land.material == Material.FOREST
    out[forest] = 10  # what is felled today stood when the map was made
    out[(land.roads > 0) & (out == 50)] = 40  # too thin to be seen
    before = out.copy()
    for here, right, wrong, often in (
        (None, 40, 30, 0.16),
        (None, 30, 40, 0.25),
        (forest, 10, 20, 0.07),
    ):
        chosen = _chance(land.field, 256 * right + wrong) < often * np.exp(np.float32(0.45) * region)
        out[_where(before == right, here) & chosen] = wrong
    built = land.material >= Material.SUBURB
    gardens = land.material == Material.SUBURB
    fine = smooth(rng, shape, 9)
    out[gardens & (fine > 0.9)] = 10
    out[gardens & (fine < -1.1)] = 30
    out[(land.roofs > 0.5) & ~built] = 50
    out[(land.depth > -0.22) & (land.depth < -0.03) & (fine > 0.2)] = 90
    return _generalised(out, rng)


def _where(right: Flags, here: Flags | None) -> Flags:
    return right if here is None else right & here


def _chance(field: Ints, purpose: int) -> Floats:
    """Return one random number of every field, 0 to 1."""
    mixed = scramble(field, np.full_like(field, purpose)) & np.uint32(0xFFFF)
    return mixed.astype(np.float32) / np.float32(0xFFFF)


def _generalised(values: Bytes, rng: np.random.Generator) -> Bytes:
    """Sway the borders by some pixels, and let the map see only every second pixel."""
    rows, columns = values.shape
    sway = [np.float32(_SWAY_PX) * smooth(rng, values.shape, 14) for _ in range(2)]
    y = np.arange(rows, dtype=np.float32)[:, None] // 2 * 2 + sway[0]
    x = np.arange(columns, dtype=np.float32)[None, :] // 2 * 2 + sway[1]
    down = np.clip(np.rint(y), 0, rows - 1).astype(np.int32)
    right = np.clip(np.rint(x), 0, columns - 1).astype(np.int32)
    swayed: Bytes = values[down, right]
    return swayed
