"""A year in periods through the public names: its features are those of numpy, everything tells its time."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest
from affine import Affine

from pipeline import Analysis, AnalysisRequest, AreaOfInterest, analyse
from pipeline.batch.other_time import other_period
from pipeline.explore.change import compare, season_note
from pipeline.explore.change_view import change_overlays
from pipeline.explore.looks_view import looks_view
from pipeline.explore.spectra import curve_names, curves_of, periods_of
from pipeline.exports.files import make
from pipeline.exports.provenance import file_stem, tags
from pipeline.exports.snippet import python_snippet
from pipeline.outcome.card import line
from tests.pipeline.conftest import HOLDS, Folder
from tests.support.synthetic import item, write_granule

SIDE_PX = 120
START, END = date(2022, 1, 1), date(2022, 12, 31)
CLOUD, LAND = 9, 4
TRANSFORM = Affine(10, 0, 600_000, 0, -10, 5_200_020)
Served = Callable[[Sequence[tuple[date, np.ndarray, np.ndarray]]], AnalysisRequest]


@pytest.fixture
def served(folder: Folder, fake_api: Callable[..., str]) -> Served:
    """Serve dates ``(day, pixels, classes)``; gives the request for them."""

    def serve(dates: Sequence[tuple[date, np.ndarray, np.ndarray]]) -> AnalysisRequest:
        items = []
        for number, (day, pixels, classes) in enumerate(dates):
            write_granule(folder.path / str(number), pixels, classes, 600_000, 5_200_020)
            when = datetime(day.year, day.month, day.day, 10, tzinfo=UTC)
            items.append(item(f"d{number}", f"{folder.url}/{number}", shape=(SIDE_PX, SIDE_PX), when=when))
        return AnalysisRequest(
            AreaOfInterest.square(10.3222, 46.9415, 0.6),
            START,
            END,
            catalog=fake_api(items=items, conforms=HOLDS),
            composite="periods",
            n_clusters=3,
            max_dates=len(dates),
        )

    return serve


def a_year(seed: int, n_dates: int) -> list[tuple[date, np.ndarray, np.ndarray]]:
    """Return dates all over the year with clouds here and there, so that gaps of every length occur."""
    rng = np.random.default_rng(seed)
    days = sorted(rng.choice(365, n_dates, replace=False).tolist())
    made = []
    for day in days:
        pixels = rng.integers(200, 4000, (4, SIDE_PX, SIDE_PX)).astype(np.uint16)
        classes = np.where(rng.random((SIDE_PX // 2, SIDE_PX // 2)) < 0.4, CLOUD, LAND).astype(np.uint8)
        made.append((START + timedelta(days=day), pixels, classes))
    return made


@pytest.mark.parametrize(("seed", "periods"), [(0, 2), (1, 3), (2, 4)])
def test_features_are_medians_of_the_clear_values_of_each_period(
    served: Served, seed: int, periods: int
) -> None:
    dates = a_year(seed, 9)
    request = served(dates)
    found = analyse(replace(request, periods=periods, features=("nir", "NDVI")))
    column, row = (round(v) for v in ~TRANSFORM * (found.grid.affine.c, found.grid.affine.f))
    rows, columns = found.grid.shape
    window = (slice(row, row + rows), slice(column, column + columns))
    medians = np.full((periods, 4, rows, columns), np.nan)
    looks = np.zeros((rows, columns), int)
    for period in range(periods):
        stack = []
        for day, pixels, classes in dates:
            clear = classes.repeat(2, 0).repeat(2, 1)[window] == LAND
            if (day - START).days * periods // 365 == period:
                stack.append(np.where(clear, pixels[:, *window], np.nan))
                looks += clear
        values = np.array(stack)
        seen = np.isfinite(values[:, 0]).any(axis=0) if stack else np.zeros((rows, columns), bool)
        medians[period][:, seen] = np.nanmedian(values[:, :, seen], axis=0) if stack else 0
    missing = np.isnan(medians[:, 0])
    filled = medians.copy()
    for period in range(periods):
        around = [medians[n] for n in (period - 1, period + 1) if 0 <= n < periods]
        filled[period][:, missing[period]] = np.mean(around, axis=0)[:, missing[period]]
    filled[:, :, missing.sum(axis=0) > 1] = np.nan
    reflectance = filled / 10_000
    red, nir = reflectance[:, 2], reflectance[:, 3]
    expected = np.stack([nir, (nir - red) / (nir + red)], axis=1).reshape(-1, rows, columns)
    assert list(found.features.feature.values[:3]) == ["nir@1", "NDVI@1", "nir@2"]
    np.testing.assert_allclose(found.features.values, expected, atol=2e-6)
    assert (found.looks.values == looks).all()
    few = int(((missing.sum(axis=0) > 1) & (looks > 0)).sum())
    assert found.missing.too_few_looks_ha == pytest.approx(few / 100)
    assert (found.labels.values > 0).sum() == np.isfinite(expected[0]).sum()


@pytest.fixture
def year(served: Served) -> Analysis:
    return analyse(served(a_year(5, 8)))


def test_everything_tells_the_year_and_not_one_day(year: Analysis) -> None:
    assert year.period_words == "2022 (8 dates)"
    assert year.period_iso == "2022-01-01/2022-12-31"
    assert len(year.days) == 8
    assert year.date == year.days[0]
    assert "2022 (8 dates)" in line(year)
    assert file_stem(year).startswith("clusters_2022-01-01_2022-12-31_")
    report = make(year, "report").decode()
    assert "What covers this land, 2022 (8 dates)" in report
    assert "median of the clear values in each of 4 equal periods" in report
    assert tags(year)["TIFFTAG_IMAGEDESCRIPTION"].endswith("2022 (8 dates)")
    assert python_snippet(year).startswith("# Land-cover clusters, Sentinel-2, 2022 (8 dates)")
    assert b"2022-01-01/2022-12-31" in make(year, "table")


def test_curves_are_the_means_of_each_period(year: Analysis) -> None:
    assert curve_names(year)[0] == "NDVI"
    assert {"blue", "green", "red", "nir"} <= set(curve_names(year))
    assert "swir16" not in curve_names(year)
    cube, labels = year.features.values, year.labels.values
    for number, curve in enumerate(curves_of(year, "nir"), start=1):
        planes = [cube[list(year.model.features).index(f"nir@{period}")] for period in (1, 2, 3, 4)]
        assert curve.mean == pytest.approx([p[labels == number].mean() for p in planes], abs=1e-5)
        assert curve.sd == pytest.approx([p[labels == number].std() for p in planes], abs=1e-5)
    spans = periods_of(year.request)
    assert (spans[0][0], spans[-1][1]) == (START, END)
    assert all(after[0] - before[1] == timedelta(days=1) for before, after in pairwise(spans))


def test_looks_are_counted_by_level(year: Analysis) -> None:
    overlay, levels = looks_view(year)
    assert overlay.url.startswith("data:image/png")
    looks = year.looks.values
    assert levels[0].least == 0
    assert levels[-1].most == looks.max()
    for level in levels:
        assert level.hectares == pytest.approx(((looks >= level.least) & (looks <= level.most)).sum() / 100)


def test_two_composites_are_compared_by_the_same_model(year: Analysis) -> None:
    other = other_period(year, date(2022, 1, 2), END)
    assert other.model == year.model
    change = compare(year, other)
    assert change.total_ha == pytest.approx(float(year.areas["hectares"].sum()))
    assert len(change_overlays(year, other).clusters) == len(year.suggestions)
    assert season_note(year, other) == ""
    later = other_period(year, date(2022, 3, 20), END)
    assert "different seasons" in season_note(year, later)
