"""Kernels that are forked: as good as others, with everything imported."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.visitor import kernel_of, visit
from server.fork_server import Order
from server.forked import ForkedProcess, ForkServer, can_fork, kernel_arguments
from tests.server.test_server import close, kernel, page
from tests.server.voila_server import Running, eventually, folder_with, run, running

pytestmark = pytest.mark.skipif(not can_fork(), reason="kernels are forked on Linux only")

CELL = """
import json, os, sys
import ipywidgets
told = {
    "imported": [name for name in ("sklearn", "stackstac", "widgets.dashboard") if name in sys.modules],
    "query": os.environ["QUERY_STRING"],
    "folder": os.getcwd(),
    "name": __name__,
    "own": [name for name in globals() if name in ("Order", "serve", "READY")],
}
open("told.json", "w").write(json.dumps(told))
button = ipywidgets.Button(description="Calculate")
button.on_click(lambda b: setattr(b, "description", "Done in no time"))
button
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(folder_with(tmp_path_factory.mktemp("forked"), CELL), module="server") as started:
        eventually(lambda: _is_forked(started), "a process with everything imported")
        yield started


def _is_forked(server: Running) -> bool:
    """Open a page and tell whether its kernel was forked: those before the imports are done are not."""
    kernel_id = kernel(server)
    forked = [process.ppid() == server.forks().pid for process in server.kernels()]
    close(server, kernel_id)
    eventually(lambda: not server.kernels(), "the kernel's end")
    return forked == [True]


def test_a_forked_kernel_has_imported_everything_and_is_the_visitors_own(server: Running) -> None:
    status, html = page(server, "/?lat=1.5")
    assert status == 200
    told = json.loads((server.log.parent / "told.json").read_text())
    assert told == {
        "imported": ["sklearn", "stackstac", "widgets.dashboard"],
        "query": "lat=1.5",
        "folder": str(server.log.parent),
        "name": "__main__",
        "own": [],
    }
    close(server, kernel_of(html) or "")
    eventually(lambda: not server.kernels(), "the kernel's end")


def test_its_widgets_answer_and_its_files_are_closed(server: Running) -> None:
    outcome = run(visit(server.address, "", 60, 0))
    assert not outcome.failure
    assert outcome.result_s is not None
    eventually(lambda: not server.kernels(), "the kernel's end")
    assert server.forks().is_running()
    files = server.process.num_fds()
    for _ in range(2):
        close(server, kernel(server))
        eventually(lambda: not server.kernels(), "the kernel's end")
    eventually(lambda: server.process.num_fds() <= files, "files that are closed")


def test_a_kernel_cannot_order_others(server: Running) -> None:
    """The socket on which the server orders kernels is not left open in a kernel."""
    orders = {os.readlink(path) for path in Path(f"/proc/{server.forks().pid}/fd").iterdir()}
    sockets = {name for name in orders if name.startswith("socket:")}
    kernel_id = kernel(server)
    (process,) = server.kernels()
    held = {os.readlink(path) for path in Path(f"/proc/{process.pid}/fd").iterdir()}
    assert sockets
    assert not sockets & held
    close(server, kernel_id)
    eventually(lambda: not server.kernels(), "the kernel's end")


def test_kernels_end_with_a_server_that_is_killed(tmp_path: Path) -> None:
    with running(folder_with(tmp_path, CELL), module="server") as server:
        eventually(lambda: _is_forked(server), "a process with everything imported")
        kernel(server)
        left = [server.forks(), *server.kernels()]
        assert len(left) == 2
        server.process.kill()
        eventually(lambda: not any(process.is_running() for process in left), "the end of all")


def test_it_can_be_switched_off(tmp_path: Path) -> None:
    options = ("--DashboardServer.forked_kernels=False",)
    with running(folder_with(tmp_path), *options, module="server") as server:
        kernel(server)
        (process,) = server.process.children()
        assert "ipykernel_launcher" in process.cmdline()


def test_where_no_fork_answers_kernels_are_started_one_by_one(tmp_path: Path) -> None:
    (tmp_path / "deaf.py").write_text(
        "import socket, sys\nline = socket.socket(fileno=int(sys.argv[1]))\nline.sendall(b'ready\\n')\n"
        "line.recv(9)\nline.sendall(b'no number\\n')\nline.recv(9)\n"
    )
    code = (
        "import time\nfrom server.forked import ForkServer\nfrom server.fork_server import Order\n"
        "forks = ForkServer('deaf')\nwhile not forks.ready(): time.sleep(0.05)\n"
        "assert forks.fork(Order([], {}, '/')) is None\nassert not forks.ready()\n"
        "assert forks.fork(Order([], {}, '/')) is None\nforks.close()\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((os.getcwd(), str(tmp_path)))}
    subprocess.run([sys.executable, "-c", code], env=environment, check=True, timeout=60)


def test_a_process_that_ended_is_known_and_sent_nothing() -> None:
    process = subprocess.Popen(["sleep", "60"], start_new_session=True)
    forked = ForkedProcess(process.pid)
    assert forked.poll() is None
    forked.send_signal(signal.SIGTERM)
    assert forked.wait() == 0
    process.wait()
    assert forked.poll() == 0
    forked.kill()


@pytest.mark.parametrize(
    ("command", "arguments"),
    [
        ([sys.executable, "-m", "ipykernel_launcher", "-f", "a.json"], ["-f", "a.json"]),
        ([sys.executable, "-Xfrozen_modules=off", "-m", "ipykernel_launcher", "-f", "a"], ["-f", "a"]),
        (["/elsewhere/python", "-m", "ipykernel_launcher", "-f", "a.json"], None),
        (["R", "--slave", "-e", "IRkernel::main()"], None),
    ],
)
def test_only_this_pythons_kernels_are_forked(command: list[str], arguments: list[str] | None) -> None:
    assert kernel_arguments(command) == arguments


def test_orders_survive_the_line() -> None:
    order = Order(["-f", "a b\n"], {"NAME": "\udce4\n"}, "/tmp/ü")
    assert order.line().count(b"\n") == 1
    assert Order.of(order.line()) == order


def test_a_server_of_forks_that_cannot_start_is_not_waited_for() -> None:
    forks = ForkServer("no_such_module")
    began = time.monotonic()
    eventually(lambda: forks._process.poll() is not None, "its end")
    assert forks.fork(Order([], {}, "/")) is None
    assert time.monotonic() - began < 60
    forks.close()
