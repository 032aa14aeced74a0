"""Pixels over HTTP: the right ones, at the right place, with the right meaning; and files that fail."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from affine import Affine
from odc.geo.geobox import GeoBox
from pyproj import Transformer
from shapely.geometry import Polygon, mapping

from pipeline import AreaOfInterest
from pipeline.area import blocks
from pipeline.area.grid import outline
from pipeline.progress import Progress
from pipeline.reading import alignment, extent, reader
from pipeline.reading.cloud_mask import CloudMask
from pipeline.reading.extent import Extent
from pipeline.reading.reader import Reading
from pipeline.request import DEFAULT_MASK
from tests.pipeline.conftest import Folder
from tests.pipeline.reading.reads import LEFT, TOP, clear, dn, has_data, numbered, read, target
from tests.support.servers import requests_to
from tests.support.synthetic import scene, write_granule, write_tiff


def test_every_pixel_is_where_it_belongs_to_the_micrometre(tile: Folder) -> None:
    found = read([scene("a", tile.url)], target(LEFT + 130, TOP - 250, 60, 70))
    assert (dn(found) == numbered()[:, 25:85, 13:83]).all()
    cube = found.reflectance
    assert cube.dtype == np.float32
    assert cube.dims == ("band", "y", "x")
    assert list(cube.band.values) == ["blue", "green", "red", "nir"]
    assert np.abs(cube.x.values - (LEFT + 130 + 5 + 10 * np.arange(70))).max() < 1e-6
    assert np.abs(cube.y.values - (TOP - 250 - 5 - 10 * np.arange(60))).max() < 1e-6


def test_the_coordinate_system_is_readable_by_rioxarray(tile: Folder) -> None:
    import rioxarray  # noqa: F401

    grid = target(LEFT + 130, TOP - 250, 60, 70)
    cube = read([scene("a", tile.url)], grid).reflectance
    assert cube.rio.crs.to_epsg() == 32632
    assert tuple(cube.rio.transform())[:6] == tuple(grid.affine)[:6]


@pytest.mark.parametrize(("right", "down"), [(0, 0), (1, 0), (0, 1), (1, 1), (13, 7)])
def test_classes_of_20_m_meet_pixels_of_10_m_at_any_alignment(tile: Folder, right: int, down: int) -> None:
    rows, columns = 51, 48
    grid = target(LEFT + 10 * right, TOP - 10 * down, rows, columns)
    found = read([scene("a", tile.url)], grid)
    classes = np.arange(100 * 100).reshape(100, 100) % 11 + 1
    row, column = np.meshgrid(down + np.arange(rows), right + np.arange(columns), indexing="ij")
    expected = ~np.isin(classes[row // 2, column // 2], [0, 1, 3, 8, 9, 10])
    assert (clear(found) == expected).all()
    assert has_data(found).all()
    other = clear(read([scene("a", tile.url)], grid, (4,)))
    assert (other == (classes[row // 2, column // 2] != 4)).all()


def test_masked_pixels_are_nan_and_others_keep_their_value(tile: Folder) -> None:
    grid = target(LEFT, TOP, 30, 30)
    half = Polygon([(lon, lat) for lat, lon in outline(target(LEFT + 50, TOP, 30, 25))]).buffer(1e-7)
    found = read([scene("a", tile.url)], grid, area=AreaOfInterest.polygon(mapping(half)))
    within = np.zeros((30, 30), bool)
    within[:, 5:] = True
    masked = found.masked.values
    classes = np.arange(100 * 100).reshape(100, 100) % 11 + 1
    wanted = ~np.isin(classes, DEFAULT_MASK).repeat(2, 0).repeat(2, 1)[:30, :30] & within
    assert (np.isfinite(masked).all(axis=0) == wanted).all()
    assert (masked[:, wanted] == found.reflectance.values[:, wanted]).all()


def test_an_area_over_the_edge_is_padded_with_nothing(tile: Folder) -> None:
    grid = target(LEFT - 70, TOP + 130, 60, 70)
    found = read([scene("a", tile.url)], grid)
    expected = np.full((4, 60, 70), -1)
    expected[:, 13:, 7:] = numbered()[:, :47, :63]
    assert (dn(found) == expected).all()
    assert not clear(found)[:13].any()
    grid = target(LEFT + 1910, TOP - 1930, 60, 70)
    expected = np.full((4, 60, 70), -1)
    expected[:, :7, :9] = numbered()[:, 193:, 191:]
    assert (dn(read([scene("a", tile.url)], grid)) == expected).all()


def test_an_area_beside_the_tile_is_empty(tile: Folder) -> None:
    found = read([scene("a", tile.url)], target(LEFT + 5000, TOP, 60, 70))
    assert not has_data(found).any()
    assert not clear(found).any()


def test_each_block_is_read_once_and_others_not_at_all(folder: Folder) -> None:
    """Blocks of 1024: an area in one corner of a large tile costs one block a band."""
    rows = 2100
    pixels = np.full((4, rows, rows), 5000, np.uint16)
    pixels[:, 1000:1100, 1000:1100] = 7000
    noise = np.random.default_rng(0).integers(0, 99, (rows, rows)).astype(np.uint16)
    write_granule(folder.path, pixels + noise, None, LEFT, TOP, blockxsize=1024, blockysize=1024)
    details: list[str] = []
    one = scene("a", folder.url, shape=(rows, rows), scl=False)
    found = read([one], target(LEFT, TOP, 50, 50), (), Progress(on_detail=details.append))
    assert (dn(found) == (pixels + noise)[:, :50, :50]).all()
    assert details[-1] == "4 of 4 blocks"
    size = (folder.path / "nir.tif").stat().st_size
    path = folder.url.removeprefix(folder.server) + "/nir.tif"
    wanted = [str(r["range"]) for r in requests_to(folder.server) if r["path"] == path and r["range"]]
    spans = [(int(a), min(int(b), size)) for a, b in (w.removeprefix("bytes=").split("-") for w in wanted)]
    assert sum(b - a + 1 for a, b in spans) < 0.45 * size
    across = read([one], target(LEFT + 10_000, TOP - 10_000, 100, 100), ())
    assert (dn(across) == (pixels + noise)[:, 1000:1100, 1000:1100]).all()


def test_blocks_that_lie_one_after_the_other_are_not_read_ahead(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GDAL doubles a request that goes on where its thread's last one ended: 2 x 2 of 3 x 3 blocks."""
    side = 2500
    noise = np.random.default_rng(0).integers(5000, 9000, (side, side)).astype(np.uint16)
    pixels = np.stack([noise] * 4)
    write_granule(folder.path, pixels, None, LEFT, TOP, blockxsize=1024, blockysize=1024)
    grid = target(LEFT, TOP, 2000, 2000)
    monkeypatch.setattr(reader, "READ_THREADS", 1)
    everything = AreaOfInterest.square(10.44, 46.86, 40)
    wanted = Extent(everything, grid, CloudMask(()))
    reading = Reading([scene("a", folder.url, shape=(side, side), scl=False)], wanted, Progress())
    assert (reading(reading.blocks[0]).dn == pixels[:, :2000, :2000]).all()
    path = folder.url.removeprefix(folder.server) + "/nir.tif"
    wanted = [str(r["range"]) for r in requests_to(folder.server) if r["path"] == path and r["range"]]
    size = (folder.path / "nir.tif").stat().st_size
    spans = [
        (int(a), min(int(b), size - 1)) for a, b in (w.removeprefix("bytes=").split("-") for w in wanted)
    ]
    under = sum(_block_bytes(folder.path / "nir.tif", row, column) for row in (0, 1) for column in (0, 1))
    assert sum(b - a + 1 for a, b in spans) < under + 16_384 * 10


