"""The smallest patch: on drawings small enough to see, and on real clusters."""

import numpy as np
import pytest

from pipeline import Analysis, Cancelled, InvalidRequest
from pipeline.clustering.surface_types import suggest
from pipeline.explore.sieve import Connectivity, patch_sizes, sieve, sieved
from tests.support.blobs import SPECTRA

SUGGESTED = suggest(SPECTRA)


def drawn(*rows: str) -> np.ndarray:
    return np.array([[int(c) for c in row] for row in rows], np.uint8)


def test_a_small_patch_joins_its_largest_neighbour() -> None:
    labels = drawn("1111222", "1131222", "1111222", "1111224")
    assert (sieve(labels, 0.02) == drawn("1111222", "1111222", "1111222", "1111222")).all()
    assert (sieve(labels, 0.01) == labels).all(), "one pixel is 0.01 ha: large enough"
    assert (sieve(labels, 0) == labels).all()


def test_masked_pixels_neither_grow_nor_are_swallowed() -> None:
    labels = drawn("1111111", "1000211", "1030111", "1000111", "1111101")
    result = sieve(labels, 0.05)
    assert (result == drawn("1111111", "1000111", "1030111", "1000111", "1111101")).all()
    assert ((result == 0) == (labels == 0)).all()
    found = sieved(labels, np.ones(labels.shape, bool), SUGGESTED, 0.05)
    assert found.left_over == 1
    assert found.changed_px == 1
    assert found.sentence == (
        "3 patches became 2; 0.0 ha (3.8 %) changed cluster. "
        "1 smaller stayed: no larger patch lies beside them."
    )


def test_pixels_that_touch_at_a_corner_belong_together_only_if_asked() -> None:
    labels = drawn("1122", "2111", "1111", "1111")
    assert sorted(patch_sizes(labels, 4)) == [1, 2, 13]
    assert sieve(drawn("2111", "1211", "1121", "1112"), 0.04, 8)[0, 0] == 2
    assert (sieve(drawn("21111", "12111", "11211", "11121"), 0.04, 4) == 1).all()


def test_two_patches_that_are_each_others_largest_neighbour_join() -> None:
    labels = drawn("1111122222", "1111102222", "0000000000", "3333333333")
    result = sieve(labels, 0.12)
    assert len(set(result[:2][labels[:2] > 0])) == 1
    assert sorted(patch_sizes(result)) == [10, 19], "a patch beside nothing but masked pixels stays"


def test_a_patch_of_just_the_size_stays() -> None:
    """In binary, 0.07 ha are a little more than 7 pixels of 0.01 ha."""
    labels = drawn("1111111", "2222222", "2222222")
    for pixels in range(1, 8):
        assert (sieve(labels, pixels / 100) == labels).all()
    assert (sieve(labels, 0.08) == 2).all()


def test_it_stops_when_cancelled() -> None:
    with pytest.raises(Cancelled):
        sieve(drawn("1222"), 0.02, cancelled=lambda: True)


def test_noise_leaves_no_small_patch() -> None:
    labels = np.random.default_rng(1).integers(1, 5, (200, 200)).astype(np.uint8)
    assert patch_sizes(sieve(labels, 0.5)).min() >= 50


@pytest.mark.parametrize("connectivity", [4, 8])
@pytest.mark.parametrize("hectares", [0.05, 0.5, 2.0])
def test_real_clusters_keep_their_mask_and_sum_to_the_area(
    cloudy: Analysis, hectares: float, connectivity: Connectivity
) -> None:
    labels = cloudy.labels.values
    found = sieved(labels, cloudy.inside, cloudy.suggestions, hectares, connectivity)
    assert ((found.labels == 0) == (labels == 0)).all()
    assert (found.table.loc[0, ["before_ha", "after_ha"]] == cloudy.areas["hectares"][0]).all()
    assert found.table["before_ha"].tolist() == cloudy.areas["hectares"].tolist()
    assert found.table["after_ha"].sum() == pytest.approx(cloudy.areas["hectares"].sum())
    assert found.table["change_ha"].sum() == pytest.approx(0, abs=0.02)
    counts = np.bincount(found.labels[cloudy.inside], minlength=len(found.table))
    assert found.table["after_ha"].tolist() == pytest.approx(counts / 100)
    assert found.changed_px == (found.labels != labels).sum()
    small = patch_sizes(found.labels, connectivity) < round(hectares * 100)
    assert small.sum() == found.left_over
    assert found.patches_after == len(small) <= found.patches_before
    print(found.sentence)


@pytest.mark.parametrize("hectares", [-1, float("nan"), float("inf"), "1", None])
def test_what_is_no_size_is_refused(hectares: float) -> None:
    with pytest.raises(InvalidRequest, match="not a size"):
        sieve(np.ones((5, 5), np.uint8), hectares)


def test_a_patch_larger_than_the_area_is_refused() -> None:
    with pytest.raises(InvalidRequest, match=r"0\.3 ha, the area has 0\.2 ha"):
        sieve(np.ones((5, 5), np.uint8), 0.3)
