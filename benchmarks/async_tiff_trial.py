"""Why blocks of files on the web are not read by async-tiff with obstore.

``python -m benchmarks.async_tiff_trial``. Neither is among the pins; ``pip install async-tiff obstore``
first, in an environment that is thrown away.
Prints one line of JSON for each of

- ``header``: a file that claims a directory of gigabytes, opened by async-tiff in a child with 4 GB, and by
  ours. A child that ends by a signal would have been a visitor's kernel.
- ``redirect``: a file whose address redirects to another host. obstore follows; ours refuses.
- ``bomb``: a block that unpacks to a gigabyte, decoded by async-tiff and by ours.
- ``seconds``: five files of an area, behind the line of `rig.py`, read by it and by ours.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import struct
import subprocess
import sys
import tempfile
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.case import Case

CHILD_BYTES = 4 * 2**30
TAG_TILE_OFFSETS = 324
BOMB_BYTES = 2**30


def read(case: Case) -> np.ndarray:
    """Return digital numbers of the four bands as async-tiff reads them through obstore."""
    from synthetic.bands import TEN_M as BANDS

    assets = case.stac_item()["assets"]

    async def all_files() -> list[np.ndarray]:
        return list(
            await asyncio.gather(*(_one(case, name, assets[name]["href"]) for name in (*BANDS, "scl")))
        )

    return np.stack(asyncio.run(all_files())[:-1])


async def _one(case: Case, asset: str, href: str) -> np.ndarray:
    from async_tiff import TIFF
    from obstore.store import HTTPStore

    base, _, name = href.rpartition("/")
    store = HTTPStore.from_url(base, client_options={"allow_http": True})
    tiff = await TIFF.open(name, store=store, prefetch=16 * 1024)
    side = case.tile.settings.block_px
    rows, columns = case.window(asset)
    spans = [range(s.start // side, -(-s.stop // side)) for s in (rows, columns)]
    places = [(x, y) for y in spans[0] for x in spans[1]]
    tiles = await tiff.ifds[0].fetch_tiles(places)
    found = np.zeros((len(spans[0]) * side, len(spans[1]) * side), np.uint8 if asset == "scl" else np.uint16)
    for (x, y), tile in zip(places, tiles, strict=True):
        down, right = (y - spans[0].start) * side, (x - spans[1].start) * side
        found[down : down + side, right : right + side] = np.asarray(await tile.decode())[:, :, 0]
    top, left = rows.start - spans[0].start * side, columns.start - spans[1].start * side
    return found[top : top + rows.stop - rows.start, left : left + columns.stop - columns.start]


def hostile(path: Path) -> bytes:
    """Return a small GeoTIFF, written to a path, that says it has two thousand million tiles."""
    from synthetic.files import write_tiff

    write_tiff(path, np.ones((256, 256), np.uint16), 600_000, 5_200_020)
    data = bytearray(path.read_bytes())
    place = data.index(struct.pack("<HH", TAG_TILE_OFFSETS, 4)) + 4
    data[place : place + 4] = struct.pack("<I", 2**31)
    path.write_bytes(data)
    return bytes(data)


def open_by_async_tiff(path: str) -> None:
    """Open a file from memory: what the child does."""
    from async_tiff import TIFF

    resource.setrlimit(resource.RLIMIT_AS, (CHILD_BYTES, CHILD_BYTES))

    async def opened() -> object:
        return await TIFF.open("file", store=_Memory(Path(path).read_bytes()))

    asyncio.run(opened())


class _Memory:
    """What async-tiff reads from (obspec's GetRangeAsync and GetRangesAsync): bytes and zeros behind them."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    async def get_range_async(
        self, path: str, *, start: int, end: int | None = None, length: int | None = None
    ) -> bytes:
        size = (end - start) if end is not None else int(length or 0)
        return self._data[start : start + size].ljust(min(size, 2**20), b"\0")

    async def get_ranges_async(self, path: str, *, starts: Any, ends: Any = None, lengths: Any = None) -> Any:
        sizes = lengths or [end - start for start, end in zip(starts, ends, strict=True)]
        return [
            await self.get_range_async(path, start=a, length=n) for a, n in zip(starts, sizes, strict=True)
        ]


def header() -> dict[str, Any]:
    """Open a hostile file both ways."""
    from pipeline.reading.remote.header import layout_of

    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        path = Path(folder) / "hostile.tif"
        data = hostile(path)
        command = [sys.executable, "-m", "benchmarks.async_tiff_trial", "--open", str(path)]
        done = subprocess.run(command, capture_output=True, text=True)
    said = [line for line in done.stderr.splitlines() if "memory allocation" in line or "panicked" in line]
    return {"async-tiff ends with": done.returncode, "says": said[:1], "ours": str(layout_of(data))}


