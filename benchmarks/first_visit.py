"""What a first visit costs over a slow line: megabytes, requests, seconds.

    python -m benchmarks.first_visit [--servers voila server jupyter] [--mbit 10 1.6] [--runs 1]

A real server, a real Chromium with an empty cache, between them a proxy with a round trip of 50 ms, two of
them for a new connection, and the given speed for all connections together. The second visit has the first
one's cache. Prints a table; what is slow on this machine, such as starting the kernel, is in the seconds.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from benchmarks.measure import spread
from benchmarks.notebook_server import serving
from benchmarks.rig import child
from benchmarks.tables import MB, table
from tools import install_page
from tools.browser import FLAGS

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

COMMANDS = {
    "voila": ("voila",),
    "server": ("server",),
    "jupyter": ("jupyterlab", "--allow-root", "--ServerApp.port_retries=0", "--IdentityProvider.token="),
}
"""Name -> module and options."""
PATHS = {"jupyter": "voila/render/dashboard.ipynb"}
PATIENCE_MS = 240_000
SETTLED_MS = 1500
USABLE = (".eo-map .leaflet-control-zoom", ".eo-form input:enabled", "button.eo-main")


@dataclass
class Line:
    """What the browser took over the line."""

    requests: int = 0
    cached: int = 0
    received: int = 0
    """Bytes of answers, compressed as they came."""

    def listen(self, context: BrowserContext, page: Page) -> None:
        """Count what a page takes."""
        client = context.new_cdp_session(page)
        client.send("Network.enable")
        client.on("Network.responseReceived", self._answered)
        client.on("Network.loadingFinished", self._finished)

    def _answered(self, event: dict[str, Any]) -> None:
        answer = event["response"]
        if answer["url"].startswith("http"):
            from_cache = answer.get("fromDiskCache") or answer.get("fromPrefetchCache")
            self.cached += bool(from_cache)
            self.requests += not from_cache

    def _finished(self, event: dict[str, Any]) -> None:
        self.received += int(event["encodedDataLength"])


@dataclass(frozen=True)
class Visit:
    """One visit."""

    frame_s: float
    """Until the page says what it is."""
    usable_s: float
    """Until map and form can be used."""
    megabytes: float
    requests: int
    cached: int


@contextmanager
def behind(name: str, mbit: float, scratch: Path) -> Iterator[str]:
    """Serve the dashboard behind a line; gives its address."""
    module, *options = COMMANDS[name]
    settings = {
        "DASHBOARD_CATALOG": "demo",
        "DASHBOARD_CACHE_DIR": os.environ.get("DASHBOARD_CACHE_DIR") or str(scratch / "cache"),
        "JUPYTER_RUNTIME_DIR": str(scratch / "runtime"),
        **installed(scratch),
    }
    with serving(module, settings, options) as (address, _):
        port = str(urlsplit(address).port)
        with child("benchmarks.servers.proxy", "--mbit", f"{mbit:g}", port) as (slow,):
            yield f"http://127.0.0.1:{slow}/{PATHS.get(name, '')}"


def installed(scratch: Path) -> dict[str, str]:
    """Install the page as `make` does, into a folder; return the variables by which servers find it."""
    folder = scratch / "installed"
    install_page.main(folder)
    return {
        "JUPYTER_PATH": str(folder / "share" / "jupyter"),
        "JUPYTER_CONFIG_PATH": str(folder / "etc" / "jupyter"),
    }


def visits(browser: Browser, address: str) -> tuple[Visit, Visit]:
    """Return a first visit, and a second one with its cache."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    try:
        first, second = _visit(context, address), _visit(context, address)
    finally:
        context.close()
    return first, second


def _visit(context: BrowserContext, address: str) -> Visit:
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    line = Line()
    line.listen(context, page)
    started = time.perf_counter()
    page.goto(address, wait_until="commit")
    page.locator("#loading").wait_for(state="attached")
    frame_s = time.perf_counter() - started
    for selector in USABLE:
        page.locator(selector).first.wait_for()
    usable_s = time.perf_counter() - started
    page.wait_for_timeout(SETTLED_MS)
    page.close()
    return Visit(frame_s, usable_s, line.received / MB, line.requests, line.cached)


def measure(servers: list[str], speeds: list[float], runs: int) -> list[dict[str, Any]]:
    """Return a row a server, speed and kind of visit."""
    from playwright.sync_api import sync_playwright

    rows = []
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        for name in servers:
            for mbit in speeds:
                with behind(name, mbit, Path(scratch)) as address:
                    pairs = [visits(browser, address) for _ in range(runs)]
                for kind, of_kind in zip(("first", "second"), zip(*pairs, strict=True), strict=True):
                    rows.append({"server": name, "mbit": mbit, "visit": kind, **_summary(of_kind)})
                    print(json.dumps(rows[-1]), file=sys.stderr, flush=True)
        browser.close()
    return rows


def _summary(of_kind: tuple[Visit, ...]) -> dict[str, Any]:
    seconds = {name: spread(getattr(v, name) for v in of_kind).median for name in ("frame_s", "usable_s")}
    last = of_kind[-1]
    return {**seconds, "megabytes": last.megabytes, "requests": last.requests, "cached": last.cached}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="What a first visit costs over a slow line.")
    parser.add_argument("--servers", nargs="+", choices=COMMANDS, default=list(COMMANDS))
    parser.add_argument("--mbit", nargs="+", type=float, default=[10.0, 1.6])
    parser.add_argument("--runs", type=int, default=1)
    chosen = parser.parse_args()
    rows = measure(chosen.servers, chosen.mbit, chosen.runs)
    head = ("server", "Mbit/s", "visit", "frame, s", "usable, s", "MB", "requests", "from cache")
    lines = [
        (
            *(str(row[name]) for name in ("server", "mbit", "visit")),
            *(f"{row[name]:.1f}" for name in ("frame_s", "usable_s")),
            f"{row['megabytes']:.2f}",
            *(str(row[name]) for name in ("requests", "cached")),
        )
        for row in rows
    ]
    print(table(head, lines))


if __name__ == "__main__":
    main()
