"""Hectares: the rows sum to the area, whatever the labels."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from pipeline.clustering.areas import areas_of
from pipeline.clustering.surface_types import Suggestion


def suggestions(k: int) -> list[Suggestion]:
    return [Suggestion(f"name {n}", "kind", "reason", f"#00000{n:x}") for n in range(1, k + 1)]


@given(hnp.arrays(np.int64, st.integers(2, 13), elements=st.integers(1, 10**8)))
def test_the_rows_sum_to_the_area(pixels: np.ndarray) -> None:
    table = areas_of(pixels, suggestions(len(pixels) - 1))
    assert list(table.index) == list(range(len(pixels)))
    assert table.index.name == "cluster"
    assert list(table.columns) == ["name", "color", "pixels", "hectares", "share"]
    assert table.pixels.tolist() == pixels.tolist()
    assert table.hectares.sum() == pytest.approx(pixels.sum() / 100)
    assert table.share.sum() == pytest.approx(1)


def test_a_cluster_without_pixels_keeps_its_row() -> None:
    table = areas_of(np.array([1, 2, 0, 1]), suggestions(3))
    assert table.pixels.tolist() == [1, 2, 0, 1]
    assert table.hectares.tolist() == [0.01, 0.02, 0.0, 0.01]
    assert table.color[0] == "#9aa5af"
    assert table.name[3] == "name 3"


def test_coarser_pixels_are_larger() -> None:
    assert areas_of(np.array([0, 3]), suggestions(1), 0.16).hectares.tolist() == [0, 0.48]
