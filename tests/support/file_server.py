"""Files over HTTP with ranges, and with faults on request. Run as a process of its own:

    python -m tests.support.file_server FOLDER

A server in a thread of the reading process deadlocks: GDAL holds the interpreter's lock while it opens.
The address is printed on the first line. A path that begins with ``/fault/NAME/`` is the same file with a
fault, with ``/fault/once-NAME/`` only the first time it is asked for; one with ``?to=ADDRESS`` redirects
there. ``/log`` returns the requests so far as JSON.

It also stands for Azure's storage with Planetary Computer's signatures: ``/sas/ACCOUNT/CONTAINER`` gives a
token, as a proxy it serves ``http://ACCOUNT.blob.core.windows.net/CONTAINER/…`` to those who show one. The
container ``public`` has no tokens and needs none, ``closed`` gives none away, those of ``brief`` end soon.
"""

from __future__ import annotations

import contextlib
import json
import re
import socket
import struct
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit

SLOW_S = 20.0
STORAGE, SIGNATURE = ".blob.core.windows.net", "secret"


def reset(handler: BaseHTTPRequestHandler) -> None:
    """Break the connection off; closing it alone would leave it open while the handler's files are."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.close_connection = True


def broken_off(handler: BaseHTTPRequestHandler, body: bytes, kind: str, fault: str) -> None:
    """Send half a body: "mid" resets the connection then, "short" closes it as if that were all."""
    handler.send_response(206 if handler.headers.get("Range") else 200)
    handler.send_header("Content-Type", kind)
    handler.send_header("Content-Length", str(len(body)))
    if handler.headers.get("Range"):
        first = int(handler.headers["Range"].removeprefix("bytes=").split("-")[0])
        handler.send_header("Content-Range", f"bytes {first}-{first + len(body) - 1}/*")
    handler.end_headers()
    handler.wfile.write(body[: len(body) // 2])
    handler.wfile.flush()
    if fault == "mid":
        time.sleep(0.1)  # what was sent arrives before the reset
        reset(handler)
    handler.close_connection = True


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    root: ClassVar[Path]
    requests: ClassVar[list[dict[str, object]]] = []
    flaky: ClassVar[dict[str, int]] = {}
    lock: ClassVar[threading.Lock] = threading.Lock()

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.do_GET()

    def do_GET(self) -> None:
        if self.path == "/log":
            return self.answer(200, json.dumps(self.requests).encode(), "application/json")
        with self.lock:
            self.requests.append(
                {"path": self.path, "range": self.headers.get("Range"), "method": self.command}
            )
        if self.path.startswith("/sas/"):
            return self.send_token(self.path.rsplit("/", 1)[1])
        address = urlsplit(self.path)
        path, fault = address.path, ""
        if address.netloc.endswith(STORAGE):
            container, path = path.lstrip("/").split("/", 1)
            if container != "public" and parse_qs(address.query).get("sig") != [SIGNATURE]:
                return self.answer(403, b"not signed", "text/plain")
        if there := parse_qs(address.query).get("to"):
            return self.answer(302, b"", "text/plain", {"Location": there[0]})
        found = re.fullmatch(r"/fault/([a-z0-9-]+)(/.*)?", path)
        if found:
            fault, path = found[1], found[2] or "/"
        if fault.startswith("once-"):
            with self.lock:
                self.flaky[path] = self.flaky.get(path, 0) + 1
                fault = fault.removeprefix("once-") if self.flaky[path] == 1 else ""
        if fault.isdigit():
            return self.answer(int(fault), b"fault", "text/plain")
        if fault == "flaky":
            with self.lock:
                self.flaky[path] = self.flaky.get(path, 0) + 1
                if self.flaky[path] == 1:
                    return self.answer(503, b"busy", "text/plain")
        if fault == "slow":
            time.sleep(SLOW_S)
        if fault == "json":
            return self.answer(200, b'{"type": "Catalog", "links": [', "application/json")
        if fault == "html":
            return self.answer(200, b"<html>hello</html>", "text/html")
        if fault == "list":
            return self.answer(200, b"[1, 2]", "application/json")
        if fault == "reset":
            return reset(self)
        file = self.root / path.lstrip("/")
        if not file.is_file():
            return self.answer(404, b"not found", "text/plain")
        content = file.read_bytes()
        if fault == "truncated":
            content = content[: len(content) // 2]
        if fault in ("mid", "short"):
            return broken_off(self, self.part(content)[0], "image/tiff", fault)
        if fault == "elsewhere":  # another part than the one that was asked for
            part, first = self.part(content)
            span = {"Content-Range": f"bytes {first + 1}-{first + len(part)}/{len(content)}"}
            return self.answer(206, part, "image/tiff", span)
        if fault == "drip":
            return self.drip()
        if fault == "norange":
            return self.answer(200, content, "image/tiff")
        if fault == "nottiff":
            content = b"this is no TIFF " * 4096
        return self.send_range(content)

    def drip(self) -> None:
        """Send a byte now and then, as if more were to come."""
        self.send_response(206)
        self.send_header("Content-Range", "bytes 0-16383/100000")
        self.send_header("Content-Length", "16384")
        self.end_headers()
        with contextlib.suppress(OSError):
            for _ in range(400):
                self.wfile.write(b"I")
                time.sleep(0.05)
        self.close_connection = True

    def send_token(self, container: str) -> None:
        status = {"public": 404, "closed": 403}.get(container, 200)
        ends = datetime.now(UTC) + timedelta(seconds=30 if container == "brief" else 3600)
        token = {"msft:expiry": ends.isoformat(), "token": f"se={ends:%Y-%m-%d}&sp=rl&sig={SIGNATURE}"}
        self.answer(status, json.dumps(token).encode(), "application/json")

    def send_range(self, content: bytes) -> None:
        if "Range" not in self.headers:
            return self.answer(200, content, "image/tiff")
        part, first = self.part(content)
        if not part:
            return self.answer(416, b"", "text/plain")
        headers = {"Content-Range": f"bytes {first}-{first + len(part) - 1}/{len(content)}"}
        return self.answer(206, part, "image/tiff", headers)

    def part(self, content: bytes) -> tuple[bytes, int]:
        """Return the bytes that are asked for, and where they begin."""
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range") or "")
        if wanted is None:
            return content, 0
        first = int(wanted[1])
        last = min(int(wanted[2] or len(content) - 1), len(content) - 1)
        return content[first : last + 1], first

    def answer(self, status: int, body: bytes, kind: str, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Accept-Ranges": "bytes", **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


def main(root: str) -> None:
    Handler.root = Path(root)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(f"http://127.0.0.1:{server.server_address[1]}", flush=True)
    threading.Thread(target=lambda: (sys.stdin.read(), server.shutdown()), daemon=True).start()
    server.serve_forever()


if __name__ == "__main__":
    main(sys.argv[1])
