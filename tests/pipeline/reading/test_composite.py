"""Several dates in one image: medians of clear pixels, gaps filled in time, dates well chosen."""

import pickle
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Transformer

from pipeline import Analysis, AnalysisRequest, AreaOfInterest, NothingToGroup, analyse
from pipeline.area import blocks
from pipeline.composites import compose
from pipeline.reading import ways
from pipeline.reading.cloud_mask import CloudMask
from pipeline.reading.composite import Composite, filled_in_time
from pipeline.reading.mosaic import Layer
from pipeline.reading.ways import MISSING, median_of
from tests.pipeline.conftest import HOLDS, Folder
from tests.pipeline.reading.composites import composite, nan_median
from tests.support.synthetic import item, write_granule

MASK = CloudMask((0, 9))


@given(st.integers(1, 13), st.integers(0, 2**32 - 1))
def test_the_median_is_that_of_the_values_that_are_there(n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = rng.integers(-900, 30_000, (n, 5, 7)).astype(np.int16)
    values[rng.random(values.shape) < 0.4] = MISSING
    with_gaps = np.where(values == MISSING, np.nan, values.astype(float))
    expected = np.full((5, 7), np.nan)
    some = ~np.isnan(with_gaps).all(axis=0)
    expected[some] = np.nanmedian(with_gaps[:, some], axis=0)
    assert np.array_equal(median_of(list(values.copy())), expected, equal_nan=True)


@given(st.integers(2, 6), st.integers(0, 2**32 - 1))
def test_one_missing_period_is_filled_from_its_neighbours(n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    medians = rng.integers(0, 9000, (n, 2, 4, 5)).astype(np.float32)
    medians.swapaxes(0, 1)[:, rng.random((n, 4, 5)) < 0.3] = np.nan
    before = medians.copy()
    filled, too_few = filled_in_time(medians)
    for row, column in np.ndindex(4, 5):
        series = before[:, :, row, column]
        gaps = np.flatnonzero(np.isnan(series[:, 0]))
        assert filled[row, column] == (len(gaps) == 1)
        assert too_few[row, column] == (len(gaps) > 1)
        if len(gaps) == 1:
            around = [series[i] for i in (gaps[0] - 1, gaps[0] + 1) if 0 <= i < n]
            series[gaps[0]] = np.mean(around, axis=0)
        assert np.array_equal(medians[:, :, row, column], series, equal_nan=True)


@pytest.mark.parametrize("n_periods", [1, 3])
def test_scenes_are_joined_by_acquisition_before_acquisitions_are_combined(n_periods: int) -> None:
    """Each acquisition has two tiles, of which one holds the offset; everything is recomputed here."""
    rng, shape, n_acquisitions = np.random.default_rng(4), (20, 30), 6
    periods = tuple(n * n_periods // n_acquisitions for n in range(n_acquisitions))
    offsets = tuple(-1000 if n % 2 else 0 for n in range(2 * n_acquisitions))
    plan = Composite(tuple(n // 2 for n in range(2 * n_acquisitions)), periods, n_periods, offsets, MASK)
    mosaic = pickle.loads(pickle.dumps(plan)).mosaic(shape, 2)
    values = np.full((n_acquisitions, 2, *shape), np.nan)
    first = np.zeros(shape)
    for number in range(2 * n_acquisitions):
        dn = rng.integers(1200, 9000, (2, *shape)).astype(np.uint16)
        dn[:, rng.random(shape) < 0.4] = 0
        classes = np.where(rng.random(shape) < 0.3, 9, 4).astype(np.uint8)
        target = values[number // 2]
        if number % 2:
            new = (first == 0) & (dn[0] > 0)
            target[:, new] = np.where(classes == 9, np.nan, dn.astype(float) - 1000)[:, new]
        else:
            first = dn[0].copy()
            target[:, first > 0] = np.where(classes == 9, np.nan, dn.astype(float))[:, first > 0]
        mosaic.feed(Layer(number, dn, classes, may_hold_offset=bool(number % 2)))
    found = mosaic.result()
    looks = np.isfinite(values[:, 0]).sum(axis=0)
    assert found.looks is not None
    assert ((found.looks & 127) == looks).all()
    medians = np.stack([nan_median(values[[p == n for p in periods]]) for n in range(n_periods)])
    filled, too_few = filled_in_time(medians)
    clear = MASK.clear(found.state)
    assert (clear == ((looks > 0) & ~too_few)).all()
    assert (((found.looks & 128) > 0) == filled).all()
    planes = medians.reshape(-1, *shape)
    assert np.abs(found.reflectance([0])[:, clear] - planes[:, clear] / 10_000).max() < 1e-6
    assert plan.names(("red", "nir"))[:3] == (
        ("red", "nir") if n_periods == 1 else ("red@1", "nir@1", "red@2")
    )


@pytest.fixture
def made_up(folder: Folder, fake_api: Callable[..., str]) -> Callable[..., AnalysisRequest]:
    """Give a maker of requests on granules of 1.5 km: ``(day of year, pixels, classes, item changes)``."""

    def make(
        dates: list[tuple[int, np.ndarray, np.ndarray, dict[str, Any]]], **changes: Any
    ) -> AnalysisRequest:
        served = []
        first = len(list(folder.path.iterdir()))
        for number, (day, pixels, classes, options) in enumerate(dates, start=first):
            write_granule(folder.path / str(number), pixels, classes, 600_000, 5_200_020, overviews=(2, 4))
            when = datetime.strptime(f"2022 {day}", "%Y %j").replace(hour=10, tzinfo=UTC)
            url = f"{folder.url}/{number}"
            served.append(item(f"d{number}", url, shape=(150, 150), when=when, **options))
        area = AreaOfInterest.square(10.3226, 46.94, 1)
        values: dict[str, Any] = {"composite": "median", "n_clusters": 3, **changes}
        api = fake_api(items=served, conforms=HOLDS)
        return AnalysisRequest(area, date(2022, 1, 1), date(2022, 12, 31), catalog=api, **values)

    return make


def land(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(200, 2500, (4, 150, 150)).astype(np.uint16)


def classes(cloudy: slice = slice(0, 0)) -> np.ndarray:
    found = np.full((75, 75), 4)
    found[cloudy] = 9
    return found


def test_offsets_go_before_dates_are_combined_and_clouds_do_not_take_part(
    made_up: Callable[..., AnalysisRequest],
) -> None:
    pixels, new = land(), {"properties": {"s2:processing_baseline": "05.11"}}
    cloud = pixels.copy()
    cloud[:, :60] = 9000
    request = made_up(
        [
            (20, pixels, classes(), {}),
            (120, pixels + np.uint16(1000), classes(), dict(new)),
            (220, cloud, classes(slice(0, 30)), {}),
            (320, pixels + np.uint16(1000), classes(), dict(new)),
        ]
    )
    found = analyse(request)
    assert [s.offset.dn for s in found.scenes] == [0, -1000, 0, -1000]
    _, rows, columns = _where(found)
    assert np.abs(found.imagery.values - pixels[:, rows, columns] / 10_000).max() < 1e-6
    assert (found.looks.values == np.where(np.arange(150) < 60, 3, 4)[rows][:, None]).all()
    assert found.missing.masked_ha == 0


@pytest.mark.parametrize("way", ["median", "periods"])
def test_two_percent_of_shadow_on_one_date_do_not_take_its_offset_away(
    made_up: Callable[..., AnalysisRequest], way: str
) -> None:
    pixels, new = land() + np.uint16(1200), {"properties": {"s2:processing_baseline": "05.11"}}
    shadow = pixels.copy()
    shadow[:, :, 60:63] = 870
    dates = [(day, pixels, classes(), dict(new)) for day in (20, 120, 320)]
    request = made_up([*dates, (220, shadow, classes(), dict(new))], composite=way, periods=2)
    found = analyse(request)
    assert [s.offset.dn for s in found.scenes] == [-1000] * 4
    assert any("the pixels cannot tell" in s.offset.reason for s in found.scenes)
    assert not any("offsets were decided differently" in note for note in found.notes)


def _where(found: Analysis) -> tuple[None, slice, slice]:
    row = round((5_200_020 - found.grid.affine.f) / 10)
    column = round((found.grid.affine.c - 600_000) / 10)
    return None, slice(row, row + found.grid.shape[0]), slice(column, column + found.grid.shape[1])


def test_however_a_composite_is_cut_it_is_the_same(
    made_up: Callable[..., AnalysisRequest], monkeypatch: pytest.MonkeyPatch
) -> None:
    dates = []
    for n in range(5):
        clouds = np.where(np.random.default_rng(n).random((75, 75)) < 0.02, 9, 4)
        dates.append((30 + 70 * n, land(n), clouds, {}))
    request = made_up(dates, composite="periods", periods=3, mask_buffer_m=60)
    whole = composite(request)
    monkeypatch.setattr(blocks, "BLOCK_PX", 32)
    cut = composite(request)
    assert len(cut.store.blocks) > 9
    assert np.array_equal(cut.masked.values, whole.masked.values, equal_nan=True)
    assert (cut.looks == whole.looks).all()
    assert (cut.coverage, cut.n_filled) == (whole.coverage, whole.n_filled)
    monkeypatch.undo()
    monkeypatch.setattr(compose, "BYTES_AT_ONCE", 0)
    monkeypatch.setattr(compose, "FILE_BLOCK_PX", 32)
    spared = composite(request)
    assert len(spared.store.blocks) == len(cut.store.blocks), "many values are combined in smaller blocks"
    assert np.array_equal(spared.masked.values, whole.masked.values, equal_nan=True)
    assert whole.n_filled > 0
    assert whole.coverage.too_few > 0
    assert whole.coverage.too_few == ((whole.looks > 0) & np.isnan(whole.masked.values[0])).sum()


def test_an_overcast_day_is_not_used_whatever_its_classification_says(
    made_up: Callable[..., AnalysisRequest],
) -> None:
    bright = np.full((4, 150, 150), 13_000, np.uint16)
    found = analyse(made_up([(20, land(), classes(), {}), (120, bright, np.full((75, 75), 11), {})]))
    assert [s.date.month for s in found.scenes] == [1]
    assert any(
        n == "Overcast, whatever the classification says, and not used: 30 April 2022." for n in found.notes
    )
    with pytest.raises(NothingToGroup, match="none of 1 images is clear"):
        analyse(made_up([(120, bright, np.full((75, 75), 11), {})]))


def test_what_is_read_as_one_block_is_examined_without_further_reads(
    made_up: Callable[..., AnalysisRequest], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An area of several blocks is examined by its overviews before it is read; the result is the same."""
    new = {"properties": {"s2:processing_baseline": "05.11"}}
    bright, snow = np.full((4, 150, 150), 13_000, np.uint16), np.full((75, 75), 11)
    dates = [
        (20, land() + np.uint16(1000), classes(), dict(new)),
        (120, bright, snow, {}),
        (160, land(1) // np.uint16(3), classes(), dict(new)),
        (320, land(2), classes(slice(0, 40)), {}),
    ]
    request = made_up(dates, composite="periods", periods=3)
    examined: list[int] = []
    examine = compose.examine
    monkeypatch.setattr(
        compose, "examine", lambda looks, *of: examined.append(len(looks)) or examine(looks, *of)
    )
    whole = composite(request)
    assert not examined
    monkeypatch.setattr(blocks, "BLOCK_PX", 32)
    cut = composite(request)
    assert examined
    assert [(s.id, s.offset.dn) for s in whole.scenes] == [(s.id, s.offset.dn) for s in cut.scenes]
    assert [s.offset.dn for s in whole.scenes] == [-1000, 0, 0]
    assert whole.composite == cut.composite
    assert sorted(whole.notes) == sorted(cut.notes)
    assert np.array_equal(cut.masked.values, whole.masked.values, equal_nan=True)


def test_overcast_scenes_that_were_chosen_by_hand_are_used(made_up: Callable[..., AnalysisRequest]) -> None:
    bright, snow = np.full((4, 150, 150), 13_000, np.uint16), np.full((75, 75), 11)
    dates = [(20, land(), classes(), {}), (120, bright, snow, {})]
    assert len(analyse(made_up(dates, scene_ids=("d0", "d1"))).scenes) == 2


def test_a_date_with_a_broken_file_is_left_out_and_said(
    made_up: Callable[..., AnalysisRequest], folder: Folder
) -> None:
    request = made_up(
        [(20, land(), classes(), {}), (120, land(1), classes(), {}), (220, land(2), classes(), {})]
    )
    (folder.path / "1" / "nir.tif").unlink()
    found = analyse(request)
    assert [s.date.month for s in found.scenes] == [1, 8]
    assert any(n.startswith("30 April 2022 was passed over: 1/nir.tif: ") for n in found.notes)


def test_two_swaths_in_two_zones_make_one_whole(folder: Folder, fake_api: Callable[..., str]) -> None:
    """No single day covers the area; the second tile lies in the neighbouring zone."""
    write_granule(folder.path / "west", land(), classes(), 600_000, 5_200_020)
    x, y = Transformer.from_crs(32632, 32633, always_xy=True).transform(601_900, 5_199_270)
    left, top = round(x - 750, -1), round(y + 750, -1)
    write_granule(folder.path / "east", land(1), classes(), left, top, epsg=32633)
    day = datetime(2022, 6, 12, 10, tzinfo=UTC)
    west = item("west", f"{folder.url}/west", shape=(150, 150))
    east = item("east", f"{folder.url}/east", left, top, (150, 150), epsg=32633, when=day)
    east["properties"]["grid:code"] = "MGRS-33TTM"
    longitude, latitude = Transformer.from_crs(32632, 4326, always_xy=True).transform(601_300, 5_199_270)
    request = AnalysisRequest(
        AreaOfInterest.square(longitude, latitude, 1),
        date(2022, 6, 1),
        date(2022, 6, 30),
        catalog=fake_api(items=[west, east], conforms=HOLDS),
        composite="median",
        n_clusters=3,
    )
    found = analyse(request)
    assert {s.id for s in found.scenes} == {"west", "east"}
    assert found.areas.pixels[0] == 0
    assert {1, 2} <= set(np.unique(found.looks.values))
    assert not any("different days" in n for n in found.notes)


def test_a_new_way_to_combine_dates_is_one_entry_of_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    """The darkest clear value of each band: other modules take what they need from the table."""

    def darkest(values: Any) -> Any:
        least = np.minimum.reduce([date.astype(np.float32) for date in values])
        return np.where(least == MISSING, np.float32(np.nan), least)

    added = ways.Way("darkest", "Darkest", "Shadow.", "least of all clear values", darkest)
    monkeypatch.setattr(ways, "WAYS", (*ways.WAYS, added))
    plan = Composite((0, 1, 2), (0, 0, 0), 1, (0, 0, 0), MASK, "darkest")
    mosaic = plan.mosaic((2, 3), 1)
    for scene_, (value, scene_class) in enumerate(((700, 4), (300, 4), (100, 9))):
        mosaic.feed(
            Layer(scene_, np.full((1, 2, 3), value, np.uint16), np.full((2, 3), scene_class, np.uint8))
        )
    assert np.array_equal(mosaic.result().dn, np.full((1, 2, 3), 300, np.float32))
