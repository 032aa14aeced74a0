"""What the image's own classification says about the classes: looked up in the background after a result."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pipeline.errors import InvalidRequest
from widgets.session.gate import Gate
from widgets.session.worker import Worker

if TYPE_CHECKING:
    from pipeline.reference.agreement import Agreement
    from pipeline.result import Analysis


@dataclass(frozen=True)
class Heard:
    """The doubts about the classes of one result."""

    agreement: Agreement | None = None
    """None: the image has no scene classification here."""
    doubts: Mapping[int, str] = field(default_factory=dict)
    """By class: what speaks against its name, such as ``71 % not vegetated``."""


def heard_of(analysis: Analysis, cancelled: Callable[[], bool] | None = None) -> Heard:
    """Return what the scene classification says of the classes as they are shown; nothing is read for it."""
    from pipeline.reference.names import doubts

    try:
        agreement = analysis.compare("scl", cancelled=cancelled)
    except InvalidRequest:
        return Heard()
    return Heard(agreement, doubts(agreement, analysis.suggestions))


class Doubts:
    """Asks after each result, the newest only.

    Parameters
    ----------
    gate : Gate
        Serialises callbacks with the rest of the page.
    on_heard : callable
        Gets what was said of the result that is shown.
    """

    def __init__(self, gate: Gate, on_heard: Callable[[Heard], None]) -> None:
        self._on_heard = on_heard
        self._worker = Worker(gate, progress=lambda *_: None, done=self._done, failed=lambda _error: None)
        self.heard: Heard | None = None
        """What was said of the result that is shown; None: not yet."""

    @property
    def busy(self) -> bool:
        """Whether the answer is still to come."""
        return self._worker.busy

    def ask(self, analysis: Analysis) -> None:
        """Ask of a result; a preview is not asked of."""
        self._worker.cancel()
        self.heard = None
        if analysis.preview:
            return

        def work(_: Any, cancelled: Callable[[], bool]) -> Heard:
            return heard_of(analysis, cancelled)

        self._worker.start(work)

    def _done(self, heard: Heard) -> None:
        self.heard = heard
        self._on_heard(heard)
