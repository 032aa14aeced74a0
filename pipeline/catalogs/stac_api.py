"""Talking to a STAC API in as few round trips as can be.

A search needs to know where to post it, which filter is understood, and which collections there are. A
catalogue's profile may say so; otherwise the landing page is asked, once per process. Connections are kept
between searches, so that a search is a single round trip: one POST.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipeline.catalogs.profiles import COLLECTIONS, CatalogProfile, Filtering
from pipeline.errors import CatalogUnavailable
from pipeline.progress import Progress

if TYPE_CHECKING:
    from typing import Self

    from pystac_client import Client
    from requests.adapters import HTTPAdapter
    from urllib3 import PoolManager, Retry

CONNECT_TIMEOUT_S, READ_TIMEOUT_S = 5, 10
RETRIES = 2
"""Tries after the first one, for 429, 5xx and lost connections."""
PAGE_SIZE, MOST_ITEMS = 200, 4000
IDLE_S = 50.0
"""A connection that has rested longer is not used again: servers and routers drop them after a minute."""
MOVED = (404, 405, 410, 501)
"""Answers that say that a search address kept from before is none any more."""


@dataclass(frozen=True)
class Api:
    """What has to be known of a STAC API to search it."""

    search_url: str
    filtering: Filtering
    collections: tuple[str, ...]
    """Collections to search, best first."""


class Line:
    """A connection to one catalogue for one run: waits, repeats and gives up as this project wants it."""

    def __init__(self, profile: CatalogProfile, progress: Progress) -> None:
        from pystac_client.stac_api_io import StacApiIO

        if profile.url is None:
            progress.detail("the demo makes its images once, which takes some seconds")
        self._profile = profile
        self._address = profile.address()
        self._io = StacApiIO(timeout=(CONNECT_TIMEOUT_S, READ_TIMEOUT_S))
        adapter = _adapter(_retries(profile, progress))
        for scheme in ("http://", "https://"):
            self._io.session.mount(scheme, adapter)
        progress.detail("")

    def search(self, parameters: dict[str, Any], max_cloud_cover: float | None) -> tuple[list[Any], bool]:
        """Return the items found (plain JSON), and whether the server has filtered them by cloud cover.

        Parameters
        ----------
        parameters : dict
            Of pystac-client's `ItemSearch`, collections and filter apart.
        max_cloud_cover : float, optional
            Percent; asked for where the API says that it understands it.
        """
        from pystac_client.exceptions import APIError

        kept = self._kept()
        if kept is not None:
            try:
                return self._post(kept, parameters, max_cloud_cover)
            except APIError as error:
                if error.status_code not in MOVED:
                    raise
        return self._post(self.learn(), parameters, max_cloud_cover)

    def learn(self) -> Api:
        """Ask the landing page what a search has to know, and keep the answer."""
        from pystac_client import Client

        client = Client.open(self._address, stac_io=self._io, timeout=self._io.timeout)
        search_url = client.search(method="POST").url
        api = Api(search_url, _filtering(client), _collections(client, self._profile))
        _known[self._address] = api
        return api

    def _kept(self) -> Api | None:
        profile = self._profile
        if self._address in _known:
            return _known[self._address]
        if profile.filtering is None or not profile.collections:
            return None
        return Api(f"{self._address.rstrip('/')}/search", profile.filtering, profile.collections)

    def _post(
        self, api: Api, parameters: dict[str, Any], max_cloud_cover: float | None
    ) -> tuple[list[Any], bool]:
        from pystac_client import ItemSearch

        cloud = {} if max_cloud_cover is None else _cloud_filter(api.filtering, max_cloud_cover)
        search = ItemSearch(
            api.search_url,
            method="POST",
            stac_io=self._io,
            collections=list(api.collections),
            limit=PAGE_SIZE,
            max_items=MOST_ITEMS,
            **parameters,
            **cloud,
        )
        return _items(search), bool(cloud)


def warm(profile: CatalogProfile) -> None:
    """Open a connection, so that the first search need not; learn what a search has to know.

    Does nothing where that was done a moment ago.

    Raises
    ------
    Exception
        Anything: whoever searches later meets it again, and tells it.
    """
    if _connections.fresh and profile.address() in _known:
        return
    Line(profile, Progress()).learn()


def _items(search: Any) -> list[Any]:
    """Return the items of all pages; the empty page after the last one is not asked for.

    Earth Search names a next page on its last one too. A page that is not full, of an API that says how many
    items there are, is the last one.
    """
    found: list[Any] = []
    for page in search.pages_as_dicts():
        found += page["features"]
        context = page.get("context")
        matched = page.get("numberMatched", context.get("matched") if isinstance(context, dict) else None)
        if isinstance(matched, int) and matched <= len(found) and len(page["features"]) < PAGE_SIZE:
            break
    return found


def _collections(client: Client, profile: CatalogProfile) -> tuple[str, ...]:
    if profile.collections:
        return profile.collections
    held = {c.id for c in client.get_collections()}
    known = tuple(c for c in COLLECTIONS if c in held)
    if not known:
        raise CatalogUnavailable(
            f"{profile.label} holds no Sentinel-2 L2A collection known here ({', '.join(COLLECTIONS)}). "
            "Choose another catalogue.",
            profile.name,
        )
    return known


def _filtering(client: Client) -> Filtering:
    from pystac_client.conformance import ConformanceClasses

    if client.conforms_to(ConformanceClasses.QUERY):
        return "query"
    return "cql2" if client.conforms_to(ConformanceClasses.FILTER) else "none"


def _cloud_filter(filtering: Filtering, max_cloud_cover: float) -> dict[str, Any]:
    if filtering == "query":
        return {"query": {"eo:cloud_cover": {"lte": max_cloud_cover}}}
    if filtering == "cql2":
        condition = {"op": "<=", "args": [{"property": "eo:cloud_cover"}, max_cloud_cover]}
        return {"filter": condition, "filter_lang": "cql2-json"}
    return {}


def _retries(profile: CatalogProfile, progress: Progress) -> Retry:
    from urllib3 import Retry

    class TalkingRetry(Retry):
        """Tells the user about each new try."""

        def increment(self, *args: Any, **kwargs: Any) -> Self:
            progress.check()
            again = super().increment(*args, **kwargs)
            number = RETRIES - (again.total or 0) + 1 if isinstance(again.total, int) else 2
            progress.detail(f"{profile.label} is slow, trying again ({number} of {RETRIES + 1})")
            return again

    return TalkingRetry(
        total=RETRIES,
        read=1,
        connect=1,
        backoff_factor=0.5,
        status_forcelist=[429, 500, 502, 503, 504],
        allowed_methods=None,
        raise_on_status=False,
        respect_retry_after_header=False,
    )


def _adapter(retries: Retry) -> HTTPAdapter:
    """Return an adapter with its own patience on the connections that all runs share."""
    from requests.adapters import HTTPAdapter

    class SharingAdapter(HTTPAdapter):
        def init_poolmanager(self, *_args: Any, **_kwargs: Any) -> None:
            self.poolmanager = _connections.take()

    return SharingAdapter(max_retries=retries)


class _Connections:
    """The process's open connections; urllib3's pools may be used by several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pools: PoolManager | None = None
        self._taken = 0.0

    @property
    def fresh(self) -> bool:
        """Whether a connection opened last is likely to be open still."""
        return self._pools is not None and time.monotonic() - self._taken < IDLE_S

    def take(self) -> PoolManager:
        """Return the pools; new ones when the old have rested too long."""
        from urllib3 import PoolManager

        with self._lock:
            if self._pools is None or not self.fresh:
                self._pools = PoolManager(num_pools=10, maxsize=10)
            self._taken = time.monotonic()
            return self._pools


_known: dict[str, Api] = {}
"""What landing pages have said, by their address."""
_connections = _Connections()
