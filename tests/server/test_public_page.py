"""What a stranger's link cannot do to the page, and that a closed tab gives its kernel back."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import psutil
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.server.voila_server import ROOT, Running, eventually, folder_with, running

INJECTED = "%22%3E%3Cimg%20src%3Dx%20onerror%3D%22window.injected%3D1%22%3E"
"""`"><img src=x onerror="window.injected=1">`, as a link carries it."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(folder_with(tmp_path_factory.mktemp("public"))) as started:
        yield started


@pytest.fixture
def tab(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    yield context.new_page()
    context.close()


@pytest.mark.browser
@pytest.mark.parametrize("name", ["theme", "template"])
def test_a_link_cannot_put_a_script_into_the_page(name: str, server: Running, tab: Page) -> None:
    tab.goto(f"{server.address}/?{name}={INJECTED}")
    expect(tab.get_by_role("button", name="Alive")).to_be_visible(timeout=60_000)
    assert tab.evaluate("window.injected") is None
    assert tab.locator("img[src=x]").count() == 0
    tab.close(run_before_unload=True)


def test_a_link_cannot_choose_another_template(server: Running) -> None:
    with urlopen(f"{server.address}/?template=base", timeout=60) as answer:
        assert b"widget-view+json" in answer.read()


@pytest.mark.browser
def test_a_closed_tab_ends_its_kernel(server: Running, browser: Browser) -> None:
    context = browser.new_context()
    before = {kernel.pid for kernel in server.kernels()}
    page = context.new_page()
    page.goto(server.address)
    page.get_by_role("button", name="Alive").click()
    expect(page.get_by_role("button", name="Answered")).to_be_visible(timeout=60_000)
    ours = [kernel for kernel in server.kernels() if kernel.pid not in before]
    assert len(ours) == 1
    page.close(run_before_unload=True)
    eventually(lambda: not _lives(ours[0]), "the end of the kernel", patience_s=30)
    assert context.cookies() == [] or all(c["name"] != "_xsrf" or c["expires"] > 0 for c in context.cookies())
    context.close()


@pytest.mark.browser
def test_a_tab_that_is_closed_before_it_is_ready_ends_its_kernel(server: Running, browser: Browser) -> None:
    context = browser.new_context()
    context.route("**/voila.js", lambda route: route.abort())
    before = {kernel.pid for kernel in server.kernels()}
    page = context.new_page()
    page.goto(server.address, wait_until="commit")
    page.wait_for_selector("#jupyter-config-data", state="attached", timeout=60_000)
    page.goto("about:blank")
    eventually(lambda: {k.pid for k in server.kernels()} <= before, "the end of the kernel", patience_s=30)
    context.close()


def test_what_is_installed_for_a_jupyter_server_keeps_the_same_promises(tmp_path: Path) -> None:
    command = f"from tools.install_page import main; from pathlib import Path; main(Path({str(tmp_path)!r}))"
    subprocess.run([sys.executable, "-c", command], cwd=ROOT, check=True)
    installed = json.loads((tmp_path / "etc" / "jupyter" / "voila.json").read_text())
    ours = json.loads((ROOT / "voila.json").read_text())
    for name in ("allow_template_override", "allow_theme_override"):
        assert installed["VoilaConfiguration"][name] == ours["VoilaConfiguration"][name] == "NO"


def _lives(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
