"""Requests to one catalogue, with bounds: where they go, how long they take, how much comes back.

Catalogues are not trusted: one may send for ever, drop by drop, or a compressed bomb, or redirect.
Connections are kept between searches, so that a search is a single round trip.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from pipeline.catalogs.catalog import CatalogProfile
from pipeline.errors import CatalogUnavailable
from pipeline.machine.hosts import same_host
from pipeline.progress import Progress

if TYPE_CHECKING:
    from typing import Self

    from requests import Response, Session
    from requests.adapters import HTTPAdapter
    from urllib3 import PoolManager, Retry

CONNECT_TIMEOUT_S, READ_TIMEOUT_S = 5, 10
RETRIES = 2
"""Tries after the first one, for 429, 5xx and lost connections."""
SEARCH_S = 60.0
"""Seconds after which a search is given up, or ends with the scenes found so far."""
MAX_PAGE_BYTES = 32 * 2**20
"""Longest answer, unpacked; a page of 200 whole items has 5 MB."""
MAX_SEARCH_BYTES = 256 * 2**20
"""Longest answers of a search together, unpacked."""
CHUNK_BYTES = 32 * 2**10
MAX_REDIRECTS = 5
REDIRECTS = (301, 302, 303, 307, 308)
IDLE_S = 50.0
"""A connection that has rested longer is not used again: servers and routers drop them after a minute."""


class BadAnswer(CatalogUnavailable):
    """An answer that was not as it should be.

    Parameters
    ----------
    status : int, optional
        Of HTTP, where it was an error.
    too_large : bool
        Whether a smaller page may be answered.
    """

    def __init__(
        self, message: str, catalog: str, status: int | None = None, *, too_large: bool = False
    ) -> None:
        super().__init__(message, catalog)
        self.status = status
        self.too_large = too_large


class OutOfTime(CatalogUnavailable):
    """A search took too long."""


class Transport:
    """Asks one catalogue during one search.

    Parameters
    ----------
    profile : CatalogProfile
        The catalogue.
    address : str
        Of its landing page: requests go to its host only.
    progress : Progress
        Told about repeated tries; asked whether to go on.
    """

    def __init__(self, profile: CatalogProfile, address: str, progress: Progress) -> None:
        self.profile, self.address = profile, address
        self._progress = progress
        self._until = time.monotonic() + SEARCH_S
        self._bytes = 0
        self._patient = _session(_retries(profile, progress, RETRIES))
        self._quick = _session(_retries(profile, progress, 0))

    @property
    def out_of_time(self) -> bool:
        """Whether the time of the search is over."""
        return time.monotonic() > self._until

    def json(
        self,
        href: str,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        patient: bool = True,
    ) -> dict[str, Any]:
        """Return the JSON object that a GET, or a POST of `body`, is answered with.

        Raises
        ------
        CatalogUnavailable
            For anything else, worded for users.
        Cancelled
            When the run is to end.
        """
        content = self.content(href, body, headers, patient=patient)
        try:
            answer = json.loads(content)
        except (ValueError, RecursionError) as error:
            raise self.unreadable() from error
        if not isinstance(answer, dict):
            raise self.unreadable()
        return answer

    def content(
        self,
        href: str,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        patient: bool = True,
    ) -> bytes:
        """Return the bytes of an answer (see `json`)."""
        import requests
        from urllib3.exceptions import HTTPError

        try:
            with self._followed(href, body, headers, patient) as response:
                if not 200 <= response.status_code < 300:
                    raise self._of_status(response.status_code)
                return self._read(response)
        except (requests.Timeout, TimeoutError) as error:
            raise self._silent() from error
        except (requests.RequestException, HTTPError, OSError) as error:
            if "timed out" in str(error).lower():
                raise self._silent() from error
            raise self._unavailable("cannot be reached from here. Check the network.") from error

    def _followed(
        self, href: str, body: Mapping[str, Any] | None, headers: Mapping[str, str] | None, patient: bool
    ) -> Response:
        """Send a request, and again where the same host redirects it."""
        import requests

        session = self._patient if patient else self._quick
        for _ in range(MAX_REDIRECTS):
            self.check()
            if not same_host(href, self.address):
                raise self._unavailable("leads to another host, which is not followed.")
            request = requests.Request(
                "GET" if body is None else "POST", href, headers=dict(headers or {}), json=body
            )
            prepared = session.prepare_request(request)
            settings: dict[str, Any] = {
                **session.merge_environment_settings(prepared.url, {}, True, None, None),
                "timeout": (CONNECT_TIMEOUT_S, READ_TIMEOUT_S),
                "allow_redirects": False,
            }
            response = session.send(prepared, **settings)
            if response.status_code not in REDIRECTS:
                return response
            href = urljoin(href, response.headers.get("Location", ""))
            response.close()
        raise self._unavailable("redirects in a circle.")

    def _read(self, response: Response) -> bytes:
        parts, size = [], 0
        while part := response.raw.read1(CHUNK_BYTES, decode_content=True):
            self.check()
            parts.append(part)
            size += len(part)
            if size > MAX_PAGE_BYTES or self._bytes + size > MAX_SEARCH_BYTES:
                limit = (MAX_PAGE_BYTES if size > MAX_PAGE_BYTES else MAX_SEARCH_BYTES) // 2**20
                raise BadAnswer(
                    f"The catalogue's answer is too long. {self.profile.label} sent more than {limit} MB. "
                    "Choose a shorter period, or another catalogue.",
                    self.profile.name,
                    too_large=True,
                )
        self._bytes += size
        return b"".join(parts)

    def check(self) -> None:
        """Raise where the run is to end or its time is over."""
        self._progress.check()
        if self.out_of_time:
            raise self.late()

    def late(self) -> OutOfTime:
        """Return the error of a search that took too long."""
        return OutOfTime(
            f"The catalogue did not answer in time. {self.profile.label} had not finished after "
            f"{SEARCH_S:.0f} seconds. Choose a shorter period, or another catalogue.",
            self.profile.name,
        )

    def unreadable(self) -> BadAnswer:
        """Return the error of an answer that is none of a STAC API."""
        return BadAnswer(
            f"The catalogue's answer cannot be read. {self.profile.label} did not answer like a STAC API. "
            "Try again, or choose another catalogue.",
            self.profile.name,
        )

    def _silent(self) -> BadAnswer:
        return self._unavailable(f"sent nothing for {READ_TIMEOUT_S * 2:g} seconds. Try again.")

    def _of_status(self, status: int) -> BadAnswer:
        said = (
            "too many requests" if status == 429 else "an error on its side" if status >= 500 else "a refusal"
        )
        error = self._unavailable(f"sent error {status} ({said}). Try again in a minute.")
        error.status = status
        error.too_large = status in (400, 413) or status >= 500
        return error

    def _unavailable(self, what: str) -> BadAnswer:
        return BadAnswer(f"The catalogue did not answer. {self.profile.label} {what}", self.profile.name)


def _session(retries: Retry) -> Session:
    import requests

    session = requests.Session()
    session.auth = lambda request: request  # no password of this machine's own (.netrc) is sent
    adapter = _adapter(retries)
    for scheme in ("http://", "https://"):
        session.mount(scheme, adapter)
    return session


def _retries(profile: CatalogProfile, progress: Progress, count: int) -> Retry:
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
        total=count,
        read=min(count, 1),
        connect=min(count, 1),
        redirect=False,
        backoff_factor=0.5,
        status_forcelist=[429, 500, 502, 503, 504],
        allowed_methods=None,
        raise_on_status=False,
        raise_on_redirect=False,
        respect_retry_after_header=False,
    )


def _adapter(retries: Retry) -> HTTPAdapter:
    """Return an adapter with its own patience on the connections that all runs share."""
    from requests.adapters import HTTPAdapter

    class SharingAdapter(HTTPAdapter):
        def init_poolmanager(self, *_args: Any, **_kwargs: Any) -> None:
            self.poolmanager = connections.take()

    return SharingAdapter(max_retries=retries)


class Connections:
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


connections = Connections()
