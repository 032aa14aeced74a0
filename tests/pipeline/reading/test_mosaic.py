"""Layers over each other: the first with data wins, however many there are."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.reading.mosaic import FirstValid, Layer
from pipeline.reading.pixels import NO_CLASS, CoarsePlanes, Pixels, joined
from pipeline.sentinel2.scene import Scene
from tests.pipeline.conftest import Folder
from tests.pipeline.reading.reads import LEFT, TOP, clear, read, target
from tests.support.synthetic import scene, write_granule

SHAPE = (9, 40)


def random_layers(n: int, seed: int) -> list[Layer]:
    """Return layers of which each shows a few pixels; some have no classes."""
    rng = np.random.default_rng(seed)
    made = []
    for number in range(n):
        dn = rng.integers(1, 60_000, (2, *SHAPE)).astype(np.uint16)
        dn[:, rng.random(SHAPE) > 0.02] = 0
        classes = rng.integers(1, 12, SHAPE).astype(np.uint8) if number % 3 else None
        made.append(Layer(number, dn, classes))
    return made


@pytest.mark.parametrize("n", [1, 2, 15, 16, 20, 40, 300])
def test_every_pixel_comes_from_the_first_layer_with_data(n: int) -> None:
    layers = random_layers(n, n)
    offsets = [-1000 if number % 2 else 0 for number in range(n)]
    dn = np.zeros((2, *SHAPE), int)
    scl, scenes = np.zeros(SHAPE, int), np.full(SHAPE, -1)
    for layer in layers:  # the definition, spelled out
        new = (scenes < 0) & (layer.fine[0] > 0)
        dn[:, new] = layer.fine[:, new].astype(int) + offsets[layer.scene]
        scl[new] = NO_CLASS if layer.classes is None else layer.classes[new]
        scenes[new] = layer.scene
    mosaic = FirstValid(SHAPE, 2)
    for layer in layers:
        mosaic.feed(layer)
    found = mosaic.result()
    assert (found.has_data == (scenes >= 0)).all()
    assert (found.scl == scl).all()
    places = np.flatnonzero(scenes >= 0)
    assert (found.scenes(places) == scenes.ravel()[places]).all()
    shown = found.has_data
    assert np.abs(found.reflectance(offsets)[:, shown] - dn[:, shown] / 10_000).max() < 1e-6
    assert (found.picture_planes(offsets)[:, shown] == np.clip(dn[:, shown], 1, 65535)).all()
    halves = [(slice(0, 9), c, found.part(slice(0, 9), c)) for c in (slice(0, 17), slice(17, 40))]
    again = joined(halves, SHAPE)
    assert (again.scenes(places) == scenes.ravel()[places]).all()
    assert np.array_equal(again.reflectance(offsets), found.reflectance(offsets), equal_nan=True)
    kept = Pixels.unpacked(found.packed())
    assert np.array_equal(kept.reflectance(offsets), found.reflectance(offsets), equal_nan=True)
    assert (kept.scl == found.scl).all()


def test_one_scene_takes_a_byte_a_pixel_beside_its_bands() -> None:
    (layer,) = random_layers(1, 0)
    mosaic = FirstValid(SHAPE, 2)
    mosaic.feed(layer)
    assert sum(a.nbytes for a in mosaic.result().packed()) <= SHAPE[0] * SHAPE[1] * (2 * 2 + 1) + 8


@pytest.mark.parametrize("n", [20, 40])
def test_many_tiles_in_one_block_keep_their_pixels_offsets_and_pictures(folder: Folder, n: int) -> None:
    """Narrow strips of alternating radiometry: 16 of them overflowed the number of the scene once."""
    width, rows = 10, 120
    random = np.random.default_rng(5)
    land = random.integers(200, 1100, (4, rows, n * width)).astype(np.uint16)
    classes = random.choice([4, 5, 9], (rows // 2, n * width // 2))
    scenes = [_strip(folder.path, folder.url, land, classes, i, width) for i in range(n)]
    found = read(scenes, target(LEFT, TOP, rows, n * width))
    assert [s.offset.dn for s in found.scenes] == [-1000 * (i % 2) for i in range(n)]
    assert np.abs(found.reflectance.values - land / np.float32(10_000)).max() < 1e-6
    assert (clear(found) == (classes != 9).repeat(2, 0).repeat(2, 1)).all()
    pixels = found.window(*found.extent.whole)
    assert (pixels.picture_planes(found.offsets) == land).all()
    assert (
        np.abs(found.sample.reflectance.T - land[:, found.sample.rows, found.sample.columns] / 1e4).max()
        < 1e-6
    )


def _strip(folder: Path, url: str, land: np.ndarray, classes: np.ndarray, i: int, width: int) -> Scene:
    columns, coarse = slice(i * width, (i + 1) * width), slice(i * width // 2, (i + 1) * width // 2)
    dn = land[:, :, columns] + np.uint16(1000 * (i % 2))
    write_granule(folder / str(i), dn, classes[:, coarse], LEFT + 10 * i * width, TOP)
    properties = {"s2:processing_baseline": "05.11" if i % 2 else "02.14"}
    shape = (land.shape[1], width)
    return scene(f"s{i}", f"{url}/{i}", LEFT + 10 * i * width, TOP, shape, properties=properties)


@given(
    st.tuples(st.integers(1, 7), st.integers(1, 7)),
    st.tuples(st.integers(0, 1), st.integers(0, 1)),
    st.data(),
)
def test_larger_pixels_lie_under_the_small_ones(
    shape: tuple[int, int], shift: tuple[int, int], data: st.DataObject
) -> None:
    cells = tuple((s + n + 1) // 2 for s, n in zip(shift, shape, strict=True))
    coarse = np.arange(1, 1 + cells[0] * cells[1], dtype=np.uint16).reshape(1, *cells)
    fine = np.full((2, *shape), 7, np.uint16)
    place = data.draw(st.integers(0, 2))
    pixels = Layer(0, fine, None, None, CoarsePlanes(coarse, (place,), shift)).pixels()
    whole = coarse[0].repeat(2, 0).repeat(2, 1)[shift[0] :, shift[1] :][: shape[0], : shape[1]]
    assert (pixels.dn[place] == whole).all()
    assert (np.delete(pixels.dn, place, 0) == 7).all()
    assert (Pixels.unpacked(pixels.packed()).dn == pixels.dn).all()
    part = pixels.part(slice(1, None, 2), slice(0, None, 3))
    assert (part.dn == pixels.dn[:, 1::2, ::3]).all()
