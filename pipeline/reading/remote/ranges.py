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
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from pipeline.machine.hosts import may_lead
from pipeline.reading.gdal import CONNECT_S, RETRIES, RETRY_PAUSE_S, SILENCE_S, TIFF_BEGINS
from pipeline.reading.remote import fault

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse, PoolManager

AGAIN = (429, 500, 502, 503, 504)
"""Answers after which a server is asked again."""
MAX_REDIRECTS = 5
REDIRECTS = (301, 302, 303, 307, 308)
SLOWEST_BYTES_PER_S = 20_000
"""A server that sends less for longer than `SILENCE_S` counts as silent."""
CHUNK_BYTES = 256 * 2**10
SNIFFED_BYTES = 4
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
        self._connections = Connections()
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
            try:
                response = self._asked(file, first, size, check)
                try:
                    if response.status not in AGAIN or trial == RETRIES:
                        return _body(response, first, size, check)
                finally:
                    response.close()  # without effect on a connection that is free again
            except _network_errors() as error:
                raise _fault_of(error) from error
            pause(RETRY_PAUSE_S * 2**trial)
        raise AssertionError  # pragma: no cover - the last trial returns or raises

    def where(self, file: FileAddress) -> str:
        """Return the address to which the last answer of a file led."""
        moved = self._moved.get(file.href, file.href)
        return moved if may_lead(file.href, moved, file.hosts) else file.href

    def _asked(self, file: FileAddress, first: int, size: int, check: Check) -> BaseHTTPResponse:
        """Send a request to where the last one led, or else to where the file is said to lie."""
        known = self.where(file)
        response = self._followed(known, file, first, size, check)
        if known != file.href and response.status >= 400:
            response.close()
            self._moved.pop(file.href, None)
            response = self._followed(file.href, file, first, size, check)
        return response

    def _followed(
        self, address: str, file: FileAddress, first: int, size: int, check: Check
    ) -> BaseHTTPResponse:
        """Send a request, and again wherever a redirect may lead."""
        headers = {"Range": f"bytes={first}-{first + size - 1}", "Accept-Encoding": "identity"}
        for _ in range(MAX_REDIRECTS):
            check()
            response = self._connections.get(address, headers)
            if response.status not in REDIRECTS:
                if address != file.href:
                    self._remember(file.href, address)
                return response
            there = urljoin(address, response.headers.get("Location", ""))
            response.close()
            if not may_lead(address, there, file.hosts):
                break
            address = there
        raise fault.leads_elsewhere()

    def _remember(self, href: str, address: str) -> None:
        with self._lock:
            self._moved[href] = address
            while len(self._moved) > MOST_MOVED:
                self._moved.popitem(last=False)


class Connections:
    """Open connections to servers, or to the proxy that the environment names for them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._managers: dict[str | None, PoolManager] = {}
        self._proxies: dict[tuple[str, str], str | None] = {}
        self._used = 0.0

    def get(self, address: str, headers: dict[str, str]) -> BaseHTTPResponse:
        """Send a GET request; redirects are not followed, and nothing of the body is read."""
        from urllib3 import Timeout

        return self._manager(address).request(
            "GET",
            address,
            headers=headers,
            timeout=Timeout(connect=CONNECT_S, read=SILENCE_S),
            redirect=False,
            retries=False,
            preload_content=False,
            decode_content=False,
        )

    def _manager(self, address: str) -> PoolManager:
        """Return the open connections for an address; new ones when the old have rested too long."""
        with self._lock:
            if time.monotonic() - self._used > IDLE_S:
                self._managers, self._proxies = {}, {}
            self._used = time.monotonic()
            proxy = os.environ.get("GDAL_HTTP_PROXY")  # a setting that people have made for these files
            if not proxy:
                parts = urlsplit(address)
                key = (parts.scheme, parts.netloc)
                if key not in self._proxies:
                    self._proxies[key] = _proxy_for(address)
                proxy = self._proxies[key]
            if proxy not in self._managers:
                self._managers[proxy] = _connections(proxy)
            return self._managers[proxy]


def _proxy_for(address: str) -> str | None:
    from requests.utils import get_environ_proxies, select_proxy

    return select_proxy(address, get_environ_proxies(address))


def _connections(proxy: str | None) -> PoolManager:
    from requests.utils import DEFAULT_CA_BUNDLE_PATH
    from urllib3 import PoolManager, ProxyManager, make_headers

    bundle = (
        os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or DEFAULT_CA_BUNDLE_PATH
    )
    if proxy is None:
        return PoolManager(CONNECTIONS, maxsize=CONNECTIONS, ca_certs=bundle)
    proxy = proxy if "://" in proxy else f"http://{proxy}"
    parts = urlsplit(proxy)
    login = f"{parts.username}:{parts.password or ''}" if parts.username else None
    headers = make_headers(proxy_basic_auth=login)
    return ProxyManager(proxy, CONNECTIONS, proxy_headers=headers, maxsize=CONNECTIONS, ca_certs=bundle)


def _body(response: BaseHTTPResponse, first: int, size: int, check: Check) -> bytes:
    """Return the part of a file that an answer holds."""
    if response.status == 416:
        raise fault.incomplete(0, size)
    if response.status == 200:
        whole = response.read(SNIFFED_BYTES)
        raise fault.no_ranges() if whole.startswith(TIFF_BEGINS) else fault.no_geotiff()
    if response.status != 206:
        raise fault.status(response.status)
    found = re.match(r"bytes (\d+)-(\d+)/", response.headers.get("Content-Range", ""))
    if found is None or int(found[1]) != first or not 0 <= int(found[2]) - first < size:
        raise fault.no_ranges()
    expected = int(found[2]) - first + 1
    data = _all_of(response, expected, check)
    if len(data) != expected:
        raise fault.incomplete(len(data), expected)
    return data


def _all_of(response: BaseHTTPResponse, expected: int, check: Check) -> bytes:
    """Return what comes, no more than is expected, and in time."""
    until = time.monotonic() + SILENCE_S + expected / SLOWEST_BYTES_PER_S
    parts, left = [], expected
    while left and (part := response.read1(min(left, CHUNK_BYTES))):
        check()
        if time.monotonic() > until:
            raise fault.silent()
        parts.append(part)
        left -= len(part)
    if not left and response.headers.get("Content-Length") == str(expected):
        response.release_conn()
    return b"".join(parts)


def _network_errors() -> tuple[type[Exception], ...]:
    from urllib3.exceptions import HTTPError

    return HTTPError, OSError


def _fault_of(error: Exception) -> fault.FileFault:
    """Return the fault behind an error of the network's packages."""
    from urllib3.exceptions import NewConnectionError
    from urllib3.exceptions import TimeoutError as SilentError

    if isinstance(error, (SilentError, TimeoutError)) and not isinstance(error, NewConnectionError):
        return fault.silent()
    return fault.FileFault(f"the connection was lost: {type(error).__name__}")


ranges = Ranges()
"""Those of this process."""
