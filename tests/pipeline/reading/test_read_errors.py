"""Files that cannot be read: one clear sentence, no silent hole, and the second try of what was healed."""

import math
import time
from pathlib import Path

import numpy as np
import pytest

from pipeline import ReadFailed
from tests.pipeline.conftest import Folder
from tests.pipeline.reading.reads import LEFT, TOP, dn, numbered, read, target
from tests.support.synthetic import scene, write_granule


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("404", "error 404"),
        ("403", "error 403"),
        ("429", "error 429"),
        ("500", "error 500"),
        ("503", "error 503"),
        ("reset", "connection was lost"),
        ("nottiff", "not a GeoTIFF"),
        ("html", "not a GeoTIFF"),
    ],
)
def test_a_faulty_file_is_one_clear_sentence(
    tile: Folder, fault: str, words: str, caplog: pytest.LogCaptureFixture
) -> None:
    started = time.monotonic()
    with pytest.raises(ReadFailed, match=words) as caught:
        read([scene("a", tile.fault(fault))], target(LEFT, TOP, 40, 40))
    assert time.monotonic() - started < 12
    assert caught.value.url.startswith(tile.fault(fault))
    assert str(caught.value).startswith("An image file could not be read. ")
    assert not any(word in str(caught.value) for word in ("Traceback", "vsicurl", "RasterioIOError", "CPLE"))
    assert any(tile.fault(fault) in record.getMessage() for record in caplog.records)
    assert not any(record.exc_info for record in caplog.records), "the caller has the error and its cause"


def test_a_truncated_file_is_no_silent_hole(folder: Folder) -> None:
    noise = np.random.default_rng(0).integers(5000, 9000, (4, 400, 400)).astype(np.uint16)
    write_granule(folder.path, noise, None, LEFT, TOP)
    one = scene("a", folder.fault("truncated"), shape=(400, 400), scl=False)
    with pytest.raises(ReadFailed):
        read([one], target(LEFT, TOP, 400, 400))


def test_a_server_without_byte_ranges_is_told(folder: Folder) -> None:
    noise = np.random.default_rng(0).integers(5000, 9000, (4, 900, 900)).astype(np.uint16)
    write_granule(folder.path, noise, None, LEFT, TOP)
    one = scene("a", folder.fault("norange"), shape=(900, 900), scl=False)
    with pytest.raises(ReadFailed, match="byte ranges") as caught:
        read([one], target(LEFT, TOP, 100, 100))
    assert "another catalogue" in str(caught.value)


def test_a_server_that_is_busy_once_is_asked_again(tile: Folder) -> None:
    found = read([scene("a", tile.fault("flaky"))], target(LEFT, TOP, 40, 40))
    assert (dn(found) == numbered()[:, :40, :40]).all()


@pytest.mark.parametrize("broken", ["missing", "nottiff", "half"])
def test_a_file_that_failed_and_was_healed_is_read_the_second_time(folder: Folder, broken: str) -> None:
    """GDAL remembers what it learned about an address; a second run must not suffer from it."""
    noise = np.random.default_rng(0).integers(5000, 9000, (4, 400, 400)).astype(np.uint16)
    write_granule(folder.path, noise, None, LEFT, TOP)
    whole = (folder.path / "red.tif").read_bytes()
    _spoil(folder.path / "red.tif", broken)
    one, grid = scene("a", folder.url, shape=(400, 400), scl=False), target(LEFT, TOP, 400, 400)
    with pytest.raises(ReadFailed):
        read([one], grid)
    (folder.path / "red.tif").write_bytes(whole)
    assert (dn(read([one], grid)) == noise).all()


def _spoil(path: Path, how: str) -> None:
    if how == "missing":
        path.unlink()
    elif how == "nottiff":
        path.write_bytes(b"this is no TIFF " * 1000)
    else:
        path.write_bytes(path.read_bytes()[: math.floor(path.stat().st_size / 2)])
