"""Places on a server: how many kernels there may be, who holds them, and the queue of those who wait.

A place belongs to a visitor from the moment the page is asked for until its kernel ends. Opening a page is
heavy work, so only a few open at a time and the others wait in the order in which they came.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Bounds:
    """The load that a server accepts."""

    kernels: int
    """Kernels in all."""
    per_address: int
    """Kernels of one network address."""
    opening: int
    """Pages that open at the same time."""

    def __post_init__(self) -> None:
        """Check that something can be opened at all."""
        if min(self.kernels, self.per_address, self.opening) < 1:
            raise ValueError("every bound of the server must be 1 or more")


@dataclass(eq=False)
class Visit:
    """A page that is being opened, or is open."""

    address: str
    kernel_id: str | None = None
    turn: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(frozen=True)
class Refusal:
    """Why a page was not opened."""

    status: int
    sentence: str
    retry_s: int


class Places:
    """The visits of one server. Not thread-safe: everything happens on the server's event loop.

    Parameters
    ----------
    bounds : Bounds
        What the server takes on.
    living : callable
        Gives the ids of the kernels that live now.
    has_files : callable
        Tells whether the process can open the files of one more visitor.
    """

    def __init__(
        self,
        bounds: Bounds,
        living: Callable[[], Iterable[str]],
        has_files: Callable[[], bool] = lambda: True,
    ) -> None:
        self.bounds = bounds
        self._living, self._has_files = living, has_files
        self._opening: list[Visit] = []
        self._waiting: list[Visit] = []
        self._open: list[Visit] = []

    @property
    def opening(self) -> int:
        """Pages that are being opened."""
        return len(self._opening)

    @property
    def waiting(self) -> int:
        """Visitors who wait for their turn."""
        return len(self._waiting)

    @property
    def taken(self) -> int:
        """Places that are taken: living kernels, waiting ones included, and pages that will have one."""
        coming = sum(visit.kernel_id is None for visit in (*self._opening, *self._waiting))
        return len(set(self._living())) + coming

    def refusal(self, address: str, *, spare: int = 0) -> Refusal | None:
        """Return why one more page of an address cannot be opened, None when it can.

        Parameters
        ----------
        address
            The visitor's network address.
        spare
            Living kernels that nobody uses yet, one of which this visitor would get.
        """
        if self._of(address) >= self.bounds.per_address:
            most = (
                f"As many pages are open from your network as this server allows: {self.bounds.per_address}."
            )
            return Refusal(429, f"{most} Close one that you no longer need.", 15)
        if self.taken - spare >= self.bounds.kernels:
            return Refusal(503, f"All places of this server are taken: {self.bounds.kernels}.", 30)
        if not self._has_files():
            return Refusal(503, "This server has as many connections as it can hold.", 30)
        return None

    def enter(self, address: str) -> Visit:
        """Take a place and queue for a turn, which has come once ``visit.turn`` is set."""
        visit = Visit(address)
        self._waiting.append(visit)
        self._call()
        return visit

    def before(self, visit: Visit) -> int:
        """Return how many visitors are served before this one: those in the queue and those being served."""
        if visit not in self._waiting:
            return 0
        return self._waiting.index(visit) + len(self._opening)

    def leave(self, visit: Visit) -> None:
        """End a turn: the page is open, or its visitor is gone. A visit with a kernel keeps its place."""
        for group in (self._waiting, self._opening):
            if visit in group:
                group.remove(visit)
                if visit.kernel_id is not None:
                    self._open.append(visit)
        self._call()

    def _call(self) -> None:
        while self._waiting and len(self._opening) < self.bounds.opening:
            visit = self._waiting.pop(0)
            self._opening.append(visit)
            visit.turn.set()

    def _of(self, address: str) -> int:
        living = set(self._living())
        self._open = [visit for visit in self._open if visit.kernel_id in living]
        return sum(visit.address == address for visit in (*self._open, *self._opening, *self._waiting))
