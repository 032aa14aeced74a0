"""One visitor of the page without a browser: the page's own requests and messages."""

from __future__ import annotations

import asyncio
import json
import re
import time
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any
from urllib.parse import urlencode, urlsplit

from tornado.httpclient import HTTPRequest
from tornado.simple_httpclient import SimpleAsyncHTTPClient
from tornado.websocket import WebSocketClientConnection, websocket_connect

PROTOCOL = "v1.kernel.websocket.jupyter.org"
WIDGETS = {"version": "1.0.0"}
"""The version of the control messages of widgets."""
BUTTON, DOWNLOAD = "Calculate", "Download GeoTIFF"
DONE = "Done in"
TIFF_BEGINS = (b"II*\0", b"II+\0")
ASK_ANEW_S = 4.0
"""The page waits as long before it asks in another way."""
XSRF = "0123456789abcdef"
_CONFIG = re.compile(r'<script id="jupyter-config-data"[^>]*>(.*?)</script>', re.DOTALL)
_WIDGET = "application/vnd.jupyter.widget-view+json"

Message = tuple[str, dict[str, Any], dict[str, Any], list[bytes]]
"""Channel, header, content, buffers."""


@dataclass(frozen=True)
class Outcome:
    """What one visitor met; seconds from the moment the link was pressed, or the button."""

    frame_s: float | None = None
    """Until the first byte of the page."""
    usable_s: float | None = None
    """Until every widget's state has arrived."""
    result_s: float | None = None
    """From the click on the button until the page says that it is done."""
    file_s: float | None = None
    """From the click on *Download GeoTIFF* until the whole file is there."""
    failure: str = ""
    """What went wrong, empty when nothing did."""


def check_loopback(address: str) -> None:
    """Refuse to load any machine but this one."""
    if urlsplit(address).hostname not in ("127.0.0.1", "localhost", "::1"):
        raise ValueError(f"{address} is not this machine: the load client visits loopback addresses only")


async def visit(
    address: str, query: str, patience_s: float, think_s: float = 0.0, *, takes_file: bool = False
) -> Outcome:
    """Open the page, press the button once it is there, wait for the result, close the tab.

    Parameters
    ----------
    address
        Of the server, on loopback.
    query
        The link's part after the question mark; it chooses an area.
    patience_s
        For the page and for the result, each.
    think_s
        Between the page and the click.
    takes_file
        Whether to download the GeoTIFF, too.
    """
    check_loopback(address)
    started = time.monotonic()
    frame_s = usable_s = result_s = file_s = None
    try:
        html, frame_s = await _page(f"{address}/?{query}", patience_s)
        kernel = kernel_of(html)
        if kernel is None:
            return Outcome(frame_s, failure=_words(html) or "the page came without a kernel")
        if _WIDGET not in html:
            return Outcome(frame_s, failure="the page came without a widget")
        deadline = started + patience_s
        async with _tab(address, kernel) as tab:
            states = await _states(tab, deadline)
            usable_s = time.monotonic() - started
            button = button_in(states)
            if button is None:
                return Outcome(frame_s, usable_s, failure="the page has no button to press")
            await _pause(tab, think_s)
            clicked = time.monotonic()
            tab.click(button)
            await _until(tab, clicked + patience_s, lambda message: DONE in json.dumps(message[2]))
            result_s = time.monotonic() - clicked
            if takes_file:
                file_s = await _downloaded(tab, states, patience_s)
        return Outcome(frame_s, usable_s, result_s, file_s)
    except Exception as error:  # a visitor who fails is counted, and the others go on
        return Outcome(frame_s, usable_s, result_s, file_s, failure=f"{type(error).__name__}: {error}"[:200])


class Tab:
    """The socket between a page and its kernel."""

    def __init__(self, socket: WebSocketClientConnection, session: str) -> None:
        self._socket, self._session = socket, session

    def send(self, kind: str, content: dict[str, Any]) -> None:
        """Send a message on the shell channel."""
        header = {
            "msg_id": uuid.uuid4().hex,
            "msg_type": kind,
            "username": "",
            "session": self._session,
            "date": datetime.now(UTC).isoformat(),
            "version": "5.3",
        }
        parts = [json.dumps(part).encode() for part in (header, {}, WIDGETS, content)]
        self._socket.write_message(packed([b"shell", *parts]), binary=True)

    def click(self, button: str) -> None:
        """Press a button."""
        content = {"comm_id": button, "data": {"method": "custom", "content": {"event": "click"}}}
        self.send("comm_msg", content)

    async def next(self, deadline: float) -> Message:
        """Return the next message of the kernel."""
        left = deadline - time.monotonic()
        message = await asyncio.wait_for(_read(self._socket), max(left, 0.01))
        if not isinstance(message, bytes):
            raise ConnectionError("the server closed the page's connection")
        channel, header, _, _, content, *buffers = unpacked(message)
        return channel.decode(), json.loads(header), json.loads(content), buffers


