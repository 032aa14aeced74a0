"""A proxy between a browser and a server that lets everything through but WebSockets."""

from __future__ import annotations

import re
import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from urllib.parse import urlsplit

PIECE = 65_536


class Fault(Enum):
    """What is wrong with the proxy."""

    NO_UPGRADE = "it drops the headers that ask for a WebSocket"
    WRONG_HOST = "it names itself as the host, so the server takes the page for a stranger's"
    SILENT = "it takes the request for a WebSocket and never answers"


@contextmanager
def blocking_proxy(address: str, fault: Fault) -> Iterator[str]:
    """Stand before a server until the block ends; gives the address to open instead of the server's."""
    target = (urlsplit(address).hostname or "", urlsplit(address).port or 80)
    proxy = _Proxy(target, fault)
    thread = threading.Thread(target=proxy.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{proxy.server_address[1]}"
    finally:
        proxy.shutdown()
        proxy.ended.set()
        proxy.server_close()
        thread.join()


class _Proxy(socketserver.ThreadingTCPServer):
    """Hands each connection to the server behind it."""

    daemon_threads = True

    def __init__(self, target: tuple[str, int], fault: Fault) -> None:
        self.target, self.fault = target, fault
        self.ended = threading.Event()
        super().__init__(("127.0.0.1", 0), _Connection)


class _Connection(socketserver.BaseRequestHandler):
    """One request and its answer."""

    server: _Proxy

    def handle(self) -> None:
        """Pass a request on as the faulty proxy would."""
        head, rest = self._request()
        if not head:
            return
        wants_socket = re.search(rb"(?im)^Upgrade: *websocket", head) is not None
        if wants_socket and self.server.fault is Fault.SILENT:
            self.server.ended.wait()
            return
        with socket.create_connection(self.server.target) as behind:
            behind.sendall(self._changed(head, wants_socket) + rest)
            answers = threading.Thread(target=_pump, args=(behind, self.request), daemon=True)
            answers.start()
            _pump(self.request, behind)
            answers.join()

    def _request(self) -> tuple[bytes, bytes]:
        """Return the first line and the headers, and what came with them of the body."""
        received = b""
        while b"\r\n\r\n" not in received:
            piece: bytes = self.request.recv(PIECE)
            if not piece:
                return b"", b""
            received += piece
        head, _, rest = received.partition(b"\r\n\r\n")
        return head + b"\r\n\r\n", rest

    def _changed(self, head: bytes, wants_socket: bool) -> bytes:
        host = b"Host: %b:%d\r\n" % (self.server.target[0].encode(), self.server.target[1])
        if wants_socket and self.server.fault is Fault.WRONG_HOST:
            return re.sub(rb"(?im)^Host: .*\r\n", host, head)
        # A connection a request: what comes next on it would pass unchanged.
        head = re.sub(rb"(?im)^(Connection|Upgrade): .*\r\n", b"", head)
        return head.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")


def _pump(source: socket.socket, sink: socket.socket) -> None:
    """Pass bytes on until either end has gone."""
    try:
        while piece := source.recv(PIECE):
            sink.sendall(piece)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass
