"""Composites of a real year of monthly images equal those made of its files by hand."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from pyproj import Transformer

from pipeline import AnalysisRequest, AreaOfInterest, analyse
from pipeline.reading.composite import filled_in_time
from pipeline.reading.dates import period_of
from tests.pipeline.conftest import HOLDS
from tests.pipeline.reading.composites import composite, nan_median
from tests.support.servers import file_server, with_hrefs


@pytest.fixture(scope="module")
def hesbaye(shared_dir: Path, fakes: str) -> Any:
    """Serve a real year of monthly images; gives the STAC API's address."""
    from tests.pipeline.conftest import put

    with file_server(shared_dir / "dates") as files:
        items = []
        for path in sorted((shared_dir / "dates").glob("hesbaye_monthly_*/item.json")):
            items.append(with_hrefs(json.loads(path.read_text()), f"{files}/{path.parent.name}"))
        put(f"{fakes}/hesbaye", items=items, conforms=HOLDS)
        yield f"{fakes}/hesbaye"


def year(api: str, **changes: Any) -> AnalysisRequest:
    x, y = Transformer.from_crs(32631, 4326, always_xy=True).transform(664_500, 5_611_620)
    area = AreaOfInterest.square(x, y, 0.8)
    options: dict[str, Any] = {"composite": "median", "n_clusters": 4, **changes}
    return AnalysisRequest(area, date(2020, 11, 1), date(2021, 10, 31), catalog=api, **options)


def series(shared_dir: Path, found: Any) -> dict[date, np.ndarray]:
    """Return the digital numbers ``(4, y, x)`` of every month under a grid, NaN without data."""
    made = {}
    for path in sorted((shared_dir / "dates").glob("hesbaye_monthly_*")):
        planes = []
        for name in ("B02", "B03", "B04", "B08"):
            with rasterio.open(path / f"{name}.tif") as file:
                column, row = (round(v) for v in ~file.transform * (found.affine.c, found.affine.f))
                window = rasterio.windows.Window(column, row, *reversed(found.shape))
                planes.append(file.read(1, window=window).astype(float))
        dn = np.stack(planes)
        dn[:, ((dn == 0) | (dn == 65535)).any(axis=0)] = np.nan
        month = path.name.rsplit("_", 1)[1]
        made[date(int(month[:4]), int(month[4:]), 1)] = dn
    return made


@pytest.mark.real_scenes
def test_the_median_of_a_real_year_equals_that_of_its_files(hesbaye: str, shared_dir: Path) -> None:
    found = analyse(year(hesbaye))
    months = series(shared_dir, found.grid)
    values = np.stack([dn for dn in months.values()])
    looks = np.isfinite(values[:, 0]).sum(axis=0)
    assert looks.max() == 10
    assert (found.looks.values == looks).all()
    assert found.looks.dtype == np.uint8
    expected = nan_median(values) / 10_000
    assert np.abs(found.imagery.values - expected).max() < 1e-6
    assert list(found.imagery.band.values) == ["blue", "green", "red", "nir"]
    assert found.areas.pixels[0] == 0
    assert len(found.scenes) == 10, "December holds no data"
    (dates,) = (n for n in found.notes if n.startswith("Combined from 10 dates: 1 November 2020, "))
    assert "December" not in dates
    again = found.recluster(5)
    assert again.scenes == found.scenes
    chosen_again = analyse(year(hesbaye, scene_ids=tuple(s.id for s in found.scenes), max_dates=2))
    assert chosen_again.scenes == found.scenes
    assert (chosen_again.labels.values == found.labels.values).all()
    few = analyse(year(hesbaye, max_dates=4))
    assert len(few.scenes) == 4
    request = few.request
    assert {period_of(s.date, request.start, request.end, 4) for s in few.scenes} == {0, 1, 2, 3}


@pytest.mark.real_scenes
def test_the_periods_of_a_real_year_equal_those_of_its_files(hesbaye: str, shared_dir: Path) -> None:
    request = year(hesbaye, composite="periods", periods=4)
    found = composite(request)
    grid, n_days = found.extent.grid, 365
    parts: list[list[np.ndarray]] = [[], [], [], []]
    for day, dn in series(shared_dir, grid).items():
        parts[(day - request.start).days * 4 // n_days].append(dn)
    medians = np.stack([nan_median(np.stack(p)) for p in parts])
    filled_in_time(medians)
    assert np.abs(found.masked.values - medians.reshape(16, *grid.shape) / 10_000).max() < 1e-6
    assert list(found.masked.band.values)[:5] == ["blue@1", "green@1", "red@1", "nir@1", "blue@2"]
    assert found.sample.reflectance.shape[1] == 16
    planes = found.picture_planes(found.window(*found.extent.whole), ("red", "nir"))
    assert planes.shape == (2, *grid.shape)
    assert np.abs(planes[1] - np.median(medians[:, 3], axis=0)).max() <= 1
