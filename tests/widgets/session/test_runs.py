"""Runs behind the page: cancelled at every stage, left, doubled. Threads end, and nothing is published."""

import threading
import time
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from pipeline.catalogs.transport import READ_TIMEOUT_S
from pipeline.errors import Cancelled, ClusterUnavailable
from pipeline.machine import turns
from pipeline.progress import Progress
from pipeline.request import AnalysisRequest
from tests.pipeline.conftest import HOLDS, Land, fake_api, fakes, land, served
from tests.support.patience import PATIENCE_S, until
from tests.support.synthetic import item
from widgets.session.gate import Gate
from widgets.session.runs import Runs, named

__all__ = ["fake_api", "fakes", "land", "served"]

OURS = ("analysis", "pipeline-", "search", "blocks", "images", "preview")
"""How the names of a run's threads begin."""


class Page:
    """Stands in for the page: hears of its runs."""

    def __init__(self, request: AnalysisRequest | None = None) -> None:
        self.stages: list[str] = []
        self.details: list[str] = []
        self.arrived: list[Any] = []
        self.failed: list[Exception] = []
        self.at: Callable[[str], None] = lambda _stage: None
        self.gate = Gate(self.failed.append)
        self.runs = Runs(self.gate, self, wanted=lambda: request, on_workers=lambda: False)

    def run_began(self, stage: str) -> None:
        self.stages.append(stage)

    def run_progressed(self, stage: str, fraction: float, detail: str) -> None:
        self.stages.append(stage)
        self.details.append(detail)
        self.at(stage)

    def run_arrived(self, analysis: Any, *, last: bool) -> None:
        self.arrived.append((analysis, last))

    def run_failed(self, error: Exception) -> None:
        self.failed.append(error)

    def heard(self) -> tuple[int, int, int]:
        return len(self.stages), len(self.arrived), len(self.failed)


def our_threads() -> set[threading.Thread]:
    return {t for t in threading.enumerate() if t.name.startswith(OURS)}


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    before = our_threads()
    yield
    deadline = time.monotonic() + READ_TIMEOUT_S + PATIENCE_S
    while our_threads() - before and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not our_threads() - before


@pytest.fixture
def burden() -> Iterator[None]:
    """Keep the interpreter busy, as other work of the same page would."""
    stop = threading.Event()

    def work() -> None:
        while not stop.is_set():
            sum(range(20_000))

    threads = [threading.Thread(target=work, name="burden") for _ in range(2)]
    for thread in threads:
        thread.start()
    yield
    stop.set()
    for thread in threads:
        thread.join()


@pytest.mark.usefixtures("burden")
@pytest.mark.parametrize("stage", ["searching", "reading", "clustering", "drawing"])
def test_a_run_cancelled_at_any_stage_publishes_nothing(land: Land, stage: str) -> None:
    page = Page()
    cancelled = threading.Event()

    def cancel(now: str) -> None:
        if now == stage and not cancelled.is_set():
            cancelled.set()
            page.runs.cancel()

    page.at = cancel
    assert page.runs.run(land.request())
    assert cancelled.wait(PATIENCE_S)
    heard = page.heard()
    assert not page.runs.busy
    until(lambda: not our_threads())
    assert page.heard() == heard
    assert page.arrived == []
    page.at = lambda _: None
    assert page.runs.run(land.request())
    until(lambda: bool(page.arrived))
    assert page.failed == []


def test_a_run_cancelled_while_it_waits_leaves_the_queue(land: Land, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DASHBOARD_PLACES", "1")
    page, queue = Page(), turns.of_the_page()
    assert queue is not None
    with queue.turn("small", Progress()):
        page.runs.run(land.request())
        until(lambda: "1 before you" in page.details)
        page.runs.cancel()
        until(lambda: len(queue.tickets()) == 1)
    until(lambda: not our_threads())
    assert page.arrived == []


def test_a_run_left_while_a_catalogue_is_silent_ends_within_the_read_timeout(
    land: Land, fake_api: Callable[..., str]
) -> None:
    api = fake_api(items=[item("a", land.files.url)], fault="stall", conforms=HOLDS)
    page = Page()
    page.runs.run(land.request(catalog=api))
    until(lambda: "searching" in page.stages)
    page.runs.cancel()
    del page.runs
    heard = page.heard()
    began = time.monotonic()
    until(lambda: not our_threads() or time.monotonic() - began > READ_TIMEOUT_S + 5)
    assert page.heard() == heard


def test_a_run_left_while_a_file_is_silent_ends_within_the_read_timeout(
    land: Land, fake_api: Callable[..., str]
) -> None:
    stalled = item("a", land.files.fault("slow"), shape=(560, 560))
    page = Page()
    page.runs.run(land.request(catalog=fake_api(items=[stalled], conforms=HOLDS, counts=True)))
    until(lambda: "reading" in page.stages)
    page.runs.cancel()
    assert page.runs.run(land.request()), "the next run does not wait for it"
    until(lambda: bool(page.arrived))
    assert page.failed == []


def test_a_double_click_runs_once(land: Land) -> None:
    page = Page()
    assert page.runs.run(land.request())
    assert not page.runs.run(land.request())
    until(lambda: bool(page.arrived))
    until(lambda: not our_threads())
    assert [last for _, last in page.arrived] == [True]


def test_cancel_and_run_and_cancel_and_run_ends_with_one_result(land: Land) -> None:
    page = Page()
    for _ in range(6):
        assert page.runs.run(land.request())
        page.runs.cancel()
    assert page.runs.run(land.request())
    until(lambda: bool(page.arrived))
    until(lambda: not our_threads())
    assert [last for _, last in page.arrived] == [True]
    assert page.failed == []


def test_two_tabs_share_one_place_and_both_arrive(land: Land, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DASHBOARD_PLACES", "1")
    pages = [Page(), Page()]
    for page in pages:
        page.runs.run(land.request())
    until(lambda: all(page.arrived for page in pages))
    (first,), (second,) = ([a for a, _ in page.arrived] for page in pages)
    assert first.areas.equals(second.areas)
    queue = turns.of_the_page()
    assert queue is not None
    until(lambda: not queue.tickets())


def test_grouping_anew_takes_a_turn_and_gives_it_back(land: Land, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DASHBOARD_PLACES", "1")
    page = Page(land.request(n_clusters=3))
    page.runs.run(land.request())
    until(lambda: bool(page.arrived))
    queue = turns.of_the_page()
    assert queue is not None
    with queue.turn("small", Progress()):
        page.runs.regroup()
        until(lambda: "1 before you" in page.details)
    until(lambda: len(page.arrived) == 2)
    assert len(page.arrived[1][0].areas) == 4


def test_a_result_whose_names_cannot_be_checked_is_shown_all_the_same() -> None:
    def lost(*_: object, **__: object) -> None:
        raise ClusterUnavailable("The cluster is gone.", "")

    found: Any = SimpleNamespace(preview=False, compare=lost)
    assert named(found, lambda: False) is found

    def cancelled(*_: object, **__: object) -> None:
        raise Cancelled

    found.compare = cancelled
    with pytest.raises(Cancelled):
        named(found, lambda: True)
