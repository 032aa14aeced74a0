"""k-means on three landscapes: seconds and loss of inertia, ours against scikit-learn on all pixels.

Runs in a process of its own (``python -m benchmarks.clustering SETTING``) and prints JSON: a list of fits.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from itertools import chain
from typing import Any

import numpy as np
import xarray as xr
from sklearn.cluster import KMeans
from sklearn.metrics import pairwise_distances_argmin_min

from benchmarks.settings import BY_NAME, Settings
from pipeline.clustering.kmeans import fit
from pipeline.clustering.model import ClusterModel
from pipeline.progress import Progress
from pipeline.sentinel2.bands import BANDS
from synthetic.landscape import CHARACTERS, Landscape
from synthetic.numbers import OFFSET_DN

EVALUATE_PX = 2**18


def fits(settings: Settings) -> Iterator[dict[str, Any]]:
    """Give one record for each fit: area, k, method, seed, seconds, inertia.

    Inertia is that of all pixels in the z-scored space, the one that is optimised.
    """
    for number, (area, character) in enumerate(CHARACTERS[: settings.landscapes]):
        land = Landscape(settings.cluster_side_px, seed=100 + number, character=character)
        dn, _ = land.strip(0, settings.cluster_side_px)
        cube = xr.DataArray(
            (dn.astype(np.float32) - OFFSET_DN) / 10_000,
            dims=("band", "y", "x"),
            coords={"band": list(BANDS)},
        )
        pixels = cube.values.reshape(len(BANDS), -1).T
        _fit_and_label(cube, 2, 0)  # starts the threads of OpenMP
        for k in settings.clusters:
            fitted = (_timed(_fit_and_label, cube, k, seed) for seed in range(settings.fit_seeds))
            first = next(fitted)
            _, space = first
            for seed, (seconds, model) in enumerate(chain([first], fitted)):
                yield _record(area, k, "ours", seed, seconds, _inertia(model, pixels, space))
                if seed < settings.cluster_rounds:
                    yield _sklearn(area, k, "one start", 1, seed, space.scaled(pixels))
            yield _sklearn(area, k, "ten starts", settings.fit_starts, 0, space.scaled(pixels))


def _fit_and_label(cube: xr.DataArray, k: int, seed: int) -> ClusterModel:
    """Do as the pipeline does with an area that is all clear."""
    clear = np.ones(cube.shape[1:], bool)
    model = fit(cube.values[:, clear].T, BANDS, k, seed, Progress())
    model.label(cube)
    return model


def _sklearn(area: str, k: int, method: str, starts: int, seed: int, scaled: np.ndarray) -> dict[str, Any]:
    """Fit on all pixels; the labels come with it. The scaling is a gift."""
    estimator = KMeans(k, n_init=starts, random_state=seed)
    seconds, _ = _timed(estimator.fit, scaled)
    return _record(area, k, method, seed, seconds, float(estimator.inertia_))


def _record(area: str, k: int, method: str, seed: int, seconds: float, inertia: float) -> dict[str, Any]:
    return {"area": area, "k": k, "method": method, "seed": seed, "seconds": seconds, "inertia": inertia}


def _timed(function: Any, *arguments: Any) -> tuple[float, Any]:
    started = time.perf_counter()
    result = function(*arguments)
    return time.perf_counter() - started, result


def _inertia(model: ClusterModel, pixels: np.ndarray, space: ClusterModel) -> float:
    """Return the inertia in one space for all fits: their own scales differ by a thousandth themselves."""
    centres = space.scaled(np.array(model.centres))
    total = 0.0
    for start in range(0, len(pixels), EVALUATE_PX):
        block = space.scaled(pixels[start : start + EVALUATE_PX])
        nearest = pairwise_distances_argmin_min(block, centres, metric="sqeuclidean")[0]
        total += float(((block - centres[nearest]).astype(np.float64) ** 2).sum())
    return total


if __name__ == "__main__":
    print(json.dumps(list(fits(BY_NAME[sys.argv[1]]))))
