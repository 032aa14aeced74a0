"""Files over HTTP with ranges, and a log of every request. Run as a process of its own:

    python -m benchmarks.servers.files FOLDER

The port is printed on the first line; the process ends with its standard input. ``GET /log`` returns the
requests so far as JSON: ``[path, first byte, bytes, connection, status]``; ``GET /forget`` empties it.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
from http import HTTPStatus
from itertools import count
from pathlib import Path

LARGEST_HEADER = 64 * 1024


class FileServer:
    """Answers GET and HEAD from one folder; the files stay open.

    Parameters
    ----------
    folder : pathlib.Path
        Its files are served, under their names in any folder; nothing below or above it.
    """

    def __init__(self, folder: Path) -> None:
        self._files = {f"/{f.name}": (os.open(f, os.O_RDONLY), f.stat().st_size) for f in folder.iterdir()}
        self._log: list[tuple[str, int, int, int, int]] = []
        self._connections = count()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one connection."""
        connection = next(self._connections)
        try:
            while True:
                request = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                method, path, _ = request.split(" ", 2)
                status, headers, body = self._answer(path, request, connection)
                lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", *headers]
                lines.append("Accept-Ranges: bytes")
                writer.write("\r\n".join([*lines, "", ""]).encode())
                if method != "HEAD":
                    writer.write(body)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def _answer(self, path: str, request: str, connection: int) -> tuple[int, list[str], bytes]:
        if path == "/log":
            body = json.dumps(self._log).encode()
            return 200, [f"Content-Length: {len(body)}"], body
        if path == "/forget":
            self._log.clear()
            return 200, ["Content-Length: 0"], b""
        name = path[path.rfind("/") :]
        if name not in self._files:
            self._log.append((path, 0, 0, connection, 404))
            return 404, ["Content-Length: 0"], b""
        descriptor, size = self._files[name]
        found = re.search(r"(?im)^range: *bytes=(\d*)-(\d*)\r?$", request)
        first, last = _range(found[1], found[2], size) if found else (0, size - 1)
        if first > last:
            self._log.append((path, first, 0, connection, 416))
            return 416, ["Content-Length: 0", f"Content-Range: bytes */{size}"], b""
        head = request.startswith("HEAD ")
        body = b"" if head else os.pread(descriptor, last - first + 1, first)
        status = 206 if found else 200
        self._log.append((path, first, len(body), connection, status))
        headers = [f"Content-Length: {last - first + 1}", "Content-Type: image/tiff"]
        return status, [*headers, f"Content-Range: bytes {first}-{last}/{size}"] if found else headers, body


def _range(first: str, last: str, size: int) -> tuple[int, int]:
    """Return first and last byte of a range header; first > last where it cannot be satisfied."""
    if not first:
        return max(size - int(last or 0), 0), size - 1
    return int(first), min(int(last), size - 1) if last else size - 1


async def main(folder: Path) -> None:
    server = await asyncio.start_server(FileServer(folder).serve, "127.0.0.1", 0, limit=LARGEST_HEADER)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
