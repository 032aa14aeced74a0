"""The one format in which messages may come over a page's socket, checked before a library reads them.

Jupyter's readers take the number of parts from the message's first eight bytes and make a list of that many,
so one wrong message keeps the whole server busy for ever, and its memory grows. Voilà reads messages of the
older format the same way on their way out.
"""

from __future__ import annotations

import itertools

PROTOCOL = "v1.kernel.websocket.jupyter.org"
MOST_PARTS = 1024
"""Parts of one message: a few names and headers, and its buffers."""
FEWEST_PARTS = 6
"""The channel, four headers and contents, and the end."""


def offers_protocol(header: str | None) -> bool:
    """Return whether a request for a socket offers the protocol.

    Parameters
    ----------
    header
        The value of ``Sec-WebSocket-Protocol``: names with commas between them.
    """
    return PROTOCOL in [name.strip() for name in (header or "").split(",")]


def is_sound(message: str | bytes) -> bool:
    """Return whether a message follows the protocol: a table of offsets, then the parts it points to."""
    if not isinstance(message, bytes) or len(message) < 8:
        return False
    count = int.from_bytes(message[:8], "little")
    if not FEWEST_PARTS <= count <= MOST_PARTS or len(message) < 8 * (count + 1):
        return False
    offsets = [int.from_bytes(message[8 * i : 8 * (i + 1)], "little") for i in range(1, count + 1)]
    in_order = all(here <= after for here, after in itertools.pairwise(offsets))
    return in_order and offsets[0] == 8 * (count + 1) and offsets[-1] == len(message)
