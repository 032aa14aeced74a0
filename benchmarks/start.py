"""How long a visitor waits for the page, and what a page costs before and after the first click.

``python -m benchmarks.start [runs]`` prints what `measure` returns. A real Voilà with the notebook, a real
Chromium with an empty cache for each visit, a catalogue on loopback that answers at once.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

REPO = Path(__file__).resolve().parents[1]
PATIENCE_S = 90
SETTLED_S = 2.0
"""A kernel whose memory has not grown for so long has imported what it wanted to."""
POOL_FILLS_S = 15
"""How long a pre-heated server is left alone before a visit, so that its pool is full."""
MB = 1_000_000


@dataclass(frozen=True)
class Visit:
    """One visit of the page."""

    mode: str
    """``cold``: the kernel starts with the visit; ``pre-heated``: it was waiting."""
    usable_s: float
    """From the navigation until the map and every field can be used."""
    click_s: float
    """From the first click on the map until the area is drawn."""
    kernel_mb: float
    """Resident memory of the kernel before that click, 10^6 bytes."""
    imported_s: float
    """From the click until the kernel's memory no longer grows: the imports of a run."""
    after_mb: float
    """Resident memory of the kernel then, 10^6 bytes."""


def measure(runs: int) -> list[dict[str, Any]]:
    """Visit the page cold and pre-heated.

    Parameters
    ----------
    runs : int
        Visits of each kind, interleaved: cold, pre-heated, cold, …

    Returns
    -------
    list of dict
        The fields of `Visit`, one dict a visit, in the order of the visits.
    """
    from playwright.sync_api import sync_playwright

    visits = []
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as scratch:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM") or shutil.which("chromium"),
            args=["--no-sandbox", "--disable-gpu"],
        )
        with _catalog(Path(scratch)) as settings:
            for _ in range(runs):
                for mode, arguments in (("cold", ()), ("pre-heated", ("--preheat_kernel=True",))):
                    with voila(arguments, settings) as (address, pid):
                        if arguments:
                            time.sleep(POOL_FILLS_S)
                        visits.append(asdict(_visit(browser, mode, address, pid)))
        browser.close()
    return visits


def _visit(browser: Any, mode: str, address: str, server: int) -> Visit:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    try:
        context.route(
            "**/*", lambda route: route.continue_() if "127.0.0.1" in route.request.url else route.abort()
        )
        page = context.new_page()
        page.set_default_timeout(PATIENCE_S * 1000)
        started = time.perf_counter()
        page.goto(address, wait_until="commit")
        page.locator(".eo-map .leaflet-control-zoom").wait_for()
        page.locator(".eo-form input:enabled").first.wait_for()
        page.locator("button.eo-main").wait_for()
        usable = time.perf_counter() - started
        time.sleep(SETTLED_S)
        kernel = _kernel(server)
        before = kernel.memory_info().rss
        clicked = time.perf_counter()
        page.locator(".eo-map .leaflet-container").click(position={"x": 200, "y": 300})
        page.locator(".leaflet-aoi-pane path").first.wait_for(state="attached")
        answered = time.perf_counter() - clicked
        after, imported = _settled(kernel, clicked)
    finally:
        context.close()
    return Visit(mode, usable, answered, before / MB, imported, after / MB)


def _kernel(server: int) -> Any:
    """Return the oldest kernel of a server: the one that a visit gets from a pool."""
    import psutil

    children = psutil.Process(server).children(recursive=True)
    kernels = [c for c in children if any("ipykernel" in part for part in c.cmdline())]
    return min(kernels, key=lambda k: k.create_time())


def _settled(kernel: Any, since: float) -> tuple[int, float]:
    """Wait until a process no longer grows; return its memory in bytes and when it grew last."""
    largest, grown = kernel.memory_info().rss, time.perf_counter()
    while time.perf_counter() - grown < SETTLED_S and time.perf_counter() - since < PATIENCE_S:
        time.sleep(0.1)
        now = kernel.memory_info().rss
        if now > largest + MB:
            largest, grown = now, time.perf_counter()
    return kernel.memory_info().rss, grown - since


def voila(arguments: tuple[str, ...], settings: dict[str, str]) -> AbstractContextManager[tuple[str, int]]:
    """Serve the notebook with Voilà; gives its address and process number."""
    return serving("voila", ("dashboard.ipynb", *arguments), settings)


@contextmanager
def serving(module: str, arguments: tuple[str, ...], settings: dict[str, str]) -> Iterator[tuple[str, int]]:
    """Run a server of a module on a free port; gives its address and process number."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", module, *arguments, "--no-browser", f"--port={port}"]
    process = subprocess.Popen(
        command, cwd=REPO, env=os.environ | settings, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait_until_it_listens(process, port)
        yield f"http://127.0.0.1:{port}/", process.pid
    finally:
        process.terminate()
        process.wait(30)


def _wait_until_it_listens(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError("Voilà did not start")


class _Landing(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def _catalog(scratch: Path) -> Iterator[dict[str, str]]:
    """Serve a landing page in the place of the default catalogue; gives the page's variables."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Landing) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        file = scratch / "catalogs.toml"
        file.write_text(f'[catalogs.earth-search]\nurl = "http://127.0.0.1:{server.server_address[1]}"\n')
        runtime = scratch / "runtime"
        try:
            yield {
                "DASHBOARD_CATALOG": "earth-search",
                "DASHBOARD_CATALOGS": str(file),
                "JUPYTER_RUNTIME_DIR": str(runtime),
            }
        finally:
            server.shutdown()


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 3), indent=1))
