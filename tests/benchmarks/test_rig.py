"""The benchmarks' servers, tiles and readers, at toy size. Nothing here looks at a clock."""

import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import rasterio

from benchmarks.case import Case
from benchmarks.items import items
from benchmarks.measure import run
from benchmarks.readers import floor, odc_stac, ours
from benchmarks.rig import Rig, Traffic, distant
from benchmarks.servers.proxy import LINK_BYTES_PER_S, ROUND_TRIP_S
from benchmarks.settings import TOY
from benchmarks.tiles import ASSETS, square_of_tiles, tile

pytest.importorskip("odc.stac", reason="the packages of the benchmarks are not installed")


@pytest.fixture(scope="module")
def running() -> Iterator[Rig]:
    with distant(tile(TOY)) as started:
        yield started


@pytest.fixture(scope="module")
def case(running: Rig) -> Case:
    return running.case(1.5)


def test_requests_and_bytes_are_those_the_server_saw(running: Rig, case: Case) -> None:
    blocks, least = case.least()
    read = run("floor", case, running)
    assert read.traffic.requests == blocks + len(ASSETS)
    assert least < read.traffic.bytes <= least + len(ASSETS) * 16 * 1024
    simple = run("baseline", case, running)
    assert simple.traffic.failed > 0, "plain rasterio looks for side-car files"


@pytest.mark.filterwarnings("ignore:The 'shapely.ops.transform:DeprecationWarning")  # odc-stac calls it
def test_the_readers_read_the_same_pixels(case: Case) -> None:
    with ThreadPoolExecutor(1) as aside:  # the browser of other tests keeps an event loop in this thread
        dn = aside.submit(floor, case).result()
    assert dn.min() > 1000
    np.testing.assert_array_equal(ours(case), dn)
    np.testing.assert_array_equal(odc_stac(case), dn)


def test_the_line_has_a_round_trip_and_a_width(running: Rig) -> None:
    running.forget()
    started = time.perf_counter()
    with urllib.request.urlopen(f"{running.files}/nir.tif") as answer:
        length = len(answer.read())
    assert time.perf_counter() - started >= 3 * ROUND_TRIP_S + 0.5 * length / LINK_BYTES_PER_S
    assert running.traffic() == Traffic(requests=1, bytes=length, connections=1, heads=1, failed=0)


def test_a_run_that_fails_is_told_by_its_last_words(running: Rig, case: Case) -> None:
    with pytest.raises(RuntimeError, match="KeyError: 'no such task'"):
        run("no such task", case, running)


def test_neighbouring_tiles_lie_beside_each_other_and_hold_the_same_land() -> None:
    tiles = square_of_tiles(TOY)
    assert len(tiles) == 4
    side_m = 10 * TOY.tile_px
    with (
        rasterio.open(tiles[0].folder / "nir.tif") as first,
        rasterio.open(tiles[3].folder / "nir.tif") as last,
    ):
        assert last.bounds.left == first.bounds.right
        assert last.bounds.top == first.bounds.bottom == first.bounds.top - side_m
        np.testing.assert_array_equal(first.read(1), last.read(1))
        assert last.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
    described = items(tiles)
    assert len({item["id"] for item in described}) == len(described)
    assert described[0]["properties"]["eo:cloud_cover"] == 2
