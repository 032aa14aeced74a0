"""The whole run: results that agree, progress, cancelling, faults, and no needless request."""

import io
import os
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pyproj import Transformer

from pipeline import (
    Analysis,
    AnalysisRequest,
    AreaOfInterest,
    AreaTooLarge,
    CatalogUnavailable,
    InvalidRequest,
    NoScenesFound,
    NothingToGroup,
    ReadFailed,
    analyse,
)
from pipeline.outcome.values import Missing
from tests.pipeline.conftest import HOLDS, Folder, Land
from tests.support.made import notes_but_water
from tests.support.servers import requests_to
from tests.support.synthetic import NOON, item, write_granule

STAGES = ["searching", "reading", "clustering", "drawing"]


def test_the_parts_of_a_result_agree(done: Analysis, land: Land) -> None:
    rows, columns = land.window(done.grid)
    classes = land.classes[rows, columns]
    clear = ~np.isin(classes, (0, 1, 3, 8, 9, 10)) & (land.dn[0, rows, columns] > 0)
    assert 0.9 < clear.mean() < 1
    labels = done.labels.values
    assert labels.dtype == np.uint8
    assert done.labels.dims == ("y", "x")
    assert ((labels > 0) == clear).all()
    assert (np.isfinite(done.imagery.values).all(axis=0) == clear).all()
    expected = land.dn[:, rows, columns][:, clear] / np.float32(10_000)
    assert done.imagery.values[:, clear] == pytest.approx(expected, abs=1e-6)
    assert done.imagery.dtype == np.float32
    assert done.inside.all()
    assert done.date == date(2022, 6, 17)
    assert done.clear_share == pytest.approx(clear.mean())
    assert len(done.suggestions) == 4
    assert len(done.overlays.clusters) == 4


def test_the_table_counts_the_labels_and_sums_to_the_area(done: Analysis) -> None:
    table = done.areas
    assert list(table.index) == [0, 1, 2, 3, 4]
    for cluster in table.index:
        assert table.pixels[cluster] == (done.labels.values == cluster).sum()
    assert table.hectares.sum() == pytest.approx(900.0)
    assert table.share.sum() == pytest.approx(1)


def test_the_surfaces_are_told_apart(done: Analysis) -> None:
    kinds = [s.kind for s in done.suggestions]
    assert kinds == ["Water", "Dense vegetation", "Crops or grass", "Bare or built-up"]


def test_coordinates_are_readable_by_rioxarray(done: Analysis) -> None:
    import rioxarray  # noqa: F401

    for array in (done.imagery, done.labels):
        assert array.rio.crs.to_epsg() == 32632
        assert tuple(array.rio.transform())[:6] == tuple(done.grid.affine)[:6]


def test_the_same_request_gives_the_same_result(done: Analysis, land: Land) -> None:
    again = analyse(land.request())
    assert (again.labels.values == done.labels.values).all()
    assert again.areas.equals(done.areas)
    assert again.model == done.model
    assert again.overlays.true_colour == done.overlays.true_colour
    assert again.overlays.false_colour == done.overlays.false_colour
    assert again.overlays.clusters == done.overlays.clusters


def test_progress_never_falls_and_ends_at_one(land: Land) -> None:
    reports: list[tuple[str, float]] = []
    details: list[str] = []
    analyse(
        land.request(), lambda stage, fraction: reports.append((stage, fraction)), on_detail=details.append
    )
    stages, fractions = zip(*reports, strict=True)
    assert list(dict.fromkeys(stages)) == STAGES
    assert all(0 <= f <= 1 for f in fractions)
    assert list(fractions) == sorted(fractions)
    assert fractions[-1] == 1.0
    assert stages[-1] == "drawing"
    assert "5 of 5 blocks" in details


def test_too_large_an_area_is_refused_before_anybody_is_asked(
    land: Land, monkeypatch: pytest.MonkeyPatch
) -> None:
    stages: list[str] = []
    with pytest.raises(AreaTooLarge) as caught:
        analyse(land.request(1000, catalog="http://127.0.0.1:9/"), lambda s, _: stages.append(s))
    assert caught.value.limit_km <= 110
    assert caught.value.size_km == 1000
    monkeypatch.setenv("DASHBOARD_MAX_SIZE_KM", "2.5")
    with pytest.raises(AreaTooLarge) as caught:
        analyse(land.request(3, catalog="http://127.0.0.1:9/"))
    assert caught.value.limit_km == 2.5
    ring = [[-170.0, -60.0], [170.0, -60.0], [170.0, 60.0], [-170.0, 60.0]]
    world = AreaOfInterest.polygon({"type": "Polygon", "coordinates": [ring]})
    with pytest.raises(AreaTooLarge):
        analyse(land.request(area=world, catalog="http://127.0.0.1:9/"))