def packed(parts: list[bytes]) -> bytes:
    """Return parts in the socket's format: their number, a table of offsets, the parts."""
    offsets = [8 * (len(parts) + 2)]
    for part in parts:
        offsets.append(offsets[-1] + len(part))
    table = b"".join(number.to_bytes(8, "little") for number in (len(offsets), *offsets))
    return table + b"".join(parts)


def unpacked(message: bytes) -> list[bytes]:
    """Return the parts of a message."""
    count = int.from_bytes(message[:8], "little")
    offsets = [int.from_bytes(message[8 * i : 8 * (i + 1)], "little") for i in range(1, count + 1)]
    return [message[start:end] for start, end in pairwise(offsets)]


def kernel_of(html: str) -> str | None:
    """Return the id of the kernel behind a page."""
    found = _CONFIG.search(html)
    return json.loads(found.group(1))["kernelId"] if found else None


def button_in(states: dict[str, Any]) -> str | None:
    """Return the id of the button that calculates, None when it is not there or cannot be pressed."""
    found = _named(states, BUTTON)
    return found if found and not states[found]["state"].get("disabled") else None


def _named(states: dict[str, Any], description: str) -> str | None:
    """Return the id of the first widget whose description begins in a way."""
    for model, state in states.items():
        if (state.get("state", {}).get("description") or "").startswith(description):
            return model
    return None


async def _downloaded(tab: Tab, states: dict[str, Any], patience_s: float) -> float:
    """Take the file of the result, as the browser does; return the seconds until all of it is there."""
    button = _named(states, DOWNLOAD)
    if button is None:
        raise ConnectionError("the page has no button to download")
    clicked = time.monotonic()
    tab.click(button)
    pieces: list[bytes] = []
    while True:
        message = await _until(tab, clicked + patience_s, lambda message: "piece" in _custom(message))
        pieces += message[3]
        if _custom(message)["piece"] + 1 == _custom(message)["of"]:
            break
    if not b"".join(pieces).startswith(TIFF_BEGINS):
        raise ConnectionError("the file is no GeoTIFF")
    return time.monotonic() - clicked


def _custom(message: Message) -> dict[str, Any]:
    content = message[2].get("data", {}).get("content")
    return content if isinstance(content, dict) else {}


async def _read(socket: WebSocketClientConnection) -> str | bytes | None:
    return await socket.read_message()


async def _page(url: str, patience_s: float) -> tuple[str, float]:
    started, parts, first = time.monotonic(), [], []

    def take(part: bytes) -> None:
        first.append(time.monotonic() - started)
        parts.append(part)

    client = SimpleAsyncHTTPClient(force_instance=True)
    request = HTTPRequest(
        url, request_timeout=patience_s, connect_timeout=patience_s, streaming_callback=take
    )
    try:
        await client.fetch(request, raise_error=False)
    finally:
        client.close()
    if not first:
        raise TimeoutError("the server sent nothing")
    return b"".join(parts).decode(errors="replace"), first[0]


@asynccontextmanager
async def _tab(address: str, kernel: str) -> AsyncIterator[Tab]:
    """Open the page's socket; at the end close it and end the kernel, as a closed tab does."""
    session = uuid.uuid4().hex
    url = f"{address.replace('http', 'ws', 1)}/api/kernels/{kernel}/channels?session_id={session}"
    try:
        socket = await websocket_connect(url, subprotocols=[PROTOCOL], connect_timeout=120)
        try:
            yield Tab(socket, session)
        finally:
            socket.close()
    finally:
        client = SimpleAsyncHTTPClient(force_instance=True)
        request = HTTPRequest(
            f"{address}/voila/api/shutdown/{kernel}",
            method="POST",
            headers={"Cookie": f"_xsrf={XSRF}"},
            body=urlencode({"_xsrf": XSRF}),
            request_timeout=60,
        )
        await client.fetch(request, raise_error=False)
        client.close()


async def _states(tab: Tab, deadline: float) -> dict[str, Any]:
    """Ask for the state of every widget, as the page does first of all; ask again if no answer comes."""
    while True:
        comm = uuid.uuid4().hex
        tab.send("comm_open", {"comm_id": comm, "target_name": "jupyter.widget.control", "data": {}})
        tab.send("comm_msg", {"comm_id": comm, "data": {"method": "request_states"}})
        try:
            told = await _until(tab, min(deadline, time.monotonic() + ASK_ANEW_S), _tells_states)
        except TimeoutError:
            if time.monotonic() >= deadline:
                raise
            continue
        states: dict[str, Any] = told[2]["data"]["states"]
        return states


def _tells_states(message: Message) -> bool:
    return bool(message[2].get("data", {}).get("method") == "update_states")


async def _until(tab: Tab, deadline: float, wanted: Callable[[Message], bool]) -> Message:
    while True:
        message = await tab.next(deadline)
        if wanted(message):
            return message


async def _pause(tab: Tab, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            await tab.next(deadline)
        except TimeoutError:
            return


def _words(html: str) -> str:
    """Return what a short page says."""
    return " ".join(re.sub(r"<style.*?</style>|<[^>]+>", " ", html, flags=re.DOTALL).split())[:200]
