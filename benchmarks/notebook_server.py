"""A server of the notebook on loopback, in a process of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

REPO = Path(__file__).resolve().parents[1]
PATIENCE_S = 90


@contextmanager
def serving(
    module: str, settings: Mapping[str, str], options: Sequence[str] = (), folder: Path = REPO
) -> Iterator[tuple[str, int]]:
    """Serve the notebook; gives the server's address and process number.

    Parameters
    ----------
    module
        ``voila`` or ``server``.
    settings
        Variables of the environment beside those of this process.
    options
        More of the server's options.
    folder
        The checkout whose notebook and settings are served.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", module, "dashboard.ipynb", "--no-browser", f"--port={port}", *options]
    process = subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, **settings},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_until_it_listens(process, port)
        yield f"http://127.0.0.1:{port}", process.pid
    finally:
        process.terminate()
        process.wait(60)


def _wait_until_it_listens(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError("the server did not start")
