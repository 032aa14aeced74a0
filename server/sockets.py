"""The two kinds of sockets of a page: its kernel's messages, and the wait of a pre-heated kernel."""

from __future__ import annotations

from typing import Any

from tornado.web import HTTPError
from voila.request_info_handler import RequestInfoSocketHandler
from voila.tornado.kernel_websocket_handler import VoilaKernelWebsocketHandler

from server.frames import PROTOCOL, is_sound, offers_protocol

MOST_SOCKETS = 4
"""Sockets of one kernel: a page has one, and for a moment a second when it reconnects."""
UNSUPPORTED = 1003
"""The close code of "received data of a type that cannot be accepted"."""


class KernelSocket(VoilaKernelWebsocketHandler):
    """A page's socket, in the one format that can be read safely."""

    async def get(self, kernel_id: str) -> None:
        """Open the socket, or refuse it before anything of it is read."""
        if not offers_protocol(self.request.headers.get("Sec-WebSocket-Protocol")):
            raise HTTPError(400, f"this server speaks {PROTOCOL} only")
        connections = getattr(self.kernel_manager, "_kernel_connections", {})
        if connections.get(kernel_id, 0) >= MOST_SOCKETS:
            raise HTTPError(429, "this kernel has all the sockets it may have")
        await super().get(kernel_id=kernel_id)

    def on_message(self, message: str | bytes) -> None:
        """Pass a message on; one that does not follow the format closes the socket."""
        if not is_sound(message):
            self.log.warning("a socket of kernel %s was closed: its message is not sound", self.kernel_id)
            self.close(UNSUPPORTED, "not a sound message")
            return
        super().on_message(message)


class WaitingSocket(RequestInfoSocketHandler):
    """The socket on which a pre-heated kernel of this machine waits for its visitor's request.

    Voilà's own lets anybody take the place of a kernel, and forgets another kernel's when a socket closes.
    """

    def prepare(self) -> None:
        """Refuse everybody but kernels of this server."""
        foreign = "X-Forwarded-For" in self.request.headers or "Origin" in self.request.headers
        if foreign or self.request.remote_ip not in ("127.0.0.1", "::1"):
            raise HTTPError(403)
        if self.path_kwargs.get("kernel_id") not in self.settings["kernel_manager"]:
            raise HTTPError(404)

    def open(self, kernel_id: str) -> None:
        """Remember the socket, and send at once what is known already."""
        self._kernel_id = kernel_id
        super().open(kernel_id)

    def on_close(self) -> None:
        """Forget this socket and no other."""
        if self._waiters.get(self._kernel_id) is self:
            del self._waiters[self._kernel_id]

    @classmethod
    def tell(cls, kernel_id: str, visitor: dict[str, Any]) -> None:
        """Send a kernel its visitor's request; kept for a kernel whose socket broke and that asks again."""
        RequestInfoSocketHandler._cache[kernel_id] = visitor
        waiter = RequestInfoSocketHandler._waiters.get(kernel_id)
        if waiter is not None and waiter.ws_connection is not None:
            waiter.write_message(visitor)

    @classmethod
    def forget_all_but(cls, living: set[str]) -> None:
        """Forget what was kept for kernels that are gone."""
        for kernel_id in set(RequestInfoSocketHandler._cache) - living:
            del RequestInfoSocketHandler._cache[kernel_id]
