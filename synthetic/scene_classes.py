"""The scene classification that comes with an image, as Sen2Cor would draw it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from synthetic.land import Bytes, Land, Material
from synthetic.noise import halved
from synthetic.seasons import SEASONS
from synthetic.sky import Sky

_OF_TRUTH = np.array([0, 6, 4, 4, 4, 4, 5, 5, 5, 5, 11], np.uint8)
"""Scene class of every true class of a day."""
_LEAFLESS = 0.3


def classify(land: Land, above: Sky, truth: Bytes, inside: NDArray[np.bool_], season: str) -> Bytes:
    """Scene classification on the 20 m grid.

    Parameters
    ----------
    land, above : Land, Sky
        What is seen, at 10 m.
    truth : numpy.ndarray
        True classes of the day, 10 m, uint8.
    inside : numpy.ndarray
        Which 10 m pixels were imaged.
    season : str
        Name of the season: trees without leaves are no vegetation to the classification.
    """
    of_truth = _OF_TRUTH.copy()
    if SEASONS[season].leafy < _LEAFLESS:
        of_truth[3] = 5
    kinds = of_truth[truth[::2, ::2]]
    forest = land.material[::2, ::2] == Material.FOREST
    kinds[forest & (kinds == 4) & (land.slope[::2, ::2] < -0.95)] = 2
    town = land.material[::2, ::2] >= Material.SUBURB
    kinds[town & (kinds == 5) & (land.blocks[::2, ::2] < -1.9)] = 7
    opacity, shadow = halved(above.opacity), halved(above.shadow)
    kinds[shadow > 0.22] = 3
    kinds[opacity > 0.04] = 10
    kinds[opacity > 0.40] = 8
    kinds[opacity > 0.72] = 9
    whole = inside[::2, ::2] & inside[1::2, ::2] & inside[::2, 1::2] & inside[1::2, 1::2]
    kinds[~whole] = 0
    return kinds