def _block_bytes(path: Path, row: int, column: int) -> int:
    import rasterio

    with rasterio.open(path) as file:
        return int(file.get_tag_item(f"BLOCK_SIZE_{column}_{row}", "TIFF", bidx=1))


@pytest.mark.parametrize("tag", [None, 0, 65535, 4321])
def test_zero_is_no_data_whatever_the_file_says(folder: Folder, tag: int | None) -> None:
    pixels = numbered(80, 80)
    pixels[:, 10:20, 10:30] = 0
    classes = np.full((40, 40), 4)
    options = {} if tag is None else {"nodata": tag}
    for band, values in zip(("blue", "green", "red", "nir"), pixels, strict=True):
        write_tiff(folder.path / f"{band}.tif", values, LEFT, TOP, **options)
    write_tiff(folder.path / "scl.tif", classes.astype(np.uint8), LEFT, TOP, step=20)
    one = scene("a", folder.url, shape=(80, 80))
    found = read([one], target(LEFT, TOP, 80, 80))
    assert (~has_data(found) == (pixels[0] == 0)).all()
    assert (dn(found)[:, has_data(found)] == pixels[:, pixels[0] > 0]).all()
    warped = read([one], target(LEFT + 3, TOP - 4, 79, 79))  # another way of reading
    assert (~has_data(warped) == (pixels[0, :79, :79] == 0)).all()


