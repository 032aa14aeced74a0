"""The start of the page: what a kernel weighs, and kernels that wait for their visitor."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open, demo_environment, server

IDLE_S = 12
MOST_MB = 140


@pytest.fixture(scope="module")
def waiting_voila(repository: Path, scratch: Path) -> Iterator[tuple[str, Path]]:
    """Voilà with one kernel in waiting, which would soon be culled if it counted as idle."""
    log = scratch / "waiting.log"
    command = [
        *(sys.executable, "-m", "voila", "dashboard.ipynb", "--no-browser"),
        *("--preheat_kernel=True", "--pool_size=1"),
        *(f"--MappingKernelManager.cull_idle_timeout={IDLE_S}", "--MappingKernelManager.cull_interval=1"),
    ]
    with server(command, repository, log, demo_environment(scratch)) as address:
        yield address, log


def kernels() -> list[psutil.Process]:
    """Return the kernels of the servers this test run has started, oldest first."""
    children = psutil.Process().children(recursive=True)
    found = [c for c in children if c.is_running() and any("ipykernel" in part for part in c.cmdline())]
    return sorted(found, key=lambda k: k.create_time())


def test_a_waiting_kernel_is_not_culled_and_serves_its_visitor(
    open_page: Open, waiting_voila: tuple[str, Path]
) -> None:
    address, log = waiting_voila
    deadline = time.monotonic() + 60
    while "is filled with 1 kernel" not in log.read_text():
        assert time.monotonic() < deadline
        time.sleep(0.2)
    waiting = kernels()[-1]
    time.sleep(IDLE_S + 6)
    assert waiting.is_running(), "it was culled"
    page = open_page(f"{address}?from=somewhere").wait_until_ready()
    assert "Using pre-heated kernel" in log.read_text()
    assert waiting.environ()["VOILA_PREHEAT"] == "True"
    assert waiting.memory_info().rss < MOST_MB * 1e6
    page.place_area()
    expect(page.message).to_contain_text("Ready.")


def test_what_the_server_sends_to_the_page_is_compressed(open_page: Open, voila: str) -> None:
    """Pictures travel as base64, a third more than they are: compression takes most of that back."""
    page = open_page("about:blank").page
    answers: list[str] = []
    tools = page.context.new_cdp_session(page)
    tools.on(
        "Network.webSocketHandshakeResponseReceived",
        lambda event: answers.append(str(event["response"]["headers"])),
    )
    tools.send("Network.enable")
    page.goto(voila)
    page.wait_for_function("() => document.querySelector('.eo-main')")
    assert answers
    assert all("permessage-deflate" in answer for answer in answers)
