"""While the dates of a composite arrive: progress by date, pictures that get better, an end at once."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pytest

from pipeline import AnalysisRequest, AreaOfInterest, Cancelled, analyse
from pipeline.area.grid import grid_for
from pipeline.catalogs.search import find_plans
from pipeline.composites import refining
from pipeline.composites.compose import read_composite
from pipeline.composites.refining import Watch, thinned_grid
from pipeline.explore.spectra import curves_of
from pipeline.progress import Progress
from pipeline.reading.cloud_mask import CloudMask
from pipeline.reading.extent import Extent
from pipeline.reading.imagery import Imagery
from pipeline.result import Analysis
from tests.pipeline.conftest import HOLDS, Folder
from tests.support.patience import quickest, until
from tests.support.synthetic import item, write_granule

SIDE_PX, N_DATES = 150, 6
DAYS = [datetime(2022, 1 + 2 * n, 15, 10, tzinfo=UTC) for n in range(N_DATES)]


class AtOnce(Executor):
    """Does a piece of work where it is handed over."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **options: Any) -> Future[Any]:
        done: Future[Any] = Future()
        done.set_result(fn(*args, **options))
        return done


@pytest.fixture(scope="module")
def pixels() -> np.ndarray:
    """Digital numbers ``(date, band, y, x)``."""
    return np.random.default_rng(3).integers(300, 4000, (N_DATES, 4, SIDE_PX, SIDE_PX)).astype(np.uint16)


@pytest.fixture
def request_of(
    pixels: np.ndarray, folder: Folder, fake_api: Callable[..., str]
) -> Callable[..., AnalysisRequest]:
    """Serve the dates; gives the request for them, with changes."""
    items = []
    for number, when in enumerate(DAYS):
        classes = np.full((SIDE_PX // 2, SIDE_PX // 2), 4)
        write_granule(
            folder.path / f"{number}", pixels[number], classes, 600_000, 5_200_020, overviews=(2, 4)
        )
        # the fewest clouds are in September
        cover = 1.0 if number == 4 else 5.0
        items.append(
            item(
                f"d{number}",
                f"{folder.url}/{number}",
                shape=(SIDE_PX, SIDE_PX),
                when=when,
                cloud_cover=cover,
            )
        )
    api = fake_api(items=items, conforms=HOLDS)
    area = AreaOfInterest.square(10.3226, 46.94, 1)
    usual = AnalysisRequest(
        area, date(2022, 1, 1), date(2022, 12, 31), catalog=api, n_clusters=3, composite="periods", periods=3
    )
    return lambda **changes: replace(usual, **changes)


def so_far(request: AnalysisRequest) -> tuple[list[Imagery], Imagery]:
    """Return the pictures on the way and what was read in the end."""
    shown: list[Imagery] = []
    extent = Extent(request.area, grid_for(request.area), CloudMask(request.mask_classes))
    plans = find_plans(request, Progress())
    found = read_composite(request, plans, extent, Progress(), False, Watch(AtOnce(), shown.append))
    return shown, found


@pytest.mark.parametrize("step", [1, 3])
def test_pictures_on_the_way_are_composites_of_the_dates_so_far(
    request_of: Callable[..., AnalysisRequest],
    pixels: np.ndarray,
    monkeypatch: pytest.MonkeyPatch,
    step: int,
) -> None:
    monkeypatch.setattr(refining, "EVERY_S", 0)
    monkeypatch.setattr(refining, "PICTURE_PX", -(-100 // step))
    shown, found = so_far(request_of(composite="median"))
    assert [len(picture.scenes) for picture in shown] == [1, 2, 3, 4, 5, 6]
    row = round((5_200_020 - found.extent.grid.affine.f) / 10)
    column = round((found.extent.grid.affine.c - 600_000) / 10)
    here = pixels[:, :, row : row + 100, column : column + 100][..., step // 2 :: step, step // 2 :: step]
    for n, picture in enumerate(shown, start=1):
        assert picture.extent.grid.affine.a == 10 * step
        expected = np.median(here[:n].astype(float), axis=0) / 10_000
        np.testing.assert_allclose(picture.masked.values, expected, atol=1e-6)
    x, y = (getattr(shown[0].masked, axis).values for axis in "xy")
    np.testing.assert_allclose(x, found.masked.x.values[step // 2 :: step])
    np.testing.assert_allclose(y, found.masked.y.values[step // 2 :: step])


def test_of_periods_those_that_have_begun_are_shown(
    request_of: Callable[..., AnalysisRequest], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refining, "EVERY_S", 0)
    shown, found = so_far(request_of())
    assert [len(picture.bands) // 4 for picture in shown] == [2, 2, 3, 3], "one period is no year"
    assert found.bands == shown[-1].bands


def test_the_page_gets_the_best_date_first_then_what_has_come(
    request_of: Callable[..., AnalysisRequest], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refining, "EVERY_S", 0)
    shown: list[Analysis] = []
    details: list[str] = []
    found = analyse(request_of(), on_preview=shown.append, on_detail=details.append)
    assert all(preview.preview for preview in shown)
    assert not found.preview
    assert [s.id for s in shown[0].scenes] == ["d4"]
    assert not shown[0].is_composite
    for preview in shown[1:]:
        assert preview.is_composite
        assert preview.request == found.request
        curve = curves_of(preview, "NDVI")[0]
        n_known = len(preview.model.features) // 4
        assert len(curve.mean) == 3
        assert np.isfinite(curve.mean[:n_known]).all()
        assert np.isnan(curve.mean[n_known:]).all()
    counted = [detail for detail in details if " dates" in detail]
    assert counted[0].startswith(f"0 of {N_DATES} dates, 1 of ")
    numbers = [int(detail.split()[0]) for detail in counted]
    assert numbers == sorted(numbers)
    assert counted[-1] == f"{N_DATES} of {N_DATES} dates"


def test_of_chosen_scenes_one_day_is_shown_first(request_of: Callable[..., AnalysisRequest]) -> None:
    shown: list[Analysis] = []
    analyse(request_of(scene_ids=("d1", "d4", "d5")), on_preview=shown.append)
    assert [s.id for s in shown[0].scenes] == ["d4"]


@pytest.mark.parametrize("composite", ["median", "periods"])
def test_a_run_ends_at_once_in_the_middle_of_its_dates(
    request_of: Callable[..., AnalysisRequest], composite: str
) -> None:
    def seconds() -> float:
        asked: list[float] = []

        def told(detail: str) -> None:
            if detail.startswith("2 of ") and not asked:
                asked.append(time.monotonic())

        with pytest.raises(Cancelled):
            analyse(request_of(composite=composite), on_detail=told, cancelled=lambda: bool(asked))
        return time.monotonic() - asked[0]

    assert quickest(seconds, 0.5) < 0.5
    until(lambda: not any(t.name == "pipeline-_analyse" for t in threading.enumerate()))


def test_centres_of_thinned_pixels_are_those_of_the_grid() -> None:
    grid = grid_for(AreaOfInterest.square(10.3226, 46.94, 1))
    for step in (1, 2, 5):
        thin = thinned_grid(grid, step, (7, 7))
        first = step // 2 + 0.5
        assert thin.affine * (0.5, 0.5) == pytest.approx(grid.affine * (first, first))
        assert thin.resolution.x == 10 * step
