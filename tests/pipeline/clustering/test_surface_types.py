"""Names, reasons and colours: thresholds as documented, steady, told apart."""

import numpy as np
import pytest

from pipeline.clustering.palette import FAMILIES, MASKED_COLOR, PALETTE
from pipeline.clustering.surface_types import KINDS, Spectrum, spectral_order, suggest

WATER = (0.04, 0.05, 0.03, 0.02)
FOREST = (0.02, 0.04, 0.02, 0.31)
MEADOW = (0.05, 0.08, 0.08, 0.25)
SOIL = (0.10, 0.13, 0.17, 0.24)
SNOW = (0.80, 0.82, 0.83, 0.80)
SHADOW = (0.02, 0.02, 0.02, 0.05)


@pytest.mark.parametrize(
    ("spectrum", "kind", "reason"),
    [
        (WATER, "Water", "NDWI 0.43"),
        (FOREST, "Dense vegetation", "NDVI 0.88"),
        (MEADOW, "Crops or grass", "NDVI 0.52"),
        (SOIL, "Bare or built-up", "NDVI 0.17"),
        (SNOW, "Very bright", "visible 0.82"),
        (SHADOW, "Dark or shadow", "NIR 0.05"),
        ((0.25, 0.28, 0.30, 0.29), "Bare or built-up", "NDVI −0.02"),
        ((0.30, 0.30, 0.30, 0.20), "Very bright", "visible 0.30"),
        ((0.10, 0.16, 0.10, 0.155), "Bare or built-up", "NDVI 0.22"),  # NDWI above 0, but NIR is too bright
        ((0.01, 0.02, 0.03, 0.17), "Dense vegetation", "NDVI 0.70"),
        ((-0.01, -0.02, -0.01, 0.20), "Dense vegetation", "NDVI 1.00"),
        ((-0.01, -0.01, -0.01, -0.01), "Dark or shadow", "NIR −0.01"),
    ],
)
def test_each_kind_follows_its_rule(spectrum: tuple[float, ...], kind: str, reason: str) -> None:
    (found,) = suggest(np.array([spectrum]))
    assert (found.kind, found.reason) == (kind, reason)
    assert found.name == kind


def test_indices_stay_within_their_range() -> None:
    spectrum = Spectrum({"blue": 0.1, "green": -0.2, "red": 0.3, "nir": -0.1})
    assert spectrum.ndvi == -1
    assert spectrum.ndwi == 0


def test_colours_mean_the_same_and_are_told_apart() -> None:
    centres = np.array([WATER, FOREST, MEADOW, SOIL, SHADOW, SNOW])
    found = {s.kind: s.color for s in suggest(centres)}
    assert len(set(found.values())) == 6
    for chosen in ([0, 1], [3, 1], [5, 4, 2]):
        for suggestion in suggest(centres[chosen]):
            assert suggestion.color == found[suggestion.kind]


@pytest.mark.parametrize("k", range(1, 13))
def test_twelve_clusters_of_one_kind_still_differ(k: int) -> None:
    centres = np.array(FOREST) * np.linspace(0.8, 1.6, k)[:, None]
    found = suggest(centres)
    assert len({s.color for s in found}) == k
    assert len({s.name for s in found}) == k
    assert MASKED_COLOR not in {s.color for s in found}


def test_clusters_of_one_kind_are_numbered_by_the_figure_that_orders_them() -> None:
    centres = np.array([(0.10, 0.13, 0.20, 0.22), SOIL, (0.10, 0.13, 0.15, 0.25), WATER])
    assert [s.name for s in suggest(centres)] == [
        "Bare or built-up 3 (NDVI 0.05)",
        "Bare or built-up 2 (NDVI 0.17)",
        "Bare or built-up 1 (NDVI 0.25)",
        "Water",
    ]


def test_the_order_is_by_kind_then_from_dark_to_bright() -> None:
    centres = np.array([SNOW, SOIL, np.array(FOREST) * 1.3, SHADOW, MEADOW, FOREST, WATER])
    order = spectral_order(centres)
    kinds = [s.kind for s in suggest(centres[order])]
    assert kinds == [
        "Water",
        "Dense vegetation",
        "Dense vegetation",
        "Crops or grass",
        "Bare or built-up",
        "Dark or shadow",
        "Very bright",
    ]
    assert order[1] == 5
    shuffled = np.random.default_rng(0).permutation(7)
    assert (centres[shuffled][spectral_order(centres[shuffled])] == centres[order]).all()


def test_each_rule_is_written_down() -> None:
    assert len({k.rank for k in KINDS}) == len(KINDS)
    assert all(k.rule and k.bands and k.family in FAMILIES for k in KINDS)
    assert len({k.family for k in KINDS}) == len(KINDS)
    assert len(set(PALETTE)) == len(FAMILIES)


def test_a_name_never_contradicts_the_figure_beside_it() -> None:
    (found,) = suggest(np.array([[0.08, 0.10, 0.1000, 0.1848]]))  # NDVI 0.298
    assert (found.kind, found.reason) == ("Crops or grass", "NDVI 0.30")
