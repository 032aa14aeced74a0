"""Pixels from single blocks: those that GDAL reads, whatever the file; and broken files in words."""

import random
import threading
import time
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import pytest
import rasterio
from rasterio.windows import Window

from pipeline import ReadFailed
from pipeline.errors import Cancelled
from pipeline.progress import Progress
from pipeline.reading.remote import blocks
from pipeline.reading.remote.blocks import RemoteFile
from pipeline.reading.remote.fault import FileFault
from pipeline.sentinel2.scene import Scene
from tests.pipeline.conftest import Folder
from tests.pipeline.reading.test_reader import LEFT, TOP, dn, has_data, numbered, read, target
from tests.support.patience import until
from tests.support.servers import file_server, requests_to
from tests.support.synthetic import scene, write_granule, write_tiff

quiet = Progress()


def noise(rows: int, columns: int, dtype: str = "uint16") -> np.ndarray:
    most = {"uint16": 65_000, "uint8": 255, "int16": 30_000}[dtype]
    return np.random.default_rng(2).integers(0, most, (rows, columns)).astype(dtype)


def remote(folder: Folder, name: str = "red.tif") -> RemoteFile:
    return RemoteFile(f"{folder.url}/{name}", (), quiet)


def window(row: int, column: int, rows: int, columns: int) -> Window:
    return Window(column, row, columns, rows)


@pytest.mark.parametrize("dtype", ["uint16", "uint8", "int16"])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"predictor": 2},
        {"compress": None},
        {"BIGTIFF": "YES", "predictor": 2},
        {"tiled": False, "blockysize": 9, "predictor": 2},
        {"blockxsize": 64, "blockysize": 256, "overviews": (2,)},
    ],
)
def test_every_window_is_what_gdal_reads(folder: Folder, options: dict[str, Any], dtype: str) -> None:
    """Files smaller than a block, blocks over the edge, windows over several blocks."""
    values = noise(331, 219, dtype)
    write_tiff(folder.path / "red.tif", values, LEFT, TOP, **options)
    file = remote(folder)
    for row, column, rows, columns in (
        (0, 0, 331, 219),
        (0, 0, 1, 1),
        (330, 218, 1, 1),
        (127, 127, 2, 2),
        (100, 60, 200, 100),
        (256, 128, 75, 91),
    ):
        found = np.zeros((rows, columns), dtype)
        assert file.read(window(row, column, rows, columns), found)
        assert (found == values[row : row + rows, column : column + columns]).all()


def test_signed_pixels_below_0_have_no_data(folder: Folder) -> None:
    values = noise(100, 100, "int16")
    values[:50] = -999
    write_tiff(folder.path / "red.tif", values, LEFT, TOP, nodata=-999)
    found = np.ones((100, 100), np.uint16)
    assert remote(folder).read(window(0, 0, 100, 100), found)
    assert (found == values.clip(min=0)).all()


@pytest.mark.parametrize("options", [{"nodata": 65535}, {"compress": "lzw"}, {"SPARSE_OK": True}])
def test_what_is_left_to_gdal(folder: Folder, options: dict[str, Any]) -> None:
    values = noise(300, 300)
    if "SPARSE_OK" in options:
        values[:200, :200] = 0
    write_tiff(folder.path / "red.tif", values, LEFT, TOP, **options)
    assert not remote(folder).read(window(0, 0, 300, 300), np.zeros((300, 300), np.uint16))
    for name in ("blue", "green", "nir"):
        write_tiff(folder.path / f"{name}.tif", values, LEFT, TOP, **options)
    found = read([scene("a", folder.url, shape=(300, 300), scl=False)], target(LEFT, TOP, 300, 300))
    assert (dn(found)[0][has_data(found)] == values[has_data(found)]).all()


