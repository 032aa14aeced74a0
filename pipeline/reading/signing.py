"""Planetary Computer's files: their addresses are signed when a file is opened, by its own package.

A signature is a token for a whole container that lives for less than an hour, so a search must not sign what
is read later. The package keeps the tokens and renews them a minute before they end.
"""

from __future__ import annotations

import logging
import threading
import time
import warnings
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from pipeline.errors import ReadFailed

log = logging.getLogger(__name__)

STORAGE = ".blob.core.windows.net"
"""End of the hosts whose files may need a signature."""
RETRIES, WAIT_S = 2, 20
"""Further tries for a token, and seconds after which it is given up."""
SILENCE_S = 5
"""Seconds in which a container without a token is not asked for again by the other readers of a run."""

_lock = threading.Lock()
_public: set[str] = set()
"""Containers of others, which Planetary Computer does not sign."""
_failed: dict[str, tuple[float, str]] = {}
"""When a container's token could not be had, and why."""


def signed(href: str) -> str:
    """Return an address with a fresh signature if the file needs one, else unchanged.

    Many readers ask at once; one request is made for all of them.

    Parameters
    ----------
    href : str
        Address from a STAC item, as the catalogue serves it.

    Raises
    ------
    ReadFailed
        When no signature can be had.
    """
    parts = urlsplit(href)
    host, container = parts.hostname or "", parts.path.lstrip("/").partition("/")[0]
    if not host.endswith(STORAGE) or not container:
        return href
    account = host.removesuffix(STORAGE)
    key = f"{account}/{container}"
    with _lock:
        since, why = _failed.get(key, (-SILENCE_S, ""))
        if time.monotonic() - since < SILENCE_S:
            raise ReadFailed(why, href)
        if key in _public:
            return href
        try:
            _fetch_token(account, container)
        except Exception as error:  # of requests, urllib3 or pydantic, whichever the package met
            if getattr(getattr(error, "response", None), "status_code", None) in (400, 404):
                _public.add(key)
                return href
            log.info("no token for %s: %s", key, error)
            why = f"Planetary Computer gives no access to its images now. {_meaning(error)}"
            _failed[key] = (time.monotonic(), why)
            raise ReadFailed(why, href) from error
    return str(_package().sign_url(href))


def _fetch_token(account: str, container: str) -> None:
    """Let the package fetch a token, in a separate thread: it has no time-out of its own."""
    raised: list[Exception] = []

    def fetch() -> None:
        try:
            _package().get_token(account, container, retry_total=RETRIES, retry_backoff_factor=0.5)
        except Exception as error:  # raised again in the thread that waits
            raised.append(error)

    thread = threading.Thread(target=fetch, name="sign", daemon=True)
    thread.start()
    thread.join(WAIT_S)
    if raised:
        raise raised[0]
    if thread.is_alive():
        raise TimeoutError


@cache
def _package() -> Any:
    with warnings.catch_warnings():
        # planetary-computer 1.0 was written for pydantic 1 (planetary-computer-sdk-for-python, issue 68)
        warnings.filterwarnings("ignore", message="Support for class-based `config`")
        from planetary_computer import sas
    return sas


def _meaning(error: Exception) -> str:
    status = getattr(getattr(error, "response", None), "status_code", None)
    if isinstance(error, TimeoutError):
        return f"It sent nothing for {WAIT_S} seconds. Try again."
    if status in (401, 403):
        return f"It refused the request (error {status}). Use another catalogue."
    return "It did not answer as expected. Try again in a minute, or use another catalogue."
