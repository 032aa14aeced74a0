"""Other maps over the clusters: counted to the pixel, warped by nearest, told in sentences when missing."""

from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import rasterio
from rasterio.enums import Resampling
from rasterio.warp import calculate_default_transform, reproject

from pipeline import Analysis, InvalidRequest, analyse
from pipeline.errors import ReadFailed
from pipeline.reference import files
from pipeline.reference.agreement import NO_CLASS_NAME, compare
from pipeline.reference.files import tiles
from pipeline.reference.names import (
    MIXED,
    named,
)
from pipeline.reference.profiles import WORLDCOVER, WORLDCOVER_ON_PC, find, offered
from tests.pipeline.conftest import Folder, Land

WATER, TREES, CROPS, BARE = 80, 10, 40, 60


OF_KIND = {"Water": WATER, "Dense vegetation": TREES, "Crops or grass": CROPS, "Bare or built-up": BARE}


LEGEND = "10  Tree cover\n40  Cropland\n60  Bare\n80  Water\n"


def truth(done: Analysis) -> np.ndarray:
    """Return the classes that the names of the made-up land mean; 0 where masked."""
    table = np.array([0, *(OF_KIND[s.kind] for s in done.suggestions)], np.uint8)
    return np.asarray(table[done.labels.values])


def written(path: Path, classes: np.ndarray, done: Analysis, **tags: str) -> Path:
    rows, columns = classes.shape
    profile = {"driver": "GTiff", "dtype": classes.dtype, "count": 1, "height": rows, "width": columns}
    place = {"crs": "EPSG:32632", "transform": done.grid.affine, "nodata": 0}
    with rasterio.open(path, "w", **profile, **place) as dataset:
        dataset.write(classes, 1)
        dataset.update_tags(**tags)
    return path


def test_the_scene_classification_is_counted_to_the_pixel(land: Land, done: Analysis) -> None:
    agreement = done.compare("scl")
    classes, labels = land.classes[land.window(done.grid)], done.labels.values
    assert agreement.reference.name == "scl"
    for cluster in agreement.table.index:
        here = classes[labels == cluster]
        assert agreement.table["Vegetation"][cluster] == pytest.approx((here == 4).sum() / 100)
    assert agreement.table.to_numpy().sum() == pytest.approx(done.areas["hectares"].iloc[1:].sum(), abs=0.05)


@pytest.mark.parametrize("kind", ["same grid", "degrees"])
def test_a_map_of_ones_own_is_warped_by_nearest(done: Analysis, tmp_path: Path, kind: str) -> None:
    expected = truth(done)
    path = written(tmp_path / "own.tif", expected, done, legend=LEGEND)
    if kind == "degrees":
        path = in_degrees(path, tmp_path / "degrees.tif")
    agreement = done.compare(str(path))
    names = {80: "Water", 10: "Tree cover", 40: "Cropland", 60: "Bare"}
    for cluster in range(1, 5):
        value = OF_KIND[done.suggestions[cluster - 1].kind]
        found = agreement.table[names[value]][cluster] / done.areas["hectares"][cluster]
        assert found == pytest.approx(1, abs=0 if kind == "same grid" else 0.15)
    assert list(agreement.table.columns)[:4] == ["Tree cover", "Cropland", "Bare", "Water"]


def in_degrees(path: Path, target: Path) -> Path:
    with rasterio.open(path) as source:
        transform, width, height = calculate_default_transform(
            source.crs, "EPSG:4326", source.width, source.height, *source.bounds
        )
        made = np.zeros((height, width), np.uint8)
        reproject(
            rasterio.band(source, 1),
            made,
            dst_transform=transform,
            dst_crs="EPSG:4326",
            resampling=Resampling.nearest,
        )
        profile = {**source.profile, "crs": "EPSG:4326", "transform": transform}
        profile |= {"width": width, "height": height}
        with rasterio.open(target, "w", **profile) as dataset:
            dataset.write(made, 1)
            dataset.update_tags(**source.tags())
    return target


def test_names_come_from_the_class_that_has_a_clear_majority(done: Analysis, tmp_path: Path) -> None:
    classes = truth(done)
    mixed = next(n for n, s in enumerate(done.suggestions, start=1) if s.kind == "Crops or grass")
    here = np.flatnonzero(done.labels.values.ravel() == mixed)
    classes.ravel()[here[: int(0.45 * here.size)]] = TREES
    path = written(tmp_path / "own.tif", classes, done)
    agreement = done.compare(str(path), classes={10: "Trees", 40: "Crops", 60: "Bare", 80: "Water"})
    found = named(agreement, done.suggestions)
    assert found[0].name == "Water"
    assert found[mixed - 1].name == "mixed: crops 55 %, trees 45 %"
    assert found[mixed - 1].kind == MIXED
    assert "crops 55 %" in found[mixed - 1].reason


