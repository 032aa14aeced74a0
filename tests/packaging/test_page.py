"""The page comes up on every route, without waiting for a CDN, and serves nothing but itself.

Every other host hangs in these tests: it takes a request and never answers it.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import nbformat
import pytest
from playwright.sync_api import Browser, expect

from tests.packaging.servers import bare_environment, free_port, server, visit

pytestmark = pytest.mark.browser

PATIENCE_MS = 45_000
ICON_CDN = "cdn.jsdelivr.net"
TILES = "https://tile.openstreetmap.org/"
JUPYTER = ["-P", "-m", "jupyterlab", "--no-browser", "--allow-root", "--ServerApp.port_retries=0"]
WITHOUT_TOKEN = "--IdentityProvider.token="
SMALL_NOTEBOOK = """
import bqplot, ipyleaflet, ipywidgets
import anywidget, traitlets

class Hello(anywidget.AnyWidget):
    _esm = "export default {render({el}) { el.innerHTML = '<p class=hello>hello</p>' }}"

button = ipywidgets.Button(description="Download", icon="download")
bars = bqplot.Figure(marks=[bqplot.Bars(x=[1, 2], y=[3, 4], scales={
    "x": bqplot.OrdinalScale(), "y": bqplot.LinearScale()})])
ipywidgets.VBox([button, ipyleaflet.Map(center=(46.5, 11.3), zoom=9), bars, Hello()])
"""


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment where nothing but the dependencies was installed."""
    return bare_environment(tmp_path_factory.mktemp("bare") / "environment")


@pytest.fixture(scope="module")
def dashboard(repository: Path) -> Path:
    """The folder a user is in; it holds the notebook."""
    if not (repository / "dashboard.ipynb").exists() and "CI" not in os.environ:
        pytest.skip("dashboard.ipynb has not been written yet")
    return repository


def shows_the_dashboard(browser: Browser, address: str) -> None:
    with visit(browser, address) as seen:
        expect(seen.page.locator(".leaflet-container").first).to_be_visible(timeout=PATIENCE_MS)
        assert seen.page.title() == "Land-cover clusters"
        expect(seen.page.locator("button.eo-main")).to_be_visible()
        assert not [url for url in seen.outside if not url.startswith(TILES)]
        assert not seen.errors


def test_the_plain_command_where_only_the_dependencies_are_installed(
    browser: Browser, bare: Path, dashboard: Path
) -> None:
    port = free_port()
    command = [str(bare), "-P", "-m", "voila", "dashboard.ipynb", "--no-browser", f"--port={port}"]
    with server(command, folder=dashboard, port=port) as address:
        shows_the_dashboard(browser, address)


def test_make_dashboard(browser: Browser, dashboard: Path) -> None:
    if not Path(sys.prefix, "installed").exists():
        pytest.skip("these tests do not run in the environment that `make` makes")
    port = free_port()
    with server(
        ["make", "dashboard", f"VENV={sys.prefix}", f"PORT={port}"], folder=dashboard, port=port
    ) as address:
        shows_the_dashboard(browser, address)


def test_the_binder_route(browser: Browser, dashboard: Path, tmp_path: Path) -> None:
    python = bare_environment(tmp_path / "environment")
    path = f"{python.parent}{os.pathsep}{os.environ['PATH']}"
    subprocess.run(["binder/postBuild"], cwd=dashboard, check=True, env={**os.environ, "PATH": path})
    port = free_port()
    command = [str(python), *JUPYTER, f"--port={port}", WITHOUT_TOKEN]
    with server(command, folder=dashboard, port=port, path=python.parent) as address:
        shows_the_dashboard(browser, f"{address}/voila/render/dashboard.ipynb")


def test_a_jupyter_server_that_has_no_template_of_ours_still_shows_the_page(bare: Path, small: Path) -> None:
    port = free_port()
    command = [str(bare), *JUPYTER, f"--port={port}", WITHOUT_TOKEN]
    with (
        server(command, folder=small, port=port, path=bare.parent) as address,
        urlopen(f"{address}/voila/render/dashboard.ipynb", timeout=60) as answer,
    ):
        assert b"application/vnd.jupyter.widget-view+json" in answer.read()


@pytest.fixture(scope="module")
def small(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with this repository's Voilà configuration, a small notebook and a picture."""
    folder = tmp_path_factory.mktemp("small")
    shutil.copy(repository / "voila.json", folder)
    shutil.copytree(repository / "share", folder / "share")
    folder.joinpath("picture.png").write_bytes(b"a picture")
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(SMALL_NOTEBOOK)])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(notebook, folder / "dashboard.ipynb")
    return folder


@pytest.fixture(scope="module")
def small_server(small: Path, bare: Path) -> Iterator[str]:
    port = free_port()
    command = [str(bare), "-P", "-m", "voila", "dashboard.ipynb", "--no-browser", f"--port={port}"]
    with server(command, folder=small, port=port) as address:
        yield address


def test_every_kind_of_widget_renders_and_buttons_have_their_icons(
    browser: Browser, small_server: str
) -> None:
    with visit(browser, small_server) as seen:
        for part in ("button .fa-download", ".leaflet-container", ".bqplot rect.bar", ".hello"):
            expect(seen.page.locator(part).first).to_be_visible(timeout=PATIENCE_MS)
        font = "getComputedStyle(document.querySelector('.fa-download'), '::before').fontFamily"
        assert "Font Awesome" in seen.page.evaluate(font)
        assert seen.page.evaluate(
            "document.fonts.load('900 14px \"Font Awesome 5 Free\"').then(f => f.length)"
        )
        assert not [url for url in seen.outside if ICON_CDN in url]
        assert not seen.errors


@pytest.mark.parametrize("name", ["picture.png", "dashboard.ipynb", "voila.json"])
def test_no_file_is_served(name: str, small_server: str) -> None:
    with pytest.raises(HTTPError) as refused:
        urlopen(f"{small_server}/voila/files/{name}", timeout=30)
    assert refused.value.code == 403
    refused.value.close()


def test_the_page_has_its_title_and_no_sources(small_server: str) -> None:
    with urlopen(small_server, timeout=60) as answer:
        page = answer.read().decode()
    assert "<title>Land-cover clusters</title>" in page
    assert "ipyleaflet.Map" not in page
