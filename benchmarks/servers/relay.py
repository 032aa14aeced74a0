"""A TCP relay in front of a web server that counts what its websockets send, as it crosses the line."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress

CHUNK_BYTES = 64 * 1024
UPGRADE = b"upgrade: websocket"


class Relay:
    """Counts bytes towards the client on connections that became websockets."""

    def __init__(self, upstream_port: int) -> None:
        self._upstream_port = upstream_port
        self.port = 0
        self.sent = 0

    async def serve(self, listening: Future[Callable[[], object]]) -> None:
        """Accept connections at `port` until what `listening` gets is called, from any thread."""
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        ended, loop = asyncio.Event(), asyncio.get_running_loop()
        listening.set_result(lambda: loop.call_soon_threadsafe(ended.set))
        await ended.wait()
        server.close()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self._upstream_port)
        asked = await reader.read(CHUNK_BYTES)
        back.write(asked)
        counted = UPGRADE in asked.lower()
        with suppress(asyncio.CancelledError):  # the relay ends
            await asyncio.gather(
                self._carry(reader, back, counted=False), self._carry(there, writer, counted)
            )

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, counted: bool) -> None:
        with suppress(ConnectionError):
            while chunk := await reader.read(CHUNK_BYTES):
                self.sent += len(chunk) * counted
                writer.write(chunk)
                await writer.drain()
        writer.close()


@contextmanager
def relay(upstream_port: int) -> Iterator[Relay]:
    """Run a relay in a thread; it ends with the context."""
    made, listening = Relay(upstream_port), Future[Callable[[], object]]()
    thread = threading.Thread(target=lambda: asyncio.run(made.serve(listening)), name="relay", daemon=True)
    thread.start()
    end = listening.result()
    try:
        yield made
    finally:
        end()
        thread.join()
