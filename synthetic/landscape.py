"""A landscape of any size in digital numbers, strip by strip: whole tiles for the benchmarks.

Parcels, forest, towns, water, clouds, and texture that compresses badly.

Real bands of one tile take 171 to 243 MB as DEFLATE: most of a pixel is texture. White texture of the
right strength makes the made-up blocks as large as real ones; parcels and slopes make clusters that
overlap and stretch as real ones do. The same seed gives the same pixels.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from synthetic.numbers import stored
from synthetic.spectra import CLOUD, CROPS, LOAM, SEA, TOWNS, WOODS, Spectrum

SHARED_TEXTURE, BAND_TEXTURE = 0.12, 0.009
"""Standard deviation of the texture: relative, in all bands alike; and of each band, in reflectance."""
_DARKEST_AND_BRIGHTEST = 0.0001, 1.5
OCTAVES_PX = (700, 230, 61)


@dataclass(frozen=True)
class Character:
    """The make-up of a landscape, as shares of its relief (0..1)."""

    water_below: float
    forest_above: float
    town_above: float
    parcel_px: int


MIXED = Character(0.3, 0.58, 0.68, 26)
CHARACTERS = (
    ("fields", Character(0.16, 0.74, 0.72, 34)),
    ("mountains", Character(0.22, 0.42, 0.85, 15)),
    ("coast", Character(0.46, 0.7, 0.58, 22)),
)
"""Three landscapes on which clustering is compared."""


class Landscape:
    """A landscape, generated in strips of rows.

    Parameters
    ----------
    side_px : int
        Rows and columns at 10 m.
    seed : int
        Gives another landscape.
    character : Character
        Kind of landscape.
    """

    def __init__(self, side_px: int, seed: int, character: Character = MIXED) -> None:
        self.side_px, self.seed, self.character = side_px, seed, character
        rng = np.random.default_rng(seed)
        self._smooth = {
            name: [rng.random((side_px // step + 3,) * 2, dtype=np.float32) for step in OCTAVES_PX]
            for name in ("relief", "wet", "cloud")
        }
        self._crop = rng.random(4096, dtype=np.float32)
        self._bright = rng.normal(1, 0.12, 4096).astype(np.float32)

    def strip(self, first: int, last: int) -> tuple[np.ndarray, np.ndarray]:
        """Return rows `first` to `last`.

        Returns
        -------
        tuple of numpy.ndarray
            Digital numbers uint16 ``(4, rows, side_px)`` and scene classes uint8 of the same rows at 20 m.
        """
        rows = np.arange(first, last)
        relief, wet, cloud = (self._field(name, rows) for name in ("relief", "wet", "cloud"))
        reflectance, classes = self._cover(rows, relief, wet)
        rng = np.random.default_rng((self.seed, first))
        shape = relief.shape
        shared = np.exp(SHARED_TEXTURE * rng.standard_normal(shape, dtype=np.float32))
        covered = cloud > 0.83
        classes[covered] = 9
        classes[(cloud > 0.81) & ~covered] = 8
        dn = np.empty((4, *shape), np.uint16)
        for band, values in enumerate(reflectance):
            values *= shared
            values += BAND_TEXTURE * rng.standard_normal(shape, dtype=np.float32)
            values[covered] = CLOUD[band] * shared[covered]
            dn[band] = stored(np.clip(values, *_DARKEST_AND_BRIGHTEST))
        return dn, classes[::2, ::2].copy()

    def _cover(self, rows: np.ndarray, relief: np.ndarray, wet: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        kind = self.character
        parcel = self._parcels(rows, relief)
        crop = self._crop[parcel]
        bright = self._bright[parcel]
        soil = _four(LOAM)
        reflectance = (soil + (_four(CROPS) - soil) * crop[..., None]) * bright[..., None]
        classes = np.where(crop > 0.4, 4, 5).astype(np.uint8)
        forest, town, water = (
            relief > kind.forest_above,
            wet > kind.town_above,
            relief < kind.water_below,
        )
        slope = (0.7 + 0.6 * wet)[..., None]
        reflectance = np.where(forest[..., None], _four(WOODS) * slope, reflectance)
        reflectance = np.where((town & ~forest)[..., None], _four(TOWNS) * bright[..., None], reflectance)
        reflectance = np.where(water[..., None], _four(SEA), reflectance)
        classes[forest], classes[town & ~forest], classes[water] = 4, 5, 6
        return np.moveaxis(reflectance, -1, 0).astype(np.float32).copy(), classes

    def _parcels(self, rows: np.ndarray, relief: np.ndarray) -> np.ndarray:
        """Return the number of the parcel, 0..4095: a bent, turned grid."""
        size = self.character.parcel_px
        y, x = rows[:, None].astype(np.float32), np.arange(self.side_px, dtype=np.float32)
        bent = relief * (8 * size)
        across = ((x + 0.35 * y + bent) / size).astype(np.int32)
        along = ((y - 0.35 * x + bent) / (1.7 * size) + 9000).astype(np.int32)
        numbers: np.ndarray = (across * 7919 + along * 104_729) & 4095
        return numbers

    def _field(self, name: str, rows: np.ndarray) -> np.ndarray:
        """Return smooth noise, 0..1, roughly."""
        total = np.zeros((len(rows), self.side_px), np.float32)
        for weight, step, lattice in zip((0.6, 0.28, 0.12), OCTAVES_PX, self._smooth[name], strict=True):
            total += weight * _interpolated(lattice, rows, np.arange(self.side_px), step)
        return total


def _interpolated(lattice: np.ndarray, rows: np.ndarray, columns: np.ndarray, step: int) -> np.ndarray:
    """Return a lattice with `step` pixels between its points, interpolated with a soft step."""
    (i, v), (j, u) = (_place(axis, step) for axis in (rows, columns))
    lines = lattice[i] + (lattice[i + 1] - lattice[i]) * v[:, None]
    values: np.ndarray = lines[:, j] + (lines[:, j + 1] - lines[:, j]) * u
    return values


def _place(axis: np.ndarray, step: int) -> tuple[np.ndarray, np.ndarray]:
    cell, rest = np.divmod(axis, step)
    t = (rest / step).astype(np.float32)
    return cell, t * t * (3 - 2 * t)


def _four(spectrum: Spectrum) -> np.ndarray:
    """Return a spectrum in the four 10 m bands."""
    return np.array(spectrum[:4], np.float32)
