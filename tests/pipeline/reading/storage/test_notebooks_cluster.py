"""A cluster that a notebook has connected to: its connection is used, with its credentials."""

import pytest

from pipeline.reading.storage import dask

distributed = pytest.importorskip("distributed")


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_open_connection_to_the_named_scheduler_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    quiet = {"processes": False, "n_workers": 1, "threads_per_worker": 1, "dashboard_address": ":0"}
    with distributed.Client(**quiet) as client:
        address = client.scheduler.address
        monkeypatch.setenv(dask.ADDRESS_VARIABLE, address)
        assert dask._client(address) is client
        status = dask.status()
        assert status is not None
        assert (status.address, status.workers, status.threads) == (address, 1, 1)
        assert dask._opened_by_others("tcp://192.0.2.1:8786") is None
    assert dask._opened_by_others(address) is None
