"""How a kernel that was started ahead learns who came, also where its line is taken or broken."""

import asyncio
import json
import threading
from collections.abc import Iterator

import pytest
from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port
from tornado.web import Application
from tornado.websocket import WebSocketHandler

from widgets.page import query_string


class Line(WebSocketHandler):
    """Says nothing to the first who asks, hangs up on the second, answers the third."""

    asked: list[str]

    def initialize(self, asked: list[str]) -> None:
        self.asked = asked

    def open(self, kernel: str) -> None:
        self.asked.append(kernel)
        if len(self.asked) == 2:
            self.close()
        if len(self.asked) == 3:
            self.write_message(json.dumps({"QUERY_STRING": "lat=1"}))


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """A server on a thread of its own; gives the kernels that asked."""
    kernels: list[str] = []
    started, loops = threading.Event(), []

    async def serve() -> None:
        listener, port = bind_unused_port()
        server = HTTPServer(Application([(r"/voila/query/(.*)", Line, {"asked": kernels})]))
        server.add_sockets([listener])
        monkeypatch.setenv("VOILA_APP_PORT", str(port))
        stop = asyncio.Event()
        loops.append((asyncio.get_running_loop(), stop))
        started.set()
        await stop.wait()
        server.stop()
        await server.close_all_connections()

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    started.wait(30)
    for name, value in (("VOILA_PREHEAT", "True"), ("VOILA_KERNEL_ID", "mine"), ("QUERY_STRING", "")):
        monkeypatch.setenv(name, value)
    yield kernels
    loop, stop = loops[0]
    loop.call_soon_threadsafe(stop.set)
    thread.join(30)


def test_a_line_that_stays_silent_or_breaks_is_asked_anew(
    asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(query_string, "ASK_ANEW_S", 0.3)
    monkeypatch.setattr(query_string, "PAUSE_S", 0.05)
    assert query_string.query_string() == "lat=1"
    assert asked == ["mine"] * 3


def test_without_a_server_the_page_opens_without_a_link(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(query_string, "PAUSE_S", 0.01)
    for name, value in (("VOILA_PREHEAT", "True"), ("VOILA_APP_PORT", "1"), ("QUERY_STRING", "")):
        monkeypatch.setenv(name, value)
    assert query_string.query_string() == ""
