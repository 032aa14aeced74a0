"""A real JupyterHub before a real configurable-http-proxy, each visitor with a server of their own.

The proxy is JavaScript: the command on the search path is taken if it runs, else npm installs it into a
folder that goes with the tests. All servers run as the user of the tests.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from urllib.request import urlopen

import pytest
from playwright._impl._driver import compute_driver_executable

from tests.browser.conftest import demo_environment, free_port, server
from tests.support.patience import until

PROXY = "configurable-http-proxy"
PROXY_VERSION = "5.3.0"
INSTALL_S = 120
SETTINGS = """
c.JupyterHub.hub_bind_url = "http://127.0.0.1:{hub_port}"
c.JupyterHub.db_url = "sqlite:///{folder}/hub.sqlite"
c.JupyterHub.cookie_secret_file = "{folder}/secret"
c.ConfigurableHTTPProxy.command = {proxy!r}
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{api_port}"
c.ConfigurableHTTPProxy.pid_file = "{folder}/proxy.pid"

c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allow_all = True
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = "{folder}/{{username}}"
c.Spawner.cmd = [{python!r}, "-m", "jupyterhub.singleuser"]
c.Spawner.args = ["--allow-root", "--VoilaExecutor.iopub_timeout=300"]
c.Spawner.notebook_dir = {notebooks!r}
c.Spawner.default_url = "/voila/render/dashboard.ipynb"
c.Spawner.environment = {environment!r} | {{
    name: lambda spawner, value=value: value if spawner.user.name == "guest" else ""
    for name, value in {binder!r}.items()
}}
c.Spawner.start_timeout = 120
c.Spawner.http_timeout = 120
"""


def proxy_command(folder: Path) -> list[str]:
    """Return a command of the proxy that runs; without one skip the test."""
    tried = []
    for found in (_on_the_path, _from_npm):
        command, problem = found(folder)
        if command and _runs(command):
            return command
        tried.append(problem or f"{command[0]} does not run")
    pytest.skip(f"no {PROXY}: {'; '.join(tried)}")


def _on_the_path(_folder: Path) -> tuple[list[str], str]:
    found = shutil.which(PROXY)
    return ([found], "") if found else ([], "it is not on the search path")


def _from_npm(folder: Path) -> tuple[list[str], str]:
    npm = shutil.which("npm")
    if npm is None:
        return [], "there is no npm"
    command = [npm, "install", "--silent", "--no-audit", "--no-fund", f"--prefix={folder}"]
    done = subprocess.run(
        [*command, f"{PROXY}@{PROXY_VERSION}"],
        capture_output=True,
        text=True,
        timeout=INSTALL_S,
        check=False,
    )
    if done.returncode:
        return [], f"npm could not install it: {done.stderr[-500:]}"
    node, _ = compute_driver_executable()  # the machine's own Node.js may be too old for it
    return [str(node), str(folder / "node_modules" / PROXY / "bin" / PROXY)], ""


def _runs(command: list[str]) -> bool:
    """Return whether a command starts: Debian's proxy does not with another Node.js than Debian's."""
    done = subprocess.run([*command, "--version"], capture_output=True, timeout=INSTALL_S, check=False)
    return done.returncode == 0


@contextmanager
def running(folder: Path, repository: Path, binder: Mapping[str, str]) -> Iterator[str]:
    """Run a hub until the block ends; gives its address.

    Parameters
    ----------
    folder : Path
        Where everything is written.
    repository : Path
        Where each visitor's server starts.
    binder : mapping of str to str
        Variables that Binder would set, of the server of the visitor "guest" alone.
    """
    if find_spec("jupyterhub") is None:
        pytest.skip("jupyterhub is not installed")
    folder.mkdir(parents=True, exist_ok=True)
    settings = folder / "jupyterhub_config.py"
    settings.write_text(
        SETTINGS.format(
            hub_port=free_port(),
            api_port=free_port(),
            folder=folder,
            proxy=proxy_command(folder / "proxy"),
            python=sys.executable,
            notebooks=str(repository),
            environment=demo_environment(folder),
            binder=dict(binder),
        )
    )
    command = [sys.executable, "-m", "jupyterhub", f"--config={settings}", "--ip=127.0.0.1"]
    inherited = {"PATH": os.environ["PATH"]}
    with server(command, folder, folder / "hub.log", inherited) as address:
        until(lambda: _answers(f"{address}hub/health"))
        yield address


def _answers(url: str) -> bool:
    """Tell whether an address is served: the proxy listens before the hub has told it where the hub is."""
    try:
        with urlopen(url, timeout=10) as answer:
            return int(answer.status) == 200
    except OSError:
        return False
