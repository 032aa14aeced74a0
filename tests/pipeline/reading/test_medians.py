"""Medians by a sorting network are numpy's, NaN and whole numbers included."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.reading.medians import median_of_planes


@pytest.mark.filterwarnings("ignore:invalid value encountered")
@given(st.integers(1, 12), st.integers(0, 2**32 - 1), st.sampled_from([np.float32, np.uint16]))
def test_the_median_is_that_of_numpy(n: int, seed: int, dtype: type) -> None:
    rng = np.random.default_rng(seed)
    planes = (rng.random((n, 6, 5)) * 65_535).astype(dtype)
    if dtype is np.float32:
        planes /= 10_000
        planes[rng.random(planes.shape) < 0.05] = np.nan
    before = planes.copy()
    found = median_of_planes(list(planes))
    assert found.dtype == np.float32
    assert np.array_equal(found, np.median(planes, axis=0), equal_nan=True)
    assert np.array_equal(planes, before, equal_nan=True), "what comes is left as it is"
