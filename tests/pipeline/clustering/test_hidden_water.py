"""Open water under another name is told, and nothing else is."""

import numpy as np
import pytest

from pipeline.clustering import hidden_water
from pipeline.clustering.kmeans import fit
from pipeline.clustering.surface_types import Suggestion
from pipeline.progress import Progress
from pipeline.sentinel2.bands import BANDS

WOODS, LAKE, SAND = (0.02, 0.04, 0.03, 0.20), (0.03, 0.04, 0.03, 0.02), (0.20, 0.25, 0.30, 0.38)


def told(n_woods: int, n_lake: int, kind: str = "Dense vegetation") -> list[str]:
    spectra = np.repeat([WOODS, LAKE, SAND], [n_woods, n_lake, 2000], axis=0).astype(np.float32)
    pixels = spectra + np.random.default_rng(1).normal(0, 0.002, spectra.shape).astype(np.float32)
    model = fit(pixels, BANDS, 2, 0, Progress())
    names = [Suggestion(f"{kind}!", kind, "", "#000000"), Suggestion("Sand", "Very bright", "", "#ffffff")]
    return list(hidden_water.notes(model, pixels, BANDS, names))


@pytest.mark.parametrize("n_lake", [400, 1000])
def test_a_lake_among_the_woods_is_told_with_its_share(n_lake: int) -> None:
    (note,) = told(2000, n_lake)
    assert "cluster 1, “Dense vegetation!”" in note
    share = float(note.split()[1])
    assert share == pytest.approx(100 * n_lake / (2000 + n_lake), abs=0.5)


def test_a_pond_is_not() -> None:
    assert told(2000, 100) == []
    assert told(20, 8) == []


@pytest.mark.parametrize("kind", hidden_water.WET)
def test_water_that_is_called_so_is_not(kind: str) -> None:
    assert told(100, 1000, kind) == []


def test_a_large_sample_is_looked_at_evenly() -> None:
    (note,) = told(90_000, 30_000)
    assert note.startswith("About 25")
