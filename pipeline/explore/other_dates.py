"""The land around a pixel on other dates: small pictures, read from the files when somebody asks."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
from affine import Affine
from odc.geo.geobox import GeoBox

from pipeline.explore.chip import SIZE_PX
from pipeline.progress import IsCancelled, Progress

if TYPE_CHECKING:
    from pipeline.catalogs.acquisitions import Acquisition
    from pipeline.result import Analysis

MOST = 6
"""Dates that are shown: those with the clearest tiles."""
THREADS = 8


@dataclass(frozen=True)
class OtherDate:
    """The land around a pixel on another day."""

    day: date
    picture: bytes
    """PNG in true colour, north up on the UTM grid; contrast is the same on all days."""


def other_acquisitions(analysis: Analysis, cancelled: IsCancelled | None = None) -> tuple[Acquisition, ...]:
    """Return further acquisitions of the request's period in order of time; of a composite, all kinds.

    Raises
    ------
    NoScenesFound, CatalogUnavailable, ReadFailed
        From the search.
    Cancelled
        When cancelled.
    """
    from pipeline.catalogs.search import find_acquisitions

    progress = Progress(cancelled=cancelled)
    everything = replace(analysis.request, scene_ids=None, max_cloud_cover=100)
    seen = () if analysis.is_composite else analysis.days
    found = progress.run(find_acquisitions, everything, progress)
    others = [acquisition for acquisition in found if acquisition.day not in seen]
    return tuple(sorted(others[:MOST], key=lambda acquisition: acquisition.day))


def on_other_dates(
    acquisitions: Sequence[Acquisition], grid: GeoBox, row: int, column: int, size_px: int = SIZE_PX
) -> tuple[OtherDate, ...]:
    """Return pictures of the land around a pixel; days without data there are left out.

    Parameters
    ----------
    acquisitions : sequence of Acquisition
        As `other_acquisitions` gives them.
    grid : GeoBox
        Of the area.
    row, column : int
        The pixel, which is shown in the middle.
    size_px : int
        Pixels a side, odd.

    Raises
    ------
    ReadFailed
        When a file cannot be read.
    """
    half = size_px // 2
    around = GeoBox((size_px, size_px), grid.affine * Affine.translation(column - half, row - half), grid.crs)

    def of(acquisition: Acquisition) -> OtherDate | None:
        from pipeline.drawing.encode import png
        from pipeline.explore.quicklook import picture

        rgb, has_data = picture(acquisition.scenes, around)
        if not has_data.any():
            return None
        return OtherDate(acquisition.day, png(np.dstack([rgb, np.where(has_data, 255, 0).astype(np.uint8)])))

    with ThreadPoolExecutor(THREADS, thread_name_prefix="dates") as pool:
        return tuple(found for found in pool.map(of, acquisitions) if found is not None)
