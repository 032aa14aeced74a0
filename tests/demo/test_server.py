import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from pystac_client import Client

import demo
from demo import cache, server
from demo.errors import DemoUnavailable
from synthetic.reference import WORLD_COVER
from tests.support.patience import PATIENCE_S
from tests.support.servers import local

COLLECTION = "sentinel-2-c1-l2a"
POINT = {"type": "Point", "coordinates": [demo.LONGITUDE, demo.LATITUDE]}


@pytest.fixture
def url(scenes_folder: Path) -> Iterator[str]:
    yield demo.serve()
    demo.stop()


def wait_until(condition: Callable[[], bool], seconds: float = PATIENCE_S) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return condition()


def family() -> list[psutil.Process]:
    assert server._running is not None
    guard = psutil.Process(server._running.guard.pid)
    return [guard, *guard.children(recursive=True)]


def takes(taker: socket.socket, port: int) -> bool:
    """Take a port, unless it is taken: the last threads of a killed process may hold it for a moment."""
    try:
        taker.bind(("127.0.0.1", port))
    except OSError:
        return False
    return True


def gone(process: psutil.Process) -> bool:
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def test_search_by_place_and_date(url: str) -> None:
    catalogue = Client.open(url)
    june = catalogue.search(collections=[COLLECTION], intersects=POINT, datetime=f"{demo.START}/{demo.END}")
    found = {item.id: item for item in june.items()}
    assert sorted(found) == ["S2A_T32UPU_20240609T102611_L2A", "S2B_T32UPU_20240624T102609_L2A"]
    assert all(local(asset.href).is_file() for item in found.values() for asset in item.assets.values())
    elsewhere = catalogue.search(collections=[COLLECTION], intersects={**POINT, "coordinates": [0, 0]})
    assert list(elsewhere.items()) == []


def test_paging_gives_every_item_once(url: str) -> None:
    everything = Client.open(url).search(collections=[COLLECTION], limit=1)
    found = [item.id for item in everything.items()]
    assert len(found) == len(set(found)) == 14


def test_the_collection_is_described(url: str) -> None:
    described = {c.id: c.description for c in Client.open(url).get_collections()}
    assert set(described) == {COLLECTION, "esa-worldcover"}
    assert all("Invented" in text for text in described.values())


def test_the_reference_map_is_served(url: str) -> None:
    catalogue = Client.open(url)
    (item,) = catalogue.search(collections=["esa-worldcover"], intersects=POINT).items()
    assert local(item.assets["map"].href) == demo.reference_map()
    assert {c["value"] for c in item.assets["map"].extra_fields["classification:classes"]} == set(WORLD_COVER)


def test_serving_twice_gives_the_same_address(url: str) -> None:
    addresses: list[str] = []
    threads = [threading.Thread(target=lambda: addresses.append(demo.serve())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert addresses == [url] * 4


def test_stop_ends_every_process_and_serve_starts_anew(url: str) -> None:
    processes = family()
    demo.stop()
    assert all(wait_until(lambda p=process: not p.is_running()) for process in processes)
    demo.stop()
    assert Client.open(demo.serve()).id


def test_a_dead_server_is_started_again_at_the_same_address(url: str) -> None:
    processes = family()
    processes[-1].kill()
    assert wait_until(lambda: gone(processes[0]))
    assert demo.serve() == url
    assert Client.open(url).id


def test_a_server_that_has_just_died_is_not_handed_out(url: str) -> None:
    """Its guard is stopped here: on a busy machine it may take a while to notice."""
    guard, catalogue = family()
    guard.suspend()
    try:
        catalogue.kill()
        assert wait_until(lambda: gone(catalogue))
        assert server._running is not None
        assert not server._running.alive
    finally:
        guard.resume()
    assert demo.serve() == url
    assert Client.open(url).id


def test_a_server_that_is_busy_is_kept(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "_ANSWER_S", 0.2)
    guard, catalogue = family()
    catalogue.suspend()
    try:
        assert demo.serve() == url
    finally:
        catalogue.resume()
    assert family() == [guard, catalogue]


def test_a_stranger_on_the_port_of_a_dead_server_is_not_handed_out(url: str) -> None:
    guard, catalogue = family()
    guard.suspend()
    try:
        catalogue.kill()
        assert wait_until(lambda: gone(catalogue))
        with socket.socket() as stranger:
            stranger.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            assert wait_until(lambda: takes(stranger, int(url.rsplit(":", 1)[1])))
            stranger.listen()
            answer = threading.Thread(target=lambda: answer_nonsense(stranger), daemon=True)
            answer.start()
            assert server._running is not None
            assert not server._running.alive
            answer.join(10)
    finally:
        guard.resume()


def answer_nonsense(listening: socket.socket) -> None:
    connection, _ = listening.accept()
    with connection:
        connection.recv(4096)
        connection.sendall(b"this is not HTTP\r\n")


def test_a_taken_port_is_left_to_its_owner(monkeypatch: pytest.MonkeyPatch, scenes_folder: Path) -> None:
    demo.stop()
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken: int = other.getsockname()[1]
        ports = iter([taken])
        free_port = server._free_port
        monkeypatch.setattr(server, "_free_port", lambda: next(ports, None) or free_port())
        address = demo.serve()
    assert not address.endswith(f":{taken}")
    demo.stop()


def test_another_catalogue_on_the_port_is_not_taken_for_ours(url: str, scenes_folder: Path) -> None:
    port = int(url.rsplit(":", 1)[1])
    running, complaint = server._try_port(server._rustac(), scenes_folder, port)
    assert running is None
    assert complaint


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is of POSIX")
def test_the_server_dies_with_its_killed_parent(scenes_folder: Path, repository: Path) -> None:
    code = "import demo, threading, time\n"
    code += "worker = threading.Thread(target=lambda: print(demo.serve(), flush=True))\n"
    code += "worker.start(); worker.join(); time.sleep(60)"
    with subprocess.Popen(
        [sys.executable, "-c", code], cwd=repository, stdout=subprocess.PIPE, text=True, env=dict(os.environ)
    ) as parent:
        assert parent.stdout is not None
        address = parent.stdout.readline().strip()
        children = psutil.Process(parent.pid).children(recursive=True)
        assert len(children) == 2
        time.sleep(0.5)
        assert Client.open(address).id  # it outlives the thread that started it
        os.kill(parent.pid, signal.SIGKILL)
        assert all(wait_until(lambda p=child: gone(p)) for child in children)


@pytest.mark.skipif(sys.platform == "win32", reason="SIGINT is of POSIX")
def test_interrupting_the_kernel_spares_the_server(scenes_folder: Path, repository: Path) -> None:
    code = "import demo, signal, time\n"
    code += "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # a run in the background ignores it
    code += "try:\n    print(demo.serve(), flush=True)\n    time.sleep(60)\n"
    code += "except KeyboardInterrupt:\n    print(demo.serve(), flush=True)"
    with subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=repository,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as parent:
        assert parent.stdout is not None
        address = parent.stdout.readline()
        os.killpg(parent.pid, signal.SIGINT)
        assert parent.stdout.readline() == address


def test_without_the_program_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, scenes_folder: Path
) -> None:
    demo.stop()
    monkeypatch.setattr(shutil, "which", lambda name, path: None)
    with pytest.raises(DemoUnavailable, match="Install the package rustac"):
        demo.serve()


def test_the_module_runs_from_the_command_line(scenes_folder: Path, repository: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "demo", "--generate"],
        cwd=repository,
        capture_output=True,
        text=True,
        check=True,
    )
    assert Path(done.stdout.strip()) == cache.home()
