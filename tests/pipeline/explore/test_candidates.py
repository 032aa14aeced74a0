"""The candidates of a request: clear shares counted again from the files, pictures, faults, cancelling."""

import base64
import io
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from PIL import Image
from pyproj import Transformer
from rasterio.enums import Resampling

from pipeline import Analysis, AnalysisRequest, AreaOfInterest, Cancelled, NoScenesFound, analyse
from pipeline.area.grid import grid_for, inside
from pipeline.explore.candidates import SceneFacts, best_first, list_scenes
from pipeline.explore.quicklook import COUNTED_SIDE_PX, PREVIEW_PX, every_nth
from tests.pipeline.conftest import HOLDS, Folder, Land
from tests.support.patience import quickest
from tests.support.servers import requests_to
from tests.support.synthetic import item, write_granule

MASK = (0, 1, 3, 8, 9, 10)


def at(epsg: int, x: float, y: float, size_km: float) -> AreaOfInterest:
    return AreaOfInterest.square(*Transformer.from_crs(epsg, 4326, always_xy=True).transform(x, y), size_km)


def scl(folder: Path, request: AnalysisRequest) -> np.ndarray:
    """Return a folder's classes at every pixel of a request's 10 m grid: plain index arithmetic."""
    grid = grid_for(request.area)
    with rasterio.open(folder / "SCL.tif") as dataset:
        values, t = dataset.read(1), dataset.transform
    row = np.floor((t.f - (grid.affine.f - 5 - 10 * np.arange(grid.shape[0]))) / t.a).astype(int)
    column = np.floor((grid.affine.c + 5 + 10 * np.arange(grid.shape[1]) - t.c) / t.a).astype(int)
    within = ((row >= 0) & (row < values.shape[0]))[:, None] & ((column >= 0) & (column < values.shape[1]))
    picked = values[np.clip(row, 0, values.shape[0] - 1)][:, np.clip(column, 0, values.shape[1] - 1)]
    return np.where(within, picked, 0)


def picture(facts: SceneFacts) -> np.ndarray:
    assert facts.preview is not None
    head, _, data = facts.preview.partition(",")
    assert head == "data:image/webp;base64"
    return np.array(Image.open(io.BytesIO(base64.b64decode(data))).convert("RGBA"))


def test_bolzano_is_as_clear_as_the_full_count_says(bolzano: Analysis, shared_dir: Path) -> None:
    (facts,) = list_scenes(bolzano.request)
    classes = scl(shared_dir / "sentinel2" / "bolzano_202206", bolzano.request)
    assert facts.clear == (~np.isin(classes, MASK)).mean() == 1
    assert bolzano.clear_share == 1, "18 pixels of dark water and shade are 0 in one band"
    assert facts.coverage == (classes > 0).mean() == 1
    assert facts.words == "100 % clear · 100 % covered"
    assert facts.automatic
    assert facts.allowed
    assert (facts.ids, facts.day, facts.tiles) == (
        ("bolzano_202206",),
        bolzano.date,
        (bolzano.scenes[0].tile,),
    )
    image = picture(facts)
    assert image.shape == (PREVIEW_PX, PREVIEW_PX, 4)
    assert (image[..., 3] == 255).all()
    forest, city = image[20:40, 100:120, :3].mean(), image[..., :3].max()
    assert forest < 120 < city
    assert facts.footprints["features"][0]["properties"]["id"] == "bolzano_202206"
    assert len(facts.preview or "") < 20_000


FIELD = at(32631, 501_680, 5_629_360, 0.5)


def test_every_date_of_west_flanders_is_counted_as_in_its_file(real_api: str, shared_dir: Path) -> None:
    request = AnalysisRequest(
        FIELD, date(2018, 4, 1), date(2018, 9, 30), max_cloud_cover=1, catalog=real_api, n_clusters=3
    )
    facts = list(list_scenes(request))
    assert len(facts) == 5
    for f in facts:
        classes = scl(shared_dir / "sentinel2" / f"westflanders31UDS_{f.day:%Y%m%d}", request)
        assert f.clear == (~np.isin(classes, MASK)).mean()
        assert f.coverage == (classes != 0).mean()
    ranked = best_first(facts)
    assert [f.clear for f in ranked] == sorted((f.clear for f in facts), reverse=True)
    assert {f.allowed for f in facts} == {True, False}, "dates over the tile's limit are listed, too"
    (automatic,) = (f for f in facts if f.automatic)
    assert automatic.ids == tuple(s.id for s in analyse(request).scenes)
    print([(str(f.day), f.words, f.tile_cloud_cover) for f in ranked])
    other = next(f for f in facts if not f.allowed)
    used = analyse(replace(request, scene_ids=other.ids))
    assert used.date == other.day
    assert used.clear_share <= (other.clear or 0) + 1e-9


