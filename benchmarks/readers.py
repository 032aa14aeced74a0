"""Ways to read five files of an area: ours, odc-stac, and the floor."""

from __future__ import annotations

import asyncio
import zlib
from concurrent.futures import Future, ThreadPoolExecutor
from urllib.parse import urlsplit

import numpy as np

from benchmarks.case import Case
from benchmarks.tiles import ASSETS, Block
from synthetic.bands import TEN_M as BANDS

CONNECTIONS = 8
HEADER_BYTES = 16 * 1024
DECODERS = 2
DECODE_CACHE_MB = 64


def ours(case: Case) -> np.ndarray:
    """Return digital numbers as the pipeline reads them, block by block; the sample is taken as well."""
    from pipeline.catalogs.items import from_item
    from pipeline.progress import Progress
    from pipeline.reading import imagery
    from pipeline.reading.cloud_mask import CloudMask
    from pipeline.reading.extent import Extent
    from pipeline.reading.reader import Reading
    from pipeline.reading.storage.local import LocalStore

    scenes, progress = [from_item(case.stac_item())], Progress()
    extent = Extent(case.request.area, case.grid, CloudMask(case.request.mask_classes))
    reading = Reading(scenes, extent, progress)
    read = imagery.read(scenes, extent, LocalStore(reading.blocks), reading, 0, progress)
    rows, columns = case.grid.shape
    return read.window(slice(0, rows), slice(0, columns)).dn


def odc_stac(case: Case) -> np.ndarray:
    """Return digital numbers as odc-stac reads them, five assets in one call."""
    import odc.stac
    from pystac import Item

    odc.stac.configure_rio(cloud_defaults=True)
    loaded = odc.stac.load(
        [Item.from_dict(case.stac_item())], bands=list(ASSETS), geobox=case.grid, pool=CONNECTIONS
    )
    loaded.scl.values  # noqa: B018 - read with the rest
    return np.stack([loaded[band].values[0] for band in BANDS])


def decode(case: Case) -> int:
    """Let GDAL decode the blocks of local files under the area and drop them; returns how many."""
    import rasterio

    def one_file(asset: str, part: int) -> int:
        side = case.tile.settings.block_px
        blocks = case.blocks(asset)[part::DECODERS]
        path = case.tile.folder / f"{asset}.tif"
        with rasterio.Env(GDAL_CACHEMAX=DECODE_CACHE_MB), rasterio.open(path) as file:
            for block in blocks:
                rows, columns = (block.row, block.row + side), (block.column, block.column + side)
                file.read(1, window=(rows, columns))
        return len(blocks)

    jobs = [(asset, part) for asset in ASSETS for part in range(DECODERS)]
    with ThreadPoolExecutor(DECODERS) as threads:
        return sum(threads.map(lambda job: one_file(*job), jobs))


def floor(case: Case) -> np.ndarray:
    """Return digital numbers, read with nothing but the standard library.

    A file's header and then exactly its blocks under the area, over a few connections that stay open;
    decoding goes on beside. No reader that looks at a file before it asks for its blocks can need less.
    """
    return asyncio.run(_Floor(case).read())


class _Floor:
    def __init__(self, case: Case) -> None:
        self.case = case
        files = [(date, asset) for date in range(case.dates) for asset in case.assets]
        self.planes = {
            file: np.zeros(tuple(s.stop - s.start for s in case.window(file[1])), _dtype(file[1]))
            for file in files
        }
        self.jobs: asyncio.Queue[tuple[tuple[int, str], Block | None] | None] = asyncio.Queue()
        self.decoded: list[Future[None]] = []
        self.left = len(files)

    async def read(self) -> np.ndarray:
        for file in self.planes:
            self.jobs.put_nowait((file, None))
        with ThreadPoolExecutor(DECODERS) as decoders:
            count = min(CONNECTIONS, self.case.least()[0])
            await asyncio.gather(*(self._work(decoders) for _ in range(count)))
        for decoded in self.decoded:
            decoded.result()
        return np.stack([self.planes[0, band] for band in BANDS])

    async def _work(self, decoders: ThreadPoolExecutor) -> None:
        address = urlsplit(self.case.stac_item()["assets"]["red"]["href"])
        reader, writer = await asyncio.open_connection(address.hostname, address.port, limit=2**22)
        try:
            while self.left:
                job = await self.jobs.get()
                if job is None:
                    break
                await self._one(*job, reader, writer, decoders)
        finally:
            writer.close()

    async def _one(
        self,
        file: tuple[int, str],
        block: Block | None,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        decoders: ThreadPoolExecutor,
    ) -> None:
        date, asset = file
        first, size = (block.offset, block.size) if block else (0, HEADER_BYTES)
        wanted = f"Range: bytes={first}-{first + size - 1}"
        writer.write(f"GET /{date}/{asset}.tif HTTP/1.1\r\nHost: rig\r\n{wanted}\r\n\r\n".encode())
        header = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(header.split("content-length:")[1].split("\r\n")[0])
        data = await reader.readexactly(length)
        if block is None:
            blocks = self.case.blocks(asset)
            for found in blocks:
                self.jobs.put_nowait((file, found))
            self.left += len(blocks)
        else:
            self.decoded.append(decoders.submit(self._decode, file, block, data))
        self.left -= 1
        if not self.left:
            for _ in range(CONNECTIONS):
                self.jobs.put_nowait(None)

    def _decode(self, file: tuple[int, str], block: Block, data: bytes) -> None:
        side, asset = self.case.tile.settings.block_px, file[1]
        dtype = _dtype(asset)
        pixels = np.frombuffer(zlib.decompress(data), dtype).reshape(side, side)
        if asset != "scl":
            pixels = np.cumsum(pixels, axis=1, dtype=dtype)
        target = self.planes[file]
        rows, columns = self.case.window(asset)
        here = tuple(
            slice(max(span.start, start), min(span.stop, start + side))
            for span, start in ((rows, block.row), (columns, block.column))
        )
        target[_moved(here[0], rows.start), _moved(here[1], columns.start)] = pixels[
            _moved(here[0], block.row), _moved(here[1], block.column)
        ]


def _dtype(asset: str) -> type[np.uint8] | type[np.uint16]:
    return np.uint8 if asset == "scl" else np.uint16


def _moved(span: slice, start: int) -> slice:
    return slice(span.start - start, span.stop - start)
