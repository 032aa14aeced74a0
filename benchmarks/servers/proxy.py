"""A TCP proxy that turns the loopback interface into a distant network. Run as a process of its own:

    python -m benchmarks.servers.proxy [--mbit SPEED] UPSTREAM_PORT ...

One listening port for each upstream port, printed on the first line in the same order; the process ends
with its standard input. Every connection has a round trip of 50 ms and needs two of them before its first
byte passes (TCP and TLS); all connections together share 200 Mbit/s, or SPEED, towards the client.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import Callable

ROUND_TRIP_S = 0.05
HANDSHAKES = 2
LINK_BYTES_PER_S = 25_000_000
CHUNK_BYTES = 32 * 1024
IN_FLIGHT_CHUNKS = 128
"""Chunks of one connection on their way: its window."""
CREDIT_S = 0.003
"""How much of the link's time a late timer may make up for."""


class Link:
    """A line on which one chunk passes at a time.

    Parameters
    ----------
    bytes_per_s : float
        Its speed.
    """

    def __init__(self, bytes_per_s: float = LINK_BYTES_PER_S) -> None:
        self._bytes_per_s = bytes_per_s
        self._free_at = 0.0

    def book(self, size: int) -> float:
        """Return the time at which so many bytes will have passed."""
        self._free_at = max(self._free_at, time.monotonic() - CREDIT_S) + size / self._bytes_per_s
        return self._free_at


async def carry(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, passed_at: Callable[[int], float]
) -> None:
    """Carry bytes one way: each chunk waits for its turn, then travels half a round trip."""
    under_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(IN_FLIGHT_CHUNKS)

    async def arrive() -> None:
        while True:
            due, chunk = await under_way.get()
            await _until(due)
            if not chunk:
                break
            writer.write(chunk)
            await writer.drain()
        writer.close()

    arriving = asyncio.create_task(arrive())
    try:
        while chunk := await reader.read(CHUNK_BYTES):
            passed = passed_at(len(chunk))
            await _until(passed)
            await under_way.put((passed + ROUND_TRIP_S / 2, chunk))
    except ConnectionError:
        pass
    if not arriving.done():
        await under_way.put((time.monotonic() + ROUND_TRIP_S / 2, b""))
    await asyncio.gather(arriving, return_exceptions=True)


async def _until(due: float) -> None:
    wait = due - time.monotonic()
    if wait > 0:
        await asyncio.sleep(wait)


async def listen(upstream_port: int, link: Link) -> asyncio.Server:
    """Return a listening server whose connections go to a port of this machine."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(HANDSHAKES * ROUND_TRIP_S)
        try:
            there, back = await asyncio.open_connection("127.0.0.1", upstream_port)
        except OSError:
            writer.close()
            return
        await asyncio.gather(carry(reader, back, lambda _: time.monotonic()), carry(there, writer, link.book))

    return await asyncio.start_server(connected, "127.0.0.1", 0)


async def main(upstream_ports: list[int], bytes_per_s: float = LINK_BYTES_PER_S) -> None:
    link = Link(bytes_per_s)
    servers = [await listen(port, link) for port in upstream_ports]
    print(*(s.sockets[0].getsockname()[1] for s in servers), flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--mbit", type=float, default=LINK_BYTES_PER_S * 8 / 1e6)
    parser.add_argument("ports", type=int, nargs="+")
    chosen = parser.parse_args()
    asyncio.run(main(chosen.ports, chosen.mbit * 1e6 / 8))
