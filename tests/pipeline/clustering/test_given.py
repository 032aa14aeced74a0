"""A result labelled with a saved model says so, and warns where the land is another."""

from dataclasses import replace

import numpy as np

from pipeline import ClusterModel
from pipeline.clustering import given
from pipeline.clustering.kmeans import fit
from pipeline.progress import Progress
from pipeline.sentinel2.bands import BANDS
from tests.support.blobs import blobs


def fitted() -> ClusterModel:
    model = fit(blobs([4000] * 4), BANDS, 4, 0, Progress())
    return replace(model, origin="5 km at 46.4900° N, 11.3400° E, 17 June 2022")


def test_it_names_the_model_and_where_it_was_fitted() -> None:
    model = fitted()
    (told,) = given.notes(model, blobs([500] * 4, seed=1))
    assert model.fingerprint in told
    assert "17 June 2022" in told


def test_it_warns_where_pixels_lie_far_from_every_cluster() -> None:
    model, pixels = fitted(), blobs([500] * 4, seed=1)
    pixels[:600] += 0.3
    _, warning = given.notes(model, pixels)
    assert warning.startswith(("30.", "29.", "31."))
    assert "far from every cluster" in warning


def test_the_reach_holds_99_percent_of_what_was_fitted() -> None:
    model, pixels = fitted(), blobs([4000] * 4)
    assert abs((model.distances(pixels) > model.reach).mean() - 0.01) < 0.003


def test_a_fingerprint_is_of_the_numbers_not_of_names() -> None:
    model = fitted()
    assert replace(model, origin="", classes="x").fingerprint == model.fingerprint
    assert replace(model, centres=model.centres[::-1]).fingerprint != model.fingerprint
    assert replace(model, features=("nir", *BANDS[:3])).fingerprint != model.fingerprint
    assert np.isfinite(model.reach)
