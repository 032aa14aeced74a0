"""Requests for parts of files on the web: where they may lead, how long they take, how much comes back.

They are ours, and neither GDAL's nor obstore's, because both follow a redirect to any host by themselves.
Connections are kept between the readings of a process.
"""

from __future__ import annotations

import os
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from pipeline.catalogs.access import may_lead
from pipeline.reading.gdal import CONNECT_S, RETRIES, RETRY_PAUSE_S, SILENCE_S
from pipeline.reading.remote import fault

if TYPE_CHECKING:
    from requests import Response, Session

AGAIN = (429, 500, 502, 503, 504)
"""Answers after which a server is asked again."""
MAX_REDIRECTS = 5
REDIRECTS = (301, 302, 303, 307, 308)
SLOWEST_BYTES_PER_S = 20_000
"""A server that sends less for longer than `SILENCE_S` counts as silent."""
CHUNK_BYTES = 256 * 2**10
SNIFFED_BYTES = 4
TIFF_BEGINS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
CONNECTIONS = 16
IDLE_S = 50.0
"""A connection that has rested longer is not used again: servers and routers drop them after a minute."""
MOST_MOVED = 512
"""Files whose redirected address is remembered."""

Check = Callable[[], object]
"""Raises where the run shall end."""
Pause = Callable[[float], object]
"""Waits for so many seconds, or raises where the run shall end."""


@dataclass(frozen=True)
class FileAddress:
    """Where a file lies."""

    href: str
    """The address that is asked first, signed where it needs to be."""
    hosts: tuple[str, ...]
    """Hosts to which it may redirect, beside its own."""


class Ranges:
    """Asks servers for parts of files, in many threads at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._session: Session | None = None
        self._used = 0.0
        self._moved: OrderedDict[str, str] = OrderedDict()

    def read(self, file: FileAddress, first: int, size: int, check: Check, pause: Pause) -> bytes:
        """Return a part of a file; less only where the file ends.

        Parameters
        ----------
        file : FileAddress
            The file.
        first, size : int
            The first byte, and how many.
        check, pause : callable
            Called between what comes, and between two tries.

        Raises
        ------
        FileFault
            When the part does not come.
        """
        for trial in range(RETRIES + 1):
            response = self._asked(file, first, size, check)
            try:
                if response.status_code not in AGAIN or trial == RETRIES:
                    return _body(response, first, size, check)
            except _network_errors() as error:
                raise _fault_of(error) from error
            finally:
                response.close()
            pause(RETRY_PAUSE_S * 2**trial)
        raise AssertionError  # pragma: no cover - the last trial returns or raises

    def where(self, file: FileAddress) -> str:
        """Return the address to which the last answer of a file led."""
        moved = self._moved.get(file.href, file.href)
        return moved if may_lead(file.href, moved, file.hosts) else file.href

    def _asked(self, file: FileAddress, first: int, size: int, check: Check) -> Response:
        """Send a request, and again wherever a redirect may lead."""
        try:
            known = self.where(file)
            response = self._followed(known, file, first, size, check)
            if known != file.href and response.status_code >= 400:
                response.close()
                self._moved.pop(file.href, None)
                response = self._followed(file.href, file, first, size, check)
            return response
        except _network_errors() as error:
            raise _fault_of(error) from error

    def _followed(self, address: str, file: FileAddress, first: int, size: int, check: Check) -> Response:
        for _ in range(MAX_REDIRECTS):
            check()
            response = self._sent(address, first, size)
            if response.status_code not in REDIRECTS:
                if address != file.href:
                    self._remember(file.href, address)
                return response
            there = urljoin(address, response.headers.get("Location", ""))
            response.close()
            if not may_lead(address, there, file.hosts):
                raise fault.leads_elsewhere()
            address = there
        raise fault.leads_elsewhere()

    def _sent(self, address: str, first: int, size: int) -> Response:
        import requests

        session = self._connected()
        headers = {"Range": f"bytes={first}-{first + size - 1}", "Accept-Encoding": "identity"}
        prepared = session.prepare_request(requests.Request("GET", address, headers=headers))
        settings = session.merge_environment_settings(prepared.url, {}, True, None, None)
        proxy = os.environ.get("GDAL_HTTP_PROXY")  # a setting that people have made for these files
        if proxy:
            proxy = proxy if "://" in proxy else f"http://{proxy}"
            settings["proxies"] = {"http": proxy, "https": proxy}
        return session.send(prepared, timeout=(CONNECT_S, SILENCE_S), allow_redirects=False, **settings)

    def _remember(self, href: str, address: str) -> None:
        with self._lock:
            self._moved[href] = address
            while len(self._moved) > MOST_MOVED:
                self._moved.popitem(last=False)

    def _connected(self) -> Session:
        """Return the open connections; new ones when the old have rested too long."""
        with self._lock:
            if self._session is None or time.monotonic() - self._used > IDLE_S:
                self._session = _session()
            self._used = time.monotonic()
            return self._session


def _session() -> Session:
    import requests
    from requests.adapters import HTTPAdapter

    session = requests.Session()
    session.auth = lambda request: request  # no password of this machine's own (.netrc) is sent
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    adapter = HTTPAdapter(pool_connections=CONNECTIONS, pool_maxsize=CONNECTIONS)
    for scheme in ("http://", "https://"):
        session.mount(scheme, adapter)
    return session


def _body(response: Response, first: int, size: int, check: Check) -> bytes:
    """Return the part of a file that an answer holds."""
    if response.status_code == 416:
        raise fault.incomplete(0, size)
    if response.status_code == 200:
        whole = response.raw.read(SNIFFED_BYTES, decode_content=False)
        raise fault.no_ranges() if whole.startswith(TIFF_BEGINS) else fault.no_geotiff()
    if response.status_code != 206:
        raise fault.status(response.status_code)
    found = re.match(r"bytes (\d+)-(\d+)/", response.headers.get("Content-Range", ""))
    if found is None or int(found[1]) != first or not 0 <= int(found[2]) - first < size:
        raise fault.no_ranges()
    expected = int(found[2]) - first + 1
    data = b"".join(_chunks(response, expected, check))
    if len(data) != expected:
        raise fault.incomplete(len(data), expected)
    return data


def _chunks(response: Response, expected: int, check: Check) -> Sequence[bytes]:
    """Return what comes, no more than is expected, and in time."""
    until = time.monotonic() + SILENCE_S + expected / SLOWEST_BYTES_PER_S
    parts, left = [], expected
    while left and (part := response.raw.read1(min(left, CHUNK_BYTES), decode_content=False)):
        check()
        if time.monotonic() > until:
            raise fault.silent()
        parts.append(part)
        left -= len(part)
    if not left:
        response.raw.read(0)  # the connection is free for the next request
    return parts


def _network_errors() -> tuple[type[Exception], ...]:
    import requests
    from urllib3.exceptions import HTTPError

    return requests.RequestException, HTTPError, OSError


def _fault_of(error: Exception) -> fault.FileFault:
    """Return the fault behind an error of the network's packages."""
    import requests
    from urllib3.exceptions import TimeoutError as Urllib3TimeoutError

    causes: list[Any] = [error, error.__cause__, error.__context__, *error.args]
    if any(isinstance(c, (requests.ReadTimeout, Urllib3TimeoutError, TimeoutError)) for c in causes):
        return fault.silent()
    return fault.FileFault(f"the connection was lost: {type(error).__name__}")


ranges = Ranges()
"""Those of this process."""
