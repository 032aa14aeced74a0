"""A real Voilà server on a folder with this repository's settings and a notebook that starts at once."""

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import nbformat
import psutil

from tests.packaging.servers import NOT_INHERITED, free_port, with_patience

Result = TypeVar("Result")
START_S = 60
FORKS = "server.fork_server"
ROOT = Path(__file__).resolve().parents[2]
WIDGET = """
import ipywidgets
button = ipywidgets.Button(description="Alive")
button.on_click(lambda b: setattr(b, "description", "Answered"))
button
"""


@dataclass(frozen=True)
class Running:
    """A server that runs."""

    address: str
    process: psutil.Process
    log: Path

    def kernels(self) -> list[psutil.Process]:
        """Return the kernels that live below the server."""
        return [
            child
            for child in self.process.children(recursive=True)
            if _is_kernel(child) or self._forked(child)
        ]

    def forks(self) -> psutil.Process:
        """Return the process that kernels are forked from, when it is there."""
        return next(child for child in self.process.children() if FORKS in child.cmdline())

    def _forked(self, process: psutil.Process) -> bool:
        try:
            return process.ppid() != self.process.pid and FORKS in process.cmdline()
        except (psutil.NoSuchProcess, psutil.ZombieProcess):
            return False


def folder_with(folder: Path, cell: str = WIDGET) -> Path:
    """Fill a folder with the settings, the template and a notebook of one cell."""
    shutil.copy(ROOT / "voila.json", folder)
    shutil.copytree(ROOT / "share", folder / "share")
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell)])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, folder / "dashboard.ipynb")
    return folder


@contextmanager
def running(
    folder: Path, *options: str, module: str = "voila", settings: dict[str, str] | None = None
) -> Iterator[Running]:
    """Run a server in a folder until the block ends."""
    environment = {name: value for name, value in os.environ.items() if name not in NOT_INHERITED}
    environment |= {"PYTHONPATH": str(ROOT), **(settings or {})}
    port, log = free_port(), folder / f"server-{time.monotonic_ns()}.log"
    command = [sys.executable, "-m", module, "dashboard.ipynb", "--no-browser", f"--port={port}", *options]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait(process, port, log)
        yield Running(f"http://127.0.0.1:{port}", psutil.Process(process.pid), log)
    finally:
        for stop in (process.terminate, process.kill):
            if process.poll() is None:
                stop()
                with_patience(process)


def run(work: Coroutine[Any, Any, Result]) -> Result:
    """Run a coroutine on a thread of its own: Playwright keeps a loop on the tests' thread."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


def eventually(condition: Callable[[], bool], what: str, patience_s: float = 60) -> None:
    """Wait for what must come."""
    deadline = time.monotonic() + patience_s
    while not condition():
        assert time.monotonic() < deadline, f"it did not come: {what}"
        time.sleep(0.1)


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError(f"no server on port {port}:\n{log.read_text(errors='replace')}")


def _is_kernel(process: psutil.Process) -> bool:
    try:
        return any("ipykernel_launcher" in part for part in process.cmdline())
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return False