def test_two_clusters_of_one_class_are_numbered(done: Analysis, tmp_path: Path) -> None:
    path = written(tmp_path / "own.tif", np.full(done.labels.shape, TREES, np.uint8), done)
    found = named(done.compare(str(path), classes={10: "Trees"}), done.suggestions)
    assert [s.name.partition(" (")[0] for s in found] == [f"Trees {n}" for n in range(1, 5)]


def test_worldcover_classes_have_their_colours(done: Analysis, tmp_path: Path) -> None:
    path = written(tmp_path / "N45E009.tif", truth(done), done)
    reference = replace(WORLDCOVER, path=str(path))
    found = named(compare(done, reference), done.suggestions)
    assert [s.name for s in found if s.kind == "Water"] == ["Water"]
    assert {s.kind for s in found} == {"Water", "Tree cover", "Cropland", "Bare or sparse vegetation"}
    assert reference.licence.startswith("CC-BY 4.0")
    assert "77 %" in reference.accuracy
    assert reference.year == 2021


def test_a_real_tile_is_read_only_where_the_area_is(shared_dir: Path, done: Analysis) -> None:
    """The made-up land is laid onto São Tomé: the tile's own pixels, by another reader."""
    from odc.geo.geobox import GeoBox

    folder = shared_dir / "reference" / "worldcover_N00E006_2021"
    path = next(folder.glob("*.tif"))
    grid = GeoBox((300, 300), rasterio.Affine(10, 0, 230_000, 0, -10, 30_000), "EPSG:32632")
    with ExitStack() as stack:
        found = files.opened(find(str(path)), [str(path)], stack).on(grid)
        names = files.opened(find(str(path)), [str(path)], stack).classes
    with rasterio.open(path) as dataset:
        from pyproj import Transformer

        column, row = np.meshgrid(np.arange(300) + 0.5, np.arange(300) + 0.5)
        x, y = 230_000 + 10 * column, 30_000 - 10 * row
        longitude, latitude = Transformer.from_crs(32632, 4326, always_xy=True).transform(x, y)
        expected = np.array(
            [v[0] for v in dataset.sample(np.column_stack([longitude.ravel(), latitude.ravel()]))]
        )
    assert (found.ravel() == expected).mean() > 0.995
    assert names[10] == "Tree cover"
    assert len(np.unique(found)) > 2


def test_pixels_without_a_class_are_a_column_of_their_own(done: Analysis, tmp_path: Path) -> None:
    classes = truth(done)
    classes[:100] = 0
    agreement = done.compare(str(written(tmp_path / "own.tif", classes, done)))
    missing = np.bincount(done.labels.values[:100].ravel(), minlength=5)[1:] / 100
    assert agreement.table[NO_CLASS_NAME].to_numpy() == pytest.approx(missing)
    assert sum(share for _, share in agreement.shares(1)) == pytest.approx(1)
    assert "class 80" in agreement.table.columns, "no names are known"


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [
        ((11.3, 46.4, 11.4, 46.5), ["N45E009"]),
        ((11.9, 44.9, 12.1, 45.1), ["N42E009", "N42E012", "N45E009", "N45E012"]),
        ((-0.1, -0.1, 0.1, 0.1), ["S03W003", "S03E000", "N00W003", "N00E000"]),
        ((9.0, 45.0, 12.0, 48.0), ["N45E009"]),
        ((-178.2, -17.0, -178.1, -16.9), ["S18W180"]),
    ],
)
def test_tiles_are_named_by_their_south_west_corner(
    bounds: tuple[float, float, float, float], expected: list[str]
) -> None:
    assert sorted(tiles(bounds)) == sorted(expected)


def test_without_a_connection_there_is_a_sentence(done: Analysis, monkeypatch: pytest.MonkeyPatch) -> None:
    import requests

    def refuse(*_: Any, **__: Any) -> None:
        raise requests.ConnectionError("no route")

    monkeypatch.setattr(requests, "post", refuse)
    for reference in (WORLDCOVER_ON_PC, replace(WORLDCOVER, path="http://127.0.0.1:9/{tile}.tif")):
        with pytest.raises(ReadFailed, match=r"WorldCover 2021 could not be reached\. Try again when"):
            compare(done, reference)


