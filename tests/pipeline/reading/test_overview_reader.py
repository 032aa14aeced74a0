"""A first look: the files' overviews, on the right place, told as what it is, and gone when the run ends."""

import numpy as np
import pytest
import rasterio
from affine import Affine
from odc.geo.geobox import GeoBox
from pyproj import Transformer
from rasterio.shutil import copy

from pipeline import Analysis, AreaOfInterest, analyse
from pipeline import analysis as runs
from pipeline.progress import Progress
from pipeline.reading.cloud_mask import CloudMask
from pipeline.reading.extent import Extent
from pipeline.reading.overview_reader import LOOK_PX, OverviewReading, look_grid
from pipeline.reading.overviews import NoOverviews
from pipeline.request import DEFAULT_MASK
from pipeline.sentinel2.scene import Scene
from tests.pipeline.conftest import HOLDS, Folder, Land
from tests.support.servers import requests_to
from tests.support.synthetic import item, scene, write_granule

LEFT, TOP, N = 600_000, 5_200_020, 560


@pytest.fixture
def tile(folder: Folder) -> Folder:
    """Give a tile in which every pixel of an overview tells where it comes from."""
    row, column = np.meshgrid(np.arange(N), np.arange(N), indexing="ij")
    dn = np.stack([1000 + row, 1000 + column, 2000 + row, 2000 + column]).astype(np.uint16)
    classes = np.full((N // 2, N // 2), 4)
    classes[:60] = 9
    write_granule(folder.path, dn, classes, LEFT, TOP, overviews=(2, 4, 8))
    return folder


def look(scenes: list[Scene], grid: GeoBox) -> tuple[np.ndarray, np.ndarray, GeoBox, int]:
    coarse, factor = look_grid(scenes, grid)
    extent = Extent(AreaOfInterest.square(10.35, 46.9, 5), coarse, CloudMask(DEFAULT_MASK))
    reading = OverviewReading(scenes, extent, factor, Progress())
    pixels = reading(reading.blocks[0])
    return pixels.dn, pixels.scl, coarse, factor


@pytest.mark.parametrize(("right", "down"), [(0, 0), (130, 250), (-350, 410), (4200, -170)])
def test_pixels_of_an_overview_are_where_they_belong(tile: Folder, right: int, down: int) -> None:
    grid = GeoBox((300, 340), Affine(10, 0, LEFT + right, 0, -10, TOP - down), "EPSG:32632")
    dn, scl, coarse, factor = look([scene("a", tile.url, shape=(N, N))], grid)
    assert factor == 4
    assert (coarse.affine.c - LEFT) % 40 == (coarse.affine.f - TOP) % 40 == 0
    rows, columns = coarse.shape
    row = (TOP - coarse.affine.f) / 10 + 4 * (np.arange(rows) + 0.5)
    column = (coarse.affine.c - LEFT) / 10 + 4 * (np.arange(columns) + 0.5)
    within = np.outer((row > 0) & (row < N), (column > 0) & (column < N))
    assert ((dn[0] > 0) == within).all()
    off_row = np.abs(dn[0].astype(float) - 1000 + 0.5 - row[:, None])
    off_column = np.abs(dn[1].astype(float) - 1000 + 0.5 - column[None, :])
    assert off_row[within].max() <= 2
    assert off_column[within].max() <= 2
    assert ((scl == 9) == (within & (row < 120)[:, None])).all()
    assert grid.boundingbox.left >= coarse.boundingbox.left
    assert grid.boundingbox.bottom >= coarse.boundingbox.bottom


@pytest.mark.parametrize(("right", "down"), [(0, 0), (150, 250), (-350, 410), (4200, -170)])
def test_overviews_of_gdals_own_driver_are_read_by_two_requests_a_file(
    folder: Folder, right: int, down: int
) -> None:
    """They leave out a last pixel that is not whole: 2745 pixels of a tile become 1372, and 686."""
    n = 563
    row, column = np.meshgrid(np.arange(n), np.arange(n), indexing="ij")
    dn = np.stack([1000 + row, 1000 + column, 2000 + row, 2000 + column]).astype(np.uint16)
    write_granule(folder.path, dn, None, LEFT, TOP)
    for path in folder.path.glob("*.tif"):
        made = path.with_suffix(".cog")
        options = {"OVERVIEW_COUNT": 3, "BLOCKSIZE": 128, "OVERVIEW_RESAMPLING": "NEAREST"}
        copy(path, made, driver="COG", COMPRESS="DEFLATE", **options)
        made.replace(path)
    with rasterio.open(folder.path / "red.tif", overview_level=1) as overview:
        assert overview.shape == (140, 140)
    grid = GeoBox((300, 340), Affine(10, 0, LEFT + right, 0, -10, TOP - down), "EPSG:32632")
    found, _, coarse, _ = look([scene("a", folder.url, shape=(n, n), scl=False)], grid)
    rows, columns = coarse.shape
    y = (TOP - coarse.affine.f) / 10 + 4 * (np.arange(rows) + 0.5)
    x = (coarse.affine.c - LEFT) / 10 + 4 * (np.arange(columns) + 0.5)
    within = np.outer((y > -2) & (y < n + 2), (x > -2) & (x < n + 2))
    assert ((found[0] > 0) == within).all()
    assert np.abs(found[0].astype(float) - 1000 + 0.5 - y[:, None])[within].max() <= 4.1
    assert np.abs(found[1].astype(float) - 1000 + 0.5 - x[None, :])[within].max() <= 4.1
    prefix = folder.url.removeprefix(folder.server)
    asked = [r for r in requests_to(folder.server) if str(r["path"]).startswith(prefix)]
    assert len(asked) <= 4 * 2
    assert all(r["range"] for r in asked)


def test_a_neighbouring_zone_is_warped(folder: Folder) -> None:
    x, y = Transformer.from_crs(32632, 32633, always_xy=True).transform(LEFT + 2500, TOP - 2500)
    left, top = round(x - 2800, -1), round(y + 2800, -1)
    row, column = np.meshgrid(np.arange(N), np.arange(N), indexing="ij")
    dn = np.stack([1000 + row, 1000 + column, 1000 + row, 1000 + column]).astype(np.uint16)
    write_granule(folder.path, dn, None, left, top, epsg=32633, overviews=(2, 4, 8))
    one = scene("a", folder.url, left, top, (N, N), epsg=32633, scl=False)
    grid = GeoBox((300, 300), Affine(10, 0, LEFT + 1000, 0, -10, TOP - 1000), "EPSG:32632")
    found, _, coarse, _ = look([one], grid)
    rows, columns = coarse.shape
    xs = coarse.affine.c + 40 * (np.arange(columns) + 0.5)
    ys = coarse.affine.f - 40 * (np.arange(rows) + 0.5)
    there = Transformer.from_crs(32632, 32633, always_xy=True).transform(*np.meshgrid(xs, ys))
    assert (found[0] > 0).all()
    assert np.abs(found[0] - 1000 + 0.5 - (top - there[1]) / 10).max() <= 4.2
    assert np.abs(found[1] - 1000 + 0.5 - (there[0] - left) / 10).max() <= 4.2


def test_without_overviews_there_is_no_first_look(folder: Folder, land: Land) -> None:
    grid = GeoBox((300, 300), Affine(10, 0, LEFT, 0, -10, TOP), "EPSG:32632")
    with pytest.raises(NoOverviews):
        look([scene("a", land.files.url, shape=(N, N))], grid)
    previews: list[Analysis] = []
    assert not analyse(land.request(4), on_preview=previews.append).preview
    assert previews == []


@pytest.mark.parametrize("side", [640, 1000, 2000, 10_980])
def test_a_first_look_is_small(side: int) -> None:
    one = scene("a", "http://127.0.0.1:9", shape=(10_980, 10_980))
    grid = GeoBox((side, side), Affine(10, 0, LEFT, 0, -10, TOP), "EPSG:32632")
    coarse, factor = look_grid([one], grid)
    assert LOOK_PX <= max(coarse.shape) <= 700
    assert factor in (8, 16)


@pytest.fixture(scope="module")
def both(served: Folder, land: Land, fakes: str) -> tuple[list[Analysis], Analysis, Analysis]:
    """Give first looks and the result of a run, and the same run without first looks."""
    from tests.pipeline.conftest import put

    classes = land.classes[::2, ::2]
    write_granule(served.path / "looked", land.dn, classes, land.left, land.top, overviews=(2, 4, 8))
    api = f"{fakes}/looked"
    put(api, items=[item("looked", f"{served.url}/looked", shape=(N, N))], conforms=HOLDS)
    previews: list[Analysis] = []
    request = land.request(4, catalog=api)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runs, "PREVIEW_FROM_PX", 300)
        done = analyse(request, on_preview=previews.append)
    return previews, done, analyse(request)


def test_a_preview_comes_once_and_says_what_it_is(both: tuple[list[Analysis], Analysis, Analysis]) -> None:
    (preview,), done, _ = both
    assert preview.preview
    assert preview.resolution_m == 40
    assert not done.preview
    assert done.resolution_m == 10
    assert preview.areas.hectares.sum() == pytest.approx(1600, rel=0.02)
    assert preview.clear_share == pytest.approx(done.clear_share, abs=0.03)
    (south, west), (north, east) = preview.overlays.true_colour.bounds
    (south2, west2), (north2, east2) = done.overlays.true_colour.bounds
    assert [south, west, north, east] == pytest.approx([south2, west2, north2, east2], abs=0.001)


def test_a_preview_changes_nothing_about_the_result(
    both: tuple[list[Analysis], Analysis, Analysis],
) -> None:
    _, done, plain = both
    assert (done.labels.values == plain.labels.values).all()
    assert done.areas.equals(plain.areas)
    assert done.model == plain.model


def test_a_preview_that_cannot_be_shown_does_not_end_the_run(
    both: tuple[list[Analysis], Analysis, Analysis], monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = []

    def broken(preview: Analysis) -> None:
        tried.append(preview)
        raise RuntimeError("the page is gone")

    _, done, _ = both
    monkeypatch.setattr(runs, "PREVIEW_FROM_PX", 300)
    assert analyse(done.request, on_preview=broken).areas.equals(done.areas)
    assert len(tried) == 1


def test_an_area_of_a_block_or_two_is_read_at_once(both: tuple[list[Analysis], Analysis, Analysis]) -> None:
    """The area has 400 pixels a side: a look at its overviews would cost as much as its pixels."""
    previews: list[Analysis] = []
    analyse(both[1].request, on_preview=previews.append)
    assert previews == []
