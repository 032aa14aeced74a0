"""Hectares: the rows sum to the area, whatever the labels."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from pipeline.areas import areas_of
from pipeline.naming import Suggestion


def suggestions(k: int) -> list[Suggestion]:
    return [Suggestion(f"name {n}", "kind", "reason", f"#00000{n:x}") for n in range(1, k + 1)]


shapes = st.shared(hnp.array_shapes(min_dims=2, max_dims=2, max_side=40), key="shape")


@given(
    labels=hnp.arrays(np.uint8, shapes, elements=st.integers(0, 7)),
    inside=hnp.arrays(bool, shapes),
)
def test_the_rows_sum_to_the_area(labels: np.ndarray, inside: np.ndarray) -> None:
    inside[0, 0] = True
    table = areas_of(np.where(inside, labels, 0).astype(np.uint8), inside, suggestions(7))
    assert list(table.index) == list(range(8))
    assert table.index.name == "cluster"
    assert list(table.columns) == ["name", "color", "pixels", "hectares", "share"]
    assert table.pixels.sum() == inside.sum()
    assert table.hectares.sum() == pytest.approx(inside.sum() / 100)
    assert table.share.sum() == pytest.approx(1)
    for cluster, row in table.iterrows():
        count = int(((labels == cluster) & inside).sum())
        assert row.pixels == count
        assert row.hectares == pytest.approx(count * 0.01)
        assert row.share == pytest.approx(count / inside.sum())


def test_a_cluster_without_pixels_keeps_its_row() -> None:
    table = areas_of(np.array([[0, 1], [1, 3]], np.uint8), np.ones((2, 2), bool), suggestions(3))
    assert table.pixels.tolist() == [1, 2, 0, 1]
    assert table.hectares.tolist() == [0.01, 0.02, 0.0, 0.01]
    assert table.color[0] == "#9aa5af"
    assert table.name[3] == "name 3"


def test_pixels_outside_count_nowhere() -> None:
    inside = np.array([[True, False], [False, False]])
    table = areas_of(np.array([[2, 1], [1, 1]], np.uint8), inside, suggestions(2))
    assert table.pixels.tolist() == [0, 0, 1]
    assert table.share.tolist() == [0, 0, 1]
