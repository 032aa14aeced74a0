"""Invented granules read as the pipeline reads them, and what came of it as plain arrays."""

from typing import Any

import numpy as np
from affine import Affine
from odc.geo.geobox import GeoBox
from shapely.geometry import Polygon, mapping

from pipeline import AreaOfInterest
from pipeline.area.grid import outline
from pipeline.progress import Progress
from pipeline.reading import imagery
from pipeline.reading.cloud_mask import CloudMask
from pipeline.reading.extent import Extent
from pipeline.reading.imagery import Imagery
from pipeline.reading.reader import Reading
from pipeline.reading.storage.local import LocalStore
from pipeline.request import DEFAULT_MASK
from pipeline.sentinel2.bands import BANDS
from pipeline.sentinel2.scene import Scene

LEFT, TOP = 600_000, 5_200_020


def target(left: float, top: float, rows: int, columns: int, epsg: int = 32632) -> GeoBox:
    return GeoBox((rows, columns), Affine(10, 0, left, 0, -10, top), f"EPSG:{epsg}")


def numbered(rows: int = 200, columns: int = 200) -> np.ndarray:
    """Return four bands in which every pixel has a number of its own, 5000 and more, dark enough nowhere."""
    first = 5000 + np.arange(rows * columns).reshape(rows, columns)
    return np.stack([first, first + 1, first + 2, first + 3]).astype(np.uint16)


def read(
    scenes: list[Scene],
    grid: GeoBox,
    mask: Any = DEFAULT_MASK,
    progress: Progress | None = None,
    area: AreaOfInterest | None = None,
    bands: tuple[str, ...] = BANDS,
    buffer_m: float = 0,
) -> Imagery:
    progress = progress or Progress()
    if area is None:
        around = Polygon([(lon, lat) for lat, lon in outline(grid)]).buffer(0.001)
        area = AreaOfInterest.polygon(mapping(around))
    wanted = Extent(area, grid, CloudMask(tuple(mask), buffer_m), bands)
    reading = Reading(scenes, wanted, progress)
    return imagery.read(scenes, wanted, LocalStore(reading.blocks), reading, 0, progress)


def dn(found: Imagery, offset: int = 0) -> np.ndarray:
    """Return digital numbers, -1 where there is no data."""
    return np.nan_to_num(np.round(found.reflectance.values * 10_000) - offset, nan=-1).astype(int)


def has_data(found: Imagery) -> np.ndarray:
    return np.isfinite(found.reflectance.values).all(axis=0)


def clear(found: Imagery) -> np.ndarray:
    return np.isfinite(found.masked.values).all(axis=0)
