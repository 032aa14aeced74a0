"""Real Sentinel-2 scenes, end to end; every expected number is computed here from the files with rasterio."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from pyproj import Transformer
from sklearn.cluster import KMeans

from pipeline import Analysis, AnalysisRequest, AreaOfInterest, TooCloudy, analyse, find_scenes
from tests.support.servers import requests_to

pytestmark = pytest.mark.real_scenes

FILES = ("B02", "B03", "B04", "B08")
MASK = (0, 1, 3, 8, 9, 10)


def at(epsg: int, x: float, y: float, size_km: float) -> AreaOfInterest:
    """Return a square around a point given in UTM metres."""
    return AreaOfInterest.square(*Transformer.from_crs(epsg, 4326, always_xy=True).transform(x, y), size_km)


def request(api: str, area: AreaOfInterest, start: date, end: date, **options: Any) -> AnalysisRequest:
    return AnalysisRequest(area, start, end, catalog=api, **options)


def nearest(path: Path, left: float, top: float, n: int) -> np.ndarray:
    """Return a file's values at the centres of an n x n grid of 10 m, 0 outside: plain index arithmetic."""
    with rasterio.open(path) as dataset:
        values, step = dataset.read(1), dataset.transform.a
        column = np.floor((left + 5 + 10 * np.arange(n) - dataset.transform.c) / step).astype(int)
        row = np.floor((dataset.transform.f - (top - 5 - 10 * np.arange(n))) / step).astype(int)
    inside = ((row >= 0) & (row < values.shape[0]))[:, None] & ((column >= 0) & (column < values.shape[1]))
    picked = values[np.clip(row, 0, values.shape[0] - 1)][:, np.clip(column, 0, values.shape[1] - 1)]
    return np.where(inside, picked, 0)


def truth(folder: Path, found: Analysis) -> tuple[np.ndarray, np.ndarray]:
    """Return digital numbers ``(4, y, x)`` and scene classes of a folder on the grid of an analysis."""
    n, left, top = found.grid.shape[0], found.grid.affine.c, found.grid.affine.f
    bands = np.stack([nearest(folder / f"{name}.tif", left, top, n).astype(int) for name in FILES])
    return bands, nearest(folder / "SCL.tif", left, top, n)


def clear(bands: np.ndarray, classes: np.ndarray) -> np.ndarray:
    return np.asarray((bands > 0).any(axis=0) & (classes > 0) & ~np.isin(classes, MASK))


def assert_reflectance(found: Analysis, bands: np.ndarray, valid: np.ndarray, offset: int = 0) -> None:
    values = found.imagery.values
    assert (np.isfinite(values).all(axis=0) == valid).all()
    assert np.abs(values[:, valid] - (bands[:, valid] + offset) / 10_000).max() < 1e-6
    assert ((found.labels.values > 0) == valid).all()
    assert found.areas.pixels[0] == (~valid).sum()
    assert found.areas.hectares.sum() == pytest.approx(valid.size / 100)


def test_bolzano_is_read_to_the_pixel(bolzano: Analysis, shared_dir: Path) -> None:
    x, y = Transformer.from_crs(4326, 32632, always_xy=True).transform(11.34, 46.49)
    left, bottom = round((x - 2500) / 10) * 10, round((y - 2500) / 10) * 10
    assert (bolzano.grid.affine.c, bolzano.grid.affine.f) == (left, bottom + 5000)
    assert tuple(bolzano.grid.shape) == (500, 500)
    bands, classes = truth(shared_dir / "sentinel2" / "bolzano_202206", bolzano)
    assert_reflectance(bolzano, bands, clear(bands, classes))
    assert [s.id for s in bolzano.scenes] == ["bolzano_202206"]
    assert bolzano.scenes[0].offset.dn == 0
    assert bolzano.areas.hectares.sum() == pytest.approx(2500)
    print(bolzano.areas[["name", "hectares"]])


def test_bolzano_is_grouped_as_well_as_by_ten_full_fits(bolzano: Analysis, shared_dir: Path) -> None:
    bands, classes = truth(shared_dir / "sentinel2" / "bolzano_202206", bolzano)
    pixels = bands[:, clear(bands, classes)].T / 10_000
    z = (pixels - pixels.mean(0)) / pixels.std(0)
    best = KMeans(6, n_init=10, random_state=42).fit(z)
    labels = bolzano.labels.values[bolzano.labels.values > 0]
    ours = sum(((z[labels == n] - z[labels == n].mean(0)) ** 2).sum() for n in range(1, 7))
    print(f"inertia {ours:.1f}, ten full fits {best.inertia_:.1f}: {100 * (ours / best.inertia_ - 1):+.4f} %")
    assert ours <= 1.001 * best.inertia_


