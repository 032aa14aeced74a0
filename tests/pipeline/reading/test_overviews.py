"""Overviews on a coarse grid: our own requests give what GDAL gives."""

from typing import Any

import numpy as np
import pytest
from affine import Affine
from odc.geo.geobox import GeoBox

from pipeline.reading import overviews
from pipeline.reading.overviews import nearest, opened
from synthetic.files import as_cog
from tests.pipeline.conftest import Folder
from tests.support.synthetic import write_granule

LEFT, TOP, N = 600_000, 5_200_020, 554


@pytest.fixture(scope="module")
def dn() -> np.ndarray:
    return np.random.default_rng(0).integers(1, 9000, (4, N, N)).astype(np.uint16)


@pytest.mark.parametrize(
    ("right", "down", "resolution", "shape"),
    [
        (0, 0, 10, (100, 90)),
        (130, 250, 39.0625, (60, 64)),
        (1000, 70, 80, (62, 62)),
        (-350, 410, 161.3, (40, 50)),
        (3000, 3000, 97.1, (31, 33)),
        (90_000, 0, 50, (20, 20)),
    ],
)
def test_own_requests_and_gdal_give_the_same_pixels(
    folder: Folder,
    dn: np.ndarray,
    monkeypatch: pytest.MonkeyPatch,
    right: int,
    down: int,
    resolution: float,
    shape: tuple[int, int],
) -> None:
    classes = np.random.default_rng(1).integers(0, 12, (N // 2, N // 2))
    write_granule(folder.path / "plain", dn, classes, LEFT, TOP)
    for name in ("red", "scl"):
        as_cog(folder.path / "plain" / f"{name}.tif", folder.path / f"{name}.tif", blocksize=128)
    grid = GeoBox(shape, Affine(resolution, 0, LEFT + right, 0, -resolution, TOP - down), "EPSG:32632")
    own: list[Any] = []
    asked = overviews._own_nearest
    monkeypatch.setattr(overviews, "_own_nearest", lambda *args: own.append(asked(*args)) or own[-1])
    for name, dtype in (("red", np.uint16), ("scl", np.uint8)):
        with opened(f"{folder.url}/{name}.tif", ()) as file:
            found = nearest(file, grid, dtype)
        assert own.pop() is not None
        with opened(f"{folder.path}/{name}.tif", ()) as file:
            expected = nearest(file, grid, dtype)
        assert found.dtype == dtype
        np.testing.assert_array_equal(found, expected)


def test_a_file_whose_beginning_does_not_tell_of_its_overviews_is_left_to_gdal(
    folder: Folder, dn: np.ndarray
) -> None:
    write_granule(folder.path, dn, None, LEFT, TOP, overviews=(2, 4, 8))
    grid = GeoBox((50, 60), Affine(80, 0, LEFT + 130, 0, -80, TOP - 70), "EPSG:32632")
    with opened(f"{folder.url}/red.tif", ()) as file:
        assert overviews._own_nearest(file.remote, grid, np.dtype(np.uint16)) is None
        found = nearest(file, grid, np.uint16)
    with opened(f"{folder.path}/red.tif", ()) as file:
        np.testing.assert_array_equal(found, nearest(file, grid, np.uint16))


def test_another_projection_is_left_to_gdal(folder: Folder, dn: np.ndarray) -> None:
    write_granule(folder.path, dn, None, LEFT, TOP, overviews=(2, 4, 8))
    grid = GeoBox((30, 30), Affine(80, 0, 145_000, 0, -80, 5_214_000), "EPSG:32633")
    with opened(f"{folder.url}/nir.tif", ()) as file:
        found = nearest(file, grid, np.uint16)
    with opened(f"{folder.path}/nir.tif", ()) as file:
        np.testing.assert_array_equal(found, nearest(file, grid, np.uint16))