def test_clustering_again_asks_nobody(done: Analysis, land: Land) -> None:
    before = len(requests_to(land.files.server))
    reports: list[tuple[str, float]] = []
    again = done.recluster(7, lambda s, f: reports.append((s, f)))
    assert len(requests_to(land.files.server)) == before
    assert again.request.n_clusters == 7
    assert list(again.areas.index) == list(range(8))
    assert again.areas.hectares.sum() == pytest.approx(900)
    assert reports[-1][1] == 1.0
    assert again.overlays.true_colour is done.overlays.true_colour
    assert again.scenes == done.scenes
    fresh = analyse(land.request(n_clusters=7))
    assert (fresh.labels.values == again.labels.values).all()
    assert done.areas.shape[0] == 5, "the first result is untouched"


@pytest.mark.parametrize("k", [1, 13, 4.5])
def test_clustering_again_checks_the_number(done: Analysis, k: Any) -> None:
    with pytest.raises(InvalidRequest):
        done.recluster(k)


def test_a_model_labels_again_what_it_was_fitted_on(done: Analysis, land: Land) -> None:
    again = analyse(land.request(n_clusters=9), model=done.model)
    assert (again.labels.values == done.labels.values).all()
    assert again.model == done.model
    assert len(again.areas) == 5


def test_a_polygon_counts_only_its_inside(land: Land) -> None:
    ring = [[10.325, 46.925], [10.345, 46.922], [10.350, 46.940], [10.330, 46.945]]
    area = AreaOfInterest.polygon({"type": "Polygon", "coordinates": [ring]})
    found = analyse(land.request(area=area))
    assert 0 < found.inside.sum() < found.inside.size
    assert not found.labels.values[~found.inside].any()
    assert np.isnan(found.imagery.values[:, ~found.inside]).all()
    assert found.areas.pixels.sum() == found.inside.sum()
    assert found.areas.share.sum() == pytest.approx(1)
    again = found.recluster(3)
    assert again.areas.pixels.sum() == found.inside.sum()


def test_an_area_partly_outside_is_told(land: Land) -> None:
    """The last 40 columns are empty, though the footprint covers them."""
    centre = Transformer.from_crs(32632, 4326, always_xy=True).transform(605_000, 5_197_500)
    found = analyse(land.request(area=AreaOfInterest.square(*centre, 1)))
    rows, columns = land.window(found.grid)
    inside = land.dn[0, rows, columns]
    missing = 1 - (inside > 0).sum() / 100**2
    assert 0.1 < missing < 0.9
    hectares = 100 * missing
    assert f"{hectares:.1f} ha of the area ({100 * missing:.1f} %) hold no data in the image." in found.notes
    assert found.missing == Missing(0, pytest.approx(hectares), 0)
    assert found.areas.share[0] == pytest.approx(missing)


@pytest.fixture
def small(folder: Folder, fake_api: Callable[..., str]) -> Callable[..., AnalysisRequest]:
    """Give a maker of requests on a granule of 1.5 km with the given numbers."""

    def make(dn: np.ndarray, classes: np.ndarray | None = None, **changes: Any) -> AnalysisRequest:
        write_granule(folder.path, dn, classes, 600_000, 5_200_020)
        served = item(
            "small",
            folder.url,
            shape=(150, 150),
            scl=classes is not None,
            cloud_cover=changes.pop("cover", 1),
        )
        area = AreaOfInterest.square(10.3226, 46.94, 1)
        api = fake_api(items=[served], conforms=HOLDS)
        made = AnalysisRequest(area, date(2022, 6, 1), date(2022, 6, 30), catalog=api, n_clusters=6)
        return replace(made, **changes)

    return make


def flat(*spectra: tuple[int, int, int, int]) -> np.ndarray:
    """Return 150 x 150 pixels of a few spectra, in stripes."""
    kinds = np.arange(150 * 150).reshape(150, 150) // 7 % len(spectra)
    return np.moveaxis(np.array(spectra)[kinds], -1, 0)


MANY = np.random.default_rng(0).integers(200, 4000, (4, 150, 150))


