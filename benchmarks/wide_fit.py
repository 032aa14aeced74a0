"""k-means on 120 features, as ten bands in twelve periods give: ``python -m benchmarks.wide_fit``.

Prints seconds and processor time of fits to half a million pixels, then the loss of inertia of 48 seeded fits
against the best known grouping of each land, ten full fits of scikit-learn among them.
"""

from __future__ import annotations

import sys
import time

import numpy as np
from sklearn.cluster import KMeans

from pipeline.clustering.kmeans import fit
from pipeline.clustering.model import ClusterModel
from pipeline.progress import Progress
from pipeline.sentinel2.bands import ALL_BANDS
from synthetic.landscape import CHARACTERS, Landscape
from synthetic.numbers import OFFSET_DN

NAMES = tuple(f"{band.key}@{period}" for period in range(1, 13) for band in ALL_BANDS)
KINDS = 9
"""Ways in which the land changes over the year."""
TIMED_PX, LOSS_PX = 500_000, 60_000
CLUSTERS, SEEDS, STARTS = (5, 10), 8, 10
LARGEST_LOSS = 0.001


def pixels(number: int, n: int) -> np.ndarray:
    """Return pixels of a made-up land with a year of their own: float32 ``(n, 120)``."""
    land = Landscape(1000, seed=100 + number, character=CHARACTERS[number][1])
    dn, _ = land.strip(0, -(-n // 1000))
    base = ((dn.astype(np.float32) - OFFSET_DN) / 10_000).reshape(4, -1).T[:n]
    rng = np.random.default_rng(number)
    kind = (base[:, 3] * 40).astype(int) % KINDS
    curves = 0.3 * rng.normal(0, 0.08, (KINDS, len(NAMES))).cumsum(axis=1)
    noise = rng.normal(0, 0.02, (len(base), len(NAMES)))
    mixed = base @ rng.random((4, len(NAMES))) + curves[kind] + noise
    return np.asarray(mixed, np.float32)


def timed() -> None:
    """Print seconds of fits to half a million pixels."""
    sample = pixels(0, TIMED_PX)
    for k in CLUSTERS:
        for seed in range(3):
            wall, cpu = time.perf_counter(), time.process_time()
            fit(sample, NAMES, k, seed, Progress())
            took = time.perf_counter() - wall, time.process_time() - cpu
            print(f"k={k}: {took[0]:.1f} s, {took[1]:.1f} s of processors", flush=True)


def losses() -> list[float]:
    """Return by how much more inertia each seeded fit has than the best known one, as a share."""
    found = []
    for number in range(len(CHARACTERS)):
        sample = pixels(number, LOSS_PX)
        for k in CLUSTERS:
            models = [fit(sample, NAMES, k, seed, Progress()) for seed in range(SEEDS)]
            scaled = models[0].scaled(sample)
            full = KMeans(k, n_init=STARTS, random_state=0).fit(scaled).inertia_
            ours = [_inertia(model, scaled, models[0]) for model in models]
            best = min(full, *ours)
            found += [inertia / best - 1 for inertia in ours]
            print(
                f"land {number}, k={k}: at most {100 * (max(ours) / best - 1):.4f} %, "
                f"scikit-learn {100 * (full / best - 1):.4f} %",
                flush=True,
            )
    return found


def _inertia(model: ClusterModel, scaled: np.ndarray, space: ClusterModel) -> float:
    centres = space.scaled(np.array(model.centres))
    squares = (scaled**2).sum(axis=1)[:, None] - 2 * scaled @ centres.T + (centres**2).sum(axis=1)
    return float(squares.min(axis=1).sum(dtype=np.float64))


def main() -> None:
    """Print both."""
    if "--losses" not in sys.argv:
        timed()
    found = losses()
    good = sum(loss <= LARGEST_LOSS for loss in found)
    print(f"loss of at most 0.1 %: {good} of {len(found)}; most {100 * max(found):.4f} %")


if __name__ == "__main__":
    main()
