"""A real scene, imagery and analysis of invented land, made in moments without file or network."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import numpy as np
from affine import Affine
from odc.geo.geobox import GeoBox

from pipeline import Analysis, AnalysisRequest, AreaOfInterest, ClusterModel
from pipeline.area.blocks import Block, blocks_of
from pipeline.area.grid import RESOLUTION_M, bounds_of, epsg_of, grid_for
from pipeline.grouping import grouped
from pipeline.progress import Progress
from pipeline.reading import imagery
from pipeline.reading.cloud_mask import CloudMask
from pipeline.reading.extent import Extent
from pipeline.reading.imagery import Imagery
from pipeline.reading.mosaic import FirstValid, Layer
from pipeline.reading.pixels import Pixels
from pipeline.reading.storage.local import LocalStore
from pipeline.sentinel2.scene import Scene
from synthetic.patchwork import SURFACES, patchwork
from tests.support.synthetic import scene

CLEAR_CLASS, CLOUD_CLASS = 4, 9
"""Scene classes: vegetation, cloud."""
WHEN = datetime(2022, 6, 14, 10, 17, tzinfo=UTC)


def request_of(size_km: float = 1, **changes: Any) -> AnalysisRequest:
    """Return a request for a square near Bolzano in June 2022."""
    asked = {"area": AreaOfInterest.square(11.34, 46.49, size_km), "n_clusters": len(SURFACES)}
    return AnalysisRequest(**{**asked, "start": date(2022, 6, 1), "end": date(2022, 6, 30), **changes})


def scene_over(grid: GeoBox, name: str = "S2B_32TPS_20220614_0_L2A", when: datetime = WHEN) -> Scene:
    """Return a scene whose files cover a grid; nobody serves them."""
    west, _, _, north = bounds_of(grid)
    rows, columns = grid.shape
    shape, step = (int(rows), int(columns)), float(grid.affine.a)
    return scene(
        name, "https://files.example.org", west, north, shape, epsg=epsg_of(grid), step=step, when=when
    )


def imagery_of(
    request: AnalysisRequest,
    dn: np.ndarray | None = None,
    classes: np.ndarray | None = None,
    *,
    image: Scene | None = None,
    resolution_m: int = RESOLUTION_M,
) -> Imagery:
    """Return the pixels of a request's area as if they had been read.

    Parameters
    ----------
    dn : numpy.ndarray, optional
        uint16 ``(4, y, x)``, 0 without data; by default water, forest, meadow and soil (synthetic.patchwork).
    classes : numpy.ndarray, optional
        Scene classes, uint8 ``(y, x)``; by default all is clear.
    image : Scene, optional
        The scene that the pixels are of.
    resolution_m : int
        Side of a pixel; more than 10 m as in a preview.
    """
    grid = coarser(grid_for(request.area), resolution_m // RESOLUTION_M)
    rows, columns = (int(n) for n in grid.shape)
    numbers = patchwork(max(rows, columns), seed=7)[:, :rows, :columns] if dn is None else dn
    found = np.full((rows, columns), CLEAR_CLASS, np.uint8) if classes is None else classes

    def read(block: Block) -> Pixels:
        mosaic = FirstValid(block.shape, len(numbers))
        here = np.s_[block.rows, block.columns]
        mosaic.feed(Layer(0, numbers[:, *here].copy(), found[here].copy()))
        return mosaic.result()

    extent = Extent(request.area, grid, CloudMask(request.mask_classes, request.mask_buffer_m))
    scenes = [scene_over(grid) if image is None else image]
    store = LocalStore(blocks_of((rows, columns)))
    return imagery.read(scenes, extent, store, read, request.seed, Progress())


def analysis_of(
    request: AnalysisRequest,
    dn: np.ndarray | None = None,
    classes: np.ndarray | None = None,
    *,
    image: Scene | None = None,
    resolution_m: int = RESOLUTION_M,
    model: ClusterModel | None = None,
) -> Analysis:
    """Return the analysis of a request, fitted on pixels as of `imagery_of`, or labelled with a model."""
    pixels = imagery_of(request, dn, classes, image=image, resolution_m=resolution_m)
    return Analysis.of(grouped(request, pixels, model, Progress(), preview=resolution_m > RESOLUTION_M))


def coarser(grid: GeoBox, factor: int) -> GeoBox:
    """Return a grid whose pixels are larger by a factor; its last ones may reach over the edge."""
    rows, columns = (-(-int(n) // factor) for n in grid.shape)
    return GeoBox((rows, columns), grid.affine * Affine.scale(factor), grid.crs)


def notes_but_water(analysis: Analysis) -> tuple[str, ...]:
    """Return the notes, without those on open water: the colours of invented land are chance."""
    return tuple(note for note in analysis.notes if "looks like open water" not in note)
