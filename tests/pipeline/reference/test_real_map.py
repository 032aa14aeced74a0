"""ESA's own WorldCover tile, as the bucket and as the Planetary Computer's API serve it."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import rasterio
from odc.geo.geobox import GeoBox

from pipeline.reference.files import addresses, opened
from pipeline.reference.profiles import WORLDCOVER, WORLDCOVER_ON_PC, Reference
from tests.support.servers import file_server, requests_to, stac_api, with_hrefs

FOLDER = "worldcover_N00E006_2021"
BOUNDS = (6.55, 0.25, 6.60, 0.30)
"""On Sao Tome."""
GRID = GeoBox((500, 500), rasterio.Affine(10, 0, 230_000, 0, -10, 32_000), "EPSG:32632")


@pytest.fixture(scope="module")
def server(shared_dir: Path) -> Iterator[str]:
    with file_server(shared_dir / "reference") as address:
        yield address


def read(reference: Reference) -> np.ndarray:
    with ExitStack() as stack:
        found = opened(reference, addresses(reference, BOUNDS, 2022), stack).on(GRID)
    return found


def test_the_bucket_and_the_api_give_the_same_and_little_of_the_file_is_fetched(
    server: str, shared_dir: Path, tmp_path: Path
) -> None:
    scheme = f"{server}/{FOLDER}/{WORLDCOVER.path.rsplit('/', 1)[1]}"
    by_tile = read(replace(WORLDCOVER, path=scheme))
    assert len(np.unique(by_tile)) > 2
    path = next((shared_dir / "reference" / FOLDER).glob("*.tif"))
    asked = [
        str(r["range"]) for r in requests_to(server) if str(r["path"]).endswith(path.name) and r["range"]
    ]
    spans = [tuple(map(int, text.removeprefix("bytes=").split("-"))) for text in asked]
    fetched = sum(last - first + 1 for first, last in spans)
    assert 0 < fetched < path.stat().st_size / 2

    item = with_hrefs(json.loads(path.with_name("item.json").read_text()), f"{server}/{FOLDER}")
    with stac_api(tmp_path, [item]) as api:
        by_api = read(replace(WORLDCOVER_ON_PC, api=api))
    assert np.array_equal(by_tile, by_api)
    assert set(np.unique(by_tile)) <= {0, *WORLDCOVER.classes}
