"""How a visitor came: the query string of the page's address."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import threading

log = logging.getLogger(__name__)


def query_string() -> str:
    """Return the query string of the page's address, empty when there is none (as in JupyterLab).

    A pre-heated kernel has run the notebook up to here before anybody came: it waits for its visitor, and
    counts as busy meanwhile, so that it is not culled.
    """
    if os.environ.get("VOILA_PREHEAT") == "True":
        thread = threading.Thread(target=lambda: asyncio.run(_visitor()), name="visitor", daemon=True)
        thread.start()
        thread.join()
    return os.environ.get("QUERY_STRING", "")


async def _visitor() -> None:
    """Wait until Voilà tells what the visitor's request was; set the variables of a kernel started for it.

    `voila.utils.get_query_string` does the same, but importing it takes 40 MB and most of a second: it brings
    the whole server along. The variables and the address are the ones that its documentation names.
    """
    from tornado.websocket import websocket_connect

    given = os.environ.get
    base = given("VOILA_WS_BASE_URL", given("VOILA_SERVER_URL", "/"))
    server = f"{given('VOILA_APP_IP', '127.0.0.1')}:{given('VOILA_APP_PORT', '8866')}"
    address = f"{given('VOILA_WS_PROTOCOL', 'ws')}://{server}{base}voila/query/{given('VOILA_KERNEL_ID', '')}"
    try:
        message = await (await websocket_connect(address, connect_timeout=5)).read_message()
        os.environ.update(json.loads(message or "{}"))
    except Exception:
        log.exception("the visitor of a pre-heated kernel is not known")
