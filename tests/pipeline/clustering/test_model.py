"""k-means: the same result every time, nearly the best one, and right small answers."""

import json
import pickle
import threading
from collections.abc import Callable

import numpy as np
import pytest
import xarray as xr
from sklearn.cluster import KMeans
from threadpoolctl import threadpool_limits

from pipeline import Cancelled, ClusterModel, InvalidRequest
from pipeline.clustering.kmeans import SAMPLE_PX, _finished, fit
from pipeline.clustering.points import Points
from pipeline.progress import Progress

BANDS = ("blue", "green", "red", "nir")


def land(n: int, seed: int = 0) -> np.ndarray:
    """Return pixels of five surfaces that overlap, as land does: ``(n, 4)`` reflectance."""
    random = np.random.default_rng(seed)
    centres = np.array(
        [
            (0.05, 0.06, 0.04, 0.02),
            (0.03, 0.05, 0.03, 0.35),
            (0.05, 0.08, 0.07, 0.28),
            (0.10, 0.13, 0.16, 0.24),
            (0.25, 0.27, 0.30, 0.34),
        ]
    )
    kinds = random.choice(5, n, p=[0.1, 0.4, 0.25, 0.2, 0.05])
    brightness = random.lognormal(0, 0.25, (n, 1))
    pixels = centres[kinds] * brightness + random.normal(0, 0.008, (n, 4))
    return pixels.astype(np.float32)


def cube(pixels: np.ndarray, rows: int) -> xr.DataArray:
    return xr.DataArray(pixels.T.reshape(4, rows, -1), dims=("band", "y", "x"), coords={"band": list(BANDS)})


def made(pixels: np.ndarray, k: int = 5, seed: int = 0) -> ClusterModel:
    return fit(pixels, BANDS, k, seed, Progress())


def inertia(pixels: np.ndarray, model: ClusterModel) -> float:
    """Sum of squared distances in z-scores, in double precision and by definition."""
    mean, scale = pixels.mean(0, dtype=float), pixels.std(0, dtype=float)
    z, centres = (pixels - mean) / scale, (np.array(model.centres) - mean) / scale
    return float(np.min([((z - c) ** 2).sum(1) for c in centres], axis=0).sum())


def test_the_same_pixels_number_and_seed_give_the_same_model() -> None:
    pixels = land(SAMPLE_PX + 20_000)
    assert made(pixels, seed=3) == made(pixels, seed=3)


