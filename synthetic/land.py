"""The lie of the land: which material covers every pixel."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
from enum import IntEnum
from functools import cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from synthetic import towns
from synthetic.drawing import Canvas, Path, meander
from synthetic.noise import Floats, Ints, cells, fractal, scramble, smooth, step
from synthetic.place import LAND_SHAPE

Bytes = NDArray[np.uint8]
Flags = NDArray[np.bool_]
FIELD_NUMBERS = 1 << 14
"""Fields are numbered below this."""


class Material(IntEnum):
    """The material of a pixel; fields get their crop from the field number."""

    FIELD = 0
    FOREST = 1
    MEADOW = 2
    QUARRY = 3
    SUBURB = 4
    CENTRE = 5


# Column, row, half length, half width (px), turn (radians).
_LAKES = (
    (716, 1102, 88, 47, -0.45),
    (2395, 1420, 205, 88, 0.3),
    (1580, 1120, 17, 11, 0.6),
    (1622, 1098, 14, 12, 0.0),
    (1607, 1140, 10, 15, 0.2),
    (2760, 760, 16, 12, 1.0),
    (96, 1370, 34, 19, 0.5),
)


@dataclass(frozen=True)
class Land:
    """Everything about the ground that does not depend on the day; arrays are (row, column)."""

    material: Bytes
    """`Material` of the ground, beneath water, roads and roofs."""
    field: Ints
    """Number of the field or forest stand."""
    edge: Floats
    """1 on the grassy strip between two fields, 0 inside."""
    slope: Floats
    """Terrain rising towards the sun (south-south-east), about -1 to 1."""
    texture: Floats
    """Unevenness of a few tens of metres, deviation 1."""
    patches: Floats
    """Soil differences of a few hundred metres, deviation 1."""
    water: Floats
    """Share covered by the river, 0 to 1."""
    depth: Floats
    """Depth of the lakes; a lake is where it exceeds the level of the season."""
    roads: Floats
    """Share covered by roads, 0 to 1."""
    roofs: Floats
    """Share covered by bright halls, 0 to 1."""
    blocks: Floats
    """Uneven brightness of houses and yards, deviation 1."""
    streets: Floats
    """Share covered by streets inside towns, 0 to 1."""

    def rows(self, part: slice | tuple[slice, slice]) -> Land:
        """Return the same land, only some of its rows, or every nth pixel."""
        return Land(**{field.name: getattr(self, field.name)[part] for field in fields(self)})


@cache
def river_path() -> Path:
    """Course of the river from the south-west corner to the eastern edge."""
    headings = [(0, 68), (900, 62), (1500, 40), (2400, 2), (3300, -14), (4300, 14), (6200, 20)]
    return meander((60.0, 2110.0), headings, 1.25)


def build() -> Land:
    """Make the land; the same on every call."""
    shape = LAND_SHAPE
    with ThreadPoolExecutor(2) as pool:
        # Longest first: the threads share two cores.
        parcels = pool.submit(_parcels, _dice(1))
        built = pool.submit(towns.build, _dice(2))
        texture = pool.submit(fractal, _dice(3), shape, (23, 9, 4), 0.8)
        hills = pool.submit(fractal, _dice(4), shape, (820, 390, 170, 80), 0.5)
        patches = pool.submit(fractal, _dice(5), shape, (210, 90, 45), 0.7)
        depth = pool.submit(_lakes, _dice(6))
        river = pool.submit(_river)
        water, far = river.result()
        height = hills.result() + 0.9 * step(far, 60, 520) + _rise()
        slope = pool.submit(_slope, _dice(7), height)
        field, edge = parcels.result()
        material = _materials(height, far, field, texture.result(), depth.result(), built.result())
        return Land(
            material=material,
            field=field,
            edge=edge,
            slope=slope.result(),
            texture=texture.result(),
            patches=patches.result(),
            water=water,
            depth=depth.result(),
            roads=built.result().roads,
            roofs=np.where(depth.result() > -0.1, 0, built.result().roofs),
            blocks=built.result().blocks,
            streets=built.result().streets,
        )


def _dice(purpose: int) -> np.random.Generator:
    return np.random.default_rng((20240609, purpose))


def _river() -> tuple[Floats, Floats]:
    """Share covered by the river, and the distance to it in pixels."""
    canvas = Canvas(LAND_SHAPE)
    canvas.line(river_path(), 8.5)
    water = canvas.cover()
    return water, _distance(river_path())


def _rise() -> Floats:
    """Raise a wooded hill in the example area."""
    y, x = (np.arange(n, dtype=np.float32) for n in LAND_SHAPE)
    down, right = ((y - 1150) / 130) ** 2, ((x - 330) / 120) ** 2
    hill: Floats = np.float32(1.7) * np.exp(-down)[:, None] * np.exp(-right)[None, :]
    return hill


def _distance(path: Path) -> Floats:
    """Distance of every pixel to a path, worked out for every eighth pixel and interpolated between."""
    every = 8
    y, x = (np.arange(0, n, every, dtype=np.float32) + every / 2 for n in LAND_SHAPE)
    points = path[::3].astype(np.float32)
    across = (x[:, None] - points[:, 0]) ** 2
    nearest = np.array([np.sqrt((across + (row - points[:, 1]) ** 2).min(axis=1)) for row in y], np.float32)
    return np.asarray(Image.fromarray(nearest).resize(LAND_SHAPE[::-1], Image.Resampling.BILINEAR))


def _lakes(rng: np.random.Generator) -> Floats:
    """Depth of the lakes: positive under water in June, falling gently to the shore."""
    y, x = (np.arange(n, dtype=np.float32) for n in LAND_SHAPE)
    depth = np.full(LAND_SHAPE, -9, np.float32)
    for column, row, length, width, turn in _LAKES:
        reach = 3 * max(length, width)
        part = (slice(max(0, row - reach), row + reach), slice(max(0, column - reach), column + reach))
        right, down = x[None, part[1]] - column, y[part[0], None] - row
        across = (right * np.float32(np.cos(turn)) + down * np.float32(np.sin(turn))) / length
        along = (down * np.float32(np.cos(turn)) - right * np.float32(np.sin(turn))) / width
        radius = np.sqrt(across * across + along * along)
        shore = fractal(rng, radius.shape, (length, length / 2.5, length / 7), 0.5)
        depth[part] = np.maximum(depth[part], 1 - radius + np.float32(0.14) * shore * np.minimum(1, radius))
    return depth


def _parcels(rng: np.random.Generator) -> tuple[Ints, Floats]:
    """Return the number of the field of every pixel, and 1 where two fields meet."""
    district, border = cells(rng, LAND_SHAPE, 150)
    warp = smooth(rng, LAND_SHAPE, 70)
    count = int(district.max()) + 1
    turn = rng.uniform(0, np.pi, count).astype(np.float32)
    width, length = (rng.uniform(low, high, count).astype(np.float32) for low, high in ((13, 34), (28, 80)))
    field = np.empty(LAND_SHAPE, np.uint32)
    edge = np.empty(LAND_SHAPE, np.float32)
    for start in range(0, LAND_SHAPE[0], 64):
        rows = slice(start, start + 64)
        layout = (turn, width, length)
        field[rows], edge[rows] = _cut(layout, district[rows], border[rows], warp[rows], start)
    return field, edge


def _cut(
    layout: tuple[Floats, Floats, Floats], district: NDArray[np.int32], border: Floats, warp: Floats, top: int
) -> tuple[Ints, Floats]:
    """Cut every district into strips and every strip into fields, all turned the district's own way."""
    turn, width, length = (values[district] for values in layout)
    y, x = (np.arange(n, dtype=np.float32) for n in district.shape)
    down, right = (y + top)[:, None], x[None, :]
    cosine, sine = np.cos(turn), np.sin(turn)
    across = (down * cosine - right * sine + np.float32(1.5) * warp) / width
    across += np.float32(0.22) * np.sin(across * np.float32(2.1))
    strip = np.floor(across)
    number = strip.astype(np.int32)
    shift = (scramble(number, district) & np.uint32(255)).astype(np.float32) / np.float32(255)
    along = (right * cosine + down * sine) / length + shift
    part = np.floor(along)
    field = scramble(district, number, part.astype(np.int32)) & np.uint32(FIELD_NUMBERS - 1)
    gap = (np.float32(0.5) - np.abs(across - strip - np.float32(0.5))) * width
    gap = np.minimum(gap, (np.float32(0.5) - np.abs(along - part - np.float32(0.5))) * length)
    return field, 1 - step(np.minimum(gap, border), 0.3, 1.3)


