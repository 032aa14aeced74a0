"""After a run: another number of clusters on the pixels already read, and the pictures for the map."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from benchmarks.case import Case
from pipeline.analysis import analyse
from pipeline.drawing.overlays import Overlay, cluster_overlays, image_overlays
from pipeline.drawing.warp import Warp

OTHER_K = (4, 6, 7)
"""Clusters asked for after the first result, one after the other."""
PREFITTED_K = (3, 8)
REPEATS = 5


def again(case: Case) -> dict[str, Any]:
    """Return seconds of each recluster, seconds and bytes of masks and of both images.

    Bytes are those of the data URLs, as they cross the websocket.
    """
    analysis = analyse(case.request)
    reclustered = [_seconds(partial(analysis.recluster, k)) for k in OTHER_K]
    ahead = []
    for k in PREFITTED_K:
        analysis.prefit(k)
        ahead.append(_seconds(partial(analysis.recluster, k)))
    labels, colors = analysis.labels.values, [s.color for s in analysis.suggestions]
    reflectance = np.nan_to_num(analysis.imagery.values)
    planes = (10_000 * reflectance).astype(np.uint16)
    clear, warp = planes.min(axis=0) > 0, Warp.of(analysis.grid)
    masks, images = [], []
    for _ in range(REPEATS):
        masks.append(_seconds(lambda: cluster_overlays(labels, Warp.of(analysis.grid), colors)))
        images.append(_seconds(lambda: image_overlays(planes, clear, warp)))
    drawn = analysis.overlays
    return {
        "recluster_s": reclustered,
        "ahead_s": ahead,
        "masks_s": masks,
        "images_s": images,
        "masks_bytes": _bytes(*drawn.clusters),
        "images_bytes": _bytes(drawn.true_colour, drawn.false_colour),
    }


def regroup(case: Case) -> dict[str, Any]:
    """Return seconds of other numbers of clusters on the pixels of a run."""
    analysis = analyse(case.request)
    return {"recluster_s": [_seconds(partial(analysis.recluster, k)) for k in OTHER_K]}


def _bytes(*pictures: Overlay) -> int:
    return sum(len(picture.url) for picture in pictures)


def _seconds(function: Callable[[], object]) -> float:
    started = time.perf_counter()
    function()
    return time.perf_counter() - started
