"""The background thread: one run at a time, cancelled ones silent, every error reported."""

import logging
import threading
import time
from typing import Any

import pytest

from pipeline.errors import Cancelled
from tests.support.patience import PATIENCE_S, until
from widgets.session.delay import Delay
from widgets.session.gate import Gate
from widgets.session.worker import Worker


class Log:
    """Writes down what a worker calls."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, Any]] = []
        self.ended = threading.Event()
        self.gate = Gate(lambda error: self.note("reported", error))
        self.worker = Worker(
            self.gate,
            progress=lambda *report: self.note("progress", report),
            done=lambda result: self.end("done", result),
            failed=lambda error: self.end("failed", error),
        )

    def note(self, kind: str, value: Any) -> None:
        self.calls.append((kind, value))

    def end(self, kind: str, value: Any) -> None:
        self.note(kind, value)
        self.ended.set()

    def wait(self) -> list[tuple[str, Any]]:
        assert self.ended.wait(PATIENCE_S)
        self.ended.clear()
        return self.calls


def test_a_run_reports_progress_and_its_result() -> None:
    log = Log()

    def work(progress: Any, _cancelled: Any) -> str:
        progress("searching", 0.1)
        progress("reading", 0.2)
        return "result"

    assert log.worker.start(work)
    assert log.wait() == [
        ("progress", ("searching", 0.1, "")),
        ("progress", ("reading", 0.2, "")),
        ("done", "result"),
    ]
    assert not log.worker.busy


def test_progress_within_a_stage_is_throttled_but_not_lost_between_stages() -> None:
    log = Log()

    def work(progress: Any, _cancelled: Any) -> None:
        for i in range(1000):
            progress("reading", i / 1000)
            progress.detail(f"{i} of 1000 blocks")
        progress("drawing", 1.0)

    log.worker.start(work)
    calls = log.wait()
    assert len(calls) < 100
    assert ("progress", ("drawing", 1.0, "")) in calls


def test_a_second_run_is_refused_while_one_is_on() -> None:
    log, go_on = Log(), threading.Event()
    assert log.worker.start(lambda _p, _c: go_on.wait(PATIENCE_S))
    assert not log.worker.start(lambda _p, _c: "second")
    go_on.set()
    assert log.wait() == [("done", True)]


def test_a_cancelled_run_publishes_nothing_and_frees_the_worker_at_once() -> None:
    log, go_on, ended = Log(), threading.Event(), threading.Event()

    def deaf(progress: Any, _cancelled: Any) -> str:
        go_on.wait(PATIENCE_S)
        progress("drawing", 1.0)
        ended.set()
        return "old"

    log.worker.start(deaf)
    assert log.worker.cancel()
    assert not log.worker.busy
    assert log.worker.start(lambda _p, _c: "new")
    assert log.wait() == [("done", "new")]
    go_on.set()
    assert ended.wait(PATIENCE_S)
    time.sleep(0.05)
    assert log.calls == [("done", "new")]


def test_the_work_is_told_to_stop() -> None:
    log, stopped = Log(), threading.Event()

    def work(_progress: Any, cancelled: Any) -> None:
        until(cancelled)
        stopped.set()
        raise Cancelled

    log.worker.start(work)
    assert log.worker.cancel()
    assert stopped.wait(PATIENCE_S)
    assert log.calls == []
    assert not log.worker.cancel()


def test_an_error_is_handed_back_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    log, error = Log(), ValueError("boom")

    def work(_progress: Any, _cancelled: Any) -> None:
        raise error

    with caplog.at_level(logging.ERROR):
        log.worker.start(work)
        assert log.wait() == [("failed", error)]
    assert "boom" in caplog.text
    assert not log.worker.busy


def test_a_guarded_callback_reports_what_it_raises(caplog: pytest.LogCaptureFixture) -> None:
    log = Log()
    log.gate.guard(lambda: 1 / 0)()
    assert [kind for kind, _ in log.calls] == ["reported"]
    assert "ZeroDivisionError" in caplog.text


def test_guarded_callbacks_run_one_at_a_time() -> None:
    log, inside = Log(), [0, 0]

    def busy() -> None:
        inside[0] += 1
        inside[1] = max(inside)
        time.sleep(0.002)
        inside[0] -= 1

    threads = [threading.Thread(target=log.gate.guard(busy)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert inside == [0, 1]


def test_a_delay_calls_once_after_the_last_request() -> None:
    calls: list[float] = []
    delay = Delay(0.05, lambda: calls.append(time.monotonic()))
    for _ in range(5):
        delay.restart()
    until(lambda: bool(calls))
    time.sleep(0.1)
    assert len(calls) == 1
    delay.restart()
    delay.cancel()
    time.sleep(0.1)
    assert len(calls) == 1
