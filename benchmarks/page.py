"""The page in a real browser behind the line: when pictures are painted, what crosses the websocket."""

from __future__ import annotations

import os
import shutil
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from benchmarks.case import Case
from benchmarks.notebook_server import serving
from benchmarks.rig import Rig, child
from pipeline.permalink import to_query
from tests.browser.page import DashboardPage
from tools.browser import FLAGS

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, WebSocket

OTHER_K = 2
"""How often the number of clusters is changed."""
PATIENCE_MS = 120_000
IMPORTS_S = 6
"""After the first touch of the form, which starts the imports; a user still chooses an area then."""
FITS_AHEAD_S = 3
"""After the result, while other numbers of clusters are fitted ahead."""
SETTLED_S = 0.7
PAINTED = """count => {
    const pictures = [...document.querySelectorAll('.leaflet-clusters-pane img')];
    return pictures.length === count && pictures.every(p => p.complete && p.naturalWidth > 0);
}"""
SHOWN = """() => {
    const pictures = [...document.querySelectorAll('.leaflet-img-pane img')];
    return pictures.some(p => p.complete && p.naturalWidth > 0);
}"""
NEXT_FRAME = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


class Wire:
    """Counts what the kernel sends over the page's websockets, bytes."""

    def __init__(self, page: Page, counter_port: int) -> None:
        self.received = 0
        """Of messages, as the page gets them."""
        self.pictures = 0
        """Of messages with a picture in them."""
        self._counter_port, self._sent_before = counter_port, 0
        page.on("websocket", self._opened)

    def forget(self) -> None:
        """Count from zero."""
        self.received = self.pictures = 0
        self._sent_before = self._sent()

    def counted(self) -> dict[str, int]:
        """Return bytes since `forget`: messages, those with pictures, and what crossed the line for all."""
        return {
            "bytes": self.received,
            "pictures": self.pictures,
            "wire": self._sent() - self._sent_before,
        }

    def _sent(self) -> int:
        with socket.create_connection(("127.0.0.1", self._counter_port)) as counter:
            return int(counter.makefile().read())

    def _opened(self, websocket: WebSocket) -> None:
        websocket.on("framereceived", self._frame)

    def _frame(self, payload: str | bytes) -> None:
        content = payload.encode() if isinstance(payload, str) else payload
        self.received += len(content)
        if b"data:image" in content:
            self.pictures += len(content)


def measure(rig: Rig, size_km: float, rounds: int) -> list[dict[str, Any]]:
    """Visit the page, calculate, ask for other numbers of clusters, switch a layer off and on.

    Returns
    -------
    list of dict
        One a visit: ``first_s`` and ``result_s`` from the button to a picture and to the result,
        ``other_k_s`` from the key to the painted clusters; what the kernel sent until the result
        (``result_bytes``), for another k and for the layer's switch, how much of it in messages with
        pictures (``result_pictures`` …), and what of all crossed the line, compressed (``result_wire`` …).
    """
    from playwright.sync_api import sync_playwright

    visits = []
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM") or shutil.which("chromium"), args=FLAGS
        )
        settings = rig.environment | {"JUPYTER_RUNTIME_DIR": str(Path(scratch) / "runtime")}
        with (
            serving("voila", settings) as (address, _),
            child("benchmarks.servers.relay", str(urlsplit(address).port)) as (port, counter_port),
        ):
            relayed = urlsplit(address)._replace(netloc=f"127.0.0.1:{port}").geturl()
            for _ in range(rounds):
                with _opened(browser, relayed, rig.case(size_km), counter_port) as (page, wire):
                    visits.append(_visit(page, wire))
                    print(f"  page {visits[-1]}", file=sys.stderr, flush=True)
        browser.close()
    return visits


@contextmanager
def _opened(
    browser: Browser, address: str, case: Case, counter_port: int
) -> Iterator[tuple[DashboardPage, Wire]]:
    """Open the page with a request in its address, nothing from outside this machine."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    try:
        context.route(
            "**/*",
            lambda route: (
                route.continue_()
                if route.request.url.startswith(("http://127.0.0.1", "data:", "blob:"))
                else route.abort()
            ),
        )
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        wire = Wire(page, counter_port)
        page.goto(f"{address}/?{to_query(case.request)}")
        yield DashboardPage(page).wait_until_ready(), wire
    finally:
        context.close()


def _visit(dashboard: DashboardPage, wire: Wire) -> dict[str, Any]:
    page = dashboard.page
    page.locator("button.eo-main:enabled").wait_for()
    for step in (1, -1):
        dashboard.slide("Number of clusters", step)
    time.sleep(IMPORTS_S)
    wire.forget()
    started = time.perf_counter()
    dashboard.main.click()
    page.wait_for_function(SHOWN)
    page.evaluate(NEXT_FRAME)
    first_s = time.perf_counter() - started
    dashboard.expect_result()
    visit: dict[str, Any] = {"first_s": first_s, "result_s": time.perf_counter() - started}
    visit |= {f"result_{name}": value for name, value in wire.counted().items()}
    time.sleep(FITS_AHEAD_S)
    count = dashboard.clusters.count()
    visit |= {"other_k_s": [], **{f"other_k_{name}": [] for name in wire.counted()}}
    for step in range(OTHER_K):
        wire.forget()
        started = time.perf_counter()
        dashboard.slide("Number of clusters", 1)
        page.wait_for_function(PAINTED, arg=count + step + 1)
        page.evaluate(NEXT_FRAME)
        visit["other_k_s"].append(time.perf_counter() - started)
        dashboard.expect_result()
        time.sleep(SETTLED_S)
        for name, value in wire.counted().items():
            visit[f"other_k_{name}"].append(value)
    wire.forget()
    layer = dashboard.tick("True colour")
    for _ in range(2):
        layer.click()
        time.sleep(SETTLED_S)
    return visit | {f"toggle_{name}": value for name, value in wire.counted().items()}
