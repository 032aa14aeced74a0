"""The nginx configuration of the deploy guide, before the real server."""

import asyncio
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.websocket import websocket_connect

from benchmarks.visitor import PROTOCOL, kernel_of
from tests.packaging.servers import free_port, with_patience
from tests.server.test_server import close, page
from tests.server.voila_server import ROOT, Running, eventually, folder_with, run, running

NGINX = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
OPTIONS = ("--DashboardServer.proxies=127.0.0.1", "--DashboardServer.allowed_hosts=clusters.example.org")
WAYS = {
    "/clusters": ("127.0.0.1:8866", ("--base_url=/clusters/",)),
    "/stripped": ("127.0.0.1:8867", ("--base_url=/stripped/", "--server_url=/")),
}

pytestmark = pytest.mark.skipif(NGINX is None, reason="no nginx on this machine")


@contextmanager
def nginx(folder: Path, upstream: str, server: Running) -> Iterator[int]:
    """Run the guide's configuration before a server; gives nginx' port."""
    port = free_port()
    site = (ROOT / "docs" / "deploy" / "nginx.conf").read_text()
    site = site.replace("listen 80;", f"listen 127.0.0.1:{port};").replace(
        upstream, urlsplit(server.address).netloc
    )
    folder.joinpath("site.conf").write_text(site)
    shutil.copy(ROOT / "docs" / "deploy" / "clusters_proxy.conf", folder)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    paths = " ".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    folder.joinpath("nginx.conf").write_text(
        f"daemon off; pid {folder}/pid; error_log stderr; events {{}}\n"
        f"http {{ access_log off; {paths} include site.conf; }}\n"
    )
    process = subprocess.Popen(
        [str(NGINX), "-p", str(folder), "-c", str(folder / "nginx.conf")], stderr=subprocess.DEVNULL
    )
    try:
        eventually(lambda: (folder / "pid").exists() or process.poll() is not None, "nginx")
        assert process.poll() is None
        yield port
    finally:
        process.terminate()
        with_patience(process)


@pytest.mark.parametrize("prefix", WAYS)
def test_the_page_its_socket_and_its_end_pass_through(prefix: str, tmp_path: Path) -> None:
    upstream, options = WAYS[prefix]
    (tmp_path / "nginx").mkdir()
    with (
        running(folder_with(tmp_path), *OPTIONS, *options, "--max_per_address=1", module="server") as server,
        nginx(tmp_path / "nginx", upstream, server) as port,
    ):
        through = Running(f"http://127.0.0.1:{port}", server.process, server.log)
        named = {"Host": "clusters.example.org"}
        status, html = page(through, f"{prefix}/?lat=1", **named)
        assert status == 200
        kernel_id = kernel_of(html)
        assert kernel_id
        assert f"{prefix}/voila/static" in html
        assert page(through, f"{prefix}/voila/static/voila.js", **named)[0] == 200
        assert page(through, f"{prefix}/", X_Forwarded_For="192.0.2.1", **named)[0] == 429
        assert page(through, f"{prefix}/", Host="elsewhere.example")[0] in (403, 404)
        assert page(through, f"{prefix}/voila/metrics", **named)[0] == 403
        assert json.loads(page(through, f"{prefix}/voila/health", **named)[1])["taken"] == 1
        address = f"ws://127.0.0.1:{port}{prefix}/api/kernels/{kernel_id}/channels?session_id=a"
        for origin, welcome in (("http://clusters.example.org", True), ("http://elsewhere.example", False)):
            assert run(opens(address, {**named, "Origin": origin})) is welcome
        close(through, kernel_id, prefix)
        eventually(lambda: not server.kernels(), "the end of the kernel")


async def opens(address: str, headers: dict[str, str]) -> bool:
    """Return whether a page's socket is opened."""
    try:
        socket = await websocket_connect(HTTPRequest(address, headers=headers), subprotocols=[PROTOCOL])
    except HTTPClientError:
        return False
    await socket.write_message("not a message: the server closes the socket")
    while await asyncio.wait_for(socket.read_message(), 60) is not None:
        pass
    socket.close()
    return True
