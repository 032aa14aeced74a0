"""The server for strangers, as they meet it: real processes, real sockets, no browser."""

import asyncio
import gzip
import json
import re
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

from benchmarks.visitor import PROTOCOL, kernel_of, packed
from tests.server.voila_server import WIDGET, Running, eventually, folder_with, run, running

SLOW = "import time\ntime.sleep(5)\n" + WIDGET
INFO = [
    b"shell",
    json.dumps(
        {"msg_id": "1", "msg_type": "kernel_info_request", "username": "", "session": "s", "version": "5.3"}
    ).encode(),
    b"{}",
    b"{}",
    b"{}",
]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(folder_with(tmp_path_factory.mktemp("server")), module="server") as started:
        yield started


@contextmanager
def asked(server: Running, path: str = "/", method: str = "GET", **headers: str) -> Iterator[HTTPResponse]:
    """Ask the server for something; the connection stays open while the block lasts."""
    parts = urlsplit(server.address)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=90)
    connection.request(
        method, path, headers={name.replace("_", "-"): value for name, value in headers.items()}
    )
    answer = connection.getresponse()
    try:
        yield answer
    finally:
        answer.close()
        connection.close()


def page(server: Running, path: str = "/", **headers: str) -> tuple[int, str]:
    with asked(server, path, **headers) as answer:
        return answer.status, answer.read().decode()


def kernel(server: Running) -> str:
    status, html = page(server)
    found = kernel_of(html)
    assert status == 200
    assert found
    return found


def close(server: Running, kernel_id: str, prefix: str = "") -> None:
    """End a kernel as a closed tab does."""
    body = "_xsrf=aa"
    parts = urlsplit(server.address)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=60)
    kind = {"Cookie": "_xsrf=aa", "Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", f"{prefix}/voila/api/shutdown/{kernel_id}", body, kind)
    assert connection.getresponse().status == 204
    connection.close()


async def socket_of(
    server: Running, kernel_id: str, *protocols: str, **headers: str
) -> WebSocketClientConnection:
    url = f"{server.address.replace('http', 'ws')}/api/kernels/{kernel_id}/channels"
    request = HTTPRequest(f"{url}?session_id={uuid.uuid4().hex}", headers=headers)
    return await websocket_connect(request, subprotocols=list(protocols))


def test_scripts_and_pages_are_sent_compressed(server: Running) -> None:
    with asked(server, Accept_Encoding="gzip") as answer:
        text = answer.read()
        assert answer.headers["Content-Encoding"] == "gzip"
    scripts = re.findall(r'"([^"]+voila/static/voila\.js)"', gzip.decompress(text).decode())
    with asked(server, scripts[0], Accept_Encoding="gzip") as answer:
        small = answer.read()
        assert answer.headers["Content-Encoding"] == "gzip"
    assert len(small) < 0.6 * len(gzip.decompress(small))


def test_a_page_has_a_widget_and_its_headers(server: Running) -> None:
    with asked(server) as answer:
        html = answer.read().decode()
        policy = answer.getheader("Content-Security-Policy") or ""
    assert "widget-view+json" in html
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'self'" in policy
    close(server, kernel_of(html) or "")


@pytest.mark.parametrize("protocols", [(), ("v0.kernel.websocket.jupyter.org",)])
def test_a_socket_without_the_protocol_is_refused(protocols: tuple[str, ...], server: Running) -> None:
    kernel_id = kernel(server)
    with pytest.raises(HTTPClientError) as refused:
        run(socket_of(server, kernel_id, *protocols))
    assert refused.value.code == 400
    close(server, kernel_id)


def test_a_socket_of_a_foreign_page_is_refused(server: Running) -> None:
    kernel_id = kernel(server)
    with pytest.raises(HTTPClientError) as refused:
        run(socket_of(server, kernel_id, PROTOCOL, Origin="http://elsewhere.example"))
    assert refused.value.code == 403
    close(server, kernel_id)


