"""Start and stop the servers of the tests."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import sysconfig
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

REPO = Path(__file__).resolve().parents[2]
SHARED = REPO.parent / "shared"


@contextmanager
def file_server(folder: Path) -> Iterator[str]:
    """Serve a folder over HTTP with ranges in a process of its own; gives its address."""
    with _server("tests.support.file_server", str(folder)) as address:
        yield address


@contextmanager
def stac_fake() -> Iterator[str]:
    """Start the server of made-up STAC APIs (see stac_fake.py); gives its address."""
    with _server("tests.support.stac_fake") as address:
        yield address


@contextmanager
def _server(module: str, *arguments: str) -> Iterator[str]:
    process = subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=REPO,
    )
    assert process.stdout is not None
    assert process.stdin is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.stdin.close()
        process.terminate()
        process.wait(10)
        process.stdout.close()


@contextmanager
def stac_api(folder: Path, items: list[dict[str, Any]]) -> Iterator[str]:
    """Serve items with `rustac serve`; gives the landing page's address."""
    folder.mkdir(parents=True, exist_ok=True)
    collections = sorted({i["collection"] for i in items})
    files = []
    for name in collections:
        path = folder / f"{name}.json"
        path.write_text(json.dumps(collection(name)))
        files.append(path)
    path = folder / "items.json"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": items}))
    files.append(path)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    command = [rustac(), "serve", *map(str, files), "--addr", address]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(f"http://{address}/")
        yield f"http://{address}/"
    finally:
        process.terminate()
        process.wait(10)


def real_items(root: str, pattern: str = "*") -> list[dict[str, Any]]:
    """Return the items of the real scenes, their hrefs below an HTTP address."""
    items = []
    for path in sorted(SHARED.glob(f"sentinel2/{pattern}/item.json")):
        item = json.loads(path.read_text())
        items.append(with_hrefs(item, f"{root}/{path.parent.name}"))
    return items


def with_hrefs(item: dict[str, Any], base: str) -> dict[str, Any]:
    """Return a copy of an item whose relative hrefs begin with `base`; no links."""
    item = deepcopy(item)
    item["links"] = []
    for asset in item["assets"].values():
        asset["href"] = f"{base}/{asset['href'].removeprefix('./')}"
    return item


def local(href: str) -> Path:
    """Return the path behind a file URI."""
    return Path(url2pathname(urlsplit(href).path))


def collection(name: str) -> dict[str, Any]:
    """Return a minimal STAC collection."""
    return {
        "type": "Collection",
        "stac_version": "1.0.0",
        "id": name,
        "description": "for tests",
        "license": "proprietary",
        "extent": {"spatial": {"bbox": [[-180, -90, 180, 90]]}, "temporal": {"interval": [[None, None]]}},
        "links": [],
    }


def requests_to(server: str) -> list[dict[str, Any]]:
    """Return the requests a file server has had."""
    with urllib.request.urlopen(f"{server}/log") as answer:
        found: list[dict[str, Any]] = json.load(answer)
    return found


def rustac() -> str:
    """Return the path of the rustac command that the wheel brings."""
    beside = Path(sysconfig.get_path("scripts")) / ("rustac.exe" if os.name == "nt" else "rustac")
    found = str(beside) if beside.exists() else shutil.which("rustac")
    assert found, "rustac is a dependency"
    return found


def _wait_for(url: str, seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while True:
        try:
            urllib.request.urlopen(url, timeout=2).close()
            return
        except (urllib.error.URLError, OSError):
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