def redirect() -> dict[str, Any]:
    """Read a file whose address leads to another name of this machine, which no profile allows."""
    import obstore
    from obstore.store import HTTPStore

    from pipeline.progress import Progress
    from pipeline.reading.remote.fault import FileFault
    from pipeline.reading.remote.ranges import FileAddress, Ranges

    with _leading_elsewhere() as (address, asked):
        store = HTTPStore.from_url(address, client_options={"allow_http": True})
        got = bytes(obstore.get_range(store, "file.tif", start=0, length=4))
        by_obstore = list(asked)
        asked.clear()
        progress = Progress()
        try:
            Ranges().read(FileAddress(f"{address}/file.tif", ()), 0, 4, progress.check, progress.pause)
            ours = "followed"
        except FileFault as error:
            ours = str(error)
        return {"obstore asks": by_obstore, "gets": got.decode(), "ours asks": list(asked), "ours": ours}


@contextmanager
def _leading_elsewhere() -> Iterator[tuple[str, list[str]]]:
    """Serve a redirect from 127.0.0.1 to 127.0.0.2; gives the address and the hosts that were asked."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            host, _, port = self.headers["Host"].partition(":")
            asked.append(host)
            there = {"Location": f"http://127.0.0.2:{port}{self.path}", "Content-Length": "0"}
            part = {"Content-Range": "bytes 0-3/4", "Content-Length": "4"}
            self.send_response(302 if host == "127.0.0.1" else 206)
            for name, value in (there if host == "127.0.0.1" else part).items():
                self.send_header(name, value)
            self.end_headers()
            if host != "127.0.0.1":
                self.wfile.write(b"II*\0")

        def log_message(self, format: str, *_: object) -> None:
            pass

    server = HTTPServer(("0.0.0.0", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", asked
    finally:
        server.shutdown()
        server.server_close()


def bomb() -> dict[str, Any]:
    """Decode a block of 256 x 256 pixels that unpacks to a gigabyte; seconds and MB of both ways."""
    from async_tiff import TIFF, DecoderRegistry

    from pipeline.reading.remote.blocks import decoded
    from pipeline.reading.remote.header import layout_of

    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        data = _with_a_bomb(Path(folder) / "bomb.tif")
    layout = layout_of(data)
    assert layout is not None
    start, size = layout.block(0, 0)
    ours = _cost(lambda: decoded(data[start : start + size], layout, 256))

    async def tile() -> Any:
        tiff = await TIFF.open("file", store=_Memory(data))
        return await tiff.ifds[0].fetch_tile(0, 0)

    fetched = asyncio.run(tile())
    return {
        "ours": ours,
        "async-tiff": _cost(lambda: fetched.decode_sync(decoder_registry=DecoderRegistry())),
    }


def _with_a_bomb(path: Path) -> bytes:
    """Return a GeoTIFF with one block whose bytes, at its end, unpack to a gigabyte."""
    from synthetic.files import write_tiff

    write_tiff(path, np.ones((256, 256), np.uint16), 600_000, 5_200_020, blockxsize=256, blockysize=256)
    data, block = path.read_bytes(), zlib.compress(bytes(BOMB_BYTES), 9)
    changed = bytearray(data)
    for tag, value in ((TAG_TILE_OFFSETS, len(data)), (TAG_TILE_OFFSETS + 1, len(block))):
        place = data.index(struct.pack("<H", tag)) + 8
        changed[place - 6 : place + 4] = struct.pack("<HII", 4, 1, value)
    return bytes(changed) + block


def _cost(work: Callable[[], object]) -> dict[str, Any]:
    """Return seconds and growth of the largest resident set of some work, and what it raised."""
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
    said = ""
    try:
        work()
    except BaseException as error:  # a panic of Rust is no Exception
        said = type(error).__name__
    seconds, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"seconds": round(seconds, 2), "MB": round((after - before) / 1000), "raised": said}


def seconds(setting: str, rounds: int) -> dict[str, Any]:
    """Return medians behind the line: seconds, processor seconds and requests by size and reader."""
    from benchmarks.measure import interleaved, spread
    from benchmarks.rig import distant
    from benchmarks.settings import BY_NAME
    from benchmarks.tiles import tile

    settings = BY_NAME[setting]
    with distant(tile(settings)) as rig:
        readers = ("ours", "async_tiff", "floor")
        cases = [rig.case(size) for size in settings.sizes_km]
        runs = interleaved([(name, case, rounds) for case in cases for name in readers], rig)
    return {
        f"{case.size_km:g} km {name}": {
            "seconds": round(runs.seconds(name, case.size_km).median, 2),
            "cpu": round(runs.median("cpu", name, case.size_km), 2),
            "requests": spread(r.traffic.requests for r in runs.of(name, case.size_km)).median,
        }
        for case in cases
        for name in readers
    }


def main() -> None:
    """Print what each trial finds."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.async_tiff_trial", description=__doc__)
    parser.add_argument("--open", metavar="FILE", help="what the child of `header` does")
    parser.add_argument("--setting", default="full", choices=("full", "quick", "toy"))
    parser.add_argument("--rounds", type=int, default=3, help="of `seconds`; 0: not measured")
    chosen = parser.parse_args()
    if chosen.open:
        open_by_async_tiff(chosen.open)
        return
    for trial in (header, redirect, bomb):
        print(json.dumps({trial.__name__: trial()}), flush=True)
    if chosen.rounds:
        print(json.dumps({"seconds": seconds(chosen.setting, chosen.rounds)}))


if __name__ == "__main__":
    main()