@pytest.mark.parametrize("message", [(2**60).to_bytes(8, "little") + b"x" * 100, '{"channel": "shell"}'])
def test_a_message_that_is_not_sound_closes_its_socket_and_hangs_nobody(
    message: str | bytes, server: Running
) -> None:
    kernel_id = kernel(server)

    async def send() -> int | None:
        socket = await socket_of(server, kernel_id, PROTOCOL)
        await socket.write_message(message, binary=isinstance(message, bytes))
        while await asyncio.wait_for(socket.read_message(), 60) is not None:
            pass
        socket.close()
        return socket.close_code

    assert run(send()) == 1003
    assert page(server, "/voila/health")[0] == 200
    close(server, kernel_id)


def test_a_sound_message_is_answered_and_code_is_not_run(server: Running) -> None:
    kernel_id = kernel(server)
    code = json.dumps({"code": "open('ran', 'w')", "silent": False}).encode()
    execute = [INFO[0], INFO[1].replace(b"kernel_info_request", b"execute_request"), b"{}", b"{}", code]

    async def send() -> str:
        socket = await socket_of(server, kernel_id, PROTOCOL)
        await socket.write_message(packed(execute), binary=True)
        await socket.write_message(packed([b"control", *execute[1:]]), binary=True)
        await socket.write_message(packed(INFO), binary=True)
        seen = ""
        while answer := await asyncio.wait_for(socket.read_message(), 60):
            assert isinstance(answer, bytes)
            for kind in ("kernel_info_reply", "execute_reply"):
                if kind.encode() in answer and not seen:
                    seen = kind
                    await socket.write_message("not a message: the server closes the socket")
        socket.close()
        return seen

    assert run(send()) == "kernel_info_reply"
    assert not (server.log.parent / "ran").exists()
    close(server, kernel_id)


def test_a_kernel_has_few_sockets(server: Running) -> None:
    kernel_id = kernel(server)

    async def open_many() -> int:
        opened = [await socket_of(server, kernel_id, PROTOCOL) for _ in range(4)]
        with pytest.raises(HTTPClientError) as refused:
            await socket_of(server, kernel_id, PROTOCOL)
        for socket in opened:
            await socket.write_message("not a message: the server closes the socket")
            while await asyncio.wait_for(socket.read_message(), 60) is not None:
                pass
            socket.close()
        return refused.value.code

    assert run(open_many()) == 429
    close(server, kernel_id)


def test_kernels_speak_over_files_of_their_own_user(server: Running) -> None:
    kernel_id = kernel(server)
    folder = Path(re.findall(r"Storing connection files in (\S+)\.\n", server.log.read_text())[-1])
    connection = json.loads((folder / f"kernel-{kernel_id}.json").read_text())
    assert connection["transport"] == "ipc"
    assert folder.stat().st_mode & 0o077 == 0
    close(server, kernel_id)


@pytest.mark.parametrize(
    ("host", "status"), [("localhost", 200), ("127.0.0.1:1", 200), ("rebound.example", 403)]
)
def test_names_that_are_not_the_servers_are_refused(host: str, status: int, server: Running) -> None:
    with asked(server, Host=host) as answer:
        assert answer.status == status


@pytest.mark.parametrize(
    "path",
    [
        "/voila/files/voila.json",
        "/voila/files/",
        "/dashboard.ipynb",
        "/api/contents",
        "/api/kernels",
        "/tree",
    ],
)
def test_no_files_and_no_lists(path: str, server: Running) -> None:
    status, body = page(server, path)
    assert status in (302, 403, 404)
    assert "ipywidgets" not in body


def test_health_and_metrics(server: Running) -> None:
    status, body = page(server, "/voila/health")
    assert (status, json.loads(body)["status"]) == (200, "ok")
    status, body = page(server, "/voila/metrics")
    assert status == 200
    assert re.search(r"^clusters_pages_total [1-9]", body, re.MULTILINE)
    assert page(server, "/voila/metrics", X_Forwarded_For="192.0.2.7")[0] == 403


