"""The demo's reference map: like one that is downloaded, and wrong where such maps are wrong."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio

import demo
from synthetic.place import EPSG, LAND_SHAPE, NORTH_M, PIXEL_M, WEST_M
from synthetic.reference import OF_COVER, WORLD_COVER

STEP = 1 / 12_000


@pytest.fixture(scope="module")
def right_and_told(scenes_folder: Path) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Give the right class and the map's, both on the map's own grid, where there is land."""
    with rasterio.open(demo.reference_map()) as file:
        told = file.read(1)
        truth = demo.true_cover_on(file.shape, tuple(file.transform)[:6], 4326)
    land = truth > 0
    return OF_COVER[truth[land]], told[land]


def test_it_is_a_cog_in_degrees_with_a_class_table(scenes_folder: Path) -> None:
    with rasterio.open(demo.reference_map()) as file:
        assert file.crs.to_epsg() == 4326
        assert file.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert file.dtypes == ("uint8",)
        assert file.nodata == 0
        assert file.transform.a == pytest.approx(STEP)
        assert file.bounds.left / STEP == pytest.approx(round(file.bounds.left / STEP), abs=1e-6)
        names = {v: file.tags()[f"class_{v}"] for v in WORLD_COVER}
        assert names == {value: name for value, (name, _) in WORLD_COVER.items()}
        assert file.colormap(1)[80] == (0, 100, 200, 255)


def test_about_77_percent_of_it_are_right(right_and_told: Any) -> None:
    right, told = right_and_told
    assert (right == told).mean() == pytest.approx(0.77, abs=0.02)
    for value, least in ((10, 0.8), (40, 0.7), (30, 0.6), (50, 0.5), (80, 0.7)):
        assert (told[right == value] == value).mean() > least, value


def test_its_mistakes_are_patches_not_salt(scenes_folder: Path) -> None:
    with rasterio.open(demo.reference_map()) as file:
        told = file.read(1)
        truth = demo.true_cover_on(file.shape, tuple(file.transform)[:6], 4326)
    wrong = (OF_COVER[truth] != told) & (truth > 0)
    beside = wrong[:, 6:][wrong[:, :-6]].mean()  # about 40 m apart
    assert beside > 2 * wrong.mean()


def test_the_true_cover_on_a_grid_is_the_file(scenes_folder: Path) -> None:
    with rasterio.open(demo.true_cover()) as file:
        whole = file.read(1)
    assert whole.shape == LAND_SHAPE
    assert set(np.unique(whole)) == set(range(1, 10))
    corner = (PIXEL_M, 0, WEST_M - 20, 0, -PIXEL_M, NORTH_M - 100)
    part = demo.true_cover_on((30, 50), corner, EPSG)
    np.testing.assert_array_equal(part[:, 2:], whole[10:40, :48])
    assert (part[:, :2] == 0).all()
