import itertools
import json
from pathlib import Path
from typing import Any

import numpy as np
import pystac
import pytest
import rasterio
from rasterio.warp import transform
from rasterio.windows import Window
from shapely.geometry import Point, shape
from sklearn.cluster import KMeans
from sklearn.preprocessing import StandardScaler

import demo
from demo import scenes
from demo.items import COLLECTION, absolute
from demo.place import EXAMPLE_CENTRE_PX, VISITS
from synthetic import land
from synthetic.bands import BANDS as ALL_BANDS
from synthetic.bands import TEN_M as BANDS
from synthetic.bands import TWENTY_M
from synthetic.place import HEART, LAND_SHAPE, TILES
from synthetic.sky import sky
from tests.support.servers import local

MASKED = (0, 1, 3, 8, 9, 10)
WEST, EAST = TILES
SUMMER = tuple(visit for visit in VISITS if visit.tiles == TILES)
OTHERS = tuple(visit for visit in VISITS if visit.tiles != TILES)
CLEAR, CLOUDY, CHANGED = SUMMER
NAMES = [*(band.key for band in ALL_BANDS), "scl"]
COARSE = (*TWENTY_M, "scl")
EXAMPLE = Window(EXAMPLE_CENTRE_PX[1] - 250, EXAMPLE_CENTRE_PX[0] - 250, 500, 500)


@pytest.fixture(scope="module")
def items(scenes_folder: Path) -> list[dict[str, Any]]:
    found = json.loads((scenes_folder / "items.json").read_text(encoding="utf-8"))
    return [absolute(item, scenes_folder) for item in found if item["collection"] == COLLECTION]


def read(path: Path, window: Window | None = None) -> np.ndarray[Any, Any]:
    with rasterio.open(path) as file:
        return file.read(1, window=window)


def band(folder: Path, visit: Any, tile: Any, name: str) -> Path:
    return folder / scenes.folder(visit, tile) / scenes.BAND_FILES[name]


def test_the_same_code_makes_the_same_pixels(scenes_folder: Path) -> None:
    again = land.build()
    rows = slice(768, 896)
    ground = scenes.Strip(again, CLOUDY.season, rows).reflectance(3)
    pixels = scenes.digital_numbers(ground, sky(CLOUDY), CLOUDY, 3, rows)
    stored = read(band(scenes_folder, CLOUDY, WEST, "nir"))[rows]
    np.testing.assert_array_equal(pixels[:, WEST.columns], stored)


@pytest.mark.parametrize("name", NAMES)
def test_every_file_is_a_cloud_optimised_geotiff(scenes_folder: Path, name: str) -> None:
    for path in sorted(scenes_folder.glob(f"*/{scenes.BAND_FILES[name]}")):
        with rasterio.open(path) as file:
            assert file.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
            assert file.block_shapes == [(512, 512)]
            assert file.overviews(1) == ([2] if name in COARSE else [2, 4])
            assert file.nodata == 0
            assert file.crs.to_epsg() == 32632
            assert file.dtypes[0] == ("uint8" if name == "scl" else "uint16")
            assert file.transform.a == (20 if name in COARSE else 10)
    assert len(list(scenes_folder.glob(f"*/{scenes.BAND_FILES[name]}"))) == 14


@pytest.mark.parametrize("name", NAMES)
def test_both_tiles_show_the_same_pixels_where_they_overlap(scenes_folder: Path, name: str) -> None:
    first = EAST.first_column // (2 if name in COARSE else 1)
    for visit in SUMMER:
        west = read(band(scenes_folder, visit, WEST, name))
        east = read(band(scenes_folder, visit, EAST, name))
        overlap = west.shape[1] - first
        np.testing.assert_array_equal(west[:, first:], east[:, :overlap])


def test_the_tiles_lie_on_the_grid_of_the_real_ones() -> None:
    west, east = (tile.corner[0] for tile in TILES)
    assert (west + 20_480, east) == (709_800, 699_960)


def test_the_offset_is_in_pixels_and_items(scenes_folder: Path, items: list[dict[str, Any]]) -> None:
    for item in items:
        assert item["properties"]["s2:processing_baseline"] == "05.11"
        assert "earthsearch:boa_offset_applied" not in item["properties"]
        for name in (*BANDS, *TWENTY_M):
            (described,) = item["assets"][name]["raster:bands"]
            assert (described["scale"], described["offset"]) == (0.0001, -0.1)
            pixels = read(local(item["assets"][name]["href"]))
            valid = pixels[pixels > 0]
            assert np.percentile(valid, 1) >= 1000 - 20 * (name in TWENTY_M)
            assert valid.max() <= 32_767


def test_the_edge_of_the_swath_crosses_the_eastern_tile(scenes_folder: Path) -> None:
    for visit in SUMMER:
        assert (read(band(scenes_folder, visit, WEST, "red")) > 0).all()
        missing = [read(band(scenes_folder, visit, EAST, name)) == 0 for name in BANDS]
        assert 0.1 < missing[0].mean() < 0.3
        assert all((other == missing[0]).all() for other in missing)
        classes = read(band(scenes_folder, visit, EAST, "scl")).repeat(2, 0).repeat(2, 1)
        assert (classes[missing[0]] == 0).all()


