"""A run that is cancelled: at once, in every stage, whoever is silent meanwhile."""

import threading
import time
from collections.abc import Callable

import pytest

from pipeline import (
    Analysis,
    AnalysisRequest,
    Cancelled,
    analyse,
)
from pipeline.progress import STAGES, Progress
from tests.pipeline.conftest import HOLDS, Land
from tests.support.patience import Pauses, quickest
from tests.support.synthetic import item

AT_ONCE_S = 0.2


class Stopper:
    """Cancels at the first report of a stage, and remembers when; counts what is reported afterwards."""

    def __init__(self, stage: str) -> None:
        self.stage = stage
        self.cancelled_at = 0.0
        self.later = 0

    def on_progress(self, stage: str, fraction: float) -> None:
        if self.cancelled_at:
            self.later += 1
        elif stage == self.stage:
            self.cancelled_at = time.monotonic()

    def cancelled(self) -> bool:
        return self.cancelled_at > 0


@pytest.mark.parametrize("stage", STAGES)
def test_a_run_can_be_cancelled_in_every_stage(land: Land, stage: str) -> None:
    def seconds() -> float:
        stopper = Stopper(stage)
        with pytest.raises(Cancelled):
            analyse(land.request(5), stopper.on_progress, stopper.cancelled)
        return time.monotonic() - stopper.cancelled_at

    assert quickest(seconds, AT_ONCE_S) < AT_ONCE_S


@pytest.mark.parametrize("stage", ["clustering", "drawing"])
def test_clustering_again_can_be_cancelled(done: Analysis, stage: str) -> None:
    def seconds() -> float:
        stopper = Stopper(stage)
        with pytest.raises(Cancelled):
            done.recluster(12, stopper.on_progress, stopper.cancelled)
        return time.monotonic() - stopper.cancelled_at

    assert quickest(seconds, AT_ONCE_S) < AT_ONCE_S


def test_cancelled_before_it_begins_asks_nobody(fake_api: Callable[..., str], land: Land) -> None:
    with pytest.raises(Cancelled):
        analyse(land.request(catalog="http://127.0.0.1:9/"), cancelled=lambda: True)


def cancel_after(seconds: float, request: AnalysisRequest, stage: str) -> float:
    """Return how long a run still took once it was cancelled in a stage, which it must have reached."""
    stages: list[str] = []
    started = time.monotonic()
    with pytest.raises(Cancelled):
        analyse(request, lambda s, _: stages.append(s), lambda: time.monotonic() - started > seconds)
    took = time.monotonic() - started - seconds
    reported = len(stages)
    time.sleep(0.3)
    assert len(stages) == reported, "nothing is published any more"
    assert stages[-1] == stage
    return took


@pytest.mark.parametrize("fault", ["slow", "landing-slow"])
def test_a_run_can_be_cancelled_while_a_catalogue_hangs(
    land: Land, fake_api: Callable[..., str], fault: str
) -> None:
    api = fake_api(items=[item("a", land.files.url)], fault=fault, conforms=HOLDS)
    request = land.request(catalog=api)
    assert quickest(lambda: cancel_after(0.6, request, "searching"), AT_ONCE_S) < AT_ONCE_S


def test_a_run_can_be_cancelled_while_a_file_server_hangs(land: Land, fake_api: Callable[..., str]) -> None:
    served = item("hangs", land.files.fault("slow"), shape=(560, 560))
    request = land.request(catalog=fake_api(items=[served], conforms=HOLDS))
    assert quickest(lambda: cancel_after(3, request, "reading"), AT_ONCE_S) < AT_ONCE_S


def test_the_interpreter_is_not_blocked_while_a_file_server_hangs(
    land: Land, fake_api: Callable[..., str]
) -> None:
    """The page lives in the same process: a read that holds the interpreter's lock would freeze it."""
    served = item("hangs", land.files.fault("slow") + "?", shape=(560, 560))
    request = land.request(catalog=fake_api(items=[served], conforms=HOLDS))
    analyse(land.request())  # everything is imported before it counts

    def longest_pause() -> float:
        with Pauses() as pauses:
            cancel_after(3, request, "reading")
        return pauses.longest

    assert quickest(longest_pause, 0.5) < 0.5


def test_a_run_cancelled_at_its_very_end_gives_no_result() -> None:
    cancelled = threading.Event()
    with pytest.raises(Cancelled):
        Progress(cancelled=cancelled.is_set).run(cancelled.set)