def test_each_byte_crosses_the_network_once_and_no_question_does(folder: Folder) -> None:
    """One request for a file's beginning, one for the blocks that lie one after the other."""
    write_granule(
        folder.path, np.stack([noise(2048, 2048)] * 4), None, LEFT, TOP, blockxsize=1024, blockysize=1024
    )
    one = scene("a", folder.url, shape=(2048, 2048), scl=False)
    for _ in range(2):
        read([one], target(LEFT, TOP, 100, 1100))
    path = folder.url.removeprefix(folder.server)
    log = [r for r in requests_to(folder.server) if str(r["path"]).startswith(f"{path}/red")]
    assert {r["method"] for r in log} == {"GET"}
    spans = [tuple(map(int, str(r["range"]).removeprefix("bytes=").split("-"))) for r in log]
    assert len(spans) == len(set(spans)) == 3
    assert sorted(spans)[0] == (0, blocks.HEADER_BYTES - 1)


def test_the_beginning_of_a_file_may_be_long(folder: Folder) -> None:
    values = noise(1500, 1500)
    write_tiff(folder.path / "red.tif", values, LEFT, TOP, blockxsize=16, blockysize=16)
    file, found = remote(folder), np.zeros((40, 40), np.uint16)
    assert file.read(window(1460, 1460, 40, 40), found)
    assert (found == values[1460:, 1460:]).all()


def test_a_file_cut_off_in_its_blocks_is_incomplete(folder: Folder) -> None:
    write_tiff(folder.path / "red.tif", noise(1024, 1024), LEFT, TOP)
    whole = (folder.path / "red.tif").read_bytes()
    (folder.path / "red.tif").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(FileFault, match=r"got \d+ bytes, expected"):
        remote(folder).read(window(1000, 0, 24, 24), np.zeros((24, 24), np.uint16))


def test_flipped_bytes_are_a_fault_or_other_pixels_and_nothing_else(folder: Folder) -> None:
    write_tiff(folder.path / "red.tif", noise(256, 256), LEFT, TOP, predictor=2)
    layout = remote(folder).layout
    assert layout is not None
    start, size = layout.block(0, 0)
    block = (folder.path / "red.tif").read_bytes()[start : start + size]
    numbers = random.Random(3)
    failed = 0
    for _ in range(300):
        broken = bytearray(block)
        broken[numbers.randrange(size)] ^= numbers.randrange(1, 256)
        try:
            assert blocks.decoded(bytes(broken), layout, 128).shape == (128, 128)
        except FileFault as error:
            assert "damaged" in str(error)  # noqa: PT017 - some flips only change pixels
            failed += 1
    assert failed > 100


def test_a_deflate_bomb_is_unpacked_no_further_than_a_block(folder: Folder) -> None:
    write_tiff(folder.path / "red.tif", noise(256, 256), LEFT, TOP)
    layout = remote(folder).layout
    assert layout is not None
    bomb = zlib.compress(bytes(2**28), 9)
    began = time.process_time()
    assert not blocks.decoded(bomb, layout, 128).any()
    assert time.process_time() - began < 0.2
    told = replace(layout, sizes=np.full_like(layout.sizes, 2**30))
    with pytest.raises(FileFault, match="damaged"):
        blocks.check_sizes(told, [((8, 2**30), (0, 0))])


