"""Kernels that are forked from a process with everything imported (`server.fork_server`)."""

from __future__ import annotations

import asyncio
import logging
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any, ClassVar, cast

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning.factory import KernelProvisionerFactory
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from server.fork_server import READY, Order

log = logging.getLogger(__name__)

NAME = "forked"
ANSWER_S = 10.0
"""A fork takes some milliseconds."""
LAUNCHER = ("-m", "ipykernel_launcher")


def can_fork() -> bool:
    """Return whether this system has what is needed: Linux from 5.3 on."""
    if sys.platform != "linux":
        return False
    try:
        os.close(os.pidfd_open(os.getpid()))
    except OSError:
        return False
    return True


class ForkedProcess:
    """A kernel's process, which is no child of this one; as much of `subprocess.Popen` as Jupyter uses."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._file = os.pidfd_open(pid)  # stays this process's, also when its number is used again
        self._ends = select.poll()
        self._ends.register(self._file, select.POLLIN)

    def poll(self) -> int | None:
        """Return None while it lives; how it ended is not known."""
        return 0 if self._file < 0 or self._ends.poll(0) else None

    def wait(self) -> int:
        """Return when it has ended."""
        if self._file >= 0:
            self._ends.poll()
            os.close(self._file)
            self._file = -1
        return 0

    def send_signal(self, number: int) -> None:
        """Send a signal to the process and to those that it started."""
        if self.poll() is None:
            os.killpg(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)


class ForkServer:
    """The process that forks kernels, and the line to it.

    Parameters
    ----------
    module
        What the process runs.
    """

    def __init__(self, module: str = "server.fork_server") -> None:
        self._line, theirs = socket.socketpair()
        command = [sys.executable, "-m", module, str(theirs.fileno())]
        with theirs:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, pass_fds=[theirs.fileno()], start_new_session=True
            )
        self._line.settimeout(ANSWER_S)
        self._answers = self._line.makefile("rb")
        self._lock = threading.Lock()
        self._ready, self._broken = False, False

    def fork(self, order: Order) -> ForkedProcess | None:
        """Return a new kernel; None where there is none to be had: still importing, or out of order."""
        with self._lock:
            if not self.ready():
                return None
            try:
                self._line.sendall(order.line())
                return ForkedProcess(int(self._answers.readline()))
            except (OSError, ValueError):
                log.exception("no kernel could be forked: each is started by itself from now on")
                self._broken = True
                return None

    def ready(self) -> bool:
        """Return whether all is imported."""
        if not self._ready and select.select([self._line], [], [], 0)[0]:
            self._ready = self._answers.readline() == READY
        return self._ready and not self._broken

    def close(self) -> None:
        """End the process, and with it the kernels that live."""
        self._broken = True
        self._answers.close()
        self._line.close()
        self._process.wait()


class ForkProvisioner(LocalProvisioner):
    """Starts Jupyter's kernels by forking, or as usual where that cannot be."""

    server: ClassVar[ForkServer | None] = None

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Start the kernel of a command."""
        given = kernel_arguments(cmd)
        forked = None
        folder = str(kwargs.get("cwd") or Path.cwd())
        if self.server is not None and given is not None:
            order = Order(given, dict(kwargs.get("env") or os.environ), folder)
            forked = await asyncio.to_thread(self.server.fork, order)
        if forked is None:
            return await super().launch_kernel(cmd, **kwargs)
        self.process, self.pid = cast("subprocess.Popen[bytes]", forked), forked.pid
        self.cwd = folder
        return self.connection_info


def kernel_arguments(command: list[str]) -> list[str] | None:
    """Return the arguments of a Python kernel's command, None for a kernel of another kind."""
    for at in range(1, len(command) - 1):
        if tuple(command[at : at + 2]) == LAUNCHER:
            return command[at + 2 :] if command[0] == sys.executable else None
    return None


def use_forks() -> None:
    """Start the process that forks, and have Jupyter start its kernels by it."""
    ForkProvisioner.server = ForkServer()
    factory = KernelProvisionerFactory.instance()
    factory.provisioners[NAME] = EntryPoint(
        NAME, f"{__name__}:{ForkProvisioner.__name__}", KernelProvisionerFactory.GROUP_NAME
    )
    factory.default_provisioner_name = NAME
