"""Smooth random fields and repeatable per-object randomness, the raw material of the land."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Floats = NDArray[np.float32]
Ints = NDArray[np.uint32]


def smooth(rng: np.random.Generator, shape: tuple[int, int], wavelength_px: float) -> Floats:
    """Random field that varies over about one wavelength, mean 0 and standard deviation 1."""
    rows, columns = (int(np.ceil(n / wavelength_px)) + 3 for n in shape)
    knots = Image.fromarray(rng.standard_normal((rows, columns), np.float32))
    box = (1.0, 1.0, 1.0 + shape[1] / wavelength_px, 1.0 + shape[0] / wavelength_px)
    field = np.asarray(knots.resize(shape[::-1], Image.Resampling.BICUBIC, box=box))
    return _standard(field)


def fractal(
    rng: np.random.Generator, shape: tuple[int, int], wavelengths_px: Sequence[float], fall: float = 0.55
) -> Floats:
    """Sum of smooth fields, each next wavelength weighing `fall` times the one before; deviation 1."""
    total = np.zeros(shape, np.float32)
    for octave, wavelength in enumerate(wavelengths_px):
        total += np.float32(fall**octave) * smooth(rng, shape, wavelength)
    return _standard(total)


def _standard(field: Floats) -> Floats:
    """Shift and scale to mean 0 and deviation 1, judged by every 64th pixel."""
    few = field[::8, ::8]
    standard: Floats = (field - few.mean()) / few.std()
    return standard


def step(values: Floats, low: float, high: float) -> Floats:
    """0 below `low`, 1 above `high`, a smooth ramp between."""
    ramp = np.clip((values - np.float32(low)) / np.float32(high - low), 0, 1)
    smoothed: Floats = ramp * ramp * (3 - 2 * ramp)
    return smoothed


def scramble(*numbers: NDArray[np.integer]) -> Ints:
    """Mix whole numbers into one that looks random but is always the same (a finaliser of murmur type)."""
    mixed = np.full_like(numbers[0], 0x9E3779B9, np.uint32)
    for number in numbers:
        mixed = (number.astype(np.uint32) ^ mixed) * np.uint32(0x85EBCA6B)
        mixed ^= mixed >> np.uint32(13)
        mixed *= np.uint32(0xC2B2AE35)
        mixed ^= mixed >> np.uint32(16)
    return mixed


def cells(rng: np.random.Generator, shape: tuple[int, int], size_px: int) -> tuple[NDArray[np.int32], Floats]:
    """Voronoi cells around one jittered point per grid square.

    Returns
    -------
    tuple
        Number of the cell of every pixel, and how far (px) the pixel is from the cell's border.
    """
    rows, columns = shape[0] // size_px + 3, shape[1] // size_px + 3
    point_y, point_x = (rng.uniform(0.1, 0.9, (rows, columns)).astype(np.float32) for _ in range(2))
    y, x = (np.arange(n, dtype=np.float32) / size_px + 1 for n in shape)
    square_y, square_x = y.astype(np.int32), x.astype(np.int32)
    winner = np.empty(shape, np.int32)
    gap = np.empty(shape, np.float32)

    def search(rows: slice) -> None:
        nearest = np.full((len(y[rows]), shape[1]), np.inf, np.float32)
        second = nearest.copy()
        for row in (-1, 0, 1):
            for column in (-1, 0, 1):
                near_y, near_x = square_y[rows] + row, square_x + column
                at = np.ix_(near_y, near_x)
                gap_y = point_y[at] + (near_y - y[rows])[:, None]
                gap_x = point_x[at] + (near_x - x)[None, :]
                distance = gap_y * gap_y + gap_x * gap_x
                closer = distance < nearest
                np.minimum(second, np.maximum(nearest, distance), out=second)
                np.minimum(nearest, distance, out=nearest)
                np.copyto(winner[rows], near_y[:, None] * columns + near_x[None, :], where=closer)
        gap[rows] = (np.sqrt(second) - np.sqrt(nearest)) * np.float32(size_px / 2)

    for start in range(0, shape[0], 64):
        search(slice(start, start + 64))
    return winner, gap


def halved(values: Floats) -> Floats:
    """Mean of every 2 x 2 pixels."""
    return (values[::2, ::2] + values[1::2, ::2] + values[::2, 1::2] + values[1::2, 1::2]) / np.float32(4)
