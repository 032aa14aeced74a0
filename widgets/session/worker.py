"""Work in a background thread: its progress, its end, and how it is cancelled."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Any, Protocol

from pipeline.errors import Cancelled
from pipeline.machine.allocator import giving_back
from widgets.session.gate import Gate

log = logging.getLogger(__name__)

PROGRESS_INTERVAL_S = 0.1
"""Shortest time between two progress updates of one stage; the page's connection has a message limit."""


class Progress(Protocol):
    """Takes the progress of a piece of work."""

    def __call__(self, stage: str, fraction: float) -> None:
        """Report the stage and how much of the whole is done (0..1)."""

    def detail(self, text: str) -> None:
        """Report something countable of the stage, such as "11 of 24 blocks"."""

    def early(self, result: Any) -> None:
        """Hand on a first look at the result; the work goes on."""


Work = Callable[[Progress, Callable[[], bool]], Any]
"""A piece of work: gets a progress to report to and a function that tells whether to stop."""


class Worker:
    """Runs one piece of work at a time in a thread.

    A cancelled run is abandoned at once: the worker is ready for the next one, and whatever the old
    thread still does reaches nobody.

    Parameters
    ----------
    gate : Gate
        Serialises the three callbacks with the rest of the page.
    progress : callable
        ``progress(stage, fraction, detail)``, at most every `PROGRESS_INTERVAL_S` within a stage.
    done, failed : callable
        ``done(result)`` or ``failed(error)`` ends each run that was not cancelled, exactly once.
    early : callable, optional
        Gets first looks at the result while the run goes on.
    """

    def __init__(
        self,
        gate: Gate,
        *,
        progress: Callable[[str, float, str], None],
        done: Callable[[Any], None],
        failed: Callable[[Exception], None],
        early: Callable[[Any], None] = lambda _result: None,
    ) -> None:
        self._gate = gate
        self._early = gate.guard(early)
        self._progress, self._done, self._failed = (gate.guard(f) for f in (progress, done, failed))
        self._current: _Run | None = None

    @property
    def busy(self) -> bool:
        """Whether a run is on that was not cancelled."""
        return self._current is not None

    def start(self, work: Work) -> bool:
        """Start the work in a thread; return False and do nothing while another run is on."""
        with self._gate.lock:
            if self._current is not None:
                return False
            run = self._current = _Run(self)
        threading.Thread(target=self._work, args=(run, work), name="analysis", daemon=True).start()
        return True

    def cancel(self) -> bool:
        """Abandon the current run; return whether there was one."""
        with self._gate.lock:
            run, self._current = self._current, None
        if run is None:
            return False
        run.stop.set()
        return True

    def publish(self, run: _Run, function: Callable[..., None], *args: Any, last: bool = False) -> None:
        """Call a callback on behalf of a run, unless the run was abandoned."""
        with self._gate.lock:
            if run is self._current:
                if last:
                    self._current = None
                function(*args)

    def report(self, run: _Run, stage: str, fraction: float, detail: str) -> None:
        """Publish a run's progress."""
        self.publish(run, self._progress, stage, fraction, detail)

    def show_early(self, run: _Run, result: Any) -> None:
        """Publish a run's first look at its result."""
        self.publish(run, self._early, result)

    def _work(self, run: _Run, work: Work) -> None:
        with giving_back():
            self._run(run, work)

    def _run(self, run: _Run, work: Work) -> None:
        try:
            result = work(run, run.stop.is_set)
        except Cancelled as error:
            self.publish(run, self._failed, error, last=True)
        except Exception as error:  # a thread has no caller who could catch it
            log.exception("the run failed")
            self.publish(run, self._failed, error, last=True)
        else:
            self.publish(run, self._done, result, last=True)


class _Run:
    """One run: its stop signal, and the progress handed to the work (throttled)."""

    def __init__(self, worker: Worker) -> None:
        self.stop = threading.Event()
        self._worker = worker
        self._stage, self._fraction, self._detail = "", 0.0, ""
        self._reported = 0.0

    def __call__(self, stage: str, fraction: float) -> None:
        fresh = stage != self._stage
        if fresh:
            self._detail = ""
        self._stage, self._fraction = stage, fraction
        self._report(fresh)

    def detail(self, text: str) -> None:
        """Add what can be counted to the stage."""
        self._detail = text
        self._report(False)

    def early(self, result: Any) -> None:
        """Hand on a first look at the result."""
        self._worker.show_early(self, result)

    def _report(self, now: bool) -> None:
        if now or time.monotonic() - self._reported >= PROGRESS_INTERVAL_S:
            self._reported = time.monotonic()
            self._worker.report(self, self._stage, self._fraction, self._detail)
