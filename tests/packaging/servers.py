"""Start a Voilà or Jupyter server the way a user does, and look at its page while the outside world hangs."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import time
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, Page, Route

OURS = "landcover"
NOT_INHERITED = ("JUPYTER_PATH", "JUPYTER_CONFIG_PATH", "MAKEFLAGS", "MAKELEVEL", "MFLAGS")


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@contextmanager
def server(command: list[str], *, folder: Path, port: int, path: Path | None = None) -> Iterator[str]:
    """Run a server until the block ends; gives its address once it answers."""
    environment = {name: value for name, value in os.environ.items() if name not in NOT_INHERITED}
    if path:
        environment["PATH"] = f"{path}{os.pathsep}{environment['PATH']}"
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    assert process.stdout is not None
    os.set_blocking(process.stdout.fileno(), False)
    try:
        wait_until_it_listens(process, port)
        yield f"http://127.0.0.1:{port}"
    finally:
        for stop in (signal.SIGTERM, signal.SIGKILL):
            if process.poll() is None:
                os.killpg(process.pid, stop)
                with_patience(process)
        process.stdout.close()


def wait_until_it_listens(process: subprocess.Popen[bytes], port: int, patience_s: float = 60) -> None:
    """Poll the port; a server that ends before it listens fails the test with its output."""
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        if process.poll() is not None:
            break
        time.sleep(0.1)
    assert process.stdout is not None
    raise AssertionError(f"no server on port {port}: {(process.stdout.read() or b'').decode()}")


def with_patience(process: subprocess.Popen[bytes]) -> None:
    """Wait a while for the process to end."""
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        return


def bare_environment(folder: Path) -> Path:
    """Make an environment that has the dependencies of this one and nothing of ours; gives its Python."""
    venv.create(folder, with_pip=False, symlinks=True)
    site_packages = Path(sysconfig.get_path("purelib", vars={"base": str(folder)}))
    site_packages.joinpath("dependencies.pth").write_text(sysconfig.get_path("purelib"))
    for part in (Path("share", "jupyter"), Path("etc", "jupyter")):
        shutil.copytree(
            Path(sys.prefix) / part,
            folder / part,
            ignore=shutil.ignore_patterns(OURS),
        )
    (folder / "etc" / "jupyter" / "voila.json").unlink(missing_ok=True)
    return folder / "bin" / "python"


@dataclass
class Visit:
    """What a browser saw on one page."""

    page: Page
    outside: list[str] = field(default_factory=list)
    """Addresses on other hosts that the page asked for; none of them was answered."""
    errors: list[str] = field(default_factory=list)
    """Exceptions and console errors."""


@contextmanager
def visit(browser: Browser, address: str) -> Iterator[Visit]:
    """Open a page in a world where every other host accepts a request and never answers."""
    context = browser.new_context()
    seen = Visit(context.new_page())

    def answer(route: Route) -> None:
        if route.request.url.startswith(("http://127.0.0.1:", "http://localhost:", "data:", "blob:")):
            route.continue_()
        else:
            seen.outside.append(route.request.url)

    context.route("**/*", answer)
    seen.page.on("pageerror", lambda error: seen.errors.append(str(error)))
    seen.page.on("console", lambda line: seen.errors.append(line.text) if line.type == "error" else None)
    try:
        seen.page.goto(address, wait_until="commit")
        yield seen
    finally:
        context.close()