def test_the_geometry_is_what_was_imaged(items: list[dict[str, Any]]) -> None:
    rng = np.random.default_rng(0)
    for item in items:
        outline = shape(item["geometry"])
        with rasterio.open(local(item["assets"]["red"]["href"])) as file:
            pixels = file.read(1)
            rows, columns = rng.integers(0, pixels.shape[0], (2, 200))
            x, y = file.xy(rows, columns)
        longitudes, latitudes = transform("EPSG:32632", "EPSG:4326", x, y)
        for row, column, longitude, latitude in zip(rows, columns, longitudes, latitudes, strict=True):
            point = Point(longitude, latitude)
            if outline.boundary.distance(point) > 0.0003:  # about two pixels
                assert outline.contains(point) == bool(pixels[row, column])


def test_the_percentages_count_the_scene_classification(items: list[dict[str, Any]]) -> None:
    shares = {
        "eo:cloud_cover": (8, 9, 10),
        "s2:cloud_shadow_percentage": (3,),
        "s2:vegetation_percentage": (4,),
        "s2:not_vegetated_percentage": (5,),
        "s2:water_percentage": (6,),
        "s2:thin_cirrus_percentage": (10,),
    }
    for item in items:
        classes = read(local(item["assets"]["scl"]["href"]))
        properties = item["properties"]
        assert properties["s2:nodata_pixel_percentage"] == pytest.approx(
            100 * (classes == 0).mean(), abs=1e-5
        )
        for name, values in shares.items():
            assert properties[name] == pytest.approx(
                100 * np.isin(classes[classes > 0], values).mean(), abs=1e-5
            )


def test_the_skies_are_clear_cloudy_clear(items: list[dict[str, Any]]) -> None:
    cover = {item["id"]: item["properties"]["eo:cloud_cover"] for item in items}
    for tile in TILES:
        assert 0.5 < cover[scenes.folder(CLEAR, tile)] < 5
        assert 25 < cover[scenes.folder(CLOUDY, tile)] < 45
        assert 0.5 < cover[scenes.folder(CHANGED, tile)] < 5


def test_items_are_what_the_catalogue_promises(items: list[dict[str, Any]]) -> None:
    assert len(items) == 14
    for content in items:
        item = pystac.Item.from_dict(content)
        assert item.collection_id == "sentinel-2-c1-l2a"
        assert item.id.startswith(("S2A_T32U", "S2B_T32U"))
        assert item.properties["grid:code"] == f"MGRS-{item.id[5:10]}"
        for key, asset in content["assets"].items():
            with rasterio.open(local(asset["href"])) as file:
                assert list(file.shape) == asset["proj:shape"]
                assert list(file.transform)[:6] == asset["proj:transform"]
                assert asset["raster:bands"][0]["data_type"] == file.dtypes[0], key


def test_the_land_changes_between_june_and_august(scenes_folder: Path) -> None:
    paths = demo.true_classes()
    june = read(paths[("32UPU", "2024-06-09")])
    august = read(paths[("32UPU", "2024-08-18")])
    assert paths[("32UPU", "2024-06-09")] == paths[("32UPU", "2024-06-24")]
    assert (august == 1).sum() < 0.93 * (june == 1).sum()  # the lakes are lower
    assert ((june == 4) & (august == 6)).mean() > 0.05  # harvested
    assert (np.isin(june, (2, 3)) & (august == 7)).sum() > 5_000  # felled
    assert set(np.unique(june)) == set(range(1, 10))


@pytest.mark.parametrize("name", ["nir08", "swir16"])
def test_a_20_m_band_shows_the_same_land_as_the_10_m_bands(scenes_folder: Path, name: str) -> None:
    coarse = read(band(scenes_folder, CLEAR, WEST, name)).astype(float)
    fine = read(band(scenes_folder, CLEAR, WEST, "nir")).astype(float)
    fine = (fine[::2, ::2] + fine[1::2, ::2] + fine[::2, 1::2] + fine[1::2, 1::2]) / 4
    if name == "nir08":  # nearly the same wavelength
        assert np.corrcoef(coarse.ravel(), fine.ravel())[0, 1] > 0.99
    truth = read(scenes_folder / scenes.class_map_file(WEST, "june"))[::2, ::2]
    bare, green = coarse[truth == 7].mean(), coarse[truth == 4].mean()
    assert (green > bare) == (name == "nir08")


def test_the_other_days_are_of_the_land_around_the_example(scenes_folder: Path) -> None:
    assert [visit.moment.month for visit in OTHERS] == [1, 3, 4, 5, 7, 9, 10, 11]
    rows, columns = HEART.rows, HEART.columns
    assert rows.start <= EXAMPLE_CENTRE_PX[0] - 500 < EXAMPLE_CENTRE_PX[0] + 500 <= rows.stop
    assert columns.start <= EXAMPLE_CENTRE_PX[1] - 500 < EXAMPLE_CENTRE_PX[1] + 500 <= columns.stop
    for visit in OTHERS:
        assert visit.tiles == (HEART,)
        assert read(band(scenes_folder, visit, HEART, "red")).shape == (1536, 1536)
        assert (read(band(scenes_folder, visit, HEART, "swir22")) > 0).all()


