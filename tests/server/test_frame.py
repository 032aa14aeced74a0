"""What a visitor sees while the page opens, and where it cannot be opened."""

import re
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from jupyter_server.services.kernels.kernelmanager import MappingKernelManager
from playwright.sync_api import Browser, Page, expect
from traitlets.config import JSONFileConfigLoader
from voila.execute import VoilaExecutor

from tests.server.voila_server import ROOT, WIDGET, folder_with, running

SLOW = "import time\ntime.sleep(4)\n" + WIDGET
FAILS_ONCE = (
    "import pathlib\nseen = pathlib.Path('seen')\nfirst = not seen.exists()\nseen.touch()\n"
    "assert not first\n" + WIDGET
)
pytestmark = pytest.mark.browser


@pytest.fixture
def tab(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    page = context.new_page()
    yield page
    page.close(run_before_unload=True)
    context.close()


def test_the_frame_is_there_before_the_kernel_has_answered(tab: Page, tmp_path: Path) -> None:
    with running(folder_with(tmp_path, SLOW)) as server:
        tab.goto(server.address, wait_until="commit")
        expect(tab.get_by_role("status")).to_contain_text("Opening the page", timeout=30_000)
        assert tab.locator(".jupyter-widgets").count() == 0
        assert tab.evaluate("document.readyState") == "loading"
        expect(tab.get_by_role("button", name="Alive")).to_be_visible(timeout=60_000)
        expect(tab.locator("#loading")).to_have_count(0)


def test_the_frame_says_how_many_are_before_you(tab: Page, tmp_path: Path) -> None:
    options = ("--max_opening=1",)
    with running(folder_with(tmp_path, SLOW), *options, module="server") as server:
        first = tab.context.new_page()
        first.goto(server.address, wait_until="commit")
        tab.goto(server.address, wait_until="commit")
        expect(tab.get_by_role("status")).to_have_text("1 visitor before you.", timeout=30_000)
        expect(tab.get_by_role("button", name="Alive")).to_be_visible(timeout=60_000)
        first.close(run_before_unload=True)


def test_a_page_whose_cell_failed_says_so_and_tries_again(tab: Page, tmp_path: Path) -> None:
    with running(folder_with(tmp_path, FAILS_ONCE)) as server:
        tab.goto(server.address, wait_until="commit")
        line = tab.locator("#loading_text")
        again = re.compile(r"The page could not be started\. It is tried again in \d s\.")
        expect(line).to_have_text(again, timeout=60_000)
        expect(tab.get_by_role("button", name="Try again now")).to_be_visible()
        expect(tab.get_by_role("button", name="Alive")).to_be_visible(timeout=60_000)
        tab.wait_for_function("sessionStorage.getItem('landcover-tries') === '0'")


def test_a_page_that_always_fails_stops_trying_and_offers_a_button(tab: Page, tmp_path: Path) -> None:
    with running(folder_with(tmp_path, "raise SystemError('never')")) as server:
        tab.add_init_script("sessionStorage.setItem('landcover-tries', 4)")
        tab.goto(server.address)
        expect(tab.locator("#loading_text")).to_contain_text("Please try again later.", timeout=60_000)
        assert "never" not in tab.content()


def test_an_error_that_its_author_asked_to_see_stays_in_sight(tab: Page, tmp_path: Path) -> None:
    with running(folder_with(tmp_path, "raise SystemError('seen')"), "--show_tracebacks=True") as server:
        tab.goto(server.address)
        expect(tab.get_by_text("SystemError: seen").first).to_be_visible(timeout=60_000)


def test_the_servers_time_outs_hold_under_load() -> None:
    """With Voilà's own 4 s a page comes without its widget where thirty open it at once."""
    config = JSONFileConfigLoader("voila.json", path=str(ROOT)).load_config()
    executor = VoilaExecutor(nbformat.v4.new_notebook(), config=config)
    assert executor.iopub_timeout >= 120
    assert executor.startup_timeout >= 120
    assert executor.raise_on_iopub_timeout
    assert MappingKernelManager(config=config).kernel_info_timeout >= 120
