"""A chequered field of four surfaces that are far apart in every band: for tests that know each pixel."""

from __future__ import annotations

import numpy as np

from synthetic.numbers import Words

SURFACES = np.array(
    [(0.05, 0.06, 0.04, 0.02), (0.03, 0.05, 0.03, 0.32), (0.05, 0.08, 0.07, 0.26), (0.10, 0.13, 0.17, 0.24)]
)
"""Water, forest, meadow, soil: reflectance in blue, green, red and nir."""


def patchwork(side_px: int, seed: int) -> Words:
    """Return digital numbers without offset, ``(4, side_px, side_px)``: patches of 370 by 530 m."""
    random = np.random.default_rng(seed)
    row, column = np.meshgrid(np.arange(side_px), np.arange(side_px), indexing="ij")
    kinds = (row // 37 + column // 53) % len(SURFACES)
    texture = random.lognormal(0, 0.06, (side_px, side_px))
    noise = random.normal(0, 25, (SURFACES.shape[1], side_px, side_px))
    dn = np.moveaxis(np.rint(10_000 * SURFACES)[kinds], -1, 0) * texture + noise
    numbers: Words = np.clip(dn, 20, 9000).astype(np.uint16)
    return numbers
