"""Heavy work takes turns: all processes of one user on this machine share a few places.

A process that wants to work puts a ticket into a folder and holds a lock on it. The system releases the lock
when the process ends, however it ends. A ticket's name holds all its facts: one listing reads the queue.

First come, first served (tickets.py). A large area counts as having come a while later than it did, works at
low priority, and makes way between blocks for small ones that wait. Work ahead of time gets a place only
while nobody waits. Where no queue is possible, everybody works at once.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pipeline import config
from pipeline.machine.memory import runs_memory_mb
from pipeline.machine.shared_folder import shared_folder
from pipeline.machine.tickets import Room, State, Ticket, admitted, before

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from pipeline.progress import Progress

log = logging.getLogger(__name__)

Size = Literal["quick", "small", "large"]

DUE_AFTER_S: dict[Size, float] = {"quick": -10.0, "small": 0.0, "large": 30.0}
"""How much later than it comes a piece of work is due: what takes a moment goes first, whole tiles last."""
LARGE_PX = 2000 * 2000
"""From this many pixels on an area is large: 20 km take twice as long as 5 km."""
LOOK_S = 0.1
"""Seconds between two looks whether it is one's turn."""
SWEEP_S = 1.0
"""Seconds between two looks for tickets of processes that are gone."""
HELD_S = 1.0
"""How long large work keeps its place before it makes way for others."""
LOW_PRIORITY = 10
"""Niceness of large work: beside other work it gets about a tenth of a core, alone all of them."""


