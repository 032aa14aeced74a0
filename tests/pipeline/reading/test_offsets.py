"""The radiometric offset in pixels that are read: found, subtracted once, joined over tiles."""

import numpy as np
import pytest

from tests.pipeline.conftest import Folder
from tests.pipeline.reading.reads import LEFT, TOP, clear, dn, numbered, read, target
from tests.support.synthetic import scene, write_granule


def dark(rows: int, columns: int, floor: int) -> np.ndarray:
    random = np.random.default_rng(3)
    return random.integers(floor, floor + 900, (4, rows, columns)).astype(np.uint16)


def test_the_offset_goes_and_negative_reflectance_stays(folder: Folder) -> None:
    pixels = dark(100, 100, 1000)
    pixels[:, 0, 0] = 990
    write_granule(folder.path, pixels, None, LEFT, TOP)
    one = scene("a", folder.url, shape=(100, 100), scl=False, properties={"s2:processing_baseline": "05.11"})
    found = read([one], target(LEFT, TOP, 100, 100))
    assert found.scenes[0].offset.dn == -1000
    assert (dn(found, -1000) == pixels).all()
    assert found.reflectance.values[0, 0, 0] == pytest.approx(-0.001)


def test_an_offset_that_is_already_gone_is_not_subtracted_twice(folder: Folder) -> None:
    pixels = dark(100, 100, 150)
    write_granule(folder.path, pixels, None, LEFT, TOP)
    one = scene("a", folder.url, shape=(100, 100), scl=False, properties={"s2:processing_baseline": "05.11"})
    found = read([one], target(LEFT, TOP, 100, 100))
    assert found.scenes[0].offset.dn == 0
    assert "already lack it" in found.scenes[0].offset.reason
    assert (dn(found) == pixels).all()


def test_clouds_do_not_take_part_in_the_offset_check(folder: Folder) -> None:
    """A cloud shadow is darker than anything: here it alone would speak against the offset."""
    pixels = dark(100, 100, 1050)
    pixels[:, :60] = 300
    classes = np.full((50, 50), 4)
    classes[:30] = 3
    write_granule(folder.path, pixels, classes, LEFT, TOP)
    one = scene("a", folder.url, shape=(100, 100), properties={"s2:processing_baseline": "05.11"})
    assert read([one], target(LEFT, TOP, 100, 100)).scenes[0].offset.dn == -1000


def test_of_two_tiles_the_first_with_data_wins(folder: Folder) -> None:
    first, second = numbered(100, 100), numbered(100, 100) + np.uint16(20_000)
    first[:, 40:60, 70:] = 0
    classes = np.full((50, 50), 4)
    classes[:10] = 9
    write_granule(folder.path / "one", first, classes, LEFT, TOP)
    write_granule(folder.path / "two", second, np.full((50, 50), 5), LEFT + 600, TOP)
    one = scene("one", f"{folder.url}/one", LEFT, TOP, (100, 100))
    two = scene("two", f"{folder.url}/two", LEFT + 600, TOP, (100, 100))
    found = read([one, two], target(LEFT, TOP, 100, 160))
    expected = np.full((4, 100, 160), -1)
    expected[:, :, 60:] = second
    expected[:, :, :100][:, first[0] > 0] = first[:, first[0] > 0]
    assert (dn(found) == expected).all()
    assert not clear(found)[:20, :100].any()  # the first tile's cloud stays a cloud where the second is clear
    assert clear(found)[:20, 100:].all()
    assert [s.id for s in found.scenes] == ["one", "two"]


def test_tiles_with_and_without_offset_are_joined_in_reflectance(folder: Folder) -> None:
    land = dark(100, 100, 200)
    write_granule(folder.path / "old", land, None, LEFT, TOP)
    write_granule(folder.path / "new", land + np.uint16(1000), None, LEFT + 1000, TOP)
    old = scene("old", f"{folder.url}/old", LEFT, TOP, (100, 100), scl=False)
    new = scene(
        "new",
        f"{folder.url}/new",
        LEFT + 1000,
        TOP,
        (100, 100),
        scl=False,
        properties={"s2:processing_baseline": "05.11"},
    )
    found = read([old, new], target(LEFT, TOP, 100, 200))
    assert [s.offset.dn for s in found.scenes] == [0, -1000]
    assert (dn(found)[:, :, :100] == dn(found)[:, :, 100:]).all()
    assert any("seam" in note for note in found.notes)
