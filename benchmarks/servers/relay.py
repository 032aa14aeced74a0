"""A TCP relay in front of a web server that counts what its websockets send, as it crosses the line.

    python -m benchmarks.servers.relay UPSTREAM_PORT

Prints two ports: that of the relay, and one that answers every connection with the bytes sent so far to
clients on connections that became websockets. The process ends with its standard input.
"""

from __future__ import annotations

import asyncio
import sys
from contextlib import suppress

CHUNK_BYTES = 64 * 1024
UPGRADE = b"upgrade: websocket"


class Relay:
    """Carries bytes both ways and counts some of them."""

    def __init__(self, upstream_port: int) -> None:
        self._upstream_port = upstream_port
        self._sent = 0

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve a client."""
        there, back = await asyncio.open_connection("127.0.0.1", self._upstream_port)
        asked = await reader.read(CHUNK_BYTES)
        back.write(asked)
        counted = UPGRADE in asked.lower()
        await asyncio.gather(self._carry(reader, back, counted=False), self._carry(there, writer, counted))

    async def tell(self, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer with the count."""
        writer.write(b"%d" % self._sent)
        await writer.drain()
        writer.close()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, counted: bool) -> None:
        with suppress(ConnectionError):
            while chunk := await reader.read(CHUNK_BYTES):
                self._sent += len(chunk) * counted
                writer.write(chunk)
                await writer.drain()
        writer.close()


async def main(upstream_port: int) -> None:
    relay = Relay(upstream_port)
    servers = [await asyncio.start_server(serve, "127.0.0.1", 0) for serve in (relay.connected, relay.tell)]
    print(*(s.sockets[0].getsockname()[1] for s in servers), flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