def test_a_pixel_without_one_band_or_saturated_has_no_data(folder: Folder) -> None:
    pixels = numbered(80, 80)
    pixels[2, 5, 5] = 0
    pixels[3, 7, 9] = 65535
    write_granule(folder.path, pixels, None, LEFT, TOP)
    found = read([scene("a", folder.url, shape=(80, 80), scl=False)], target(LEFT, TOP, 80, 80))
    assert np.argwhere(~has_data(found)).tolist() == [[5, 5], [7, 9]]


def test_without_scene_classification_nothing_is_masked_and_it_is_said(folder: Folder) -> None:
    write_granule(folder.path, numbered(), None, LEFT, TOP)
    found = read([scene("a", folder.url, scl=False)], target(LEFT, TOP, 40, 40))
    assert clear(found).all()
    assert any("no scene classification" in note for note in found.notes)


def displacement(values: np.ndarray, grid: GeoBox, file: GeoBox) -> np.ndarray:
    """Return by how many file pixels numbered pixels are off, measured with pyproj alone."""
    rows, columns = grid.shape
    x = grid.affine.c + 5 + 10 * np.arange(columns)
    y = grid.affine.f - 5 - 10 * np.arange(rows)
    to_file = Transformer.from_crs(grid.crs.epsg, file.crs.epsg, always_xy=True)
    fx, fy = to_file.transform(*np.meshgrid(x, y))
    column, row = (fx - file.affine.c) / file.affine.a, (file.affine.f - fy) / file.affine.a
    number = values - 5000
    off_x = np.abs(column - (number % file.shape[1] + 0.5))
    off_y = np.abs(row - (number // file.shape[1] + 0.5))
    return np.asarray(np.maximum(off_x, off_y))


@pytest.mark.parametrize(
    ("epsg", "step", "left", "top"),
    [
        (32633, 10, 143_500, 5_209_000),  # the neighbouring zone
        (32632, 10, 600_003.4, 5_200_016.6),  # an origin off the 10 m grid
        (32632, 60, 599_400, 5_200_620),  # larger pixels
    ],
)
def test_other_grids_are_warped_by_nearest_neighbour(
    folder: Folder, epsg: int, step: float, left: float, top: float
) -> None:
    if epsg == 32633:
        x, y = Transformer.from_crs(32632, 32633, always_xy=True).transform(LEFT + 1000, TOP - 1000)
        left, top = round(x - 1200, -1), round(y + 1200, -1)
    rows = columns = 240 if step == 10 else 60
    pixels = numbered(rows, columns)
    write_granule(folder.path, pixels, None, left, top, epsg=epsg, step=step)
    file = GeoBox((rows, columns), Affine(step, 0, left, 0, -step, top), f"EPSG:{epsg}")
    one = scene("a", folder.url, left, top, (rows, columns), epsg=epsg, step=step, scl=False)
    grid = target(LEFT + 500, TOP - 500, 100, 100)
    found = read([one], grid)
    assert has_data(found).all()
    values = dn(found)
    assert (values[3] - values[0] == 3).all(), "all bands come from the same pixel"
    assert displacement(values[0], grid, file).max() <= 0.5 + 0.13  # GDAL's approximate transformer: 1/8 px


@pytest.mark.parametrize("zone", [32632, 32633])
def test_however_an_area_is_cut_seams_neither_double_nor_lose_pixels(
    folder: Folder, zone: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two tiles of one zone whose blocks do not meet, or one of the neighbouring zone."""
    classes = np.arange(150 * 150).reshape(150, 150) % 11 + 1
    write_granule(folder.path / "one", numbered(300, 300), classes, LEFT, TOP)
    one = scene("one", f"{folder.url}/one", LEFT, TOP, (300, 300))
    if zone == 32632:
        left, top = LEFT + 2160, TOP - 40
    else:
        x, y = Transformer.from_crs(32632, zone, always_xy=True).transform(LEFT + 2160, TOP - 40)
        left, top = round(x, -1), round(y, -1)
    write_granule(folder.path / "two", numbered(300, 300) + np.uint16(9), classes, left, top, epsg=zone)
    two = scene("two", f"{folder.url}/two", left, top, (300, 300), epsg=zone)
    grid = target(LEFT + 70, TOP - 90, 190, 420)
    whole = read([one, two], grid)
    monkeypatch.setattr(blocks, "BLOCK_PX", 64)
    cut = read([one, two], grid)
    assert (len(whole.store.blocks), len(cut.store.blocks)) == (1, 28)
    assert np.array_equal(cut.reflectance.values, whole.reflectance.values, equal_nan=True)
    assert np.array_equal(cut.masked.values, whole.masked.values, equal_nan=True)
    assert (cut.n_inside, cut.n_data) == (whole.n_inside, whole.n_data)
    assert sorted(cut.sample.rows * 420 + cut.sample.columns) == sorted(
        whole.sample.rows * 420 + whole.sample.columns
    )
    frame = whole.window(slice(31, 170), slice(55, 401), 3)
    assert (cut.window(slice(31, 170), slice(55, 401), 3).dn == frame.dn).all()

    monkeypatch.setattr(extent, "step_for", lambda _shape: 3)
    thinned = read([one, two], grid)
    everywhere = (slice(0, 190), slice(0, 420))
    assert thinned.window(*everywhere, 3) is thinned.thinned, "gathered while reading"
    assert whole.thinned is None
    for step in (1, 2, 3):
        found, expected = (pixels.window(*everywhere, step) for pixels in (thinned, whole))
        assert np.array_equal(
            found.reflectance(whole.offsets), expected.reflectance(whole.offsets), equal_nan=True
        )
        assert (found.scl == expected.scl).all()


def test_a_file_of_another_zone_is_read_where_it_reaches(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    x, y = Transformer.from_crs(32632, 32633, always_xy=True).transform(LEFT + 2500, TOP - 2500)
    left, top = round(x, -1), round(y, -1)
    write_granule(folder.path, numbered(150, 150), np.full((75, 75), 4), left, top, epsg=32633)
    far = scene("far", folder.url, left, top, (150, 150), epsg=32633)
    monkeypatch.setattr(blocks, "BLOCK_PX", 64)
    grid = target(LEFT, TOP, 400, 400)
    told: list[str] = []
    found = read([far], grid, progress=Progress(on_detail=told.append))
    monkeypatch.setattr(alignment, "_reach", lambda *_: None)
    everywhere = read([far], grid)
    assert found.n_data == everywhere.n_data > 10_000
    assert np.array_equal(found.reflectance.values, everywhere.reflectance.values, equal_nan=True)
    n_reads, n_all = len(told), len(found.store.blocks) * 4 * 5
    assert told[-1] == f"{n_reads} of {n_reads} blocks"
    assert n_reads < 0.4 * n_all


def test_a_classification_that_lies_elsewhere_masks_all(tile: Folder) -> None:
    """As its item tells it: nothing is known of the pixels."""
    one = scene("a", tile.url)
    elsewhere = replace(
        one,
        bands=one.bands | {"scl": replace(one.bands["scl"], transform=None, shape=None)},
        footprint=Polygon([(50, 10), (51, 10), (51, 11)]),
    )
    grid = target(LEFT + 130, TOP - 250, 60, 70)
    found = read([elsewhere], grid)
    assert not has_data(found).any()
    assert len(found.sample.rows) == 0


def test_an_item_without_grid_or_with_a_wrong_one_does_not_move_pixels(tile: Folder) -> None:
    grid = target(LEFT + 130, TOP - 250, 60, 70)
    told = scene("a", tile.url)
    silent = replace(told, bands={b: replace(f, transform=None, shape=None) for b, f in told.bands.items()})
    assert (dn(read([silent], grid)) == numbered()[:, 25:85, 13:83]).all()
    moved = (10.0, 0.0, LEFT - 100.0, 0.0, -10.0, TOP + 0.0)
    lying = replace(
        told,
        bands={
            b: replace(f, transform=moved, shape=(200, 210)) if b != "scl" else f
            for b, f in told.bands.items()
        },
    )
    assert (dn(read([lying], grid)) == numbered()[:, 25:85, 13:83]).all()


def test_no_side_car_files_are_asked_for(tile: Folder) -> None:
    read([scene("a", tile.url)], target(LEFT, TOP, 40, 40))
    prefix = tile.url.removeprefix(tile.server)
    paths = {str(r["path"]) for r in requests_to(tile.server) if str(r["path"]).startswith(prefix)}
    assert paths == {f"{prefix}/{b}.tif" for b in ("blue", "green", "red", "nir", "scl")}
