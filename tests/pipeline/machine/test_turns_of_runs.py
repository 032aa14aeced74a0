"""Runs that take turns: where places are configured, after the search, within the memory there is."""

import os
import threading
from datetime import date
from pathlib import Path

import pytest

from pipeline import Analysis, AnalysisRequest, AreaOfInterest, AreaTooLarge, analyse
from pipeline.estimate import cost
from pipeline.machine import turns
from pipeline.progress import Progress
from tests.pipeline.conftest import Land
from tests.pipeline.waiting import Waiter, queue
from tests.support.patience import PATIENCE_S, until


@pytest.fixture
def shared_dir_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DASHBOARD_SHARED_DIR", str(tmp_path / "shared"))
    return tmp_path / "shared"


@pytest.mark.usefixtures("shared_dir_of_its_own")
def test_scripts_take_turns_only_where_places_are_configured(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("DASHBOARD_PLACES", raising=False)
    page = turns.of_the_page()
    assert page is not None
    assert page.places == os.cpu_count()
    assert turns.of_scripts() is None
    monkeypatch.setenv("DASHBOARD_PLACES", "3")
    page, script = turns.of_the_page(), turns.of_scripts()
    assert page is not None
    assert page == script
    assert page.places == 3
    monkeypatch.setenv("DASHBOARD_PLACES", "0")
    assert turns.of_the_page() is None
    assert turns.of_scripts() is None


def test_a_folder_that_others_can_enter_is_not_used(shared_dir_of_its_own: Path) -> None:
    shared_dir_of_its_own.mkdir(mode=0o755)
    shared_dir_of_its_own.chmod(0o755)
    assert turns.of_the_page() is None
    with turns.quick(Progress()), turns.spare() as wanted:
        assert wanted is not None
        assert not wanted()


def test_a_run_waits_after_its_search_and_says_for_how_many(land: Land, tmp_path: Path) -> None:
    shared, told = queue(tmp_path, 1), []
    first = Waiter(shared)
    assert first.works.wait(PATIENCE_S)
    outcome: list[Analysis] = []

    def run() -> None:
        outcome.append(analyse(land.request(), on_detail=told.append, queue=shared))

    thread = threading.Thread(target=run)
    thread.start()
    until(lambda: "1 before you" in told)
    first.end()
    thread.join(PATIENCE_S)
    assert outcome[0].areas["pixels"].sum() == 300 * 300
    assert shared.tickets() == []


def test_a_script_waits_where_places_are_configured(
    land: Land, shared_dir_of_its_own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DASHBOARD_PLACES", "1")
    analyse(land.request())
    assert (shared_dir_of_its_own / "turns" / "lock").exists()


def test_a_run_beyond_the_memory_of_a_session_is_refused_before_anything_is_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DASHBOARD_SESSION_MB", "700")
    tile = AreaOfInterest.square(10.337, 46.932, 100)
    nowhere = AnalysisRequest(tile, date(2022, 6, 1), date(2022, 6, 30), catalog="http://127.0.0.1:9")
    with pytest.raises(AreaTooLarge) as refused:
        analyse(nowhere)
    side = round(100 * refused.value.limit_km)
    assert cost(side, side).memory_mb <= 700 < cost(side + 100, side + 100).memory_mb


def test_a_run_that_does_not_fit_when_its_turn_comes_is_refused_with_what_does(
    land: Land, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("pipeline.estimate", "pipeline.analysis"):
        monkeypatch.setattr(f"{module}.free_memory_mb", lambda *_: 400.0)
    with pytest.raises(AreaTooLarge) as refused:
        analyse(land.request(size_km=5), queue=queue(tmp_path, 2))
    assert refused.value.limit_km == 1
    assert queue(tmp_path, 2).tickets() == []
