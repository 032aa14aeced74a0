"""Composites read without the steps around them."""

import numpy as np

from pipeline import AnalysisRequest
from pipeline.area.grid import grid_for
from pipeline.catalogs.search import find_plans
from pipeline.composites.compose import read_composite
from pipeline.progress import Progress
from pipeline.reading.cloud_mask import CloudMask
from pipeline.reading.extent import Extent
from pipeline.reading.imagery import Imagery


def nan_median(values: np.ndarray) -> np.ndarray:
    """Return the median over the first axis, NaN where all are NaN; float32."""
    found = np.full(values.shape[1:], np.nan, np.float32)
    some = np.isfinite(values).any(axis=0)
    found[some] = np.nanmedian(values[:, some], axis=0)
    return found


def composite(request: AnalysisRequest) -> Imagery:
    extent = Extent(
        request.area, grid_for(request.area), CloudMask(request.mask_classes, request.mask_buffer_m)
    )
    return read_composite(request, find_plans(request, Progress()), extent, Progress(), False)
