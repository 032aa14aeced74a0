"""Areas in blocks: nothing twice, nothing left out, however they are cut and wherever they are kept."""

import numpy as np
import pytest
from affine import Affine
from hypothesis import given
from hypothesis import strategies as st
from odc.geo.geobox import GeoBox

from pipeline.area import blocks
from pipeline.area.blocks import Block, blocks_of
from pipeline.area.grid import bounds_of, outline
from pipeline.drawing.frame import frame_of, whole_frame
from pipeline.reading.mosaic import Layer
from pipeline.reading.sample import take
from pipeline.reading.storage.spill import Spill
from pipeline.reading.windows import assembled, overlap, stepped

sides = st.integers(1, 9000)
origins = st.tuples(st.integers(-9000, 9000), st.integers(-9000, 9000))


@given(sides, sides, origins)
def test_every_pixel_lies_in_one_block(rows: int, columns: int, origin: tuple[int, int]) -> None:
    made = blocks_of((rows, columns), origin)
    assert sum(b.height * b.width for b in made) == rows * columns
    assert all(0 < b.height <= blocks.BLOCK_PX and 0 < b.width <= blocks.BLOCK_PX for b in made)
    assert {b.row for b in made if b.column == 0} == {b.row for b in made}
    if rows > blocks.BLOCK_PX:
        assert {(b.row - origin[0]) % blocks.BLOCK_PX for b in made if b.row} == {0}


@given(
    st.integers(1, 70),
    st.integers(1, 70),
    st.integers(1, 9),
    st.data(),
)
def test_a_window_of_blocks_is_that_of_the_whole(
    rows: int, columns: int, step: int, data: st.DataObject
) -> None:
    whole = np.arange(rows * columns).reshape(rows, columns)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "BLOCK_PX", 16)
        made = blocks_of((rows, columns), (data.draw(st.integers(-20, 20)), 5))
    top, left = data.draw(st.integers(0, rows)), data.draw(st.integers(0, columns))
    window = slice(top, data.draw(st.integers(top, rows))), slice(left, data.draw(st.integers(left, columns)))
    wanted = stepped(window[0], step), stepped(window[1], step)
    found = np.full((len(wanted[0]), len(wanted[1])), -1)
    for block in made:
        places = overlap(block, *wanted)
        if places is not None:
            here, there = places
            assert (found[there] == -1).all()
            found[there] = whole[block.rows, block.columns][here]
    every = np.zeros((rows, columns), bool)
    every[step // 2 :: step, step // 2 :: step] = True
    expected = whole[window][every[window]]
    assert found.ravel().tolist() == expected.tolist()


@pytest.mark.parametrize("in_memory", [True, False])
def test_large_rasters_stay_lazy_and_hold_the_same(in_memory: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = np.arange(50 * 70, dtype=np.int64).reshape(50, 70)
    monkeypatch.setattr(blocks, "BLOCK_PX", 16)
    monkeypatch.setattr("pipeline.reading.windows.IN_MEMORY_PX", 10_000 if in_memory else 100)
    made = blocks_of((50, 70), (3, 7))
    raster = assembled(made, (50, 70), lambda n: whole[made[n].rows, made[n].columns], np.dtype(np.int64))
    assert isinstance(raster, np.ndarray) == in_memory
    assert (np.asarray(raster) == whole).all()


@pytest.mark.parametrize("room", [0, 100, 10**9])
def test_what_is_kept_comes_back_from_memory_and_from_files(room: int) -> None:
    spill = Spill(room)
    arrays = {n: (np.full((3, n, 5), n, np.uint16), np.arange(n, dtype=np.uint8)) for n in range(1, 9)}
    for key, pair in arrays.items():
        spill.put(key, *pair)
    for key, pair in arrays.items():
        for kept, given_ in zip(spill.get(key), pair, strict=True):
            assert kept.dtype == given_.dtype
            assert (kept == given_).all()
    with pytest.raises(KeyError):
        spill.get(99)


def test_the_folder_is_private_and_goes_with_the_spool() -> None:
    spill = Spill(0)
    spill.put("a", np.zeros(10))
    folder = spill._folder
    assert folder is not None
    assert folder.stat().st_mode & 0o077 == 0
    assert len(list(folder.iterdir())) == 1
    del spill
    assert not folder.exists()


@given(st.integers(1, 200), st.integers(1, 200), st.floats(0.01, 1))
def test_a_sample_is_usable_even_and_always_the_same(rows: int, columns: int, share: float) -> None:
    block = Block(300, 500, rows, columns)
    dn = np.arange(4 * rows * columns, dtype=np.uint32).astype(np.uint16).reshape(4, rows, columns) | 1
    pixels = Layer(7, dn, None).pixels()
    usable = np.zeros((rows, columns), bool)
    usable[::2] = True
    usable &= pixels.has_data
    first, again = (take(block, pixels, usable, share, 3) for _ in range(2))
    assert (first.dn == again.dn).all()
    assert (first.rows == again.rows).all()
    assert usable[first.rows - 300, first.columns - 500].all()
    assert (dn[:, first.rows - 300, first.columns - 500] == first.dn.T).all()
    assert set(first.scene) <= {7}
    assert len(set(zip(first.rows.tolist(), first.columns.tolist(), strict=True))) == len(first.rows)
    if usable.sum() <= 1000 or share == 1:
        assert len(first.rows) == usable.sum()


def test_a_frame_shows_the_middle_pixel_of_each_step() -> None:
    grid = GeoBox((5000, 3000), Affine(10, 0, 600_000, 0, -10, 5_200_000), "EPSG:32632")
    frame = whole_frame(grid, 1000)
    assert frame is not None
    assert frame.step == 5
    assert frame.grid.shape == (1000, 600)
    assert bounds_of(frame.grid) == bounds_of(grid)
    even = whole_frame(grid, 1300)
    assert even is not None
    assert even.step == 4
    x, y = even.grid.affine * (0.5, 0.5)
    assert (x, y) == grid.affine * (2.5, 2.5)


@pytest.mark.parametrize("shape", [(1, 4000), (2, 9000), (10_980, 3)])
def test_a_strip_is_seen_however_thin(shape: tuple[int, int]) -> None:
    grid = GeoBox(shape, Affine(10, 0, 600_000, 0, -10, 5_200_000), "EPSG:32632")
    frame = whole_frame(grid)
    assert frame is not None
    assert min(frame.grid.shape) == 1
    assert max(frame.grid.shape) > 1000


def test_a_frame_of_a_map_view_is_the_pixels_in_sight() -> None:
    grid = GeoBox((5000, 3000), Affine(10, 0, 600_000, 0, -10, 5_200_000), "EPSG:32632")
    part = grid[1000:1400, 500:1100]
    latitudes, longitudes = zip(*outline(part), strict=True)
    for turn in (0, 360, -720):
        seen = ((min(latitudes), min(longitudes) + turn), (max(latitudes), max(longitudes) + turn))
        frame = frame_of(grid, seen, 2048)
        assert frame is not None
        assert frame.step == 1
        assert 980 <= frame.rows.start <= 1000
        assert 1400 <= frame.rows.stop <= 1420
        assert 480 <= frame.columns.start <= 500
        assert 1100 <= frame.columns.stop <= 1120
    assert frame_of(grid, ((10.0, 10.0), (11.0, 11.0))) is None
