"""A page behind a proxy that lets no WebSocket through says what to check."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.server.voila_server import Running, folder_with, running
from tests.support.blocking_proxy import Fault, blocking_proxy

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(folder_with(tmp_path_factory.mktemp("blocked"))) as started:
        yield started


@pytest.fixture
def tab(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("fault", Fault)
def test_a_blocked_websocket_is_told(server: Running, tab: Page, fault: Fault) -> None:
    with blocking_proxy(server.address, fault) as address:
        tab.goto(address)
        told = tab.get_by_role("status").filter(has_text="WebSockets")
        expect(told).to_be_visible(timeout=60_000)
        expect(told).to_contain_text("must pass on the Upgrade header and the right Host")
        expect(tab.get_by_text("Loading widget")).not_to_be_visible()


def test_the_same_page_without_the_proxy_opens(server: Running, tab: Page) -> None:
    tab.goto(server.address)
    expect(tab.get_by_role("button", name="Alive")).to_be_visible(timeout=60_000)
    expect(tab.locator("#loading")).to_have_count(0)