BORDER = at(32633, 545_000, 5_096_500, 15)


def test_two_tiles_are_counted_as_one_within_a_fifth_of_a_percent(real_api: str, shared_dir: Path) -> None:
    request = AnalysisRequest(BORDER, date(2023, 8, 1), date(2023, 8, 31), catalog=real_api)
    facts = list(list_scenes(request))
    assert sorted(f.day.day for f in facts) == [10, 13, 15]
    for f in facts:
        assert set(f.tiles) == {"33TWL", "33TWM"}
        assert len(f.footprints["features"]) == 2
        north, south = (scl(next((shared_dir / "sentinel2").glob(f"*_{i}")), request) for i in f.ids)
        classes = np.where(north > 0, north, south)
        full = (~np.isin(classes, MASK)).mean()
        print(f"{f.day}: {100 * (f.clear or 0):.3f} %, full count {100 * full:.3f} %")
        assert f.clear == pytest.approx(full, abs=0.002)
        assert f.coverage == pytest.approx((classes > 0).mean(), abs=0.002)
        assert (picture(f)[..., 3] == 255).all(), "no gap between the tiles"
    best = best_first(facts)
    assert best[-1].day.day == 10
    assert (best[-1].clear or 0) < 0.6


def test_clouds_look_white_and_the_offset_is_taken_away(real_api: str, shared_dir: Path) -> None:
    area = at(32754, 600_790, 5_933_250, 1)
    (facts,) = list_scenes(AnalysisRequest(area, date(2022, 4, 1), date(2022, 4, 30), catalog=real_api))
    with rasterio.open(shared_dir / "sentinel2/wimmera_20220423_offset1000/B04.tif") as dataset:
        red = (np.median(dataset.read(1)) - 1000) / 1e4
    expected = 255 * (red / 0.3) ** (1 / 1.4)
    assert np.median(picture(facts)[..., 0]) == pytest.approx(expected, abs=12)


def test_a_polygon_is_counted_and_shown_inside_only(land: Land) -> None:
    west, south, east, north = 10.32, 46.92, 10.35, 46.945
    triangle = {
        "type": "Polygon",
        "coordinates": [[[west, south], [east, south], [east, north], [west, south]]],
    }
    request = land.request(area=AreaOfInterest.polygon(triangle))
    (facts,) = list_scenes(request)
    found = analyse(request)
    assert facts.clear == pytest.approx(found.clear_share, abs=1e-12)
    alpha = picture(facts)[..., 3]
    within = inside(request.area, grid_for(request.area))
    assert (alpha > 0).mean() == pytest.approx(within.mean(), abs=0.02)


