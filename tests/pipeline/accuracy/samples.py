"""Samples for the tests of this folder, made without an analysis."""

from collections.abc import Sequence

import numpy as np
import xarray as xr

from pipeline.accuracy.design import PixelGrid, Point, SamplingDesign, Stratum
from pipeline.accuracy.drawing import draw

NAMES = ("Water", "Trees", "Crops")


def labels_of(shape: tuple[int, int] = (120, 90), seed: int = 0) -> xr.DataArray:
    """Return labels 0..3: a tenth masked, a little water."""
    kinds = np.random.default_rng(seed).choice(4, shape, p=(0.1, 0.05, 0.35, 0.5)).astype(np.uint8)
    return xr.DataArray(kinds, dims=("y", "x"))


def design_of(sizes: Sequence[int] = (20, 30, 40), seed: int = 0, map_seed: int = 0) -> SamplingDesign:
    """Return a sample of `labels_of`."""
    labels = labels_of(seed=map_seed)
    pixels = [int((labels == n).sum()) for n in (1, 2, 3)]
    drawn = draw(labels, (-1, 0, 1, 2), pixels, sizes, seed)
    grid = PixelGrid(32632, 680_000, 5_150_000, 10, (120, 90))
    longitudes, latitudes = grid.degrees(drawn.rows, drawn.columns)
    points = tuple(
        Point(n, NAMES[s], int(r), int(c), float(x), float(y))
        for n, (s, r, c, x, y) in enumerate(
            zip(drawn.stratum, drawn.rows, drawn.columns, longitudes, latitudes, strict=True), start=1
        )
    )
    strata = tuple(Stratum(name, count, count / 100) for name, count in zip(NAMES, pixels, strict=True))
    return SamplingDesign(strata, points, grid, drawn.fingerprint, seed)


def truth(design: SamplingDesign) -> dict[int, str | None]:
    """Return a label for every point: what the map shows, wrong at every seventh point."""
    return {p.id: "Crops" if p.id % 7 == 0 else p.stratum for p in design.drawn}