def test_bolzano_has_the_surfaces_it_has(bolzano: Analysis, shared_dir: Path) -> None:
    """Vegetated hectares by cluster agree with vegetated pixels by the scene classification."""
    _, classes = truth(shared_dir / "sentinel2" / "bolzano_202206", bolzano)
    kinds = ["", *(s.kind for s in bolzano.suggestions)]
    vegetated = np.isin(np.array(kinds)[bolzano.labels.values], ["Dense vegetation", "Crops or grass"])
    by_classes = classes == 4
    assert (vegetated == by_classes).mean() > 0.75
    assert "Dense vegetation" in kinds
    assert "Bare or built-up" in kinds


def test_bolzano_again_needs_no_network_and_gives_the_same(bolzano: Analysis, real_files: str) -> None:
    before = len(requests_to(real_files))
    again = bolzano.recluster(6)
    assert len(requests_to(real_files)) == before
    assert (again.labels.values == bolzano.labels.values).all()
    assert again.areas.equals(bolzano.areas)


BORDER = at(32633, 545_000, 5_096_500, 15)
"""From y = 5,089,000 to 5,104,000: 33TWL ends in the north at 5,100,000, 33TWM in the south at 5,090,220."""


def test_two_tiles_are_joined_at_their_border(real_api: str, shared_dir: Path) -> None:
    found = analyse(request(real_api, BORDER, date(2023, 8, 1), date(2023, 8, 31)))
    assert [s.id for s in found.scenes] == ["S2A_33TWM_20230815_0_L2A", "S2A_33TWL_20230815_0_L2A"]
    south, south_classes = truth(shared_dir / "sentinel2/S2tile120m_S2A_33TWL_20230815_0_L2A", found)
    north, north_classes = truth(shared_dir / "sentinel2/S2tile120m_S2A_33TWM_20230815_0_L2A", found)
    assert (south == 0).any()
    assert (north == 0).any(), "both tiles are needed"
    first = (north > 0).any(axis=0) & (north_classes > 0)  # 33TWM holds more of the area
    bands, classes = np.where(first, north, south), np.where(first, north_classes, south_classes)
    assert (bands > 0).any(axis=0).all()
    assert_reflectance(found, bands, clear(bands, classes))
    assert [s.offset.dn for s in found.scenes] == [0, 0]
    assert found.notes == ()
    assert found.areas.hectares.sum() == pytest.approx(22_500)


def test_each_day_of_the_border_is_one_candidate(real_api: str) -> None:
    scenes = find_scenes(request(real_api, BORDER, date(2023, 8, 1), date(2023, 8, 31), max_cloud_cover=100))
    assert [(s.tile, s.date.day) for s in scenes] == [
        ("33TWM", 15),
        ("33TWL", 15),
        ("33TWM", 13),
        ("33TWL", 13),
        ("33TWM", 10),
        ("33TWL", 10),
    ]


def test_a_cloudy_day_is_refused_with_its_figures(real_api: str, shared_dir: Path) -> None:
    day = date(2023, 8, 10)
    covers = {
        tile: json.loads(
            (shared_dir / f"sentinel2/S2tile120m_S2B_{tile}_20230810_0_L2A/item.json").read_text()
        )["properties"]["eo:cloud_cover"]
        for tile in ("33TWL", "33TWM")
    }
    with pytest.raises(TooCloudy) as caught:
        analyse(request(real_api, BORDER, day, day, max_cloud_cover=20))
    assert caught.value.best_date == day
    cloud_cover = caught.value.best_cloud_cover
    assert min(covers.values()) < cloud_cover < max(covers.values()), "weighted by what each tile shows"
    assert caught.value.count == 1
    assert f"{cloud_cover:.0f} %" in str(caught.value)
    with pytest.raises(TooCloudy) as caught:
        analyse(request(real_api, at(32633, 545_000, 5_070_000, 10), day, day))
    assert caught.value.best_cloud_cover == covers["33TWL"]