@pytest.mark.parametrize("side", [50, 1024, 1025, 3072, 3073, 10_980])
def test_a_thinned_grid_has_the_centres_of_the_full_one(side: int) -> None:
    grid = grid_for(AreaOfInterest.square(11.34, 46.49, side / 100))
    step, thin = every_nth(grid, COUNTED_SIDE_PX)
    assert step % 2 == 1
    assert max(thin.shape) <= COUNTED_SIDE_PX
    indices = range(step // 2, side, step)
    assert tuple(thin.shape) == (len(indices), len(indices))
    for i in (0, len(indices) - 1):
        assert thin.affine * (i + 0.5, i + 0.5) == pytest.approx(
            grid.affine * (indices[i] + 0.5, indices[i] + 0.5)
        )


def test_the_picture_comes_from_overviews(folder: Folder, fake_api: Callable[..., str]) -> None:
    """Noise does not compress: the bytes asked for are the pixels read."""
    side = 1100
    dn = np.random.default_rng(0).integers(200, 3000, (side, side)).astype(np.uint16)
    classes = np.full((side // 2, side // 2), 4, np.uint8)
    classes[:55] = 9
    write_granule(folder.path, np.broadcast_to(dn, (4, side, side)), classes, 600_000, 5_200_020)
    for name in ("red", "green", "blue"):
        with rasterio.open(folder.path / f"{name}.tif", "r+") as dataset:
            dataset.build_overviews([2, 4, 8, 16], Resampling.average)
    one = item("S2A_32TPS_20220617_0_L2A", folder.url, shape=(side, side))
    api = fake_api(items=[one], conforms=HOLDS)
    area = at(32632, 605_500, 5_194_520, 10)
    request = AnalysisRequest(area, date(2022, 6, 1), date(2022, 6, 30), catalog=api)
    (facts,) = list_scenes(request)
    asked = [r for r in requests_to(folder.server) if str(r["path"]).startswith(f"/{folder.path.name}/red")]
    ranges = [str(r["range"]).removeprefix("bytes=").split("-") for r in asked if r["range"]]
    total = sum(int(last) - int(first) + 1 for first, last in ranges)
    print(f"{total / 1e3:.0f} kB of {(folder.path / 'red.tif').stat().st_size / 1e6:.1f} MB")
    assert total < 0.15 * (folder.path / "red.tif").stat().st_size
    assert facts.clear == pytest.approx(0.94), "60 of 1000 rows"
    assert facts.coverage == 1


def test_a_picture_of_two_tiles_has_no_seam_and_a_lake_has_no_hole(
    folder: Folder, fake_api: Callable[..., str]
) -> None:
    """A strip of deep shadow in one tile, 11 % of it and 2 % of both; red is 0 over water."""
    dn = np.full((4, 100, 140), 1600, np.uint16)
    dn[:, :20, :120] = 3000
    dn[2, 60:80, 60:90] = 0
    west, east = dn[:, :, :120].copy(), dn[:, :, 118:].copy()
    east[:, :15] = 870
    classes = np.full((50, 60), 4, np.uint8)
    write_granule(folder.path / "west", west, classes, 600_000, 5_200_020)
    write_granule(folder.path / "east", east, classes[:, :11], 601_180, 5_200_020)
    new = {"s2:processing_baseline": "05.11"}
    items = []
    for name, left, columns in (("west", 600_000, 120), ("east", 601_180, 22)):
        tile = {"grid:code": f"MGRS-32T{name[0].upper()}S", **new}
        items.append(item(name, f"{folder.url}/{name}", left, shape=(100, columns), properties=tile))
    area = at(32632, 600_900, 5_199_520, 0.9)
    request = AnalysisRequest(
        area, date(2022, 6, 1), date(2022, 6, 30), catalog=fake_api(items=items, conforms=HOLDS)
    )
    (facts,) = list_scenes(request)
    assert set(facts.tiles) == {"32TWS", "32TES"}
    image = picture(facts)
    assert (image[..., 3] == 255).all()
    land_west, land_east = image[80:88, 5:20, :3].mean(), image[80:88, -10:, :3].mean()
    assert land_east == pytest.approx(land_west, abs=8)


# Faults

DAY = "2022-06-{:02}T10:17:00Z"


def many(folder: Folder, bases: list[str], **character: Any) -> dict[str, Any]:
    """Return a catalogue of one item a day, each with its files below another address."""
    return {
        "items": [
            item(
                f"S2A_32TPS_202206{n:02}_0_L2A",
                base,
                shape=(100, 100),
                properties={"datetime": DAY.format(n)},
            )
            for n, base in enumerate(bases, start=1)
        ],
        "conforms": HOLDS,
        **character,
    }


@pytest.fixture
def granule(folder: Folder) -> Folder:
    random = np.random.default_rng(0)
    classes = np.full((50, 50), 4, np.uint8)
    classes[:, :10] = 9
    write_granule(folder.path, random.integers(200, 3000, (4, 100, 100)), classes, 600_000, 5_200_020)
    return folder


AREA = at(32632, 600_500, 5_199_520, 0.6)


def test_one_broken_date_does_not_break_the_list(granule: Folder, fake_api: Callable[..., str]) -> None:
    api = fake_api(**many(granule, [granule.url, granule.fault("404"), granule.fault("nottiff")]))
    request = AnalysisRequest(AREA, date(2022, 6, 1), date(2022, 6, 30), catalog=api)
    facts = best_first(list_scenes(request))
    assert [f.day.day for f in facts] == [1, 3, 2]
    assert facts[0].clear is not None
    for broken in facts[1:]:
        assert broken.clear is broken.coverage is broken.preview is None
        assert broken.words == broken.problem
    assert "not a GeoTIFF" in facts[1].problem
    assert "does not" in facts[2].problem


def test_a_date_whose_files_come_back_can_be_used(granule: Folder, fake_api: Callable[..., str]) -> None:
    """GDAL remembers for the life of the process that a file was missing; the list must not make it so."""
    hidden = granule.path / "hidden.tif"
    (granule.path / "red.tif").rename(hidden)
    request = AnalysisRequest(
        AREA, date(2022, 6, 1), date(2022, 6, 30), catalog=fake_api(**many(granule, [granule.url]))
    )
    (facts,) = list_scenes(request)
    assert "does not" in facts.problem
    hidden.rename(granule.path / "red.tif")
    assert analyse(request).clear_share == pytest.approx(facts_of(request).clear or 0)


def facts_of(request: AnalysisRequest) -> SceneFacts:
    (facts,) = list_scenes(request)
    return facts


def test_no_image_is_told_as_by_a_search(granule: Folder, fake_api: Callable[..., str]) -> None:
    api = fake_api(**many(granule, [granule.url]))
    request = AnalysisRequest(BORDER, date(2022, 6, 1), date(2022, 6, 30), catalog=api)
    with pytest.raises(NoScenesFound, match="No images here in June 2022"):
        list(list_scenes(request))


def test_it_stops_at_once_while_a_server_is_silent(granule: Folder, fake_api: Callable[..., str]) -> None:
    api = fake_api(**many(granule, [granule.fault("slow")] * 3))
    request = AnalysisRequest(AREA, date(2022, 6, 1), date(2022, 6, 30), catalog=api)

    def asked() -> int:
        return sum("slow" in str(r["path"]) for r in requests_to(granule.server))

    def seconds() -> float:
        before, since = asked(), []

        def cancelled() -> bool:
            reading = asked() > before
            if reading and not since:
                since.append(time.monotonic())
            return reading

        with pytest.raises(Cancelled):
            list(list_scenes(request, cancelled=cancelled))
        return time.monotonic() - since[0]

    assert quickest(seconds, 0.5) < 0.5


def test_without_a_classification_clouds_are_not_known(granule: Folder, fake_api: Callable[..., str]) -> None:
    one = item("S2A_32TPS_20220617_0_L2A", granule.url, shape=(100, 100), scl=False)
    request = AnalysisRequest(
        AREA, date(2022, 6, 1), date(2022, 6, 30), catalog=fake_api(items=[one], conforms=HOLDS)
    )
    (facts,) = list_scenes(request)
    assert facts.clear is None
    assert facts.coverage == 1
    assert facts.words == "clouds not known · 100 % covered"
    assert facts.automatic


def test_the_automatic_choice_is_the_one_an_analysis_makes(
    folder: Folder, fake_api: Callable[..., str]
) -> None:
    """The clearest tile is all cloud over the area: it is passed over."""
    random = np.random.default_rng(0)
    bases = []
    for name, cloud in (("a", 9), ("b", 4), ("c", 4)):
        write_granule(
            folder.path / name,
            random.integers(200, 3000, (4, 100, 100)),
            np.full((50, 50), cloud, np.uint8),
            600_000,
            5_200_020,
        )
        bases.append(f"{folder.url}/{name}")
    catalogue = many(folder, bases)
    for entry, cover in zip(catalogue["items"], (1.0, 5.0, 60.0), strict=True):
        entry["properties"]["eo:cloud_cover"] = cover
    request = AnalysisRequest(AREA, date(2022, 6, 1), date(2022, 6, 30), catalog=fake_api(**catalogue))
    facts = {f.day.day: f for f in list_scenes(request)}
    assert {n: f.automatic for n, f in facts.items()} == {1: False, 2: True, 3: False}
    assert facts[1].words == "0 % clear · 100 % covered"
    assert [f.allowed for f in facts.values()].count(False) == 1
    assert analyse(request).date.day == 2
    nothing = {f.day.day: f.automatic for f in list_scenes(replace(request, max_cloud_cover=0))}
    assert nothing == {1: False, 2: False, 3: False}
    assert len(list(list_scenes(request, most=2))) == 2
