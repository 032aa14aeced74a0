"""A point on other days, for who cannot tell it from one: searched once, read when it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pipeline.text import day_and_month
from widgets.session.gate import Gate
from widgets.session.worker import Worker
from widgets.toolkit.message import plain_words

if TYPE_CHECKING:
    from pipeline.catalogs.acquisitions import Acquisition
    from pipeline.explore.other_dates import OtherDate
    from pipeline.result import Analysis

NONE_THERE = "There is no other date in this period. Calculate with a longer one to have more."
NO_DATA = "The other dates of this period have no data here."

Show = Callable[[int, Sequence[tuple[str, bytes]], str], None]
"""Gets a point, its pictures by day, and what there is to say in their place."""


class OtherDates:
    """Answers the newest question.

    Parameters
    ----------
    gate : Gate
        Serialises callbacks with the rest of the page.
    show : callable
        Shows the answer.
    """

    def __init__(self, gate: Gate, show: Show) -> None:
        self._show = show
        self._worker = Worker(gate, progress=lambda *_: None, done=self._done, failed=self._failed)
        self._known: tuple[Analysis, tuple[Acquisition, ...]] | None = None
        self._point = 0

    @property
    def busy(self) -> bool:
        """Whether an answer is still to come."""
        return self._worker.busy

    def cancel(self) -> None:
        """Nobody wants the answer any more."""
        self._worker.cancel()

    def ask(self, analysis: Analysis | None, point: Any, places: Mapping[int, tuple[int, int]]) -> None:
        """Ask for a point: its row and column are among `places`."""
        if analysis is None or point not in places:
            return
        self._worker.cancel()
        self._point, known = int(point), self._known
        row, column = places[self._point]

        def work(_: Any, cancelled: Callable[[], bool]) -> tuple[Any, tuple[OtherDate, ...]]:
            from pipeline.explore.other_dates import on_other_dates, other_acquisitions

            same = known is not None and known[0] is analysis
            acquisitions = known[1] if known and same else other_acquisitions(analysis, cancelled)
            return (analysis, acquisitions), on_other_dates(acquisitions, analysis.grid, row, column)

        self._worker.start(work)

    def _done(self, answer: tuple[tuple[Analysis, tuple[Acquisition, ...]], tuple[OtherDate, ...]]) -> None:
        known, dates = answer
        self._known = known
        said = "" if dates else NO_DATA if known[1] else NONE_THERE
        self._show(self._point, [(day_and_month(d.day), d.picture) for d in dates], said)

    def _failed(self, error: Exception) -> None:
        self._show(self._point, (), plain_words(error))
