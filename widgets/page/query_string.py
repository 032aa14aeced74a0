"""The query string of the page's address, also in a pre-heated kernel."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import threading

log = logging.getLogger(__name__)

ASK_ANEW_S = 20.0
"""How long a kernel that waits for its visitor listens before it asks again."""
TRIES, PAUSE_S = 10, 1.0
"""How often the server may fail to answer, and the time between."""


def query_string() -> str:
    """Return the query string of the page's address, empty when there is none (as in JupyterLab).

    A pre-heated kernel has run the notebook up to here before anyone came: it waits for its visitor, and
    counts as busy meanwhile, so that it is not culled.
    """
    if os.environ.get("VOILA_PREHEAT") == "True":
        thread = threading.Thread(target=lambda: asyncio.run(_visitor()), name="visitor", daemon=True)
        thread.start()
        thread.join()
    return os.environ.get("QUERY_STRING", "")


async def _visitor() -> None:
    """Wait until Voilà sends the visitor's request; set the variables of a kernel started for it.

    `voila.utils.get_query_string` does the same, but importing it takes 40 MB and most of a second: it brings
    the whole server along. The variables and the address are the ones that its documentation names. The
    question is repeated: the server forgets a kernel that another one replaced, or whose line broke.
    """
    given = os.environ.get
    base = given("VOILA_WS_BASE_URL", given("VOILA_SERVER_URL", "/"))
    server = f"{given('VOILA_APP_IP', '127.0.0.1')}:{given('VOILA_APP_PORT', '8866')}"
    address = f"{given('VOILA_WS_PROTOCOL', 'ws')}://{server}{base}voila/query/{given('VOILA_KERNEL_ID', '')}"
    failures = 0
    while failures < TRIES:
        try:
            message = await _ask(address)
        except Exception:  # of the socket, of HTTP or of tornado, which is not imported only to name them
            failures += 1
            log.warning("the server did not send the visitor's request; asking again", exc_info=True)
            await asyncio.sleep(PAUSE_S)
            continue
        if message is not None:
            os.environ.update(json.loads(message))
            return
    log.error("the request of this pre-heated kernel's visitor is not known")


async def _ask(address: str) -> str | None:
    """Return the server's message, None if none came for a while; the line is closed in any case."""
    from tornado.websocket import websocket_connect

    line = await websocket_connect(address, connect_timeout=5)
    try:
        message = await asyncio.wait_for(asyncio.ensure_future(line.read_message()), ASK_ANEW_S)
        if message is None:
            raise ConnectionError("the server closed the line")
        return message if isinstance(message, str) else message.decode()
    except TimeoutError:
        return None
    finally:
        line.close()
