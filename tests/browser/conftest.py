"""A real Chromium before real servers: Voilà, JupyterLab, Notebook 7. The world outside answers nothing."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Route, expect

from tests.browser.page import DashboardPage
from tests.support.servers import SHARED, file_server, real_items, stac_api

START_S = 60
expect.set_options(timeout=30_000)
JUPYTER_ARGUMENTS = (
    "--no-browser",
    "--allow-root",
    "--ServerApp.port_retries=0",
    "--IdentityProvider.token=",
    "--LabApp.expose_app_in_browser=True",
    "--JupyterNotebookApp.expose_app_in_browser=True",
)

Open = Callable[..., DashboardPage]


@pytest.fixture(scope="session")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for all servers of the session: the demo's scenes are made once."""
    return tmp_path_factory.mktemp("servers")


@pytest.fixture(scope="session")
def voila(repository: Path, scratch: Path) -> Iterator[str]:
    """Voilà with the demo chosen, as `voila dashboard.ipynb` starts it."""
    command = [sys.executable, "-m", "voila", "dashboard.ipynb", "--no-browser"]
    with server(command, repository, scratch / "voila.log", demo_environment(scratch)) as address:
        yield address


@pytest.fixture(scope="session")
def offline_voila(repository: Path, scratch: Path) -> Iterator[str]:
    """Voilà as it starts without settings on a machine without internet: the default catalogue is silent."""
    catalogs = scratch / "catalogs.toml"
    catalogs.write_text(
        f'[catalogs.earth-search]\ntitle = "Earth Search"\nurl = "http://127.0.0.1:{free_port()}"\n'
    )
    environment = demo_environment(scratch) | {
        "DASHBOARD_CATALOG": "earth-search",
        "DASHBOARD_CATALOGS": str(catalogs),
    }
    command = [sys.executable, "-m", "voila", "dashboard.ipynb", "--no-browser"]
    with server(command, repository, scratch / "offline.log", environment) as address:
        yield address


@pytest.fixture(scope="session")
def real_voila(repository: Path, scratch: Path, shared_dir: Path) -> Iterator[str]:
    """Voilà with the real scenes behind a real STAC API in the place of Earth Search."""
    assert shared_dir == SHARED
    with serving_real_scenes(scratch) as environment:
        command = [sys.executable, "-m", "voila", "dashboard.ipynb", "--no-browser"]
        with server(command, repository, scratch / "real.log", environment) as address:
            yield address


@contextmanager
def serving_real_scenes(scratch: Path) -> Iterator[dict[str, str]]:
    """Serve the real scenes; gives the variables of a page that finds them as Earth Search."""
    with file_server(SHARED / "sentinel2") as files, stac_api(scratch / "stac", real_items(files)) as api:
        catalogs = scratch / "real.toml"
        catalogs.write_text(f'[catalogs.earth-search]\ntitle = "Earth Search (worldwide)"\nurl = "{api}"\n')
        yield demo_environment(scratch) | {
            "DASHBOARD_CATALOG": "earth-search",
            "DASHBOARD_CATALOGS": str(catalogs),
        }


@pytest.fixture(scope="session")
def jupyter(repository: Path, scratch: Path) -> Iterator[str]:
    """A Jupyter server with JupyterLab, Notebook 7 and Voilà's route, as on Binder; it saves no notebook."""
    settings = scratch / "lab" / "@jupyterlab" / "docmanager-extension" / "plugin.jupyterlab-settings"
    settings.parent.mkdir(parents=True)
    settings.write_text('{"autosave": false}')
    environment = demo_environment(scratch) | {"JUPYTERLAB_SETTINGS_DIR": str(scratch / "lab")}
    command = [sys.executable, "-m", "jupyterlab", *JUPYTER_ARGUMENTS]
    with server(command, repository, scratch / "jupyter.log", environment) as address:
        yield address


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Open]:
    """Open an address in a fresh context; at the end there must have been no error in the browser."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    allowed = ["net::ERR"]

    def opened(
        address: str,
        *,
        size: tuple[int, int] = (1280, 800),
        scale: float = 1,
        touch: bool = False,
        hosts_own_errors: Sequence[str] = (),
        calm: bool = False,
    ) -> DashboardPage:
        allowed.extend(hosts_own_errors)
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            device_scale_factor=scale,
            has_touch=touch,
            is_mobile=touch,
            accept_downloads=True,
            reduced_motion="reduce" if calm else "no-preference",
        )
        contexts.append(context)
        context.route("**/*", nothing_outside)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(f"exception: {error}"))
        page.on("console", lambda line: errors.append(line.text) if line.type == "error" else None)
        page.goto(address)
        return DashboardPage(page)

    yield opened
    for context in contexts:
        context.close()
    assert not [error for error in errors if not any(text in error for text in allowed)]


@pytest.fixture
def dashboard(open_page: Open, voila: str) -> DashboardPage:
    """The dashboard in Voilà, with the demo chosen and nothing clicked yet."""
    return open_page(voila).wait_until_ready()


def nothing_outside(route: Route) -> None:
    """Let only this machine's servers answer."""
    local = route.request.url.startswith(("http://127.0.0.1:", "http://localhost:", "data:", "blob:"))
    if local:
        route.continue_()
    else:
        route.abort()


def demo_environment(scratch: Path) -> dict[str, str]:
    """Return the variables of a server that shows the demo."""
    return {
        "DASHBOARD_CATALOG": "demo",
        "DASHBOARD_CACHE_DIR": str(scratch / "cache"),
        "JUPYTER_RUNTIME_DIR": str(scratch / "runtime"),
    }


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def server(
    command: list[str], folder: Path, log: Path, settings: dict[str, str]
) -> AbstractContextManager[str]:
    """Run a server on a free port until the block ends; gives its address once it listens."""
    return _server(command, folder, log, settings)


@contextmanager
def _server(command: list[str], folder: Path, log: Path, settings: dict[str, str]) -> Iterator[str]:
    port = free_port()
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, f"--port={port}"],
            cwd=folder,
            env=os.environ | settings,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait_until_it_listens(process, port, log)
            yield f"http://127.0.0.1:{port}/"
        finally:
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_until_it_listens(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError(f"no server on port {port}:\n{log.read_text(errors='replace')}")