def test_a_page_whose_visitor_left_ends_its_kernel(tmp_path: Path) -> None:
    with running(folder_with(tmp_path, SLOW), module="server") as server:
        with asked(server) as answer:
            answer.read(100)
            eventually(lambda: len(server.kernels()) == 1, "a kernel")
        eventually(lambda: not server.kernels(), "its end", patience_s=30)
        eventually(lambda: json.loads(page(server, "/voila/health")[1])["taken"] == 0, "a free place")


def test_places_are_bounded_in_all_and_per_address(tmp_path: Path) -> None:
    options = ("--max_kernels=2", "--max_per_address=1", "--DashboardServer.proxies=127.0.0.1")
    with running(folder_with(tmp_path), *options, module="server") as server:
        first = kernel(server)
        with asked(server) as answer:
            assert (answer.status, answer.getheader("Retry-After")) == (429, "15")
            assert "from your network as this server allows: 1." in answer.read().decode()
        assert page(server, X_Forwarded_For="192.0.2.1")[0] == 200
        status, body = page(server, X_Forwarded_For="192.0.2.2")
        assert status == 503
        assert "All places of this server are taken: 2." in body
        assert '<meta http-equiv="refresh" content="30">' in body
        close(server, first)
        assert page(server, X_Forwarded_For="192.0.2.2")[0] == 200


def test_those_who_wait_are_told_how_many_are_before_them(tmp_path: Path) -> None:
    with (
        running(folder_with(tmp_path, SLOW), "--max_opening=1", module="server") as server,
        asked(server) as first,
    ):
        first.read(100)
        with asked(server) as second:
            frame = second.read(2000)
            assert b"<!DOCTYPE html>" in frame
            html = frame + second.read()
        assert b'opening?.wait("1 visitor before you.")' in html
        assert b'opening?.wait("")' in html or html.index(b"1 visitor") < html.index(b"widget-view+json")


def test_a_kernel_started_ahead_serves_its_visitor_and_nobody_takes_its_place(tmp_path: Path) -> None:
    cell = (
        "import sys, os\nsys.path.insert(0, os.environ['ROOT'])\nfrom widgets import visit\n"
        "import ipywidgets\nipywidgets.HTML(visit.query_string())"
    )
    root = {"ROOT": str(Path(__file__).resolve().parents[2])}
    options = ("--preheat_kernel=True", "--pool_size=1")
    with running(folder_with(tmp_path, cell), *options, module="server", settings=root) as server:
        eventually(lambda: "Kernel started" in server.log.read_text(), "a kernel")
        waiting = re.findall(r"Kernel started: (\S+)", server.log.read_text())[0]
        time.sleep(3)
        for kernel_id, headers, status in (
            (waiting, {"Origin": server.address}, 403),
            (waiting, {"X-Forwarded-For": "192.0.2.1"}, 403),
            (str(uuid.uuid4()), {}, 404),
        ):
            url = f"{server.address.replace('http', 'ws')}/voila/query/{kernel_id}"
            with pytest.raises(HTTPClientError) as refused:
                run(_connect(HTTPRequest(url, headers=headers)))
            assert refused.value.code == status
        status, html = page(server, "/?lat=1.5")
        assert kernel_of(html) == waiting
        assert "widget-view+json" in html
        assert "Using pre-heated kernel" in server.log.read_text()


async def _connect(request: HTTPRequest) -> WebSocketClientConnection:
    return await websocket_connect(request)


def test_a_long_request_is_not_kept_in_memory(server: Running) -> None:
    parts = urlsplit(server.address)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=60)
    connection.putrequest("POST", "/voila/api/shutdown/none")
    connection.putheader("Content-Length", str(50 * 2**20))
    connection.endheaders()
    assert connection.getresponse().status == 400
    connection.close()
