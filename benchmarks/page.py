"""The page in a real browser behind the line: when pictures are painted, what crosses the websocket."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.case import Case
from benchmarks.rig import Rig
from benchmarks.start import voila
from pipeline.permalink import to_query
from tests.browser.page import DashboardPage
from tools.browser import FLAGS

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, WebSocket

OTHER_K = 2
"""How often the number of clusters is changed."""
PATIENCE_MS = 120_000
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
    """Counts what the kernel sends over the page's websockets."""

    def __init__(self, page: Page) -> None:
        self.received = 0
        self.largest = 0
        page.on("websocket", self._opened)

    def forget(self) -> None:
        """Count from zero."""
        self.received = self.largest = 0

    def _opened(self, socket: WebSocket) -> None:
        socket.on("framereceived", self._frame)

    def _frame(self, payload: str | bytes) -> None:
        size = len(payload)
        self.received += size
        self.largest = max(self.largest, size)


def measure(rig: Rig, size_km: float, rounds: int) -> list[dict[str, Any]]:
    """Visit the page, calculate, ask for other numbers of clusters, switch a layer off and on.

    Returns
    -------
    list of dict
        One a visit: ``first_s`` and ``result_s`` from the button to a picture and to the result,
        ``other_k_s`` from the key to the painted clusters, ``result_bytes`` and ``other_k_bytes`` from the
        kernel, ``toggle_bytes`` and the largest message of it.
    """
    from playwright.sync_api import sync_playwright

    visits = []
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM") or shutil.which("chromium"), args=FLAGS
        )
        settings = rig.environment | {"JUPYTER_RUNTIME_DIR": str(Path(scratch) / "runtime")}
        with voila((), settings) as (address, _):
            for _ in range(rounds):
                with _opened(browser, address, rig.case(size_km)) as (page, wire):
                    visits.append(_visit(page, wire))
                    print(f"  page {visits[-1]}", file=sys.stderr, flush=True)
        browser.close()
    return visits


@contextmanager
def _opened(browser: Browser, address: str, case: Case) -> Iterator[tuple[DashboardPage, Wire]]:
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
        wire = Wire(page)
        page.goto(f"{address}?{to_query(case.request)}")
        yield DashboardPage(page).wait_until_ready(), wire
    finally:
        context.close()


def _visit(dashboard: DashboardPage, wire: Wire) -> dict[str, Any]:
    page = dashboard.page
    page.locator("button.eo-main:enabled").wait_for()
    time.sleep(2)  # the imports that opening a link starts
    wire.forget()
    started = time.perf_counter()
    dashboard.main.click()
    page.wait_for_function(SHOWN)
    page.evaluate(NEXT_FRAME)
    first_s = time.perf_counter() - started
    dashboard.expect_result()
    result_s, result_bytes = time.perf_counter() - started, wire.received
    time.sleep(2)  # other numbers of clusters are fitted ahead
    count = dashboard.clusters.count()
    other_k, other_k_bytes = [], []
    for step in range(OTHER_K):
        wire.forget()
        started = time.perf_counter()
        dashboard.slide("Number of clusters", 1)
        page.wait_for_function(PAINTED, arg=count + step + 1)
        page.evaluate(NEXT_FRAME)
        other_k.append(time.perf_counter() - started)
        dashboard.expect_result()
        time.sleep(1)
        other_k_bytes.append(wire.received)
    wire.forget()
    layer = dashboard.tick("True colour")
    for _ in range(2):
        layer.click()
        time.sleep(0.5)
    return {
        "first_s": first_s,
        "result_s": result_s,
        "other_k_s": other_k,
        "result_bytes": result_bytes,
        "other_k_bytes": other_k_bytes,
        "toggle_bytes": wire.received,
        "toggle_largest": wire.largest,
    }
