"""The figures of the main job on a real scene: ``python -m benchmarks.bolzano``.

Serves the real scenes of ``../shared/sentinel2`` through a real STAC API and a file server with ranges on
this machine, analyses 5 km around Bolzano, and prints a table: seconds, hectares, inertia against ten full
fits of scikit-learn, and how far overlay pixels lie from their place.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from datetime import date
from pathlib import Path

import numpy as np
from pyproj import Transformer
from sklearn.cluster import KMeans

from pipeline import Analysis, AnalysisRequest, AreaOfInterest, analyse
from pipeline.area.grid import epsg_of, outline
from pipeline.drawing.warp import WEB_MERCATOR, Warp, picture_grid
from tests.support.servers import SHARED, file_server, real_items, stac_api

RUNS = 5


def main() -> None:
    """Print the table."""
    with (
        file_server(SHARED / "sentinel2") as files,
        tempfile.TemporaryDirectory() as folder,
        stac_api(Path(folder), real_items(files)) as catalog,
    ):
        request = AnalysisRequest(
            area=AreaOfInterest.square(longitude=11.34, latitude=46.49, size_km=5),
            start=date(2022, 6, 1),
            end=date(2022, 6, 30),
            catalog=catalog,
        )
        cold = _seconds(request)
        warm = [_seconds(request) for _ in range(RUNS)]
        analysis = analyse(request)
    print(f"first run, imports included        {cold:.2f} s")
    print(f"median of {RUNS} further runs          {statistics.median(warm):.2f} s")
    print(f"loss of inertia, ten full fits     {100 * inertia_loss(analysis):.4f} %")
    print(f"largest overlay offset             {overlay_offset_px(analysis):.3f} px of 10 m")
    print(analysis.areas.to_string())


def inertia_loss(analysis: Analysis, starts: int = 10) -> float:
    """Return how much higher our inertia is than the best of full fits on all pixels, as a share."""
    model = analysis.model
    cube = analysis.imagery.values.reshape(len(model.features), -1).T
    pixels = model.scaled(cube[np.isfinite(cube).all(axis=1)])
    centres = model.scaled(np.array(model.centres))
    ours = float(sum(((pixels - centres[:, None]) ** 2).sum(axis=2).min(axis=0)))
    return ours / float(KMeans(model.n_clusters, n_init=starts, random_state=1).fit(pixels).inertia_) - 1


def overlay_offset_px(analysis: Analysis) -> float:
    """Return the largest distance between an overlay pixel and the pixel it shows, along either axis."""
    grid = analysis.grid
    rows, columns = grid.shape
    index = np.arange(1, rows * columns + 1, dtype=np.int32).reshape(rows, columns)
    target = picture_grid(outline(grid), max(grid.shape))
    shown = Warp.between((rows, columns), grid.affine, epsg_of(grid), target)(index)
    y, x = np.nonzero(shown)
    source = shown[y, x] - 1
    to_utm = Transformer.from_crs(WEB_MERCATOR, epsg_of(grid), always_xy=True)
    easting, northing = to_utm.transform(*(target.affine * (x + 0.5, y + 0.5)))
    column, row = ~grid.affine * (easting, northing)
    return float(
        max(np.abs(column - source % columns - 0.5).max(), np.abs(row - source // columns - 0.5).max())
    )


def _seconds(request: AnalysisRequest) -> float:
    started = time.perf_counter()
    analyse(request)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
