"""The distant server on this machine: files and a STAC API behind a slow line."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.case import CATALOG
from benchmarks.tiles import COLLECTION, Tile, items
from tests.support.servers import collection, rustac

REPO = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Traffic:
    """What the file server was asked for."""

    requests: int
    bytes: int
    connections: int
    heads: int
    """Requests of a file's beginning: its header."""
    failed: int
    """Requests for files that do not exist."""


@dataclass(frozen=True)
class Rig:
    """Addresses of the running servers."""

    tile: Tile
    catalog: str
    """Landing page of the STAC API, behind the line."""
    files: str
    """The files, behind the line."""
    catalogs: Path
    """Configuration that names this API `CATALOG`, with its collection, as an installation would."""
    item: Path
    """File with the item of the clearest day."""
    _direct: str

    def forget(self) -> None:
        """Empty the file server's log."""
        urllib.request.urlopen(f"{self._direct}/forget").close()

    def traffic(self) -> Traffic:
        """Return the requests since `forget`."""
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
def rig(tile: Tile) -> Iterator[Rig]:
    """Start the servers; they end with the context."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="benchmark-")))
        files_port = stack.enter_context(_child("benchmarks.servers.files", str(tile.folder)))[0]
        api_port = _free_port()
        files, api = stack.enter_context(_child("benchmarks.servers.proxy", str(files_port), str(api_port)))
        described = items(tile.settings, f"http://127.0.0.1:{files}")
        stack.enter_context(_rustac(folder, described, api_port, f"http://127.0.0.1:{api}"))
        clearest = min(described, key=lambda item: item["properties"]["eo:cloud_cover"])
        item = folder / "clearest.json"
        item.write_text(json.dumps(clearest))
        catalogs = folder / "catalogs.toml"
        catalogs.write_text(
            f'[catalogs.{CATALOG}]\ntitle = "Benchmarks"\nurl = "http://127.0.0.1:{api}/"\n'
            f'collections = ["{COLLECTION}"]\n'
        )
        direct = f"http://127.0.0.1:{files_port}"
        url = f"http://127.0.0.1:{api}/"
        yield Rig(tile, url, f"http://127.0.0.1:{files}", catalogs, item, direct)


@contextmanager
def _child(module: str, *arguments: str) -> Iterator[list[int]]:
    """Start a server of this folder; gives the ports it prints."""
    process = subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=REPO,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield [int(port) for port in process.stdout.readline().split()]
    finally:
        process.stdin.close()
        process.terminate()
        process.wait(10)
        process.stdout.close()


@contextmanager
def _rustac(folder: Path, described: list[dict[str, object]], port: int, address: str) -> Iterator[None]:
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
