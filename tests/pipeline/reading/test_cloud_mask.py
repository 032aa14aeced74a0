"""What is clear: scene classes, and a buffer around clouds that knows no block edges."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Transformer

from pipeline import analyse
from pipeline.area import blocks
from pipeline.exports.report import report_html
from pipeline.reading.cloud_mask import CloudMask
from pipeline.reading.pixels import NO_CLASS, state_of
from pipeline.request import DEFAULT_MASK
from tests.pipeline.conftest import Folder, Land
from tests.pipeline.reading.reads import LEFT, TOP, clear, numbered, read, target
from tests.support.synthetic import scene, write_granule


def near_by_hand(classes: np.ndarray, masked: tuple[int, ...], radius_px: float) -> np.ndarray:
    """Return pixels within a radius of a masked cloud or shadow pixel: every pair is compared."""
    clouds = np.argwhere(np.isin(classes, [c for c in (3, 8, 9, 10) if c in masked]))
    near = np.zeros(classes.shape, bool)
    rows, columns = np.indices(classes.shape)
    for row, column in clouds:
        near |= (rows - row) ** 2 + (columns - column) ** 2 <= radius_px**2 + 1e-9
    return near


@given(st.sets(st.integers(0, 11)), st.integers(0, 2**32 - 1))
def test_a_pixel_is_clear_when_it_has_data_of_a_class_that_is_not_masked(masked: set[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    classes, has_data = rng.integers(0, 12, (8, 8)).astype(np.uint8), rng.random((8, 8)) > 0.3
    mask = CloudMask(tuple(masked))
    assert (mask.clear(state_of(has_data, classes)) == (has_data & ~np.isin(classes, list(masked)))).all()
    assert (mask.clear(state_of(has_data, None)) == has_data).all()
    assert (state_of(has_data, None)[has_data] & 15 == NO_CLASS).all()


@pytest.mark.parametrize("buffer_m", [0, 9, 10, 15, 20, 35, 60, 200])
@pytest.mark.parametrize("masked", [DEFAULT_MASK, (0, 9), (6, 11)])
def test_the_buffer_is_a_disk_around_clouds_and_shadows_alone(buffer_m: int, masked: tuple[int, ...]) -> None:
    rng = np.random.default_rng(0)
    classes = np.full((50, 60), 4, np.uint8)
    classes[rng.random(classes.shape) < 0.004] = 9
    classes[40, 3:9], classes[5, 5], classes[20:22, 40] = 6, 3, 11
    near = CloudMask(masked, buffer_m).near(classes)
    found = np.isin(classes, [c for c in (3, 8, 9, 10) if c in masked]) if near is None else near
    if buffer_m == 0:
        assert near is None
    else:
        assert (found == near_by_hand(classes, masked, buffer_m / 10)).all()
    expected = ~np.isin(classes, masked) & ~found
    assert (CloudMask(masked, buffer_m).clear_classes(classes, 10) == expected).all()


def granule(path: Path, classes: np.ndarray, left: float, top: float, epsg: int = 32632) -> None:
    write_granule(path, numbered(300, 300), classes, left, top, epsg=epsg)


@pytest.mark.parametrize("zone", [32632, 32633])
@pytest.mark.parametrize("buffer_m", [0, 10, 50, 200])
def test_widening_leaves_no_seam_at_block_edges(
    folder: Folder, zone: int, buffer_m: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two tiles with scattered clouds, whole and cut into blocks of 64 pixels."""
    rng = np.random.default_rng(1)
    classes = np.where(rng.random((150, 150)) < 0.003, 9, 4)
    granule(folder.path / "one", classes, LEFT, TOP)
    one = scene("one", f"{folder.url}/one", LEFT, TOP, (300, 300))
    left, top = LEFT + 2160.0, TOP - 40.0
    if zone == 32633:
        x, y = Transformer.from_crs(32632, zone, always_xy=True).transform(left, top)
        left, top = round(x, -1), round(y, -1)
    granule(folder.path / "two", classes.T, left, top, zone)
    two = scene("two", f"{folder.url}/two", left, top, (300, 300), epsg=zone)
    grid = target(LEFT + 70, TOP - 90, 190, 420)
    whole = read([one, two], grid, buffer_m=buffer_m)
    monkeypatch.setattr(blocks, "BLOCK_PX", 64)
    cut = read([one, two], grid, buffer_m=buffer_m)
    assert len(cut.store.blocks) > 20
    assert (clear(cut) == clear(whole)).all()
    assert sorted(cut.sample.rows * 420 + cut.sample.columns) == sorted(
        whole.sample.rows * 420 + whole.sample.columns
    )
    # what the first tile shows is masked as its own classification says, also by clouds outside the area
    all_classes = classes.repeat(2, 0).repeat(2, 1).astype(np.uint8)
    expected = (all_classes != 9) & ~near_by_hand(all_classes, (9,), buffer_m / 10)
    assert (clear(whole)[:, :200] == expected[9:199, 7:207]).all()
    assert clear(whole).mean() < read([one, two], grid).n_data / (190 * 420) or buffer_m == 0


def test_without_a_classification_there_is_no_buffer(folder: Folder) -> None:
    write_granule(folder.path, numbered(100, 100), None, LEFT, TOP)
    one = scene("a", folder.url, shape=(100, 100), scl=False)
    assert clear(read([one], target(LEFT, TOP, 60, 60), buffer_m=100)).all()
    assert replace(CloudMask(DEFAULT_MASK), buffer_m=45).halo_px == 5


def test_a_wider_mask_is_counted_in_hectares_and_said_in_the_files(land: Land) -> None:
    plain, wide = (analyse(land.request(mask_buffer_m=metres)) for metres in (0, 60))
    rows, columns = land.window(plain.grid)
    near = near_by_hand(land.classes, DEFAULT_MASK, 6)[rows, columns]
    assert ((wide.labels.values == 0) == (near | (plain.labels.values == 0))).all()
    added = (near & (plain.labels.values > 0)).sum()
    assert added > 100
    assert wide.areas.hectares[0] - plain.areas.hectares[0] == pytest.approx(added / 100)
    assert "Mask widened" in report_html(wide)
