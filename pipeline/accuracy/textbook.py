"""The textbook's interval: estimate plus and minus z standard errors.

Stehman 2014 (doi:10.1080/01431161.2014.930207, equations 25 to 28) for any strata. Where the strata are the
classes of the map it is, term by term, Olofsson et al. 2014 (doi:10.1016/j.rse.2014.02.015, equations 5 to 7
and 10). It collapses to nothing where a sample shows no error, however small the sample.
"""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np

from pipeline.accuracy.tally import Ratio

FEWEST = 2
"""Points a stratum needs: a variance is not defined for one."""


def normal_interval(ratio: Ratio, level: float) -> tuple[float, float]:
    """Return the ends of the interval of a share; they are as in print and may pass 0 and 1.

    Parameters
    ----------
    ratio : Ratio
        Counts; strata that matter have at least `FEWEST` points or are checked completely.
    level : float
        Such as 0.95.
    """
    error = standard_error(ratio)
    reach = NormalDist().inv_cdf(0.5 + level / 2) * error
    return ratio.estimate - reach, ratio.estimate + reach


def standard_error(ratio: Ratio) -> float:
    """Return the standard error of a share; NaN where the share is not defined."""
    share = ratio.estimate
    n = np.maximum(ratio.points, 1)
    # Each point has y = 1 where it counts for the share, and x = 1 where it counts for or against it.
    # The error of the ratio R = Y / X is that of the mean of the residuals d = y - R x, which are
    # 1 - R for a good point, -R for a bad one, and 0 for any other.
    mean = (ratio.good * (1 - share) - ratio.bad * share) / n
    mean_of_squares = (ratio.good * (1 - share) ** 2 + ratio.bad * share**2) / n
    # Their variance within a stratum, s^2 = n / (n - 1) (mean of d^2 - (mean of d)^2).
    variance = (mean_of_squares - mean**2) * n / np.maximum(n - 1, 1)
    # A stratum adds A_h^2 (1 - n_h / N_h) s_h^2 / n_h; without known pixels n_h / N_h counts as 0.
    unseen = 1.0 if ratio.pixels is None else 1 - n / np.maximum(ratio.pixels, n)
    total = float((ratio.hectares**2 * unseen * np.maximum(variance, 0) / n).sum())
    # X, the area that the share is a share of.
    whole = float((ratio.hectares * (ratio.good + ratio.bad) / n).sum())
    return math.sqrt(total) / whole if whole > 0 else float("nan")
