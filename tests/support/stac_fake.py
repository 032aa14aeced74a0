"""A STAC API that remembers what it was asked, with several characters. Run as a process of its own:

    python -m tests.support.stac_fake

A PUT of ``{"conforms": [...], "items": [...], "page": n, "fault": "", "times": n}`` to ``/NAME`` makes an API
whose landing page is ``/NAME``; ``/NAME/log`` returns the bodies of its searches, ``/NAME/requests`` method,
path and port of the connection of all it was asked, ``/NAME/items`` its items. With ``counts`` it tells how
many items match, with ``matched`` that as many do; its searches live at ``at`` (default "search"). A fault
strikes the searches, one that begins with ``landing-`` the landing page; with ``times`` only the first
requests.
Like Earth Search, every page has a `next` link, the last and the empty one too.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

from tests.support.file_server import broken_off, reset

CORE = "https://api.stacspec.org/v1.0.0/core"
SEARCH = "https://api.stacspec.org/v1.0.0/item-search"
QUERY = "https://api.stacspec.org/v1.0.0/item-search#query"
FILTER = "https://api.stacspec.org/v1.0.0/item-search#filter"
COLLECTIONS = "https://api.stacspec.org/v1.0.0/collections"
SLOW_S, STALL_S = 8.0, 15.0


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    characters: ClassVar[dict[str, dict[str, Any]]] = {}
    log: ClassVar[dict[str, list[dict[str, Any]]]] = {}
    requests: ClassVar[dict[str, list[tuple[str, str, int]]]] = {}
    faults: ClassVar[dict[str, int]] = {}
    lock: ClassVar[threading.Lock] = threading.Lock()

    def do_GET(self) -> None:
        name, _, rest = self.path.strip("/").partition("/")
        if rest == "log":
            return self.send(200, self.log.get(name, []))
        if rest == "requests":
            return self.send(200, self.requests.get(name, []))
        if rest == "items":
            return self.send(200, self.characters[name]["items"])
        self.count(name, rest)
        if rest == "":
            return self.landing(name)
        if rest == "collections":
            held = sorted({i["collection"] for i in self.characters[name]["items"]})
            return self.send(200, {"collections": [collection(c) for c in held], "links": []})
        self.remember(name, {"method": "GET", "path": self.path})
        return self.send(405, {"code": "use POST"})

    def do_PUT(self) -> None:
        self.characters[self.path.strip("/")] = json.loads(
            self.rfile.read(int(self.headers["Content-Length"]))
        )
        self.send(200, {})

    def do_POST(self) -> None:
        name, _, rest = self.path.strip("/").partition("/")
        self.count(name, rest)
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if rest != self.characters[name].get("at", "search"):
            return self.send(404, {"code": "not here"})
        self.remember(name, body)
        if not self.struck(name, self.characters[name].get("fault", "")):
            self.send(200, self.page(name, body))

    def landing(self, name: str) -> None:
        fault = self.characters[name].get("fault", "")
        if fault.startswith("landing-") and self.struck(name, fault.removeprefix("landing-")):
            return
        links = [
            {"rel": "self", "href": self.address(name), "type": "application/json"},
            {"rel": "root", "href": self.address(name), "type": "application/json"},
            {"rel": "data", "href": self.address(f"{name}/collections"), "type": "application/json"},
            *(
                {
                    "rel": "search",
                    "href": self.address(f"{name}/{self.characters[name].get('at', 'search')}"),
                    "type": "application/geo+json",
                    "method": m,
                }
                for m in ("GET", "POST")
            ),
        ]
        self.send(
            200,
            {
                "type": "Catalog",
                "stac_version": "1.0.0",
                "id": name,
                "description": "for tests",
                "links": links,
                "conformsTo": self.characters[name].get("conforms", [CORE, SEARCH]),
            },
        )

    def page(self, name: str, body: dict[str, Any]) -> dict[str, Any]:
        character = self.characters[name]
        items = [i for i in character["items"] if wanted(i, body)]
        size = min(character.get("page", 10), body.get("limit", 10))
        start = int(body.get("next", 0))
        following = {
            "rel": "next",
            "method": "POST",
            "href": self.address(self.path.strip("/")),
            "merge": False,
            "type": "application/geo+json",
            "body": {**body, "next": str(start + size)},
        }
        matched = character.get("matched", len(items))
        counts = {"numberMatched": matched} if character.keys() & {"counts", "matched"} else {}
        features = items[start : start + size]
        return {"type": "FeatureCollection", "features": features, "links": [following], **counts}

    def struck(self, name: str, fault: str) -> bool:
        """Answer with a fault; tells whether it did."""
        with self.lock:
            self.faults[name] = self.faults.get(name, 0) + 1
            over = self.faults[name] > self.characters[name].get("times", 1_000_000)
        if not fault or over or fault.startswith("landing-"):
            return False
        if fault.isdigit():
            self.send(int(fault), {"code": fault})
        elif fault in ("slow", "stall"):
            time.sleep(SLOW_S if fault == "slow" else STALL_S)
            self.close_connection = True
        elif fault == "reset":
            reset(self)
        elif fault in ("mid", "short"):
            broken_off(self, b'{"type": "FeatureCollection", "features": []}', "application/json", fault)
        else:
            texts = {"json": b'{"type": "FeatureColl', "html": b"<html>hello</html>", "list": b"[1, 2]"}
            self.send_bytes(200, texts[fault], "text/html" if fault == "html" else "application/json")
        return True

    def count(self, name: str, path: str) -> None:
        with self.lock:
            self.requests.setdefault(name, []).append((self.command, path, self.client_address[1]))

    def remember(self, name: str, body: dict[str, Any]) -> None:
        with self.lock:
            self.log.setdefault(name, []).append(body)

    def address(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}/{path}"

    def send(self, status: int, content: object) -> None:
        self.send_bytes(status, json.dumps(content).encode(), "application/json")

    def send_bytes(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


def wanted(item: dict[str, Any], body: dict[str, Any]) -> bool:
    """Tell whether an item passes the collections, ids, `query` and `filter` of a search."""
    cover = item["properties"].get("eo:cloud_cover")
    limits = []
    if "query" in body:
        limits.append(body["query"]["eo:cloud_cover"]["lte"])
    if "filter" in body:
        limits.append(body["filter"]["args"][1])
    return (
        item["collection"] in body.get("collections", [item["collection"]])
        and item["id"] in body.get("ids", [item["id"]])
        and all(cover is not None and cover <= limit for limit in limits)
    )


def collection(name: str) -> dict[str, Any]:
    return {
        "type": "Collection",
        "stac_version": "1.0.0",
        "id": name,
        "description": "for tests",
        "license": "proprietary",
        "extent": {"spatial": {"bbox": [[-180, -90, 180, 90]]}, "temporal": {"interval": [[None, None]]}},
        "links": [],
    }


def main() -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    print(f"http://127.0.0.1:{server.server_address[1]}", flush=True)
    threading.Thread(target=lambda: (sys.stdin.read(), server.shutdown()), daemon=True).start()
    server.serve_forever()


if __name__ == "__main__":
    main()
