"""A STAC API of which each test says what it answers."""

import json
import threading
from collections.abc import Callable
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from pipeline import (
    AnalysisRequest,
    AreaOfInterest,
)
from tests.support.synthetic import NOON, item

AREA = AreaOfInterest.square(10.33, 46.94, 1)


Answer = Callable[["Handler", dict[str, Any]], Any]


class Handler(BaseHTTPRequestHandler):
    """Answers every POST with what the test's function returns; remembers what it was asked."""

    protocol_version = "HTTP/1.1"
    answer: Answer
    bodies: list[dict[str, Any]]
    paths: list[str]

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.bodies.append(body)
        self.paths.append(self.path)
        answer = type(self).answer(self, body)
        if answer is not None:
            self.send(200, json.dumps(answer).encode())

    def do_GET(self) -> None:
        self.paths.append(self.path)
        if self.path.endswith("/collections"):
            held = {"id": "sentinel-2-l2a", "type": "Collection", "stac_version": "1.0.0", "description": "d"}
            extent = {"spatial": {"bbox": [[-180, -90, 180, 90]]}, "temporal": {"interval": [[None, None]]}}
            held |= {"license": "x", "extent": extent, "links": []}
            self.send(200, json.dumps({"collections": [held], "links": []}).encode())
        else:
            links = [
                {"rel": "self", "href": self.url("/api")},
                {"rel": "data", "href": self.url("/api/collections")},
                {"rel": "search", "href": self.url("/api/search"), "method": "POST"},
            ]
            conforms = [
                f"https://api.stacspec.org/v1.0.0/{c}" for c in ("core", "item-search", "collections")
            ]
            landing = {"type": "Catalog", "stac_version": "1.0.0", "id": "x", "description": "d"}
            self.send(200, json.dumps({**landing, "links": links, "conformsTo": conforms}).encode())

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}{path}"

    def send(self, status: int, content: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        pass


class Api:
    """A running server."""

    def __init__(self, answer: Answer) -> None:
        made = {"answer": staticmethod(answer), "bodies": [], "paths": []}
        self.handler = type("Made", (Handler,), made)
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self.handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/api"

    @property
    def bodies(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.handler.bodies  # type: ignore[attr-defined]
        return found


def request(**changes: Any) -> AnalysisRequest:
    period = {"start": date(2022, 6, 1), "end": date(2022, 6, 30)} | changes
    return AnalysisRequest(AREA, **period, catalog="odd")


def made(n: int, **options: Any) -> dict[str, Any]:
    return item(f"day{n}", "http://x", when=NOON + timedelta(hours=n), **options)


def page(handler: Handler, items: list[Any], following: dict[str, Any] | None) -> dict[str, Any]:
    links = []
    if following is not None:
        href = following.pop("href", handler.url("/api/search"))
        links = [{"rel": "next", "method": "POST", "href": href, "body": following}]
    return {"type": "FeatureCollection", "features": items, "links": links}
