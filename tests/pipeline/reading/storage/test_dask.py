"""The same run on a real dask cluster: same labels, lost workers, a scheduler that is gone."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline import Analysis, Cancelled, ClusterUnavailable, ReadFailed, analyse, analyse_many
from pipeline.area import blocks
from pipeline.exports.geotiff import geotiff_bytes
from pipeline.reading.storage import dask
from synthetic.bands import TWENTY_M
from tests.pipeline.conftest import HOLDS, Folder, Land
from tests.support.dask_cluster import DaskCluster, dask_cluster
from tests.support.patience import quickest
from tests.support.synthetic import NOON, item, write_granule, write_tiff

pytestmark = pytest.mark.xdist_group("dask")


@pytest.fixture(scope="module")
def two_workers() -> Iterator[DaskCluster]:
    with dask_cluster(2) as running:
        yield running


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """SourceWindow even small areas into blocks."""
    monkeypatch.setattr(blocks, "BLOCK_PX", 128)


@pytest.fixture
def on_cluster(two_workers: DaskCluster, small_blocks: None, monkeypatch: pytest.MonkeyPatch) -> DaskCluster:
    monkeypatch.setenv(dask.ADDRESS_VARIABLE, two_workers.address)
    return two_workers


def test_the_same_labels_and_hectares_as_on_one_machine(land: Land, on_cluster: DaskCluster) -> None:
    details: list[str] = []
    there = analyse(land.request(), on_detail=details.append)
    assert isinstance(there.pixels.store, dask.DaskStore)
    assert len(there.pixels.store.blocks) == 9
    assert any("on the cluster" in d for d in details)
    here = analyse(land.request(), workers=False)
    assert (there.labels.values == here.labels.values).all()
    assert there.areas.equals(here.areas)
    assert there.model == here.model
    assert there.overlays.clusters == here.overlays.clusters
    assert (there.signatures.mean == here.signatures.mean).all()
    np.testing.assert_array_equal(there.imagery.values, here.imagery.values)
    assert geotiff_bytes(there) == geotiff_bytes(here)
    again, expected = there.recluster(6), here.recluster(6)
    assert (again.labels.values == expected.labels.values).all()


def test_what_workers_hold_can_be_saved_and_loaded_here(
    land: Land, on_cluster: DaskCluster, tmp_path: Path
) -> None:
    there = analyse(land.request())
    there.save(tmp_path / "result")
    here = Analysis.load(tmp_path / "result")
    assert not isinstance(here.pixels.store, dask.DaskStore)
    assert (there.labels.values == here.labels.values).all()
    assert there.recluster(5).areas.equals(here.recluster(5).areas)


def test_many_places_are_read_on_workers(land: Land, on_cluster: DaskCluster, tmp_path: Path) -> None:
    requests = [land.request(2), land.request(2, n_clusters=3)]
    there = analyse_many(requests, out=tmp_path / "there")
    here = analyse_many(requests, out=tmp_path / "here", workers=False)
    assert not there.failed
    assert there.areas.equals(here.areas)


@pytest.fixture
def three_dates(land: Land, folder: Folder, fake_api: Callable[..., str]) -> str:
    """Serve three dates with clouds in different places and bands of 20 m; one still holds the offset."""
    served = []
    for n, first in enumerate((0, 100, 200)):
        classes = land.classes[::2, ::2].copy()
        classes[first : first + 60] = 9
        new = n == 1
        dn = land.dn + 1000 * new
        write_granule(folder.path / str(n), dn, classes, land.left, land.top)
        properties = {"s2:processing_baseline": "05.11" if new else "02.14"}
        when = NOON.replace(day=10 + n)
        url = f"{folder.url}/{n}"
        one = item(f"d{n}", url, shape=(560, 560), when=when, properties=properties)
        for number, band in enumerate(TWENTY_M):
            coarse = (dn[number % 4, ::2, ::2] + 50 * number).astype(np.uint16)
            write_tiff(folder.path / str(n) / f"{band}.tif", coarse, land.left, land.top, step=20)
            one["assets"][band] = {**one["assets"]["scl"], "href": f"{url}/{band}.tif"}
        served.append(one)
    return fake_api(items=served, conforms=HOLDS)


@pytest.mark.parametrize(
    "changes",
    [
        {"composite": "median"},
        {"composite": "periods", "periods": 3, "start": date(2022, 6, 10), "end": date(2022, 6, 12)},
        {"composite": "periods", "periods": 2, "features": "all-bands", "mask_buffer_m": 60.0},
        {"features": "all-bands"},
        {"features": ("NDVI", "swir16", "NDMI"), "composite": "median"},
    ],
    ids=["median", "periods", "periods of all bands", "all bands", "indices"],
)
def test_dates_and_bands_are_the_same_as_on_one_machine(
    land: Land, on_cluster: DaskCluster, three_dates: str, changes: dict[str, Any]
) -> None:
    request = land.request(catalog=three_dates, **changes)
    there, here = analyse(request), analyse(request, workers=False)
    assert isinstance(there.pixels.store, dask.DaskStore)
    assert len(there.pixels.store.blocks) == 9
    assert (there.labels.values == here.labels.values).all()
    assert there.areas.equals(here.areas)
    assert there.model == here.model
    assert (there.looks.values == here.looks.values).all()
    assert there.missing == here.missing
    assert there.notes == here.notes
    if request.composite != "day":
        assert [s.offset.dn for s in there.scenes] == [0, -1000, 0]
        assert len(np.unique(here.looks.values)) > 1
    again, expected = there.recluster(6), here.recluster(6)
    assert (again.labels.values == expected.labels.values).all()


def test_the_state_of_the_cluster_is_told(on_cluster: DaskCluster, monkeypatch: pytest.MonkeyPatch) -> None:
    assert dask.status() == dask.ClusterStatus(on_cluster.address, 2, 2)
    monkeypatch.delenv(dask.ADDRESS_VARIABLE)
    assert dask.status() is None


def test_a_run_on_the_cluster_can_be_cancelled(land: Land, on_cluster: DaskCluster) -> None:
    def seconds() -> float:
        asked = time.monotonic()
        with pytest.raises(Cancelled):
            analyse(land.request(), cancelled=lambda: time.monotonic() > asked + 0.3)
        return time.monotonic() - asked

    assert quickest(seconds, 1) < 1


def test_a_faulty_file_is_the_same_sentence(
    land: Land, on_cluster: DaskCluster, fake_api: Callable[..., str]
) -> None:
    broken = item("broken", land.files.fault("404"), shape=(560, 560))
    with pytest.raises(ReadFailed, match="error 404") as caught:
        analyse(land.request(catalog=fake_api(items=[broken], conforms=HOLDS)))
    assert caught.value.url.endswith(".tif")


def test_a_worker_killed_mid_run_delays_the_run_but_does_not_fail_it(
    land: Land, small_blocks: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with dask_cluster(2) as running:
        monkeypatch.setenv(dask.ADDRESS_VARIABLE, running.address)
        killed = threading.Event()

        def kill_one(stage: str, fraction: float) -> None:
            if stage == "reading" and fraction > 0.3 and not killed.is_set():
                killed.set()
                running.workers[0].kill()

        found = analyse(land.request(), kill_one)
        assert killed.is_set()
        expected = analyse(land.request(), workers=False)
        assert (found.labels.values == expected.labels.values).all()
        running.workers[1].kill()
        running.add_worker()
        assert (found.recluster(3).labels.values == expected.recluster(3).labels.values).all()


def test_a_scheduler_that_is_gone_is_a_clear_sentence(
    land: Land, small_blocks: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with dask_cluster(1) as running:
        monkeypatch.setenv(dask.ADDRESS_VARIABLE, running.address)

        def kill(stage: str, fraction: float) -> None:
            if stage == "reading" and fraction > 0.2:
                running.scheduler.kill()

        with pytest.raises(ClusterUnavailable, match="The dask cluster is gone") as caught:
            analyse(land.request(), kill)
        assert caught.value.address == running.address
        assert "calculate on this machine" in str(caught.value)

    def seconds() -> float:
        started = time.monotonic()
        with pytest.raises(ClusterUnavailable, match="did not answer"):
            analyse(land.request())
        return time.monotonic() - started

    assert quickest(seconds, 15) < 15
    assert analyse(land.request(), workers=False).areas.pixels.sum() == 90_000


def test_a_cluster_without_workers_is_a_clear_sentence(land: Land, monkeypatch: pytest.MonkeyPatch) -> None:
    with dask_cluster(0) as running:
        monkeypatch.setenv(dask.ADDRESS_VARIABLE, running.address)
        with pytest.raises(ClusterUnavailable, match="has no workers"):
            analyse(land.request())