def _materials(
    height: Floats, far: Floats, field: Ints, texture: Floats, depth: Floats, built: towns.Built
) -> Bytes:
    """Forest on the heights and in whole parcels, meadows along the water, towns over both."""
    chance = (scramble(field) & np.uint32(1023)).astype(np.float32) / np.float32(1023)
    wooded = height + 0.75 * (chance - 0.5) + 0.10 * texture
    bank = far + 10 * texture
    material = np.full(LAND_SHAPE, Material.FIELD, np.uint8)
    material[(far < 95 + 90 * chance) & (chance > 0.42)] = Material.MEADOW
    material[(wooded > 1.42) | (chance > 0.988) | ((bank < 13) & (far > 2))] = Material.FOREST
    material[(depth > -0.16) & (texture > -0.6)] = Material.MEADOW
    dry = depth < -0.25
    material[dry & (built.density > 0.42)] = Material.SUBURB
    material[dry & (built.density > 0.80)] = Material.CENTRE
    material[built.quarry] = Material.QUARRY
    return material


def _slope(rng: np.random.Generator, height: Floats) -> Floats:
    """How much the ground turns to the sun."""
    shape = height.shape
    relief = 90 * height + 26 * smooth(rng, shape, 62) + 10 * smooth(rng, shape, 28)
    south, east = np.gradient(relief)
    rise = -(np.float32(0.88) * south + np.float32(0.47) * east)
    slope: Floats = np.clip(rise / np.float32(3 * rise.std()), -1.2, 1.2)
    return slope
