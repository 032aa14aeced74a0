"""What another map shows in each cluster: hectares per cluster and class. Agreement, never accuracy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from odc.geo.geobox import GeoBox

from pipeline.area.blocks import Block
from pipeline.area.grid import outline
from pipeline.catalogs.profiles import reference_map
from pipeline.errors import InvalidRequest
from pipeline.progress import IsCancelled, Progress
from pipeline.reading.pixels import NO_CLASS, Pixels
from pipeline.reference.profiles import SCENE_CLASSIFICATION, Reference, find

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.reference.files import ClassMap
    from pipeline.result import Analysis

VALUES = 256
STRIP_PX = 2**16
NO_CLASS_NAME = "No class"
"""Column of the pixels of which the map says nothing; left out where there is none."""
MOST_SHOWN = 3


@dataclass(frozen=True)
class Agreement:
    """How clusters and the classes of a reference map lie over each other."""

    reference: Reference
    """The map: name, title, year, licence and its own published accuracy."""
    table: pd.DataFrame = field(repr=False)
    """Hectares: index ``cluster`` 1..k as shown, one column a class."""
    values: Mapping[str, int]
    """Value in the map of each class of the table."""

    def shares(self, cluster: int) -> tuple[tuple[str, float], ...]:
        """Return the classes within a cluster and their shares of its classified pixels, largest first."""
        classes = self.table.drop(columns=NO_CLASS_NAME, errors="ignore")
        hectares = classes.to_numpy(float)[cluster - 1]
        total = float(hectares.sum())
        shares = [(str(n), float(ha) / total) for n, ha in zip(classes, hectares, strict=True) if ha > 0]
        return tuple(sorted(shares, key=lambda share: -share[1]))

    def sentence(self, cluster: int) -> str:
        """Return the largest shares in words: ``crops 54 %, grass 31 %``."""
        shown = self.shares(cluster)[:MOST_SHOWN]
        return ", ".join(f"{name.lower()} {100 * share:.0f} %" for name, share in shown) or "no class here"


def compare(
    analysis: Analysis,
    reference: str | Reference,
    classes: Mapping[int, str] | None = None,
    cancelled: IsCancelled | None = None,
) -> Agreement:
    """Compare the clusters of a result, as they are shown, with a reference map.

    Parameters
    ----------
    analysis : Analysis
        The result.
    reference : str or Reference
        ``"scl"``, ``"worldcover"`` or another name of `profiles.offered`, or the path or address of a
        classified GeoTIFF.
    classes : mapping, optional
        Name of each value of a GeoTIFF, where the file does not tell.
    cancelled : callable, optional
        Returns True when the figures are no longer needed.

    Raises
    ------
    InvalidRequest
        For a name that is unknown, a file that is no classified map, an image without scene classification.
    ReadFailed
        When the map cannot be had.
    Cancelled
        When cancelled.
    """
    progress = Progress(cancelled=cancelled)
    known = find(reference, classes) if isinstance(reference, str) else reference
    if known.name == SCENE_CLASSIFICATION.name:
        counts = _counted(analysis, analysis.pixels.store.each(_scene_classes, progress), progress)
        if not counts[1:, list(known.classes)].any():
            raise InvalidRequest("The image has no scene classification here. Choose another reference map.")
        return Agreement(known, *_table(analysis, counts, known.classes))
    from pipeline.reference.files import addresses, opened

    invented = reference_map(analysis.request.catalog)
    if invented is not None and (known.api or "{tile}" in known.path):
        known = replace(known, title=f"{known.title} (made up, as the land)", path=invented, api="")
    with ExitStack() as stack:
        year = analysis.date.year
        boxes = _boxes(analysis.grid)
        hrefs = dict.fromkeys(href for box in boxes for href in addresses(known, box, year))
        class_map = opened(known, tuple(hrefs), stack)

        counts = _counted(analysis, _on_blocks(class_map, analysis), progress)
    return Agreement(known, *_table(analysis, counts, class_map.classes))


def _boxes(grid: GeoBox) -> tuple[tuple[float, float, float, float], ...]:
    """Return the bounds of a grid, west, south, east, north; two where it crosses the antimeridian."""
    latitudes, longitudes = (np.array(values) for values in zip(*outline(grid), strict=True))
    south, north = float(latitudes.min()), float(latitudes.max())
    west = float((longitudes.min() + 180) % 360 - 180)
    east = west + float(np.ptp(longitudes))
    if east <= 180:
        return ((west, south, east, north),)
    return ((west, south, 180.0, north), (-180.0, south, east - 360, north))


def _scene_classes(_: Block, pixels: Pixels) -> np.ndarray:
    """Return the scene classes of a block: uint8 ``(y, x)``; of blocks on a cluster nothing else travels."""
    return np.where(pixels.scl == NO_CLASS, np.uint8(0), pixels.scl)


def _on_blocks(class_map: ClassMap, analysis: Analysis) -> Iterator[tuple[int, np.ndarray]]:
    """Give the classes of a map block by block; blocks without a cluster are not read."""
    for number, block in enumerate(analysis.raster.blocks):
        if analysis.raster.get(number).any():
            yield number, class_map.on(analysis.grid[block.rows, block.columns])


def _counted(analysis: Analysis, classes: Iterable[tuple[int, np.ndarray]], progress: Progress) -> np.ndarray:
    """Return pixels per cluster and value: int64 ``(k + 1, 256)``."""
    k = len(analysis.suggestions)
    counts = np.zeros((k + 1) * VALUES, np.int64)
    for number, values in classes:
        progress.check()
        # Label and value in one number; strips stay in the processor's cache when they are counted.
        pairs = (analysis.raster.get(number).astype(np.uint16) * VALUES + values).ravel()
        for start in range(0, pairs.size, STRIP_PX):
            counts += np.bincount(pairs[start : start + STRIP_PX], minlength=counts.size)
    return counts.reshape(k + 1, VALUES)


def _table(
    analysis: Analysis, counts: np.ndarray, names: Mapping[int, str]
) -> tuple[pd.DataFrame, dict[str, int]]:
    import pandas as pd

    hectares = np.round(counts[1:] * (analysis.resolution_m**2 / 10_000), 2)
    found = [int(value) for value in np.flatnonzero(counts[1:].any(axis=0)) if value]
    values = {names.get(value, f"class {value}"): value for value in sorted({*names, *found})}
    columns = {name: hectares[:, value] for name, value in values.items()}
    if counts[1:, 0].any():
        columns[NO_CLASS_NAME] = hectares[:, 0]
    index = pd.RangeIndex(1, len(hectares) + 1, name="cluster")
    return pd.DataFrame(columns, index=index), values
