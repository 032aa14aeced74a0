"""The process that kernels are forked from: ``python -m server.fork_server FILE``. Linux only.

It has imported what the page and a run need, so that a kernel neither imports anything nor takes memory for
it. It runs nothing but imports: its only other threads are OpenBLAS's, which stops them for a fork.
The server asks over a socket whose file number is FILE: a line of JSON for each kernel, answered by the
kernel's process number. It ends with the server.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import socket
import sys
from dataclasses import asdict, dataclass
from importlib import import_module
from typing import Any, Self

READY = b"ready\n"
MODULES = ("ipykernel.kernelapp", "ipykernel.zmqshell", "widgets.dashboard", "bqplot")
"""Of a kernel and of the page; those of a run are `pipeline.preload`'s."""


@dataclass(frozen=True)
class Order:
    """One kernel."""

    arguments: list[str]
    """Of ``python -m ipykernel_launcher``."""
    environment: dict[str, str]
    folder: str
    """The working directory."""

    def line(self) -> bytes:
        """Return the order as it is sent."""
        return json.dumps(asdict(self)).encode() + b"\n"

    @classmethod
    def of(cls, line: bytes) -> Self:
        """Return the order that was sent."""
        return cls(**json.loads(line))


def serve(connection: socket.socket) -> None:
    """Fork a kernel for each order, until the server closes its end."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the system forgets kernels that ended
    orders = connection.makefile("rb")
    connection.sendall(READY)
    for line in orders:
        if os.fork() == 0:
            os.setsid()  # before the answer: the server sends signals to the kernel's group
            connection.sendall(f"{os.getpid()}\n".encode())
            orders.close()
            connection.close()
            _become_a_kernel(Order.of(line))


def _become_a_kernel(order: Order) -> None:
    """Do as ``python -m ipykernel_launcher`` does in a new process; never return."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.environ.clear()
    os.environ.update(order.environment)
    os.chdir(order.folder)
    from ipykernel.kernelapp import IPKernelApp
    from ipywidgets import register_comm_target

    app: Any = IPKernelApp.instance(parent_handle=os.getppid())  # it ends with this process
    app.initialize(order.arguments)
    register_comm_target()  # what ipywidgets does at its import, in a process that is a kernel by then
    app.start()
    sys.exit()


def main() -> None:
    """Import, then serve."""
    from pipeline import preload

    for name in (*MODULES, *preload.MODULES):
        import_module(name)
    gc.collect()
    gc.freeze()  # else the collector of each kernel would touch, and so copy, all of it
    serve(socket.socket(fileno=int(sys.argv[1])))


if __name__ == "__main__":
    main()
