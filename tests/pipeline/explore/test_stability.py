"""Refits on other samples: steady where surfaces are apart, not where there is one cloud of pixels."""

import math

import numpy as np
import pytest

from pipeline import Analysis, Cancelled
from pipeline.clustering.kmeans import fit
from pipeline.explore.stability import Stability, matches, stability
from pipeline.progress import Progress
from pipeline.sentinel2.bands import BANDS
from tests.support.blobs import blobs

NAMES = ("Water", "Forest", "Meadow", "Soil")


def test_surfaces_apart_are_steady() -> None:
    pixels = blobs([3000, 2500, 2000, 1500])
    found = stability(pixels, fit(pixels, BANDS, 4, 0, Progress()))
    assert found.overall == 0
    assert found.per_class == (0, 0, 0, 0)
    assert found.sentence(NAMES) == (
        "Repeating the grouping moves 0.0 % of the pixels. This does not tell whether the names are right."
    )


def test_one_round_cloud_cut_into_pieces_is_not_steady_and_merging_the_pieces_makes_it_so() -> None:
    """A ring around a middle has no corners: where it is cut is chance, that it is cut is not."""
    random = np.random.default_rng(3)
    angle = random.uniform(0, 2 * np.pi, 20_000)
    ring = np.stack([np.cos(angle), np.sin(angle), np.zeros_like(angle), np.zeros_like(angle)], axis=1)
    far = np.tile([0.0, 0.0, 9.0, 9.0], (5_000, 1))
    pixels = (np.concatenate([ring, far]) + random.normal(0, 0.01, (25_000, 4))).astype(np.float32)
    model = fit(pixels, BANDS, 5, 0, Progress())
    alone = int(model.nearest(far.T.astype(np.float32), np.ones(len(far), bool))[0])
    found = stability(pixels, model)
    assert found.overall > 0.03
    assert found.worst > 0.15
    assert found.per_class[alone - 1] == 0
    lut = [0, *(1 if n == alone else 2 for n in range(1, 6))]
    merged = stability(pixels, model, lut=lut)
    assert merged.overall == 0
    assert merged.per_class == (0, 0)


def test_the_share_is_the_mean_over_classes_by_their_pixels(bolzano: Analysis) -> None:
    pixels = bolzano.imagery.values[:, bolzano.labels.values > 0].T
    seen: list[tuple[int, int]] = []
    found = stability(pixels, bolzano.model, refits=2, on_refit=lambda *done: seen.append(done))
    assert seen == [(1, 2), (2, 2)]
    shares = bolzano.areas["pixels"].to_numpy()[1:] / bolzano.areas["pixels"].to_numpy()[1:].sum()
    assert found.overall == pytest.approx(float(np.dot(shares, found.per_class)), abs=0.003)
    assert 0 < found.overall < 0.2
    assert found == stability(pixels, bolzano.model, refits=2)
    print(found.sentence([s.name for s in bolzano.suggestions]))


def test_matching_undoes_any_renumbering() -> None:
    random = np.random.default_rng(0)
    present = random.integers(1, 7, 5000)
    renumbered = random.permutation(6)[present - 1] + 1
    assert (matches(present, renumbered, 6) == present).all()


def test_a_refit_with_fewer_clusters_leaves_one_without_partner() -> None:
    present = np.array([1] * 10 + [2] * 8 + [3] * 4)
    other = np.array([2] * 10 + [1] * 12)
    matched = matches(present, other, 3)
    assert (matched[:10] == 1).all()
    assert (matched[10:] == 2).all()


def test_words_for_each_reading() -> None:
    def said(overall: float, *per_class: float) -> str:
        return Stability(overall, per_class, overall, 5, 1000).sentence(NAMES)

    assert said(0.0005, 0.0, 0.001, 0.0, 0.0).startswith(
        "Repeating the grouping moves less than 0.1 % of the pixels."
    )
    assert "Another number" not in said(0.1, 0.0, 0.31, 0.1, math.nan)
    assert "Another number of clusters may be steadier." in said(0.2, 0.2)
    assert "Least sure: 2 Forest (31.0 %)." in said(0.1, 0.0, 0.31, 0.1, math.nan)


def test_it_stops_when_cancelled() -> None:
    pixels = blobs([500, 500])
    model = fit(pixels, BANDS, 2, 0, Progress())
    with pytest.raises(Cancelled):
        stability(pixels, model, cancelled=lambda: True)
