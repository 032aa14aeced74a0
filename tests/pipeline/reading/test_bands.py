"""Bands are data: any of them, in any order, each on the grid that its file has."""

from dataclasses import replace

import numpy as np
import pytest
from pyproj import Transformer

from pipeline.area import blocks
from pipeline.progress import Progress
from pipeline.reading.overview_reader import first_look
from pipeline.sentinel2.bands import BY_KEY
from pipeline.sentinel2.scene import BandFile, Scene
from tests.pipeline.conftest import Folder
from tests.pipeline.reading.reads import LEFT, TOP, clear, dn, numbered, read, target
from tests.support.servers import requests_to
from tests.support.synthetic import scene, write_granule, write_tiff

COARSE = ("rededge1", "nir08", "swir16")
ALL = ("blue", "green", "red", "rededge1", "nir", "nir08", "swir16")


def coarse(rows: int = 100) -> np.ndarray:
    """Return three bands of 20 m in which every pixel has a number of its own."""
    first = 20_000 + np.arange(rows * rows).reshape(rows, rows)
    return np.stack([first, first + 10_000, first + 20_000]).astype(np.uint16)


def granule(
    folder: Folder, name: str = "g", left: float = LEFT, top: float = TOP, epsg: int = 32632
) -> Scene:
    """Return a scene of 2 km with bands of 10 and of 20 m."""
    path, url = folder.path / name, f"{folder.url}/{name}"
    write_granule(path, numbered(), np.full((100, 100), 4), left, top, epsg=epsg)
    one = scene(name, url, left, top, epsg=epsg)
    files = {}
    for band, pixels in zip(COARSE, coarse(), strict=True):
        write_tiff(path / f"{band}.tif", pixels, left, top, step=20, epsg=epsg)
        files[band] = BandFile(f"{url}/{band}.tif", (20, 0, left, 0, -20, top), (100, 100))
    return replace(one, bands={**one.bands, **files})


def expected(bands: tuple[str, ...]) -> np.ndarray:
    """Return the bands of a granule at 10 m: 20 m pixels four times."""
    planes = dict(zip(("blue", "green", "red", "nir"), numbered().astype(int), strict=True))
    planes |= dict(zip(COARSE, coarse().astype(int).repeat(2, 1).repeat(2, 2), strict=True))
    return np.stack([planes[b] for b in bands])


@pytest.mark.parametrize("bands", [ALL, ("nir", "swir16", "red", "green", "blue"), ("blue", "green", "red")])
@pytest.mark.parametrize(("right", "down"), [(0, 0), (1, 0), (13, 7), (-3, -5), (150, 161)])
def test_bands_of_20_m_lie_under_the_pixels_of_10_m(
    folder: Folder, bands: tuple[str, ...], right: int, down: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At any alignment, over the edges of the files, and in blocks of an odd size."""
    one, grid = granule(folder), target(LEFT + 10 * right, TOP - 10 * down, 61, 48)
    truth = np.pad(expected(bands), ((0, 0), (100, 100), (100, 100)), constant_values=-1)
    truth = truth[:, 100 + down : 161 + down, 100 + right : 148 + right]
    found = read([one], grid, bands=bands)
    assert list(found.reflectance.band.values) == list(bands)
    assert (dn(found) == truth).all()
    monkeypatch.setattr(blocks, "BLOCK_PX", 17)
    cut = read([one], grid, bands=bands)
    assert len(cut.store.blocks) > 8
    assert (dn(cut) == truth).all()
    assert (cut.sample.reflectance.T * 10_000).round().astype(int).tolist() == truth[
        :, cut.sample.rows, cut.sample.columns
    ].tolist()


def test_bands_of_20_m_are_kept_at_20_m_and_do_not_move_those_of_10_m(folder: Folder) -> None:
    """The 10 m files are read as they are, not warped, whatever lies beside them."""
    found = read([granule(folder)], target(LEFT + 10, TOP - 30, 60, 70), bands=ALL)
    pixels = found.store.get(0)
    assert pixels.fine.shape == (4, 60, 70)
    assert pixels.coarse is not None
    assert pixels.coarse.dn.shape == (3, 31, 36)
    assert sum(a.nbytes for a in pixels.packed()) < 60 * 70 * (4 * 2 + 1 + 3 * 2 * 0.3)


def test_each_block_of_a_coarse_file_is_asked_for_once(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks, "BLOCK_PX", 64)
    told: list[str] = []
    read([granule(folder)], target(LEFT, TOP, 200, 200), bands=ALL, progress=Progress(on_detail=told.append))
    n_blocks = 16
    assert told[-1] == f"{n_blocks * 8} of {n_blocks * 8} blocks"
    path = f"{folder.url.removeprefix(folder.server)}/g/swir16.tif"
    assert sum(r["path"] == path and r["method"] == "GET" for r in requests_to(folder.server)) <= 2


def test_where_tiles_meet_each_band_comes_from_the_same_tile(folder: Folder) -> None:
    one = granule(folder, "one")
    two = granule(folder, "two", LEFT + 1500, TOP - 40)
    found = read([one, two], target(LEFT + 500, TOP - 200, 100, 250), bands=ALL)
    whole = expected(ALL)
    assert (dn(found)[:, :, :150] == whole[:, 20:120, 50:]).all()
    assert (dn(found)[:, :, 150:] == whole[:, 16:116, 50:150]).all()


def test_a_neighbouring_zone_is_warped_band_by_band(folder: Folder) -> None:
    x, y = Transformer.from_crs(32632, 32633, always_xy=True).transform(LEFT + 1000, TOP - 1000)
    one = granule(folder, "far", round(x - 1000, -1), round(y + 1000, -1), 32633)
    found = read([one], target(LEFT + 700, TOP - 700, 50, 50), bands=ALL)
    assert clear(found).all()
    values = dn(found)
    row, column = np.divmod(values[0] - 5000, 200)
    assert (values[4] - values[0] == 3).all()
    coarse_row, coarse_column = np.divmod(values[3] - 20_000, 100)
    assert np.abs(coarse_row - row // 2).max() <= 1
    assert np.abs(coarse_column - column // 2).max() <= 1


def test_a_first_look_shows_the_same_bands(folder: Folder) -> None:
    from pipeline import AreaOfInterest
    from pipeline.reading.cloud_mask import CloudMask
    from pipeline.reading.extent import Extent

    one = granule(folder)
    for band, file in one.bands.items():
        path = folder.path / "g" / f"{band}.tif"
        import rasterio

        with rasterio.open(path, "r+") as dataset:
            dataset.build_overviews([2, 4, 8])
        assert file.href.endswith(f"{band}.tif")
    extent = Extent(AreaOfInterest.square(10.32, 46.94, 2), target(LEFT, TOP, 200, 200), CloudMask((9,)), ALL)
    found = first_look([one], extent, 0, Progress())
    assert found is not None
    assert found.bands == ALL
    assert {BY_KEY[b].resolution_m for b in found.bands} == {10, 20}
    assert (found.window(*found.extent.whole).dn[6] >= 40_000).all()
