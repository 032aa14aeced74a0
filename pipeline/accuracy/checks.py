"""Whether a value that a caller or a file gives is a number of the right kind."""

from __future__ import annotations

import math

import numpy as np


def is_whole(value: object, low: int, high: int) -> bool:
    """Return whether a value is a whole number from `low` to `high`; True and False are not."""
    return isinstance(value, int | np.integer) and not isinstance(value, bool) and low <= int(value) <= high


def is_number(value: object, low: float = -math.inf, high: float = math.inf) -> bool:
    """Tell whether a value is a finite number from `low` to `high`."""
    if isinstance(value, bool) or not isinstance(value, int | float | np.integer | np.floating):
        return False
    return math.isfinite(value) and low <= float(value) <= high
