"""Towns, villages, roads, halls and the quarry."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from synthetic.drawing import Canvas, bend, rectangle
from synthetic.noise import Floats, fractal, smooth, step
from synthetic.place import LAND_SHAPE

# name, column, row, radius (px)
PLACES: tuple[tuple[str, int, int, int], ...] = (
    ("Amperbruck", 505, 905, 92),
    ("Seeheim", 850, 1190, 36),
    ("Hofstetten", 250, 640, 34),
    ("Lindach", 930, 610, 40),
    ("Moosfeld", 150, 1130, 30),
    ("Altenau", 700, 1640, 46),
    ("Birken", 330, 1850, 26),
    ("Kirchberg", 620, 230, 38),
    ("Ebersried", 1210, 1010, 44),
    ("Neuhausen", 1260, 350, 36),
    ("Grafing", 1330, 1560, 40),
    ("Marktwied", 1830, 830, 80),
    ("Tannau", 1760, 1370, 34),
    ("Weiher", 2180, 1290, 40),
    ("Oberlohe", 1900, 300, 34),
    ("Sand", 2350, 640, 42),
    ("Steinach", 2650, 1130, 50),
    ("Buchet", 2560, 1740, 36),
    ("Rotholz", 2820, 420, 38),
    ("Auwies", 1990, 1790, 42),
    ("Hart", 1090, 1890, 30),
    ("Zell", 2960, 1480, 30),
)
LINKS: tuple[tuple[int, int], ...] = (
    (3, 1), (0, 2), (0, 3), (0, 4), (0, 5), (0, 7), (1, 8), (3, 8), (3, 9), (7, 9), (5, 6), (5, 10), (1, 5),
    (8, 10), (8, 11), (9, 14), (9, 11), (11, 12), (11, 14), (11, 15), (11, 13), (12, 10), (12, 19), (13, 16),
    (13, 15), (15, 18), (14, 18), (16, 18), (16, 17), (17, 19), (10, 20), (19, 20), (5, 20), (16, 21),
    (17, 21), (2, 7), (4, 6),
)  # fmt: skip
MOTORWAY = ((-40.0, 480.0), (1080.0, 790.0), (2080.0, 980.0), (3200.0, 1010.0))
QUARRY = (742, 818, 24)


@dataclass(frozen=True)
class Built:
    """Everything that people built; arrays are (row, column)."""

    density: Floats
    """How densely built, 0 to about 1.2."""
    roads: Floats
    roofs: Floats
    streets: Floats
    blocks: Floats
    quarry: NDArray[np.bool_]


def build(rng: np.random.Generator) -> Built:
    """Build all towns."""
    shape = LAND_SHAPE
    wild = fractal(rng, shape, (60, 25, 11), 0.65)
    y, x = np.ogrid[: shape[0], : shape[1]]
    density = np.zeros(shape, np.float32)
    for _, column, row, radius in PLACES:
        reach = 2 * radius
        window = (slice(max(0, row - reach), row + reach), slice(max(0, column - reach), column + reach))
        distance = np.hypot(x[:, window[1]] - column, (y[window[0]] - row) * 1.15).astype(np.float32) / radius
        blob = 1.25 - distance * np.float32(0.95) + np.float32(0.17) * wild[window]
        density[window] = np.maximum(density[window], blob)
    return Built(
        density=density,
        roads=_roads(),
        roofs=_halls(rng),
        streets=_streets(density, smooth(rng, shape, 60)),
        blocks=_blocks(rng),
        quarry=_quarry(wild),
    )


def _roads() -> Floats:
    canvas = Canvas(LAND_SHAPE)
    for number, (one, other) in enumerate(LINKS):
        start, end = PLACES[one][1:3], PLACES[other][1:3]
        canvas.line(bend(start, end, 14 + 7 * (number % 5)), 1.0)
    points = np.array(MOTORWAY)
    columns = np.arange(-40.0, 3200.0, 8.0)
    rows = np.polynomial.Polynomial.fit(points[:, 0], points[:, 1], 3)(columns)
    canvas.line(np.column_stack([columns, rows]), 2.7)
    return canvas.cover()


def _halls(rng: np.random.Generator) -> Floats:
    """Bright roofs of factories and warehouses in rows beside the larger towns."""
    canvas = Canvas(LAND_SHAPE)
    for _, column, row, radius in PLACES:
        if radius < 36:
            continue
        turn = rng.uniform(0, np.pi)
        side = rng.uniform(0, 2 * np.pi)
        middle = np.array([column, row]) + 0.62 * radius * np.array([np.cos(side), np.sin(side)])
        reach = radius // 4
        for across in range(-reach, reach + 1, 8):
            for along in range(-reach, reach + 1, 13):
                if rng.random() < 0.45:
                    continue
                offset = np.array([np.cos(turn), np.sin(turn)]) * (along + rng.uniform(-3, 3))
                offset = offset + np.array([-np.sin(turn), np.cos(turn)]) * across
                size = rng.uniform(3, 12), rng.uniform(2, 6)
                canvas.polygon(rectangle(tuple(middle + offset), *size, turn))
    return canvas.cover()


def _quarry(wild: Floats) -> NDArray[np.bool_]:
    column, row, radius = QUARRY
    part = (slice(row - 2 * radius, row + 2 * radius), slice(column - 2 * radius, column + 2 * radius))
    y, x = np.ogrid[part]
    pit = np.zeros(LAND_SHAPE, bool)
    pit[part] = np.hypot(x - column, (y - row) * 1.25) / radius + 0.24 * wild[part] < 1
    return pit


def _streets(density: Floats, warp: Floats) -> Floats:
    """Lay a slightly bent street grid through every built-up place."""
    built = np.nonzero(density > 0.42)
    y, x = built
    bent = 5 * warp[built]
    one = np.abs(((x * 0.93 + y * 0.37 + bent) / 9) % 1 - 0.5) * 9
    other = np.abs(((y * 0.93 - x * 0.37 + bent) / 13) % 1 - 0.5) * 13
    streets = np.zeros(density.shape, np.float32)
    streets[built] = 1 - step(np.minimum(one, other).astype(np.float32), 0.3, 1.0)
    return streets


def _blocks(rng: np.random.Generator) -> Floats:
    """Houses and yards: one brightness per 20 m and a finer one per pixel."""
    rows, columns = LAND_SHAPE
    houses = rng.standard_normal((rows // 2, columns // 2), np.float32).repeat(2, 0).repeat(2, 1)
    return (houses + rng.standard_normal(LAND_SHAPE, np.float32)) / np.float32(np.sqrt(2))
