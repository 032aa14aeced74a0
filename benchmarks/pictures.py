"""After a run: another number of clusters on the pixels already read, and the pictures for the map."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from benchmarks.case import Case
from pipeline import Analysis
from pipeline.analysis import analyse
from pipeline.overlays import Overlay, cluster_overlays, image_overlays
from pipeline.warp import Warp

OTHER_K = (4, 6, 7)
"""Clusters asked for after the first result, one after the other."""
REPEATS = 5


def again(case: Case) -> dict[str, Any]:
    """Return seconds of each recluster, seconds and bytes of masks and of both images.

    Bytes are those of the data URLs, as they cross the websocket.
    """
    analysis = analyse(case.request)
    reclustered = [_seconds(partial(analysis.recluster, k)) for k in OTHER_K]
    masks, images = [], []
    for _ in range(REPEATS):
        masks.append(_seconds(lambda: _masks(analysis)))
        images.append(_seconds(lambda: _images(analysis)))
    return {
        "recluster_s": reclustered,
        "masks_s": masks,
        "images_s": images,
        "masks_bytes": _bytes(*_masks(analysis)),
        "images_bytes": _bytes(*_images(analysis)),
    }


def _masks(analysis: Analysis) -> tuple[Overlay, ...]:
    colors = [s.color for s in analysis.suggestions]
    return cluster_overlays(analysis.labels.values, Warp.of(analysis.grid), colors)


def _images(analysis: Analysis) -> tuple[Overlay, ...]:
    reflectance = np.nan_to_num(analysis.pixels.reflectance.values)
    planes = np.clip(reflectance * 10_000 + 0.5, 1, 65_535).astype(np.uint16) * analysis.pixels.has_data
    return image_overlays(planes, analysis.pixels.clear, Warp.of(analysis.grid))


def _bytes(*pictures: Overlay) -> int:
    return sum(len(picture.url) for picture in pictures)


def _seconds(function: Callable[[], object]) -> float:
    started = time.perf_counter()
    function()
    return time.perf_counter() - started
