"""What a visit takes over the line: compressed by every way to start the page, hashed files kept for good."""

import gzip
import json
import re
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.visitor import kernel_of
from tests.packaging.servers import free_port, server
from tests.server.test_server import asked, close
from tests.server.voila_server import ROOT, Running, folder_with, running
from tools import install_page

FOREVER = "public, max-age=31536000, immutable"
REMOTE = re.compile(r'"load": "(static/remoteEntry\.[0-9a-f]+\.js)"')


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The page as `make` and Binder install it, in a folder of its own."""
    folder = tmp_path_factory.mktemp("installed")
    install_page.main(folder)
    return {
        "JUPYTER_CONFIG_PATH": str(folder / "etc" / "jupyter"),
        "JUPYTER_PATH": str(folder / "share" / "jupyter"),
    }


@pytest.fixture(scope="module", params=["voila", "server"])
def started(
    request: pytest.FixtureRequest, installed: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Running]:
    folder = folder_with(tmp_path_factory.mktemp("page"))
    with running(folder, module=request.param, settings=installed) as found:
        yield found


def test_pages_and_scripts_are_compressed(started: Running) -> None:
    with asked(started, Accept_Encoding="gzip") as answer:
        packed = answer.read()
        assert answer.headers["Content-Encoding"] == "gzip"
    html = gzip.decompress(packed).decode()
    close(started, kernel_of(html) or "")
    script = re.findall(r'"([^"]+voila/static/voila\.js)"', html)[0]
    with asked(started, script, Accept_Encoding="gzip") as answer:
        assert answer.headers["Content-Encoding"] == "gzip"
        packed = answer.read()
    assert len(packed) < 0.6 * len(gzip.decompress(packed))


def test_files_whose_names_change_with_them_are_kept_for_good(started: Running) -> None:
    package = Path(sys.prefix, "share/jupyter/labextensions/jupyter-leaflet/package.json").read_text("utf-8")
    entry = REMOTE.findall(package)[0]
    with asked(started, f"/voila/labextensions/jupyter-leaflet/{entry}") as answer:
        assert answer.status == 200
        assert answer.headers["Cache-Control"] == FOREVER
    with asked(started, "/voila/static/voila.js") as answer:
        assert "immutable" not in (answer.headers["Cache-Control"] or "")


def test_settings_of_others_stay(tmp_path: Path) -> None:
    file = tmp_path / "etc" / "jupyter" / "jupyter_server_config.json"
    file.parent.mkdir(parents=True)
    file.write_text('{"ServerApp": {"port": 1, "tornado_settings": {"headers": {}}}, "Other": {}}')
    for _ in range(2):
        install_page.main(tmp_path)
    assert json.loads(file.read_text()) == {
        "ServerApp": {"port": 1, "tornado_settings": {"headers": {}, "compress_response": True}},
        "Other": {},
    }


def test_a_jupyter_server_compresses_too(
    installed: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.packaging.servers.NOT_INHERITED", ())
    for name, value in installed.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    port = free_port()
    options = ("--no-browser", "--allow-root", "--ServerApp.port_retries=0", "--IdentityProvider.token=")
    command = [sys.executable, "-m", "jupyter_server", *options, f"--port={port}"]
    with server(command, folder=ROOT, port=port) as address:
        question = urllib.request.Request(
            f"{address}/voila/static/voila.js", headers={"Accept-Encoding": "gzip"}
        )
        with urllib.request.urlopen(question, timeout=60) as answer:
            assert answer.headers["Content-Encoding"] == "gzip"
