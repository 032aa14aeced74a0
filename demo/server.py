"""A real STAC API over the demo scenes: `rustac serve` as a child process on a free loopback port."""

from __future__ import annotations

import atexit
import contextlib
import http.client
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
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from demo import cache
from demo.errors import DemoUnavailable

_HOST = "127.0.0.1"
_ATTEMPTS = 5
_PATIENCE_S = 20.0
_ANSWER_S = 2.0
_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True)
class _Running:
    """A server that answered, and the process that started it."""

    url: str
    token: str
    guard: subprocess.Popen[bytes]
    owner: int

    @property
    def alive(self) -> bool:
        """Whether the server still answers: its guard may not have noticed yet that it has died."""
        if self.owner != os.getpid() or self.guard.poll() is not None:
            return False
        try:
            return _is_ours(self.url, self.token)
        except TimeoutError:
            return True  # busy: what has died refuses at once
        except (OSError, ValueError):
            return False


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
        running, complaint = _try_port(program, scenes, port)
        if running is not None:
            return running
    raise DemoUnavailable(f"The demo catalogue did not start after {_ATTEMPTS} attempts: {complaint}")


def _try_port(program: str, scenes: Path, port: int) -> tuple[_Running | None, str]:
    """Start the server on one port; return it, or None and its complaint."""
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
            return _Running(url, token, guard, os.getpid()), ""
        _end(guard)
        log.seek(0)
        lines = log.read().decode(errors="replace").strip().splitlines()
        return None, lines[-1] if lines else f"no answer from {url} within {_PATIENCE_S:.0f} s"


def _documents(scenes: Path, folder: Path, token: str) -> list[str]:
    """Write the files that the server loads: items with whole paths, and collections that only it has."""
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
        with contextlib.suppress(OSError, ValueError):
            return _is_ours(url, token)
        time.sleep(0.02)
    return False


def _is_ours(url: str, token: str) -> bool:
    """Ask for the server at an address; without an answer raises OSError (TimeoutError) or ValueError."""
    try:
        with _direct.open(f"{url}/collections", timeout=_ANSWER_S) as answer:
            collections = json.load(answer)["collections"]
        return any(collection.get("demo:instance") == token for collection in collections)
    except urllib.error.URLError as error:
        raise error.reason if isinstance(error.reason, OSError) else error from None
    except (http.client.HTTPException, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{url} gave no list of collections") from error


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
