"""The line that tells about the cluster."""

from types import SimpleNamespace

import pytest

from pipeline.errors import ClusterUnavailable
from tests.support.patience import until
from widgets.session import workers
from widgets.session.gate import Gate
from widgets.session.workers import Workers, words_of


def errors(_error: Exception) -> None:
    raise AssertionError("nothing may be reported")


class Cluster:
    """Stands in for `pipeline.reading.storage.dask.status`."""

    def __init__(self) -> None:
        self.workers = 2
        self.gone = False

    def __call__(self) -> object:
        if self.gone:
            raise ClusterUnavailable("The dask cluster is gone.", "tcp://x")
        return SimpleNamespace(address="tcp://x:1", workers=self.workers, threads=4)


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "LOOK_EVERY_S", 0.02)


def test_without_a_cluster_nothing_is_said() -> None:
    line = Workers(Gate(errors), None, Cluster())
    assert not line.used
    assert line.children == ()


def test_the_line_follows_the_cluster() -> None:
    cluster = Cluster()
    line = Workers(Gate(errors), "tcp://x:1", cluster)
    assert line.used
    until(lambda: "2 workers at tcp://x:1" in line.line.value)
    cluster.workers = 1
    until(lambda: "1 worker at tcp://x:1" in line.line.value)
    cluster.gone = True
    until(lambda: "does not answer" in line.line.value)
    assert "eo-is-warn" in line.line.value
    line.leave()
    assert not line.used
    assert "on this machine" in line.line.value


def test_a_cluster_without_workers_is_a_warning_and_addresses_are_escaped() -> None:
    assert words_of(SimpleNamespace(workers=0, address="tcp://<x>")) == (
        "No workers at tcp://&lt;x&gt;",
        "warn",
    )