def test_a_signed_address_and_a_cancelled_run(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    write_tiff(folder.path / "red.tif", noise(300, 300), LEFT, TOP)
    monkeypatch.setattr(blocks, "signed", lambda href: f"{href}?sig=secret")
    assert remote(folder).read(window(0, 0, 10, 10), np.zeros((10, 10), np.uint16))
    path = folder.url.removeprefix(folder.server)
    assert {r["path"] for r in requests_to(folder.server) if str(r["path"]).startswith(path)} == {
        f"{path}/red.tif?sig=secret"
    }
    ended = RemoteFile(f"{folder.url}/other.tif", (), Progress(cancelled=lambda: True))
    with pytest.raises(Cancelled):
        ended.read(window(0, 0, 10, 10), np.zeros((10, 10), np.uint16))


def leading_to(one: Scene, change: Callable[[str], str]) -> Scene:
    bands = {
        band: replace(file, href=f"{file.href}?to={quote(change(file.href), safe='')}")
        for band, file in one.bands.items()
    }
    return replace(one, bands=bands, hosts=())


def test_a_scene_whose_files_lead_elsewhere_is_refused_in_words(folder: Folder) -> None:
    write_granule(folder.path / "files", numbered(), None, LEFT, TOP)
    write_granule(folder.path / "first", numbered(), None, LEFT, TOP)
    one = scene("a", f"{folder.url}/first", scl=False)
    allowed = leading_to(one, lambda h: h.replace("/first/", "/files/").replace("127.0.0.1", "localhost"))
    assert (dn(read([allowed], target(LEFT, TOP, 40, 40))) == numbered()[:, :40, :40]).all()
    before = len(requests_to(folder.server))
    elsewhere = leading_to(
        scene("b", f"{folder.url}/first", scl=False), lambda h: h.replace("127.0.0.1", "127.1") + "?b"
    )
    with pytest.raises(ReadFailed, match="leads to a host that the catalogue does not name"):
        read([elsewhere], target(LEFT, TOP, 40, 40))
    asked = [str(r["path"]) for r in requests_to(folder.server)[before:] if r["path"] != "/log"]
    assert asked
    assert all("?to=" in path for path in asked), "where they lead was not asked"


def test_a_bomb_of_a_file_is_refused_in_words(folder: Folder) -> None:
    """One block of 16,384 x 16,384 pixels, half a gigabyte unpacked."""
    write_granule(folder.path, numbered(), None, LEFT, TOP)
    large = {"blockxsize": 16384, "blockysize": 16384, "SPARSE_OK": True}
    with rasterio.open(folder.path / "red.tif") as file:
        profile = file.profile | {"width": 16384, "height": 16384, **large}
    with rasterio.open(folder.path / "red.tif", "w", **profile):
        pass
    began = time.monotonic()
    with pytest.raises(ReadFailed, match="blocks of 16384 x 16384 pixels are too large"):
        read([scene("a", folder.url, shape=(200, 200), scl=False)], target(LEFT, TOP, 40, 40))
    assert time.monotonic() - began < 10


def test_a_cancelled_reading_ends_at_once_and_its_threads_with_the_silence(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipeline.reading.remote import ranges

    monkeypatch.setattr(ranges, "SILENCE_S", 1.0)
    write_granule(folder.path, numbered(), None, LEFT, TOP)
    cancelled = threading.Event()
    threading.Timer(0.3, cancelled.set).start()
    before = {t for t in threading.enumerate() if t.name.startswith("read")}
    began = time.monotonic()
    with pytest.raises(Cancelled):
        read(
            [scene("a", folder.fault("slow"), scl=False)],
            target(LEFT, TOP, 40, 40),
            progress=Progress(cancelled=cancelled.is_set),
        )
    assert time.monotonic() - began < 5
    until(lambda: not {t for t in threading.enumerate() if t.name.startswith("read")} - before)


@pytest.mark.real_scenes
def test_real_files_over_http_are_what_gdal_reads(shared_dir: Path) -> None:
    numbers = np.random.default_rng(5)
    names = [
        path.relative_to(shared_dir).as_posix()
        for folder in ("sentinel2", "multiband", "dates")
        for path in sorted((shared_dir / folder).glob("*/*.tif"))
        if not path.name.startswith("reference")
    ]
    n_read = 0
    with file_server(shared_dir) as address:
        for name in names:
            with rasterio.open(shared_dir / name) as dataset:
                values = dataset.read(1) if dataset.count == 1 else None
            if values is None or values.dtype not in ("uint8", "uint16", "int16"):
                continue
            rows, columns = values.shape
            row, column = int(numbers.integers(rows)), int(numbers.integers(columns))
            found = np.zeros((rows - row, columns - column), values.dtype)
            file = RemoteFile(f"{address}/{name}", (), quiet)
            assert file.read(window(row, column, *found.shape), found), name
            assert (found == values[row:, column:]).all(), name
            n_read += 1
    assert n_read > 200
