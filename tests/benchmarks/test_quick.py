"""The benchmark suite runs at toy size. Nothing here looks at a clock."""

import time
import urllib.request
from collections.abc import Iterator

import numpy as np
import pytest

from benchmarks import report
from benchmarks.__main__ import measure
from benchmarks.case import Case
from benchmarks.land import Land
from benchmarks.readers import floor, odc_stac, ours
from benchmarks.results import Results
from benchmarks.rig import Rig, Traffic, rig
from benchmarks.servers.proxy import LINK_BYTES_PER_S, ROUND_TRIP_S
from benchmarks.settings import TOY
from benchmarks.tiles import ASSETS, tile

pytest.importorskip("odc.stac", reason="the packages of the benchmarks are not installed")


@pytest.fixture(scope="module")
def running() -> Iterator[Rig]:
    with rig(tile(TOY)) as started:
        yield started


@pytest.fixture(scope="module")
def case(running: Rig) -> Case:
    return Case("toy", str(running.tile.folder), running.catalog, str(running.item), 1.5)


@pytest.fixture(scope="module")
def results() -> Results:
    return measure(TOY)


def test_every_target_that_was_measured_has_a_row_in_the_report(results: Results) -> None:
    text = report.markdown(results, "make benchmark")
    for part in ("1 wall, 1 km", "2 result, 1 km", "4 another k", "5 k-means, k=5", "8 masks"):
        assert f"| {part} |" in text
    assert "| 1 km | odc-stac, pool of 8 |" in text


def test_requests_and_bytes_are_those_the_server_saw(results: Results) -> None:
    blocks, least = results.least[1]
    (read,) = results.of("floor", 1)
    assert read.traffic.requests == blocks + len(ASSETS)
    assert least < read.traffic.bytes <= least + len(ASSETS) * 16 * 1024
    (simple,) = results.of("baseline", 1)
    assert simple.traffic.failed > 0, "plain rasterio looks for side-car files"


@pytest.mark.filterwarnings("ignore:The 'shapely.ops.transform:DeprecationWarning")  # odc-stac calls it
def test_the_readers_read_the_same_pixels(case: Case) -> None:
    reflectance, dn = ours(case), floor(case)
    assert dn.min() > 1000
    np.testing.assert_allclose(reflectance, (dn.astype(np.float32) - 1000) / 10_000, atol=1e-6)
    np.testing.assert_array_equal(odc_stac(case), dn)


def test_the_line_has_a_round_trip_and_a_width(running: Rig) -> None:
    running.forget()
    started = time.perf_counter()
    with urllib.request.urlopen(f"{running.files}/nir.tif") as answer:
        length = len(answer.read())
    assert time.perf_counter() - started >= 3 * ROUND_TRIP_S + 0.5 * length / LINK_BYTES_PER_S
    assert running.traffic() == Traffic(requests=1, bytes=length, connections=1, heads=1, failed=0)


def test_tiles_are_deterministic() -> None:
    dn, classes = Land(300, seed=1).strip(0, 128)
    again, classes_again = Land(300, seed=1).strip(0, 128)
    np.testing.assert_array_equal(dn, again)
    np.testing.assert_array_equal(classes, classes_again)
    assert not np.array_equal(dn, Land(300, seed=2).strip(0, 128)[0])
