"""A real STAC API over the demo scenes: `rustac serve` as a child process on a free loopback port."""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import sysconfig
import tempfile
import threading
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from demo import cache
from demo.errors import DemoUnavailable

_HOST = "127.0.0.1"
_ATTEMPTS = 5
_PATIENCE_S = 20.0
_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True)
class _Running:
    """A server that answered, and who started it."""

    url: str
    guard: subprocess.Popen[bytes]
    owner: int

    @property
    def alive(self) -> bool:
        return self.owner == os.getpid() and self.guard.poll() is None


_lock = threading.Lock()
_running: _Running | None = None


def serve() -> str:
    """Start the demo catalogue once per process and return its base URL.

    Makes the scenes first if they are missing (some seconds). Safe to call from several threads. If the
    server died, the next call starts it again, on the same port if that is still free.

    Raises
    ------
    DemoUnavailable
        If the scenes cannot be made or the server cannot be started.
    """
    global _running
    with _lock:
        if _running is None or not _running.alive:
            earlier = _running if _running is not None and _running.owner == os.getpid() else None
            if earlier is not None:
                _end(earlier.guard)
            _running = _start(cache.ensure(), earlier)
        return _running.url


def stop() -> None:
    """End the server of this process, if there is one."""
    global _running
    with _lock:
        if _running is not None and _running.owner == os.getpid():
            _end(_running.guard)
        _running = None


atexit.register(stop)


def _start(scenes: Path, earlier: _Running | None) -> _Running:
    program = _rustac()
    ports = [int(earlier.url.rsplit(":", 1)[1])] if earlier else []
    complaint = ""
    for attempt in range(_ATTEMPTS):
        port = ports[attempt] if attempt < len(ports) else _free_port()
        guard, complaint = _try_port(program, scenes, port)
        if guard is not None:
            return _Running(f"http://{_HOST}:{port}", guard, os.getpid())
    raise DemoUnavailable(f"The demo catalogue did not start after {_ATTEMPTS} attempts: {complaint}")


def _try_port(program: str, scenes: Path, port: int) -> tuple[subprocess.Popen[bytes] | None, str]:
    """Start the server on one port; return its guard, or None and what it complained about."""
    url = f"http://{_HOST}:{port}"
    token = secrets.token_hex(8)
    with tempfile.TemporaryDirectory(prefix="demo-catalogue-") as folder, tempfile.TemporaryFile() as log:
        documents = _documents(scenes, Path(folder), token)
        command = [program, "serve", *documents, "--addr", url, "--bind", f"{_HOST}:{port}"]
        guard = subprocess.Popen(
            [sys.executable, "-I", "-S", str(Path(__file__).with_name("watchdog.py")), *command],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            # A process group of its own: interrupting the kernel must not interrupt the catalogue.
            start_new_session=sys.platform != "win32",
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
        if _answers(url, token, guard):
            return guard, ""
        _end(guard)
        log.seek(0)
        lines = log.read().decode(errors="replace").strip().splitlines()
        return None, lines[-1] if lines else f"no answer from {url} within {_PATIENCE_S:.0f} s"


def _documents(scenes: Path, folder: Path, token: str) -> list[str]:
    """Write what the server loads: items with whole paths, and collections that only this server has."""
    from demo.items import absolute

    items = json.loads((scenes / "items.json").read_text(encoding="utf-8"))
    collections = json.loads((scenes / "collections.json").read_text(encoding="utf-8"))
    documents = {
        f"{collection['id']}.json": {**collection, "demo:instance": token} for collection in collections
    }
    features = [absolute(item, scenes) for item in items]
    documents["items.json"] = {"type": "FeatureCollection", "features": features}
    for name, content in documents.items():
        (folder / name).write_text(json.dumps(content), encoding="utf-8")
    return [str(folder / name) for name in documents]


def _answers(url: str, token: str, guard: subprocess.Popen[bytes]) -> bool:
    """Wait until our server, and not another one on the same port, answers."""
    end = time.monotonic() + _PATIENCE_S
    while time.monotonic() < end and guard.poll() is None:
        with (
            contextlib.suppress(OSError, ValueError),
            _direct.open(f"{url}/collections", timeout=2) as answer,
        ):
            found = json.load(answer)["collections"]
            return any(collection.get("demo:instance") == token for collection in found)
        time.sleep(0.02)
    return False


def _end(guard: subprocess.Popen[bytes]) -> None:
    """Close the guard's input, whereupon it ends the server and itself."""
    if guard.stdin is not None:
        with contextlib.suppress(OSError):
            guard.stdin.close()
    try:
        guard.wait(5)
    except subprocess.TimeoutExpired:
        guard.kill()
        guard.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((_HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _rustac() -> str:
    """Find the program: beside this Python, in its scripts folder, or on the search path."""
    places = [str(Path(sys.executable).parent), sysconfig.get_path("scripts"), os.environ.get("PATH", "")]
    program = shutil.which("rustac", path=os.pathsep.join(places))
    if program is None:
        raise DemoUnavailable(
            "The demo needs the program rustac, which was not found. Install the package rustac."
        )
    return program
