"""The server's counters for Prometheus, and the address that reports its health."""

from __future__ import annotations

import json
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, Counter, Gauge, Histogram, generate_latest
from tornado.web import HTTPError, RequestHandler

from server.limits import files_left
from server.places import Places

OPENED = Counter("clusters_pages", "Pages that were asked for and given a place")
REFUSED = Counter("clusters_pages_refused", "Pages that were refused", ["status"])
FAILED = Counter("clusters_pages_failed", "Pages that could not be opened")
OPENING_S = Histogram(
    "clusters_page_opening_seconds",
    "From the request to the whole page, the wait for a turn included",
    buckets=(1, 2, 5, 10, 20, 45, 90, 180),
)
TAKEN = Gauge("clusters_places_taken", "Places that are taken")
WAITING = Gauge("clusters_visitors_waiting", "Visitors who wait for their page to be opened")
FILES_LEFT = Gauge("clusters_files_left", "Files that the server can still open")


class Health(RequestHandler):
    """``/voila/health``: 200 while the server answers, with its places in numbers."""

    def initialize(self, places: Places) -> None:
        """Take the server's places."""
        self._places = places

    def get(self) -> None:
        """Answer in JSON."""
        self.set_header("Cache-Control", "no-store")
        self.finish(
            {
                "status": "ok",
                "places": self._places.bounds.kernels,
                "taken": self._places.taken,
                "opening": self._places.opening,
                "waiting": self._places.waiting,
            }
        )

    def write_error(self, status_code: int, **_: Any) -> None:
        """Answer errors in JSON, too."""
        self.finish(json.dumps({"status": status_code}))


class Metrics(Health):
    """``/voila/metrics``: the numbers for Prometheus, for this machine only unless opened."""

    def initialize(self, places: Places, *, to_all: bool = False) -> None:
        """Take the server's places, and whether other machines may ask."""
        super().initialize(places)
        self._to_all = to_all

    def get(self) -> None:
        """Answer in Prometheus' format."""
        direct = (
            self.request.remote_ip in ("127.0.0.1", "::1") and "X-Forwarded-For" not in self.request.headers
        )
        if not (self._to_all or direct):
            raise HTTPError(403)
        TAKEN.set(self._places.taken)
        WAITING.set(self._places.waiting)
        left = files_left()
        if left is not None:
            FILES_LEFT.set(left)
        self.set_header("Content-Type", CONTENT_TYPE_LATEST)
        self.finish(generate_latest(REGISTRY))