@dataclass(frozen=True)
class Turns:
    """The queue of one folder."""

    folder: Path
    places: int
    memory_mb: Callable[[Sequence[int]], float] = runs_memory_mb
    """Returns what all work may take together, 10^6 bytes, given the processes that work now."""

    @contextmanager
    def turn(self, size: Size, progress: Progress, memory_mb: float = 0.0) -> Iterator[Turn]:
        """Wait for a place, and give it back when the block ends.

        Parameters
        ----------
        size
            How long the work will take.
        progress
            Told "2 before you" as its detail; asked whether to go on waiting.
        memory_mb
            What the process will take at most while it works, 10^6 bytes.

        Raises
        ------
        Cancelled
            When the run is to end before its turn has come.
        """
        turn = Turn(self, size, memory_mb)
        try:
            turn.wait(progress)
            if size == "large":
                work_at_low_priority()
            yield turn
        finally:
            turn.leave()

    @contextmanager
    def spare(self) -> Iterator[Callable[[], bool] | None]:
        """Yield a place for work ahead of time if one is free and nobody waits, else None.

        With the place comes a function that tells whether others wait for one meanwhile.
        """
        turn = Turn(self, "small", 0.0)
        try:
            yield turn.wanted if not turn.wanted() and turn.start() else None
        finally:
            turn.leave()

    def tickets(self) -> list[Ticket]:
        """Return all tickets; those of ended processes are included until they are swept."""
        try:
            return [t for t in map(Ticket.of, os.listdir(self.folder)) if t is not None]
        except OSError:
            return []

    def room(self, tickets: Sequence[Ticket]) -> Room:
        """Return the present limits of all work together."""
        return Room(self.places, self.memory_mb(sorted({t.pid for t in tickets if t.state != "waiting"})))

    def sweep(self) -> None:
        """Remove the tickets of processes that are gone: their locks are free. Only while `alone`."""
        for ticket in self.tickets():
            path = self.folder / ticket.name
            with suppress(OSError):
                descriptor = os.open(path, os.O_RDWR)
                try:
                    if _locked(descriptor):
                        path.unlink(missing_ok=True)
                finally:
                    os.close(descriptor)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep all others from making tickets and taking places for as long as the block lasts: a moment."""
        import fcntl

        descriptor = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


class Turn:
    """A ticket and, in its time, a place."""

    def __init__(self, turns: Turns, size: Size, memory_mb: float) -> None:
        self._turns = turns
        due_ms = int(1000 * (time.time() + DUE_AFTER_S[size]))
        self.ticket = Ticket(due_ms, uuid.uuid4().hex, size == "large", int(memory_mb), os.getpid())
        self._since = self._swept = self.waited_s = 0.0
        self._descriptor: int | None = None
        try:
            with turns.alone():  # else a sweep between the two lines would remove it
                self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
                _locked(self._descriptor)
        except OSError:
            log.warning("no ticket could be made: working without a turn", exc_info=True)

    @property
    def _path(self) -> Path:
        return self._turns.folder / self.ticket.name

    def wanted(self) -> bool:
        """Return whether others wait for a place."""
        return any(t.state == "waiting" and t.token != self.ticket.token for t in self._turns.tickets())

    def wait(self, progress: Progress) -> None:
        """Return when there is a place (see `Turns.turn`)."""
        told, began = False, time.monotonic()
        progress.check()
        while not self.start():
            count = before(self.ticket, self._turns.tickets())
            progress.detail(f"{count} before you" if count else "waiting for room")
            told = True
            time.sleep(LOOK_S)
            progress.check()
        if told:
            progress.detail("")
        self.waited_s += time.monotonic() - began

    def start(self) -> bool:
        """Take a place if it is this one's turn; return whether it is."""
        try:
            self._sweep_now_and_then()
            if not self._is_next():
                return False
            with self._turns.alone():
                if not self._is_next():
                    return False
                self._become("working")
        except OSError:
            log.warning("the queue cannot be read: working without a turn", exc_info=True)
        self._since = time.monotonic()
        return True

    def make_way(self, progress: Progress) -> None:
        """Between two blocks of large work: let small work go first that waits and would get the place.

        Raises
        ------
        Cancelled
            When the run is to end before there is a place again.
        """
        if not self.ticket.large or time.monotonic() - self._since < HELD_S:
            return
        self._since = time.monotonic()
        if self._keeps_others_waiting():
            with suppress(OSError):
                self._become("paused", int(1000 * time.time()))
            self.wait(progress)

    def leave(self) -> None:
        """Give the place or the ticket back."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is None:
            return
        with suppress(OSError):
            self._path.unlink()
        os.close(descriptor)

    def _is_next(self) -> bool:
        tickets = self._turns.tickets()
        if self.ticket not in tickets:  # the folder was cleared: nothing to wait for
            return True
        return admitted(self.ticket, tickets, self._turns.room(tickets))

    def _keeps_others_waiting(self) -> bool:
        """Return whether small work that waits would get the place that this work gave back."""
        paused = replace(self.ticket, state="paused", due_ms=int(1000 * time.time()))
        tickets = [paused if t.token == paused.token else t for t in self._turns.tickets()]
        room = self._turns.room(tickets)
        small = [t for t in tickets if t.state == "waiting" and not t.large and t < paused]
        return any(admitted(t, tickets, room) for t in small)

    def _become(self, state: State, due_ms: int | None = None) -> None:
        path = self._path
        due_ms = self.ticket.due_ms if due_ms is None else due_ms
        self.ticket = replace(self.ticket, state=state, due_ms=due_ms)
        os.rename(path, self._path)

    def _sweep_now_and_then(self) -> None:
        if time.monotonic() - self._swept >= SWEEP_S:
            self._swept = time.monotonic()
            with self._turns.alone():
                self._turns.sweep()


def of_the_page() -> Turns | None:
    """Return the queue that a page's heavy work takes turns in: a place for each core, unless configured.

    None where turns are switched off, or the system has no such locks (Windows).
    """
    configured = config.places()
    return _queue((os.cpu_count() or 1) if configured is None else configured)


def of_scripts() -> Turns | None:
    """Return the queue of calls of `analyse` from scripts; None unless places are configured."""
    return _queue(config.places() or 0)


def quick(progress: Progress) -> AbstractContextManager[object]:
    """Wait for a place for something that the page does in a moment (see `Turns.turn`)."""
    turns = of_the_page()
    return nullcontext() if turns is None else turns.turn("quick", progress)


def spare() -> AbstractContextManager[Callable[[], bool] | None]:
    """Give the page a place for work ahead of need, None while there is none (see `Turns.spare`)."""
    turns = of_the_page()
    return nullcontext(lambda: False) if turns is None else turns.spare()


def work_at_low_priority() -> None:
    """Give this thread and those it starts a low priority; only on systems where threads have one (Linux)."""
    if sys.platform == "linux":
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), LOW_PRIORITY)


def _queue(places: int) -> Turns | None:
    if not places or sys.platform == "win32":
        return None
    folder = shared_folder("turns")
    return None if folder is None else Turns(folder, places)


def _locked(descriptor: int) -> bool:
    """Take the lock of an open file unless another process has it; return whether it was taken."""
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