def test_clouds_are_masked_as_the_scene_classification_says(real_api: str, shared_dir: Path) -> None:
    day = date(2023, 8, 10)
    area = at(32633, 545_000, 5_070_000, 10)
    found = analyse(request(real_api, area, day, day, max_cloud_cover=80, n_clusters=4))
    folder = shared_dir / "sentinel2" / "S2tile120m_S2B_33TWL_20230810_0_L2A"
    bands, classes = truth(folder, found)
    valid = clear(bands, classes)
    assert 0.1 < 1 - valid.mean() < 0.95
    assert_reflectance(found, bands, valid)
    assert found.areas.share[0] == pytest.approx(1 - valid.mean())
    counts = np.bincount(classes.ravel(), minlength=12)
    assert found.areas.pixels[0] >= counts[list(MASK)].sum()
    print(
        f"masked {100 * found.areas.share[0]:.1f} % in an image of {found.scenes[0].cloud_cover:.1f} % clouds"
    )


def test_wimmera_has_its_offset_removed(real_api: str, shared_dir: Path) -> None:
    """The file's origin is no multiple of 10 m: pixels are taken by nearest neighbour."""
    area = at(32754, 600_790, 5_933_250, 1)
    found = analyse(request(real_api, area, date(2022, 4, 1), date(2022, 4, 30), n_clusters=3))
    (scene,) = found.scenes
    assert scene.offset.dn == -1000
    assert "04.00" in scene.offset.reason
    assert "agree" in scene.offset.reason
    bands, classes = truth(shared_dir / "sentinel2" / "wimmera_20220423_offset1000", found)
    assert (bands > 1000).all()
    assert_reflectance(found, bands, clear(bands, classes), -1000)
    means = found.imagery.values.mean(axis=(1, 2), dtype=float)
    assert means == pytest.approx((bands.mean(axis=(1, 2)) - 1000) / 10_000, abs=1e-6)


DAYS = [date(2018, 4, 19), date(2018, 5, 6), date(2018, 6, 23), date(2018, 6, 25), date(2018, 9, 1)]
FIELD = at(32631, 501_680, 5_629_360, 0.5)


def flanders(shared_dir: Path, day: date) -> Path:
    return shared_dir / "sentinel2" / f"westflanders31UDS_{day:%Y%m%d}"


def test_west_flanders_is_ranked_by_clouds(real_api: str, shared_dir: Path) -> None:
    covers = {
        d: json.loads((flanders(shared_dir, d) / "item.json").read_text())["properties"]["eo:cloud_cover"]
        for d in DAYS
    }
    found = find_scenes(request(real_api, FIELD, date(2018, 4, 1), date(2018, 9, 30), max_cloud_cover=100))
    expected = sorted(DAYS, key=lambda d: (covers[d], -d.toordinal()))
    assert [s.date for s in found] == expected
    allowed = sorted(covers.values())[1]
    some = find_scenes(request(real_api, FIELD, date(2018, 4, 1), date(2018, 9, 30), max_cloud_cover=allowed))
    assert [s.date for s in some] == [d for d in expected if covers[d] <= allowed]


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_west_flanders_is_read_to_the_pixel_on_each_date(real_api: str, shared_dir: Path, day: date) -> None:
    found = analyse(request(real_api, FIELD, day, day, max_cloud_cover=100, n_clusters=3))
    assert found.date == day
    assert found.scenes[0].offset.dn == 0
    bands, classes = truth(flanders(shared_dir, day), found)
    assert_reflectance(found, bands, clear(bands, classes))


def test_both_days_of_a_period_are_included(real_api: str) -> None:
    period = (date(2018, 6, 23), date(2018, 6, 25))
    found = find_scenes(request(real_api, FIELD, *period, max_cloud_cover=100))
    assert {s.date for s in found} == set(period)
    inner = find_scenes(request(real_api, FIELD, period[0], period[1] - timedelta(1), max_cloud_cover=100))
    assert {s.date for s in inner} == {period[0]}


def test_a_model_of_one_date_labels_another(real_api: str) -> None:
    first = analyse(request(real_api, FIELD, DAYS[0], DAYS[0], max_cloud_cover=100, n_clusters=3))
    other = analyse(
        request(real_api, FIELD, DAYS[1], DAYS[1], max_cloud_cover=100, n_clusters=3), model=first.model
    )
    assert other.model == first.model
    assert [s.color for s in other.suggestions] == [s.color for s in first.suggestions]
    z = (other.imagery.values.reshape(4, -1).T - np.array(first.model.mean)) / np.array(first.model.scale)
    centres = (np.array(first.model.centres) - np.array(first.model.mean)) / np.array(first.model.scale)
    valid = np.isfinite(z).all(axis=1)
    distance = np.array([((z[valid] - c) ** 2).sum(1) for c in centres])
    labels = other.labels.values.ravel()[valid]
    assert (distance[labels - 1, np.arange(len(labels))] <= distance.min(axis=0) + 1e-4).all()
