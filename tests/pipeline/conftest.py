"""Servers that live as long as the test run, each in a process of its own."""

import json
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from tests.support.servers import file_server, real_items, stac_api, stac_fake

_numbers = count()

settings.register_profile("suite", deadline=None, derandomize=True, database=None)
settings.load_profile("suite")


@dataclass(frozen=True)
class Folder:
    """A folder and the address under which its files are served."""

    path: Path
    url: str

    def fault(self, name: str) -> str:
        """Return the address under which the same files come with a fault."""
        server, _, rest = self.url.removeprefix("http://").partition("/")
        return f"http://{server}/fault/{name}/{rest}"

    @property
    def server(self) -> str:
        return "http://" + self.url.removeprefix("http://").partition("/")[0]


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Folder]:
    """Serve a folder of made-up files over HTTP."""
    path = tmp_path_factory.mktemp("served")
    with file_server(path) as address:
        yield Folder(path, address)


@pytest.fixture
def folder(served: Folder) -> Folder:
    """Give a served folder of this test's own: GDAL remembers addresses for the life of the process."""
    name = f"f{next(_numbers)}"
    (served.path / name).mkdir()
    return Folder(served.path / name, f"{served.url}/{name}")


@pytest.fixture(scope="session")
def real_files(shared_dir: Path) -> Iterator[str]:
    """Serve the real scenes over HTTP; gives the address."""
    with file_server(shared_dir / "sentinel2") as address:
        yield address


@pytest.fixture(scope="session")
def real_api(real_files: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the items of the real scenes with rustac; gives the landing page's address."""
    with stac_api(tmp_path_factory.mktemp("items"), real_items(real_files)) as address:
        yield address


@pytest.fixture(scope="session")
def shared_items(shared_dir: Path) -> Callable[[str], list[dict[str, Any]]]:
    """Give a reader of the recorded items: every item of the files that match a pattern."""

    def read(pattern: str) -> list[dict[str, Any]]:
        found = []
        for path in sorted((shared_dir / "stac-items").glob(pattern)):
            content = json.loads(path.read_text())
            found += content["features"] if content["type"] == "FeatureCollection" else [content]
        assert found, pattern
        return found

    return read


@pytest.fixture(scope="session")
def fakes() -> Iterator[str]:
    with stac_fake() as address:
        yield address


@pytest.fixture
def fake_api(fakes: str) -> Callable[..., str]:
    """Give a maker of STAC APIs (see stac_fake.py): called with a character, it returns the landing page."""

    def make(**character: Any) -> str:
        url = f"{fakes}/api{next(_numbers)}"
        body = json.dumps({"items": [], **character}).encode()
        urllib.request.urlopen(urllib.request.Request(url, body, method="PUT")).close()
        return url

    return make
