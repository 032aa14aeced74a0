"""*Copy link* on a real JupyterHub: what one visitor copies another one opens, on a server of their own."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser import hub
from tests.browser.conftest import Open
from tests.browser.page import DashboardPage

PAGE = "voila/render/dashboard.ipynb"
SETTINGS = "lat=46.49&lon=11.34&km=3&k=7"
BINDER = {"BINDER_LAUNCH_HOST": "https://binder.example/", "BINDER_PERSISTENT_REQUEST": "v2/gh/o/r/abc"}
START_MS = 120_000
# Notebook 7 is in the tests' environment; its extension asks Voilà for parts of JupyterLab.
OWN_ERRORS = ("shared module",)


@pytest.fixture(scope="module")
def jupyterhub(repository: Path, scratch: Path) -> Iterator[str]:
    with hub.running(scratch / "hub", repository, BINDER) as address:
        yield address


def visited(open_page: Open, address: str, name: str, *, errors: Sequence[str] = ()) -> DashboardPage:
    """Open an address and sign in: the hub starts a server and shows what was asked for."""
    visitor = open_page(address, hosts_own_errors=(*OWN_ERRORS, *errors))
    visitor.page.set_default_timeout(START_MS)
    visitor.page.get_by_label("Username").fill(name)
    visitor.page.get_by_label("Password").fill("any")
    visitor.page.get_by_role("button", name="Sign in").click()
    expect(visitor.map).to_be_visible(timeout=START_MS)
    return visitor.wait_until_ready()


def copied_link(dashboard: DashboardPage) -> str:
    dashboard.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    dashboard.button("Copy link").click()
    expect(dashboard.button("Copied")).to_be_visible()
    link: str = dashboard.page.evaluate("navigator.clipboard.readText()")
    return link


def has_the_settings(dashboard: DashboardPage) -> None:
    expect(dashboard.latitude).to_have_value("46.49")
    expect(dashboard.longitude).to_have_value("11.34")
    expect(dashboard.handle("Number of clusters")).to_have_attribute("aria-valuetext", "7 clusters")


def test_what_one_visitor_copies_another_opens_on_their_own_server(jupyterhub: str, open_page: Open) -> None:
    ada = visited(open_page, f"{jupyterhub}hub/user-redirect/{PAGE}?{SETTINGS}", "ada")
    has_the_settings(ada)
    own = ada.page.url
    assert urlsplit(own).path == f"/user/ada/{PAGE}"
    link = copied_link(ada)
    assert link.startswith(f"{jupyterhub}hub/user-redirect/{PAGE}?")

    bob = visited(open_page, link, "bob", errors=["403"])
    has_the_settings(bob)
    assert urlsplit(bob.page.url).path == f"/user/bob/{PAGE}"
    assert parse_qs(urlsplit(bob.page.url).query) == parse_qs(urlsplit(link).query)
    refused = bob.page.goto(own)
    assert refused is not None
    assert refused.status == 403, "what stands in the address bar is of no use to others"


def test_on_binder_the_link_starts_a_server_with_the_same_settings(jupyterhub: str, open_page: Open) -> None:
    """Binder starts a server, and opens the path it is given there with a token of its own."""
    guest = visited(open_page, f"{jupyterhub}hub/user-redirect/{PAGE}?{SETTINGS}&token=secret", "guest")
    link = copied_link(guest)
    assert link.startswith("https://binder.example/v2/gh/o/r/abc?urlpath=")
    (path,) = parse_qs(urlsplit(link).query)["urlpath"]
    assert "secret" not in link

    other = visited(open_page, f"{jupyterhub}hub/user-redirect/{path}&token=another", "bob")
    has_the_settings(other)
    assert urlsplit(other.page.url).path == f"/user/bob/{PAGE}"