def test_two_threads_at_once_give_the_same_as_one() -> None:
    pixels = land(30_000)
    results: list[ClusterModel] = []
    threads = [threading.Thread(target=lambda: results.append(made(pixels))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert results == [made(pixels)] * 2


@pytest.mark.parametrize("k", [3, 8])
def test_the_sampled_fit_is_as_good_as_ten_full_ones(k: int) -> None:
    pixels = land(60_000)
    z = (pixels - pixels.mean(0)) / pixels.std(0)
    best = KMeans(k, n_init=10, random_state=1).fit(z)
    assert inertia(pixels, made(pixels, k)) <= 1.001 * best.inertia_


def test_labels_are_the_nearest_centres() -> None:
    pixels = land(20_000)
    model = made(pixels)
    labels = model.label(cube(pixels, 100))
    z = (pixels - np.array(model.mean)) / np.array(model.scale)
    centres = (np.array(model.centres) - np.array(model.mean)) / np.array(model.scale)
    distance = np.array([((z - c) ** 2).sum(1) for c in centres])
    nearest = distance.argmin(0)
    second = np.sort(distance, 0)
    clear_cut = second[1] - second[0] > 1e-4
    assert labels.dtype == np.uint8
    assert labels.dims == ("y", "x")
    assert (labels.values.ravel()[clear_cut] == nearest[clear_cut] + 1).all()


def test_numbers_and_their_reflectance_get_the_same_labels() -> None:
    """To the pixel: digital numbers as read, and reflectance as the pipeline computes it from them."""
    numbers = np.round(land(300_000) * 10_000 + 1000).clip(1).astype(np.uint16).T.reshape(4, 300, 1000)
    reflectance = (numbers.astype(np.float32) - 1000) / 10_000
    model, usable = made(reflectance.reshape(4, -1).T, 8), np.ones((300, 1000), bool)
    from_numbers = model.nearest(numbers, usable, 1e-4, -1000.0)
    assert (from_numbers == model.nearest(reflectance, usable)).all()
    assert (from_numbers == model.label(cube(reflectance.reshape(4, -1).T, 300)).values).all()


def test_the_centres_are_the_means_of_their_pixels() -> None:
    pixels = land(20_000)
    model = made(pixels)
    labels = model.label(cube(pixels, 100)).values.ravel()
    means = [pixels[labels == n].mean(0) for n in range(1, 6)]
    assert np.array(model.centres) == pytest.approx(np.array(means), abs=2e-3)


def test_every_valid_pixel_has_a_cluster_and_no_other() -> None:
    pixels = land(5000)
    image = cube(pixels.copy(), 50)
    image[1, 3, 4] = np.nan
    image[:, 10:12] = np.nan
    labels = made(pixels).label(image).values
    assert ((labels == 0) == np.isnan(image.values).any(axis=0)).all()


@pytest.mark.parametrize(("n", "tolerance"), [(60_000, 1e-6), (700_000, 3e-3)])
def test_the_scaler_is_the_mean_and_deviation_of_the_pixels(n: int, tolerance: float) -> None:
    pixels = land(n)
    model = made(pixels)
    assert model.mean == pytest.approx(pixels.mean(0, dtype=float), rel=tolerance)
    assert model.scale == pytest.approx(pixels.std(0, dtype=float), rel=tolerance)


def test_rows_and_planes_are_the_same_pixels() -> None:
    pixels = land(30_000)
    assert made(np.ascontiguousarray(pixels.T).T) == made(pixels)


def test_the_libraries_threads_do_not_matter() -> None:
    pixels = land(120_000)
    with threadpool_limits(1):
        alone = made(pixels, 10)
    assert made(pixels, 10) == alone


def test_a_model_crosses_to_another_process() -> None:
    model = made(land(2000))
    assert pickle.loads(pickle.dumps(model)) == model


def test_the_order_does_not_depend_on_seed_or_on_the_order_of_pixels() -> None:
    random = np.random.default_rng(0)
    spots = np.array([(0.05, 0.06, 0.04, 0.02), (0.03, 0.05, 0.03, 0.4), (0.1, 0.13, 0.2, 0.25)])
    pixels = (np.repeat(spots, 4000, 0) + random.normal(0, 0.003, (12_000, 4))).astype(np.float32)
    first = np.array(made(pixels, 3).centres)
    assert first == pytest.approx(spots, abs=1e-3), "water, then vegetation, then soil"
    for seed in (1, 2, 3):
        shuffled = pixels[random.permutation(len(pixels))]
        assert np.array(made(shuffled, 3, seed).centres) == pytest.approx(first, abs=1e-4)


@pytest.mark.parametrize("distinct", [1, 2, 4])
def test_fewer_distinct_pixels_than_clusters_are_that_many_clusters(distinct: int) -> None:
    values = land(distinct)
    pixels = values[np.random.default_rng(0).integers(0, distinct, 3000)]
    model = made(pixels, 6)
    assert model.n_clusters == distinct
    labels = model.label(cube(pixels, 30)).values
    assert sorted(np.unique(labels)) == list(range(1, distinct + 1))
    assert {tuple(np.float32(c)) for c in model.centres} == {tuple(v) for v in values}


@pytest.mark.parametrize("odd", [9, 30])
def test_a_uniform_area_with_a_few_odd_pixels_has_no_empty_cluster(odd: int) -> None:
    """More distinct values than clusters, but hardly any of them in the sample: no warning, no twins."""
    pixels = np.full((200_000, 4), 0.1, np.float32)
    pixels[np.random.default_rng(1).choice(len(pixels), odd, replace=False)] = land(odd, 5)
    model = made(pixels, 6)
    labels = model.label(cube(pixels, 400)).values
    counts = np.bincount(labels.ravel(), minlength=model.n_clusters + 1)[1:]
    assert model.n_clusters == 6
    assert (counts > 0).all()
    assert len(set(model.centres)) == 6


@pytest.mark.parametrize("constant", [0.0, 0.1, -0.02])
def test_a_constant_band_does_not_matter(constant: float) -> None:
    pixels = land(5000)
    pixels[:, 1] = constant
    model = made(pixels, 4)
    assert np.isfinite(np.array(model.centres)).all()
    assert np.array(model.centres)[:, 1] == pytest.approx(constant, abs=1e-6)
    assert len(np.unique(model.label(cube(pixels, 50)).values)) == 4


def test_a_constant_image_is_one_cluster() -> None:
    model = made(np.full((900, 4), 0.2, np.float32), 6)
    assert model.n_clusters == 1
    assert model.scale == (1.0,) * 4


def test_a_single_pixel_is_one_cluster() -> None:
    assert made(land(1), 6).n_clusters == 1


def test_json_comes_back_equal_and_labels_the_same() -> None:
    pixels = land(5000)
    model = made(pixels)
    again = ClusterModel.from_json(model.to_json())
    assert again == model
    assert (again.label(cube(pixels, 50)).values == model.label(cube(pixels, 50)).values).all()


def test_a_model_refuses_other_bands_or_another_order() -> None:
    model = made(land(500))
    image = cube(land(500), 10)
    for other in (
        image.sel(band=["green", "blue", "red", "nir"]),
        image.isel(band=slice(3)),
        image.assign_coords(band=["B02", "B03", "B04", "B08"]),
    ):
        with pytest.raises(InvalidRequest, match="fitted on"):
            model.label(other)


@pytest.mark.parametrize(
    "change",
    [
        lambda v: v.pop("mean"),
        lambda v: v.update(version=99),
        lambda v: v.update(colour="red"),
        lambda v: v.update(mean=[0.1, 0.2]),
        lambda v: v.update(centres=[[0.1, 0.2]]),
        lambda v: v.update(centres="none"),
        lambda v: v.update(centres=[]),
        lambda v: v.update(mean=["a", "b", "c", "d"]),
        lambda v: v.update(scale=[0.1, 0.0, 0.1, 0.1]),
        lambda v: v.update(mean=[0.1, float("nan"), 0.1, 0.1]),
        lambda v: v.update(features=[]),
    ],
)
def test_files_that_are_no_model_are_refused(change: Callable[[dict[str, object]], object]) -> None:
    values = json.loads(made(land(500)).to_json())
    change(values)
    with pytest.raises(InvalidRequest):
        ClusterModel.from_json(json.dumps(values))


@pytest.mark.parametrize("text", ["", "[]", "5", "null", "{}"])
def test_other_text_is_no_model(text: str) -> None:
    with pytest.raises(InvalidRequest):
        ClusterModel.from_json(text)


def test_a_cancelled_fit_ends() -> None:
    with pytest.raises(Cancelled):
        fit(land(500), BANDS, 3, 0, Progress(cancelled=lambda: True))


def test_a_centre_without_points_moves_to_where_points_are() -> None:
    rng = np.random.default_rng(0)
    values = np.concatenate([rng.normal(0, 1, (3000, 4)), rng.normal(50, 1, (20, 4))]).astype(np.float32)
    twins = np.repeat(values[:1].astype(float), 3, axis=0)
    centres = _finished(Points.of(values.T, np.zeros(4), np.ones(4)), twins, None)
    nearest = np.argmin([((values - c) ** 2).sum(axis=1) for c in centres], axis=0)
    assert (np.bincount(nearest, minlength=3) > 0).all()
