"""A real series with clouds on a foreign grid: its features are those of its files, recomputed with numpy."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import rasterio
from pyproj import Transformer

from benchmarks.real_series import FOUR, SERIES, SIX, THREE_YEARS, rows_of, served
from benchmarks.real_series import request as request_for
from pipeline import Analysis, analyse

pytestmark = pytest.mark.real_scenes
CARPATHIANS = next(s for s in SERIES if s.pattern.startswith("carpathians"))
FILES = {"blue": "B02", "green": "B03", "red": "B04", "nir": "B08", "nir08": "B8A", "swir16": "B11"}
MASKED = (0, 1, 3, 8, 9, 10)
TOLERANCE_PX = 0.13
"""GDAL's warp places a pixel to an eighth of one: nearer to a border it may take the neighbour."""


@pytest.fixture(scope="module", params=[4, 6], ids="{} periods".format)
def found(request: pytest.FixtureRequest, shared_dir: Path) -> Iterator[Analysis]:
    """Give the years in periods; of six, one has no image at all."""
    with served(CARPATHIANS) as catalog:
        changes = {**FOUR, **SIX, "periods": request.param}
        yield analyse(request_for(CARPATHIANS, catalog, THREE_YEARS, **changes))


class Source:
    """Where the pixels of an analysis lie in the files of the series."""

    def __init__(self, analysis: Analysis) -> None:
        self.affine, self.shape = analysis.grid.affine, analysis.grid.shape
        self.to_file = Transformer.from_crs(analysis.grid.crs, 3035, always_xy=True).transform
        self.near_border = np.zeros(self.shape, bool)

    def values(self, path: Path) -> np.ndarray:
        """Return a file at the centres of the pixels."""
        rows, columns = np.mgrid[: self.shape[0], : self.shape[1]]
        x, y = self.affine * (columns + 0.5, rows + 0.5)
        with rasterio.open(path) as file:
            column, row = ~file.transform * self.to_file(x, y)
            self.near_border |= (np.abs(column - np.rint(column)) < TOLERANCE_PX) | (
                np.abs(row - np.rint(row)) < TOLERANCE_PX
            )
            return np.asarray(file.read(1)[row.astype(int), column.astype(int)])


def recomputed(analysis: Analysis, folder: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return features ``(period x band, y, x)``, looks, and pixels too near to a border to be certain."""
    source = Source(analysis)
    start, end = THREE_YEARS
    n_periods = analysis.request.periods
    stacks: list[list[np.ndarray]] = [[] for _ in range(n_periods)]
    looks = np.zeros(source.shape, int)
    for path in sorted(folder.glob(CARPATHIANS.pattern)):
        day = date.fromisoformat(path.name.rsplit("_", 1)[1])
        planes = [source.values(path / f"{name}.tif").astype(float) for name in FILES.values()]
        clear = ~np.isin(source.values(path / "SCL.tif"), MASKED)
        looks += clear
        stacks[(day - start).days * n_periods // ((end - start).days + 1)].append(
            np.where(clear, planes, np.nan)
        )
    medians = np.stack(
        [_nanmedian(stack) if stack else np.full((len(FILES), *source.shape), np.nan) for stack in stacks]
    )
    missing = np.isnan(medians[:, 0])
    before = medians.copy()
    for period in range(n_periods):
        around = [before[n] for n in (period - 1, period + 1) if 0 <= n < n_periods]
        medians[period][:, missing[period]] = np.mean(around, axis=0)[:, missing[period]]
    medians[:, :, missing.sum(axis=0) > 1] = np.nan
    return medians.reshape(-1, *source.shape) / 10_000, looks, source.near_border


def _nanmedian(stack: list[np.ndarray]) -> np.ndarray:
    values = np.stack(stack)
    made = np.full(values.shape[1:], np.nan)
    some = np.isfinite(values).any(axis=0)
    made[some] = np.nanmedian(values[:, some], axis=0)
    return made


def test_features_are_those_of_the_files(found: Analysis, shared_dir: Path) -> None:
    expected, looks, near_border = recomputed(found, shared_dir / "dates")
    features = found.features.values
    assert found.model.features[:7] == (*(f"{band}@1" for band in FILES), "blue@2")
    same = np.isclose(features, expected, atol=2e-6, equal_nan=True).all(axis=0)
    assert (same | near_border).all()
    assert same.mean() > 0.995
    assert (found.looks.values == looks).mean() > 0.995
    assert looks.min() < looks.max() == 7
    known = np.isfinite(features[0])
    few_ha = (~known & (found.looks.values > 0)).sum() / 100
    assert found.missing.too_few_looks_ha == pytest.approx(few_ha)
    if found.request.periods == 6:  # one has no image at all, another is in the shadow of November
        assert found.pixels.n_filled == known.sum()
        assert 0.1 < known.mean() < 0.5
    else:
        assert found.pixels.n_filled == 0
        assert known.all()


def test_clear_and_partly_cloudy_days_are_used(found: Analysis) -> None:
    assert len(found.scenes) == 7
    assert found.missing.masked_ha == 0


def test_the_failure_is_told_with_the_rest(shared_dir: Path) -> None:
    """Jutland's reference is one class where the image has many: no features can agree with it."""
    jutland = next(s for s in SERIES if "jutland" in s.pattern)
    rows = list(rows_of(jutland))
    assert [row.title for row in rows] == ["four bands", "all bands", "vegetation"]
    assert all(row.rand < 0.1 < row.right for row in rows)