def test_the_days_follow_the_orbit() -> None:
    """One orbit every five days, the two satellites in turn."""
    for earlier, later in itertools.pairwise(VISITS):
        days = (later.moment.date() - earlier.moment.date()).days
        assert days % 5 == 0
        assert (days % 10 == 0) == (earlier.platform == later.platform)


def test_no_other_day_of_summer_is_clearer_than_those_that_were_there_first(
    items: list[dict[str, Any]],
) -> None:
    """The best image of June to August stays what it was."""
    cover = {item["id"]: item["properties"]["eo:cloud_cover"] for item in items}
    (july,) = (cover[scenes.folder(v, HEART)] for v in OTHERS if v.season == "july")
    assert july > max(cover[scenes.folder(v, WEST)] for v in (CLEAR, CHANGED))


def test_there_is_snow_once(items: list[dict[str, Any]]) -> None:
    snow = {item["id"]: item["properties"]["s2:snow_ice_percentage"] for item in items}
    snowy = [name for name, share in snow.items() if share > 0]
    assert snowy == [scenes.folder(VISITS[0], HEART)]
    assert snow[snowy[0]] > 30


def test_plants_follow_the_year(scenes_folder: Path) -> None:
    winter, summer, leaves = 4, 6, 3
    cover = read(demo.true_cover())[HEART.rows, HEART.columns]

    def greenness(visit: Any, kind: int) -> float:
        tile = visit.tiles[0]
        red, nir = (
            read(band(scenes_folder, visit, tile, name))[HEART.first_row - tile.first_row :, :][:1536, :1536]
            / 10_000
            - 0.1
            for name in ("red", "nir")
        )
        there = cover == kind
        return float(np.median((nir[there] - red[there]) / (nir[there] + red[there])))

    at = {visit.season: visit for visit in VISITS if visit.season != "june"} | {"june": CLEAR}
    assert greenness(at["may"], winter) > 0.7 > 0.4 > greenness(at["may"], summer)
    assert greenness(at["august"], summer) > 0.7 > 0.4 > greenness(at["august"], winter)
    assert greenness(at["march"], leaves) < 0.55 < 0.8 < greenness(at["june"], leaves)
    assert greenness(at["january"], winter) < 0.1


def test_the_example_lies_in_one_tile_only() -> None:
    x, y = transform("EPSG:4326", "EPSG:32632", [demo.LONGITUDE], [demo.LATITUDE])
    row = (5_380_000 - y[0]) / 10
    column = (x[0] - 689_320) / 10
    assert (row, column) == pytest.approx(EXAMPLE_CENTRE_PX, abs=1)
    assert column + 250 < EAST.first_column
    assert 250 < row < LAND_SHAPE[0] - 250


@pytest.mark.parametrize(("visit", "least"), [(CLEAR, 0.65), (CHANGED, 0.65)])
def test_clusters_find_the_true_classes(scenes_folder: Path, visit: Any, least: float) -> None:
    pixels = np.stack([read(band(scenes_folder, visit, WEST, name), EXAMPLE).ravel() for name in BANDS], 1)
    half = Window(EXAMPLE.col_off // 2, EXAMPLE.row_off // 2, 250, 250)
    kinds = read(band(scenes_folder, visit, WEST, "scl"), half).repeat(2, 0).repeat(2, 1).ravel()
    truth = read(scenes_folder / scenes.class_map_file(WEST, visit.season), EXAMPLE).ravel()
    clear = ~np.isin(kinds, MASKED)
    scaled = StandardScaler().fit_transform(pixels[clear] / 10_000 - 0.1)
    model = KMeans(6, n_init=5, random_state=0).fit(scaled[::10])
    labels, truth = model.predict(scaled), truth[clear]
    hits = sum(np.bincount(truth[labels == cluster]).max() for cluster in range(6))
    assert hits / truth.size > least


def test_the_suggested_names_make_sense_for_the_true_classes(scenes_folder: Path) -> None:
    blue, green, red, nir = (read(band(scenes_folder, CLEAR, WEST, n), EXAMPLE) / 10_000 - 0.1 for n in BANDS)
    truth = read(scenes_folder / scenes.class_map_file(WEST, "june"), EXAMPLE)
    clear = (
        read(band(scenes_folder, CLEAR, WEST, "scl"), Window(155, 355, 250, 250)).repeat(2, 0).repeat(2, 1)
    )
    seen = ~np.isin(clear, MASKED)

    def mean(values: np.ndarray[Any, Any], *kinds: int) -> float:
        return float(values[seen & np.isin(truth, kinds)].mean())

    vegetation = (nir - red) / (nir + red)
    assert mean(vegetation, 2, 3, 4) > 0.7
    assert 0.35 < mean(vegetation, 5) < 0.75
    assert mean(vegetation, 7) < 0.35
    assert mean((green - nir) / (green + nir), 1) > 0.1
    assert mean(nir, 1) < 0.05
    assert mean((blue + green + red) / 3, 9) > 0.25
