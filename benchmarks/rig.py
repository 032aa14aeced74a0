"""A distant server on this machine, files and a STAC API behind a slow line; and the same without it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from benchmarks.case import CATALOG, Case
from benchmarks.items import COLLECTION, items
from benchmarks.tiles import Tile
from tests.support.servers import collection, rustac

REPO = Path(__file__).resolve().parents[1]
MAX_SIZE_KM = 1000
READ_BYTES = 2**24


@dataclass(frozen=True)
class Traffic:
    """What the file server was asked for."""

    requests: int = 0
    bytes: int = 0
    connections: int = 0
    heads: int = 0
    """Requests of a file's beginning: its header."""
    failed: int = 0
    """Requests for files that do not exist."""


@dataclass(frozen=True)
class Rig:
    """Addresses of the running servers."""

    tile: Tile
    catalog: str
    """Landing page of the STAC API."""
    catalogs: Path
    """Configuration that names this API `CATALOG`, with its collection, as an installation would."""
    item: Path
    """File with the item of the clearest day."""
    files: str = ""
    """The files behind the line; empty: they are read from the disk."""
    _direct: str = ""

    @property
    def environment(self) -> dict[str, str]:
        """Variables of a process that finds this rig."""
        return {
            **os.environ,
            "DASHBOARD_CATALOG": CATALOG,
            "DASHBOARD_CATALOGS": str(self.catalogs),
            "DASHBOARD_MAX_SIZE_KM": str(MAX_SIZE_KM),
        }

    def case(self, size_km: float, centre_px: int | None = None, **wanted: Any) -> Case:
        """Return an area of this rig, at the setting's usual centre or another, with more of `Case`."""
        settings = self.tile.settings
        centre = settings.centre_px if centre_px is None else centre_px
        return Case(
            settings.name,
            str(self.tile.folder),
            self.catalog,
            str(self.item),
            float(size_km),
            centre,
            **wanted,
        )

    def forget(self) -> None:
        """Empty the file server's log."""
        if self._direct:
            urllib.request.urlopen(f"{self._direct}/forget").close()

    def traffic(self) -> Traffic:
        """Return the requests since `forget`."""
        if not self._direct:
            return Traffic()
        with urllib.request.urlopen(f"{self._direct}/log") as answer:
            log = json.load(answer)
        return Traffic(
            requests=len(log),
            bytes=sum(size for _, _, size, _, _ in log),
            connections=len({connection for _, _, _, connection, _ in log}),
            heads=sum(first == 0 and status < 400 for _, first, _, _, status in log),
            failed=sum(status >= 400 for *_, status in log),
        )


@contextmanager
def distant(tile: Tile) -> Iterator[Rig]:
    """Start the servers behind the line; they end with the context."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="benchmark-")))
        files_port = stack.enter_context(child("benchmarks.servers.files", str(tile.folder)))[0]
        api_port = _free_port()
        files, api = stack.enter_context(child("benchmarks.servers.proxy", str(files_port), str(api_port)))
        address, url = f"http://127.0.0.1:{files}", f"http://127.0.0.1:{api}/"
        described = items([tile], address)
        stack.enter_context(_rustac(folder, described, api_port, url))
        yield Rig(
            tile,
            url,
            *_files(folder, url, described),
            files=address,
            _direct=f"http://127.0.0.1:{files_port}",
        )


@contextmanager
def local(tiles: Sequence[Tile], described: Sequence[dict[str, Any]] | None = None) -> Iterator[Rig]:
    """Start a STAC API whose items name files on this machine's disk; it ends with the context.

    The files are read once before, so that the first run does not wait for the disk. Without `described`,
    the items are those of the tiles.
    """
    for tile in tiles:
        for path in tile.folder.iterdir():
            with path.open("rb") as file:
                while file.read(READ_BYTES):
                    pass
    with tempfile.TemporaryDirectory(prefix="benchmark-") as made:
        folder, port = Path(made), _free_port()
        url = f"http://127.0.0.1:{port}/"
        described = described or items(tiles)
        with _rustac(folder, described, port, url):
            yield Rig(tiles[0], url, *_files(folder, url, described))


def _files(folder: Path, url: str, described: Sequence[dict[str, Any]]) -> tuple[Path, Path]:
    """Write the catalogues' configuration and the item of the clearest day, `described` first."""
    catalogs, item = folder / "catalogs.toml", folder / "clearest.json"
    catalogs.write_text(
        f'[catalogs.{CATALOG}]\ntitle = "Benchmarks"\nurl = "{url}"\n'
        f'collections = ["{COLLECTION}"]\nfiltering = "none"\n{_folder(described)}'
    )
    item.write_text(json.dumps(described[0]))
    return catalogs, item


def _folder(described: Sequence[dict[str, Any]]) -> str:
    """Return the configuration's line with the folder of files that lie on this machine, if they do."""
    hrefs = [asset["href"] for item in described for asset in item["assets"].values()]
    paths = [urlsplit(href).path for href in hrefs if href.startswith("file:")]
    return f"local = {json.dumps(unquote(os.path.commonpath(paths)))}\n" if paths else ""


@contextmanager
def child(module: str, *arguments: str) -> Iterator[list[int]]:
    """Start a server of this package; gives the ports it prints."""
    process = subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=REPO,
    )
    assert process.stdin is not None  # Popen's type does not know of PIPE
    assert process.stdout is not None
    try:
        yield [int(port) for port in process.stdout.readline().split()]
    finally:
        process.stdin.close()
        process.terminate()
        process.wait(10)
        process.stdout.close()


@contextmanager
def _rustac(folder: Path, described: Sequence[dict[str, Any]], port: int, address: str) -> Iterator[None]:
    documents = {
        "collection.json": collection(COLLECTION),
        "items.json": {"type": "FeatureCollection", "features": described},
    }
    for name, content in documents.items():
        (folder / name).write_text(json.dumps(content))
    paths = [str(folder / name) for name in documents]
    command = [rustac(), "serve", *paths, "--addr", address, "--bind", f"127.0.0.1:{port}"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(f"http://127.0.0.1:{port}/")
        yield
    finally:
        process.terminate()
        process.wait(10)


def _wait_for(url: str, seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while True:
        try:
            urllib.request.urlopen(url, timeout=2).close()
            return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.02)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