def test_an_api_tells_the_files(done: Analysis, folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    import requests

    asked = []
    written(folder.path / "own.tif", truth(done), done)

    class Answer:
        def raise_for_status(self) -> None: ...

        def json(self) -> Any:
            return {"features": [{"assets": {"data": {"href": f"{folder.url}/own.tif"}}}]}

    def post(url: str, json: Any, **_: Any) -> Answer:
        asked.append((url, json))
        return Answer()

    monkeypatch.setattr(requests, "post", post)
    compare(done, replace(find("io-lulc"), api=folder.server))
    ((url, body),) = asked
    assert url.endswith("/search")
    assert body["collections"] == ["io-lulc-annual-v02"]
    assert body["datetime"].startswith("2022-01-01"), "the year of the image"
    west, south, east, north = body["bbox"]
    assert west < 10.337 < east
    assert south < 46.932 < north


def test_what_is_no_classified_map_is_refused_in_a_sentence(done: Analysis, tmp_path: Path) -> None:
    reflectance = np.full(done.labels.shape, 0.2, np.float32)
    with pytest.raises(InvalidRequest, match="is no classified map"):
        done.compare(str(written(tmp_path / "float.tif", reflectance, done)))
    numbers = np.full(done.labels.shape, 3000, np.uint16)
    with pytest.raises(InvalidRequest, match="run from 3000 to 3000"):
        done.compare(str(written(tmp_path / "dn.tif", numbers, done)))
    (tmp_path / "text.tif").write_text("no image")
    with pytest.raises(ReadFailed, match="could not be opened"):
        done.compare(str(tmp_path / "text.tif"))
    with pytest.raises(InvalidRequest, match="no reference map named 'nonsense'"):
        done.compare("nonsense")
    many = np.arange(1_000_000, 1_000_000 + done.labels.size, dtype=np.uint32).reshape(done.labels.shape)
    with pytest.raises(InvalidRequest, match=r"run from 1e\+06 to"):
        done.compare(str(written(tmp_path / "many.tif", many, done)))
    nowhere = written(tmp_path / "nowhere.tif", truth(done), done)
    with rasterio.open(nowhere, "r+") as dataset:
        dataset.crs = rasterio.CRS()
    with pytest.raises(InvalidRequest, match="no coordinate reference system"):
        done.compare(str(nowhere))


def test_a_file_that_is_broken_off_or_too_large_to_unpack_is_refused(done: Analysis, tmp_path: Path) -> None:
    whole = written(tmp_path / "whole.tif", np.random.default_rng(0).integers(1, 9, done.labels.shape), done)
    (tmp_path / "half.tif").write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    with pytest.raises(ReadFailed, match=r"half\.tif could not be opened"):
        done.compare(str(tmp_path / "half.tif"))
    place = {"crs": "EPSG:32632", "transform": done.grid.affine, "count": 1, "dtype": "uint8"}
    layout = {"tiled": True, "blockxsize": 40_000, "blockysize": 40_000, "sparse_ok": True}
    bomb = tmp_path / "bomb.tif"
    with rasterio.open(bomb, "w", driver="GTiff", width=40_000, height=40_000, **place, **layout):
        pass
    assert bomb.stat().st_size < 10_000
    with pytest.raises(InvalidRequest, match=r"pieces of 1,600 MB; at most 67 MB"):
        done.compare(str(bomb))


def test_a_picture_is_no_map_and_whole_numbers_may_be_floats(done: Analysis, tmp_path: Path) -> None:
    rows, columns = done.labels.shape
    place = {"crs": "EPSG:32632", "transform": done.grid.affine, "dtype": "uint8"}
    with rasterio.open(
        tmp_path / "rgb.tif", "w", width=columns, height=rows, count=3, photometric="rgb", **place
    ) as dataset:
        dataset.write(np.full((3, rows, columns), 90, np.uint8))
    with pytest.raises(InvalidRequest, match="but a picture"):
        done.compare(str(tmp_path / "rgb.tif"))
    classes = truth(done).astype(np.float32)
    classes[:50] = np.nan
    as_floats = done.compare(str(written(tmp_path / "floats.tif", classes, done)))
    whole = done.compare(str(written(tmp_path / "whole.tif", np.nan_to_num(classes).astype(np.uint8), done)))
    pd.testing.assert_frame_equal(as_floats.table, whole.table)


def test_an_image_without_scene_classification_says_so(done: Analysis, land: Land) -> None:
    free = analyse(land.request(mask_classes=()))
    assert free.compare("scl").table.to_numpy().sum() > 0
    silent = replace(done, suggestions=done.suggestions)
    assert silent.compare("scl").sentence(1).startswith("vegetation 100 %")


def test_maps_of_the_settings_are_offered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = tmp_path / "catalogs.toml"
    settings.write_text(
        '[references.canton]\ntitle = "Land cover of our canton"\npath = "/data/cover.tif"\nyear = 2020\n'
        '[references.canton.classes]\n1 = "Forest"\n'
    )
    monkeypatch.setenv("DASHBOARD_CATALOGS", str(settings))
    assert [r.name for r in offered()] == ["scl", "worldcover", "worldcover-pc", "io-lulc", "canton"]
    assert (find("canton").classes, find("canton").year) == ({1: "Forest"}, 2020)
    settings.write_text('[references.canton]\nunknown = 5\npath = "/data/cover.tif"\n')
    assert len(offered()) == 4
