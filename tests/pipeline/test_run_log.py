"""One line a run in the log: its stages in seconds, its outcome, nothing of where or who."""

import json
import logging
from pathlib import Path
from typing import Any

import pytest

from pipeline import CatalogUnavailable, analyse
from pipeline.run_log import seconds_of_stages
from tests.pipeline.conftest import Land
from tests.pipeline.waiting import Waiter, queue
from tests.support.patience import PATIENCE_S


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Any:
    caplog.set_level(logging.INFO, "pipeline.runs")
    return lambda: [json.loads(r.getMessage()) for r in caplog.records if r.name == "pipeline.runs"]


def test_a_run_is_one_line(land: Land, lines: Any) -> None:
    analyse(land.request(1))
    (line,) = lines()
    assert line["event"] == "run"
    assert line["outcome"] == "done"
    assert line["pixels"] == 100 * 100
    assert line["catalog"] == "other", "an address that somebody typed"
    stages = ("searching_s", "reading_s", "clustering_s", "drawing_s", "waited_s")
    assert sum(line[s] for s in stages) <= line["seconds"] + 0.05
    assert "127.0.0.1" not in json.dumps(line)
    assert not {"area", "longitude", "latitude", "ip"} & set(line)


def test_the_same_request_has_the_same_digest_and_another_one_another(land: Land, lines: Any) -> None:
    for size_km in (1, 1, 1.5):
        analyse(land.request(size_km))
    one, same, other = (line["request"] for line in lines())
    assert one == same != other


def test_a_run_that_fails_tells_how(land: Land, lines: Any) -> None:
    with pytest.raises(CatalogUnavailable):
        analyse(land.request(catalog="http://127.0.0.1:9"))
    (line,) = lines()
    assert line["outcome"] == "CatalogUnavailable"
    assert "reading_s" not in line


def test_the_wait_for_a_turn_is_told_apart_from_the_search(land: Land, lines: Any, tmp_path: Path) -> None:
    shared = queue(tmp_path, 1)
    other = Waiter(shared)
    assert other.works.wait(PATIENCE_S)

    def told(detail: str) -> None:
        if "before you" in detail:
            other.leave.set()

    analyse(land.request(1), on_detail=told, queue=shared)
    assert lines()[0]["waited_s"] > 0


def test_stages_end_where_the_next_one_begins() -> None:
    began = {"searching": 10.0, "reading": 15.0, "clustering": 16.0}
    assert seconds_of_stages(began, 18.5, waited_s=3.0) == {
        "searching_s": 2.0,
        "reading_s": 1.0,
        "clustering_s": 2.5,
        "waited_s": 3.0,
    }