def test_fewer_distinct_pixels_than_clusters_are_told(small: Callable[..., AnalysisRequest]) -> None:
    found = analyse(small(flat((300, 400, 300, 3000), (900, 1000, 1200, 2000)), np.full((75, 75), 4)))
    assert list(found.areas.index) == [0, 1, 2]
    assert found.areas.hectares.sum() == pytest.approx(100)
    assert any("Only 2 different pixel values" in note for note in found.notes)
    assert len(found.overlays.clusters) == 2


def test_a_constant_image_is_one_cluster(small: Callable[..., AnalysisRequest]) -> None:
    found = analyse(small(flat((900, 1000, 1200, 2000)), np.full((75, 75), 5)))
    assert found.areas.pixels.tolist() == [0, 10_000]


def test_a_fully_clouded_area_has_nothing_to_group(small: Callable[..., AnalysisRequest]) -> None:
    with pytest.raises(NothingToGroup, match="17 June 2022") as caught:
        analyse(small(MANY, np.full((75, 75), 9)))
    assert caught.value.date == date(2022, 6, 17)
    assert "10,000 pixels" in str(caught.value)


def test_the_next_image_is_used_where_the_best_has_no_clear_pixel(
    folder: Folder, fake_api: Callable[..., str]
) -> None:
    served = []
    for name, scene_class, cover, day in (("cloudy", 9, 1, 17), ("empty", 0, 2, 12), ("clear", 4, 3, 7)):
        write_granule(folder.path / name, MANY, np.full((75, 75), scene_class), 600_000, 5_200_020)
        when = NOON.replace(day=day)
        served.append(item(name, f"{folder.url}/{name}", shape=(150, 150), cloud_cover=cover, when=when))
    area = AreaOfInterest.square(10.3226, 46.94, 1)
    api = fake_api(items=served, conforms=HOLDS)
    found = analyse(AnalysisRequest(area, date(2022, 6, 1), date(2022, 6, 30), catalog=api))
    assert [s.id for s in found.scenes] == ["clear"]
    assert notes_but_water(found) == (
        "17 June 2022 was passed over: no clear pixel here.",
        "12 June 2022 was passed over: no clear pixel here.",
    )


def test_clouds_may_be_kept(small: Callable[..., AnalysisRequest]) -> None:
    found = analyse(small(MANY, np.full((75, 75), 9), mask_classes=(0,)))
    assert found.areas.pixels[0] == 0


def test_an_image_without_data_here_is_no_scene(small: Callable[..., AnalysisRequest]) -> None:
    with pytest.raises(NoScenesFound, match="no data here"):
        analyse(small(np.zeros((4, 150, 150)), np.zeros((75, 75))))


def test_one_valid_pixel_is_one_cluster(small: Callable[..., AnalysisRequest]) -> None:
    dn = np.zeros((4, 150, 150))
    dn[:, 75, 75] = 800
    found = analyse(small(dn))
    assert found.areas.pixels.sum() == 10_000
    assert found.areas.pixels.tolist()[1:] == [1]


def test_what_a_user_should_know_is_noted(small: Callable[..., AnalysisRequest]) -> None:
    found = analyse(small(MANY, cover=None))
    assert any("no scene classification" in note for note in found.notes)
    assert any("does not tell the cloud cover" in note for note in found.notes)


@pytest.mark.parametrize("fault", ["404", "500", "reset"])
def test_a_faulty_file_ends_the_run_in_words(land: Land, fake_api: Callable[..., str], fault: str) -> None:
    served = item("broken", land.files.fault(fault), shape=(560, 560))
    with pytest.raises(ReadFailed):
        analyse(land.request(catalog=fake_api(items=[served], conforms=HOLDS)))


def test_an_unknown_catalogue_ends_the_run_in_words(land: Land) -> None:
    with pytest.raises(CatalogUnavailable, match="no catalogue named"):
        analyse(land.request(catalog="nonsense"))


def test_nothing_is_left_in_the_working_directory(
    land: Land, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    analyse(land.request(1)).to_geotiff(io.BytesIO())
    assert os.listdir(tmp_path) == []


def test_two_runs_at_once_do_not_disturb_each_other(done: Analysis, land: Land) -> None:
    results: list[Analysis] = []
    threads = [threading.Thread(target=lambda: results.append(analyse(land.request()))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [r.areas.equals(done.areas) for r in results] == [True] * 3
