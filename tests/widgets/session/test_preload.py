"""The tools of a run: imported once, waited for, a connection after every change."""

import threading
from collections.abc import Iterator

import pytest

from pipeline.errors import Cancelled
from tests.support.patience import PATIENCE_S, until
from widgets.session.preload import Tools


class Steps:
    """Stands in for imports and connections."""

    def __init__(self) -> None:
        self.may_load = threading.Event()
        self.loads = 0
        self.connected: list[str] = []
        self.error: Exception | None = None

    def load(self) -> None:
        self.loads += 1
        self.may_load.wait(PATIENCE_S)
        if self.error is not None:
            raise self.error

    def connect(self, catalog: str) -> None:
        self.connected.append(catalog)
        if self.error is not None:
            raise self.error


class Reports:
    """Stands in for a run's progress."""

    def __init__(self) -> None:
        self.stages: list[str] = []

    def __call__(self, stage: str, _fraction: float) -> None:
        self.stages.append(stage)

    def detail(self, _text: str) -> None:
        raise AssertionError("there is nothing to count")


@pytest.fixture
def steps() -> Iterator[Steps]:
    made = Steps()
    yield made
    made.may_load.set()


def test_nothing_is_imported_before_the_first_deed(steps: Steps) -> None:
    Tools(steps.load, steps.connect)
    assert steps.loads == 0


def test_imports_happen_once_and_each_change_looks_after_the_connection(steps: Steps) -> None:
    tools = Tools(steps.load, steps.connect)
    tools.prepare("first")
    tools.prepare("second")
    steps.may_load.set()
    until(lambda: steps.connected == ["second"])
    assert tools._thread is not None
    tools._thread.join(5)
    tools.prepare("third")
    until(lambda: steps.connected == ["second", "third"])
    assert steps.loads == 1


def test_a_run_waits_for_the_imports_and_says_so(steps: Steps) -> None:
    tools, reports = Tools(steps.load, steps.connect), Reports()
    tools.prepare("any")
    threading.Timer(0.2, steps.may_load.set).start()
    tools.wait(reports, lambda: False)
    assert reports.stages == ["loading"]
    tools.wait(reports, lambda: False)
    assert reports.stages == ["loading"]


def test_a_waiting_run_can_be_cancelled(steps: Steps) -> None:
    tools = Tools(steps.load, steps.connect)
    tools.prepare("any")
    with pytest.raises(Cancelled):
        tools.wait(Reports(), lambda: True)


def test_what_fails_here_is_left_to_the_run(steps: Steps) -> None:
    """The run meets the same error and tells it; waiting for ever would be worse."""
    tools = Tools(steps.load, steps.connect)
    steps.error = ImportError("no such library")
    steps.may_load.set()
    tools.prepare("any")
    tools.wait(Reports(), lambda: False)
    until(lambda: steps.connected == ["any"])
