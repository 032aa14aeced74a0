"""Who may work now: the rules of the queue, without a file or a clock (see pipeline/machine/turns.py)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from typing import Self

State = Literal["waiting", "working", "paused"]
STATES: dict[str, State] = {"waiting": "waiting", "working": "working", "paused": "paused"}


@dataclass(frozen=True, order=True)
class Ticket:
    """One piece of work in the queue; earlier ones come first."""

    due_ms: int
    """When it is due, milliseconds since 1970."""
    token: str
    """Tells tickets of the same moment apart."""
    large: bool = False
    memory_mb: int = 0
    """What its process will take at most, 10^6 bytes."""
    pid: int = 0
    state: State = "waiting"
    """Paused work waits for a place again, and keeps its memory meanwhile."""

    @property
    def name(self) -> str:
        """The name of its file."""
        size = "large" if self.large else "small"
        return f"{self.due_ms:015d}-{self.token}-{size}-{self.memory_mb}-{self.pid}.{self.state}"

    @classmethod
    def of(cls, name: str) -> Self | None:
        """Return the ticket of a file, None where the file is something else."""
        stem, _, state = name.partition(".")
        parts = stem.split("-")
        if state not in STATES or len(parts) != 5:
            return None
        due, token, size, memory, pid = parts
        if not (due.isdecimal() and memory.isdecimal() and pid.isdecimal()):
            return None
        return cls(int(due), token, size == "large", int(memory), int(pid), STATES[state])


@dataclass(frozen=True)
class Room:
    """The limits of all work together."""

    places: int
    memory_mb: float
    """Of all work that has begun, 10^6 bytes."""


def admitted(mine: Ticket, tickets: Sequence[Ticket], room: Room) -> bool:
    """Return whether a ticket that waits may work now.

    One place is never given to large work. What is due is not overtaken where memory is short: small areas
    would keep a large one waiting for ever. The first one works whatever it takes, if nothing else does.

    Parameters
    ----------
    mine
        The ticket that asks.
    tickets
        All tickets, `mine` among them.
    room
        Places and memory.
    """
    working = [t for t in tickets if t.state == "working"]
    free = room.places - len(working)
    large_free = max(room.places - 1, 1) - sum(t.large for t in working)
    memory = room.memory_mb - sum(t.memory_mb for t in tickets if t.state != "waiting")
    alone = not working
    for ticket in sorted(t for t in tickets if t.state != "working"):
        if free <= 0:
            return False
        if ticket.large and large_free <= 0:
            continue
        needed = ticket.memory_mb if ticket.state == "waiting" else 0
        if needed > memory and not alone:
            return False
        if ticket.token == mine.token:
            return True
        free, memory, large_free, alone = free - 1, memory - needed, large_free - ticket.large, False
    return False


def before(mine: Ticket, tickets: Sequence[Ticket]) -> int:
    """Return how many are before a waiting ticket: those at work and those due earlier."""
    return sum(t.state == "working" or t < mine for t in tickets if t.token != mine.token)
