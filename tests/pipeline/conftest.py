"""Servers that live as long as the test run, each in a process of its own."""

import json
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import settings
from pyproj import Transformer

from pipeline import Analysis, AnalysisRequest, AreaOfInterest, analyse
from synthetic.patchwork import patchwork
from tests.support.servers import file_server, real_items, stac_api, stac_fake
from tests.support.stac_fake import COLLECTIONS, CORE, SEARCH
from tests.support.synthetic import item, write_granule

HOLDS = [CORE, SEARCH, COLLECTIONS]

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
def bolzano(real_api: str) -> Analysis:
    """Give the real image of Bolzano: 5 km, six clusters, no cloud."""
    area = AreaOfInterest.square(11.34, 46.49, 5)
    return analyse(AnalysisRequest(area, date(2022, 6, 1), date(2022, 6, 30), catalog=real_api))


@pytest.fixture(scope="session")
def cloudy(real_api: str) -> Analysis:
    """Give a real image with clouds: 10 km of 33TWL on 10 August 2023, four clusters."""
    x, y = Transformer.from_crs(32633, 4326, always_xy=True).transform(545_000, 5_070_000)
    day, area = date(2023, 8, 10), AreaOfInterest.square(x, y, 10)
    return analyse(AnalysisRequest(area, day, day, max_cloud_cover=80, n_clusters=4, catalog=real_api))


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


@dataclass(frozen=True)
class Land:
    """A made-up granule behind a STAC API: what the files hold, and where."""

    api: str
    files: Folder
    dn: np.ndarray
    """``(4, y, x)``; 0 in the last 40 columns."""
    classes: np.ndarray
    """``(y, x)`` at 10 m."""
    left: int = 600_000
    top: int = 5_200_020

    def request(self, size_km: float = 3, **changes: Any) -> AnalysisRequest:
        """Return a request for a square in the middle of the data."""
        area = AreaOfInterest.square(10.337, 46.932, size_km)
        made = AnalysisRequest(area, date(2022, 6, 1), date(2022, 6, 30), catalog=self.api, n_clusters=4)
        return replace(made, **changes)

    def window(self, grid: Any) -> tuple[slice, slice]:
        """Return rows and columns of the granule under a grid that lies within it."""
        row, column = round((self.top - grid.affine.f) / 10), round((grid.affine.c - self.left) / 10)
        assert row >= 0
        assert column >= 0
        return slice(row, row + grid.shape[0]), slice(column, column + grid.shape[1])


@pytest.fixture(scope="session")
def land(served: Folder, fakes: str) -> Land:
    """Give 5.6 km of water, forest, meadow and soil with a cloud over one corner and an empty edge."""
    n = 560
    dn = patchwork(n, seed=7)
    dn[:, :, -40:] = 0
    classes = np.full((n // 2, n // 2), 4, np.uint8)
    classes[120:150, 100:160] = 9
    classes[150:156, 100:160] = 3
    classes[:, -20:] = 0
    folder = Folder(served.path / "land", f"{served.url}/land")
    write_granule(folder.path, dn, classes, 600_000, 5_200_020)
    api = f"{fakes}/land"
    put(
        api,
        items=[item("S2A_32TPS_20220617_0_L2A", folder.url, shape=(n, n), cloud_cover=4.25)],
        conforms=HOLDS,
    )
    return Land(api, folder, dn, np.kron(classes, np.ones((2, 2), np.uint8)))


def put(url: str, **character: Any) -> None:
    """Give a made-up STAC API its character."""
    body = json.dumps({"items": [], **character}).encode()
    urllib.request.urlopen(urllib.request.Request(url, body, method="PUT")).close()


@pytest.fixture(scope="session")
def done(land: Land) -> Analysis:
    """Give a finished analysis of the made-up land."""
    return analyse(land.request())


@pytest.fixture(scope="session")
def fakes() -> Iterator[str]:
    with stac_fake() as address:
        yield address


@pytest.fixture
def fake_api(fakes: str) -> Callable[..., str]:
    """Give a maker of STAC APIs (see stac_fake.py): called with a character, it returns the landing page."""

    def make(**character: Any) -> str:
        url = f"{fakes}/api{next(_numbers)}"
        put(url, **character)
        return url

    return make
