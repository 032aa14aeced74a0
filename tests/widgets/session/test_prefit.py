"""Other numbers of clusters are fitted ahead when nothing else is to do."""

import threading
from types import SimpleNamespace
from typing import Any

import pytest

from pipeline.errors import Cancelled
from pipeline.machine import turns
from pipeline.progress import Progress
from tests.support.patience import PATIENCE_S, until
from widgets.session import prefit
from widgets.session.prefit import Prefit, nearest_first


class Result:
    """Stands in for an analysis."""

    def __init__(self, n_clusters: int, pixels: object) -> None:
        self.request = SimpleNamespace(n_clusters=n_clusters)
        self.pixels = pixels
        self.fitted: list[int] = []
        self.go_on = threading.Event()
        self.go_on.set()

    def prefit(self, n_clusters: int, cancelled: Any) -> None:
        self.fitted.append(n_clusters)
        self.go_on.wait(PATIENCE_S)


@pytest.fixture(autouse=True)
def no_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prefit, "REST_S", 0.02)


def test_the_nearest_numbers_come_first() -> None:
    assert nearest_first(6) == [7, 5, 8, 4, 9, 3, 10, 2, 11, 12]
    assert nearest_first(2)[:2] == [3, 4]


def test_every_number_is_fitted_once_for_the_same_pixels() -> None:
    one, pixels = Prefit(lambda: 1e6), object()
    first, second = Result(6, pixels), Result(7, pixels)
    one.of(first)  # type: ignore[arg-type]
    until(lambda: len(first.fitted) == 10)
    assert all(one.has(n) for n in range(2, 13))
    one.of(second)  # type: ignore[arg-type]
    other = Result(6, object())
    one.of(other)  # type: ignore[arg-type]
    until(lambda: len(other.fitted) == 10)
    assert second.fitted == []


def test_it_makes_way_at_once() -> None:
    one, result = Prefit(lambda: 1e6), Result(6, object())
    result.go_on.clear()
    one.of(result)  # type: ignore[arg-type]
    until(lambda: result.fitted == [7])
    one.stop()
    result.go_on.set()
    until(lambda: one._fitting.acquire(blocking=False))
    assert result.fitted == [7]


def test_nothing_is_fitted_when_memory_is_short() -> None:
    one, result = Prefit(lambda: 100.0), Result(6, object())
    one.of(result)  # type: ignore[arg-type]
    assert one.delay.timer is not None
    one.delay.timer.join(5)
    assert result.fitted == []
    assert not one.has(7)


def test_nothing_is_fitted_while_other_pages_need_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DASHBOARD_PLACES", "1")
    monkeypatch.setattr(prefit, "AGAIN_S", 0.05)
    one, result = Prefit(lambda: 1e6), Result(6, object())
    with turns.quick(Progress()):
        one.of(result)  # type: ignore[arg-type]
        assert one.delay.timer is not None
        one.delay.timer.join(PATIENCE_S)
        assert result.fitted == []
    until(lambda: len(result.fitted) == 10)
    one.stop()


def test_a_fit_under_way_ends_when_another_page_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DASHBOARD_PLACES", "1")
    monkeypatch.setattr(prefit, "AGAIN_S", 3600)
    one, result = Prefit(lambda: 1e6), Patient(6, object())
    one.of(result)  # type: ignore[arg-type]
    until(lambda: result.fitted == [7])
    with turns.quick(Progress()):
        assert not one.has(7)
    one.stop()


class Patient(Result):
    """A result whose fits last until they are cancelled."""

    def prefit(self, n_clusters: int, cancelled: Any) -> None:
        self.fitted.append(n_clusters)
        until(cancelled)
        raise Cancelled
