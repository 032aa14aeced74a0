"""A sample of clear pixels, drawn evenly over an area: what the clusters are fitted on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.area.blocks import Block
from pipeline.reading.pixels import Pixels
from pipeline.sentinel2.offset import IMPOSSIBLE_DN, QUANTIFICATION

SAMPLE_PX = 500_000
"""Pixels of an area that are looked at; smaller areas are taken whole."""

FEW_PX = 1000
"""If a block has no more clear pixels than this, all are taken: a cloudy area must not seem to have none."""


@dataclass(frozen=True)
class RawSample:
    """Pixels as they stand in the files."""

    dn: np.ndarray
    """uint16 ``(n, band)``."""
    scene: np.ndarray
    """uint16 ``(n,)``: number of the scene."""
    rows: np.ndarray
    """int32 ``(n,)`` on the area's grid."""
    columns: np.ndarray
    """int32 ``(n,)`` on the area's grid."""

    def settled(self, offsets: Sequence[int]) -> Sample:
        """Return the sample in reflectance, without numbers that cannot be (pixels.Pixels.settled)."""
        if not any(offsets):
            reflectance = np.asarray(self.dn / np.float32(QUANTIFICATION), np.float32)
            return Sample(reflectance, self.rows, self.columns)
        offset = np.array(offsets, np.float32)[self.scene]
        can_be = (self.dn.min(axis=1) >= IMPOSSIBLE_DN) | (offset == 0)
        reflectance = (self.dn + offset[:, None]) / np.float32(QUANTIFICATION)
        kept = slice(None) if can_be.all() else can_be
        return Sample(np.asarray(reflectance, np.float32)[kept], self.rows[kept], self.columns[kept])


@dataclass(frozen=True)
class Sample:
    """Clear pixels of an area and where they lie."""

    reflectance: np.ndarray
    """float32 ``(n, band)``."""
    rows: np.ndarray
    """int32 ``(n,)`` on the area's grid."""
    columns: np.ndarray
    """int32 ``(n,)`` on the area's grid."""


def take(block: Block, pixels: Pixels, usable: np.ndarray, share: float, seed: int) -> RawSample:
    """Return usable pixels of a block, evenly drawn.

    Parameters
    ----------
    usable : numpy.ndarray
        bool ``(y, x)``.
    share : float
        Share of all pixels that are looked at; from 1 on all of them.
    seed : int
        Same block, share and seed give the same pixels, whichever machine draws them.
    """
    if share >= 1 or np.count_nonzero(usable) <= FEW_PX:
        flat = np.flatnonzero(usable)
    else:
        rng = np.random.default_rng((seed, block.row, block.column))
        drawn = np.zeros(usable.size, bool)
        drawn[rng.integers(0, usable.size, round(share * usable.size))] = True
        flat = np.flatnonzero(drawn & usable.ravel())
    rows, columns = np.divmod(flat, block.width)
    return RawSample(
        pixels.at(flat).T,
        pixels.scenes(flat),
        (rows + block.row).astype(np.int32),
        (columns + block.column).astype(np.int32),
    )


def pooled(samples: Sequence[RawSample]) -> RawSample:
    """Return the samples of all blocks as one."""
    if len(samples) == 1:
        return samples[0]
    return RawSample(
        np.concatenate([s.dn for s in samples]),
        np.concatenate([s.scene for s in samples]),
        np.concatenate([s.rows for s in samples]),
        np.concatenate([s.columns for s in samples]),
    )
