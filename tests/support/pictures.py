"""Pictures of clusters for a map, with nothing drawn on them."""

import numpy as np
from affine import Affine

from pipeline.drawing.overlays import Overlay, Overlays, Stretch
from pipeline.drawing.warp import Bounds, PictureGrid, Warp
from pipeline.sentinel2.bands import BANDS

BOLZANO: Bounds = ((46.46, 11.30), (46.52, 11.38))


def overlays(n_clusters: int, bounds: Bounds = BOLZANO, name: str = "") -> Overlays:
    """Return an image in true and in false colour, and one picture per cluster: ``data:,`` and its name."""
    one_pixel = Warp(PictureGrid((1, 1), Affine.identity()), np.zeros((1, 1), np.int32))
    true, false = (Overlay(f"data:,{name}{image}", bounds) for image in ("true", "false"))
    clusters = tuple(Overlay(f"data:,{name}{i}", bounds) for i in range(n_clusters))
    stretch = Stretch((0.0,) * len(BANDS), (10_000.0,) * len(BANDS))
    return Overlays(true, false, clusters, one_pixel, stretch)
