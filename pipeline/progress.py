"""How a run reports its progress, and how it notices that it was cancelled."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from pipeline.errors import Cancelled
from pipeline.machine.allocator import giving_back

POLL_S = 0.02
"""Seconds between two looks at `cancelled`."""

STAGES = {"searching": (0.0, 0.15), "reading": (0.15, 0.75), "clustering": (0.75, 0.9), "drawing": (0.9, 1.0)}
"""Share of the whole run that each stage covers."""

OnProgress = Callable[[str, float], object]
OnDetail = Callable[[str], object]
IsCancelled = Callable[[], bool]
T = TypeVar("T")


class Turn(Protocol):
    """The place among other runs that a run works at (turns.Turn)."""

    waited_s: float

    def make_way(self, progress: Progress) -> None:
        """Let others go first whose turn it is."""


class Progress:
    """Reports of one run: stage, fraction of the whole run (never falling), a detail in words.

    Parameters
    ----------
    on_progress : callable, optional
        Called as ``on_progress(stage, fraction)``, possibly from another thread.
    cancelled : callable, optional
        Returns True when the run is to end; polled every `POLL_S` seconds.
    on_detail : callable, optional
        Called with a phrase such as ``"11 of 24 blocks"``.
    """

    def __init__(
        self,
        on_progress: OnProgress | None = None,
        cancelled: IsCancelled | None = None,
        on_detail: OnDetail | None = None,
    ) -> None:
        self._on_progress = on_progress
        self._cancelled = cancelled
        self._on_detail = on_detail
        self._lock = threading.Lock()
        self._fraction = 0.0
        self._ended = False
        self.began: dict[str, float] = {}
        """When each stage was reported first, by the monotonic clock."""
        self.turn: Turn | None = None
        """None: the run takes no turns."""

    def report(self, stage: str, done: float) -> None:
        """Report that a share (0..1) of a stage is done."""
        start, end = STAGES[stage]
        with self._lock:
            self.began.setdefault(stage, time.monotonic())
            self._fraction = max(self._fraction, start + (end - start) * done)
            if self._on_progress is not None and not self._ended:
                self._on_progress(stage, self._fraction)

    def detail(self, words: str) -> None:
        """Report a detail of the present stage in words."""
        with self._lock:
            if self._on_detail is not None and not self._ended:
                self._on_detail(words)

    def check(self) -> None:
        """Raise `Cancelled` when the run is to end."""
        if self.ended():
            raise Cancelled

    def pause(self, seconds: float) -> None:
        """Wait for a while; raise `Cancelled` as soon as the run is to end."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.check()
            time.sleep(POLL_S)

    def make_way(self) -> None:
        """Between two blocks: let others go first whose turn it is, and raise `Cancelled` like `check`."""
        self.check()
        if self.turn is not None:
            self.turn.make_way(self)

    def silent(self) -> Progress:
        """Return one that ends with this one and reports nothing."""
        return Progress(cancelled=self.ended)

    def ended(self) -> bool:
        """Return whether the run is to end."""
        return self._ended or (self._cancelled is not None and self._cancelled())

    def run(self, work: Callable[..., T], *args: Any, **options: Any) -> T:
        """Return the result of `work`; when cancelled, raise `Cancelled` at once, even while it blocks.

        The work runs in a thread of its own. A blocked read may end later in that thread; its reports and
        its result are dropped.
        """
        outcome: list[T] = []
        failure: list[BaseException] = []

        def target() -> None:
            with giving_back():
                try:
                    outcome.append(work(*args, **options))
                except BaseException as error:  # raised again in the thread that waits
                    failure.append(error)

        thread = threading.Thread(target=target, name=f"pipeline-{work.__name__}", daemon=True)
        thread.start()
        while True:
            thread.join(POLL_S)
            if self._cancelled is not None and self._cancelled():
                self._ended = True
                raise Cancelled
            if not thread.is_alive():
                break
        if failure:
            raise failure.pop()  # a list that still held it would keep all that its frames hold
        return outcome[0]
