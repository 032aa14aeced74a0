"""A labelling session: the labeller in place of the tab, the map at the point, the labels so far."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import ipywidgets as ipw

from pipeline.errors import InvalidRequest
from widgets.results.check.labeller import Labeller
from widgets.results.check.other_dates import OtherDates
from widgets.results.check.tasks import LAND, Task
from widgets.results.tabs.host import Host
from widgets.session.delay import Delay
from widgets.session.worker import Worker

if TYPE_CHECKING:
    from pipeline.accuracy import SamplingDesign
    from pipeline.result import Analysis

MOVE_AFTER_S = 0.1
"""How long a point must be shown before the map goes there: quick labels must not queue up in the map."""
MOST_CHIPS, BATCH = 24, 4
"""Points whose pictures are made at one request of the page, and how many are sent together."""

Chips = list[tuple[int, tuple[bytes, ...]]]


class Labelling:
    """From the first point to a pause.

    Parameters
    ----------
    host : Host
        Its map hides the clusters and goes to the points.
    take_place : callable
        Called with the labeller, and with None when labelling has ended.
    on_pause : callable
        Called with the sample as it is labelled at a pause, and at the end.
    task : Task
        What is asked of a point.
    """

    def __init__(
        self,
        host: Host,
        take_place: Callable[[ipw.Widget | None], None],
        on_pause: Callable[[SamplingDesign], None],
        task: Task = LAND,
    ) -> None:
        self._host, self._take_place, self._on_pause, self._task = host, take_place, on_pause, task
        guard = host.gate.guard
        heard: dict[str, Callable[[dict[str, Any]], None]] = {
            "label": self._label,
            "back": self._back,
            "add": self._add,
            "at": self._at,
            "want": self._want,
            "dates": lambda message: self._dates.ask(self._analysis, message.get("point"), self._places),
            "photo": lambda message: host.aim.photo(bool(message.get("on"))),
            "pause": lambda _message: self.pause(),
            "done": lambda _message: self.pause(),
        }
        self.labeller = Labeller({event: guard(called) for event, called in heard.items()})
        self._dates = OtherDates(host.gate, self.labeller.show_dates)
        self._places: dict[int, tuple[int, int]] = {}
        self._chips = Worker(host.gate, progress=lambda *_: None, done=self._send, failed=self._no_chips)
        self._wanted: list[int] = []
        self._move = Delay(MOVE_AFTER_S, guard(self._go))
        self._point = 0
        self._analysis: Analysis | None = None
        self.design: SamplingDesign | None = None
        """The sample with its labels so far; None while nothing is labelled."""

    @property
    def is_on(self) -> bool:
        """Whether the labeller is shown."""
        return self.design is not None

    def begin(self, analysis: Analysis, design: SamplingDesign, classes: dict[str, str]) -> None:
        """Show the first point that has no label."""
        self._analysis, self.design = analysis, design
        self._places = {p.id: (p.row, p.column) for p in design.drawn}
        self._point, self._wanted = 0, []
        self._host.aim.begin()
        self.labeller.begin(design, classes, self._task, self._task.looks(analysis))
        self._take_place(self.labeller)

    def follow(self, analysis: Analysis) -> None:
        """Take another result of the same map."""
        self._analysis = analysis

    def pause(self) -> None:
        """Pause, keeping the labels so far."""
        design = self.design
        if design is not None:
            self.end()
            self._on_pause(design)
            self._host.focus(".eo-check-go")

    def end(self) -> None:
        """Put everything back."""
        if self.design is None:
            return
        self.design = None
        self._move.cancel()
        self._chips.cancel()
        self._dates.cancel()
        self._host.aim.end()
        self._take_place(None)

    def _label(self, message: dict[str, Any]) -> None:
        name = message.get("name")
        if self.design is not None and (name is None or isinstance(name, str)):
            self.design = self.design.with_label(int(message["point"]), name)

    def _back(self, message: dict[str, Any]) -> None:
        if self.design is not None:
            self.design = self.design.without_label(int(message["point"]))

    def _add(self, message: dict[str, Any]) -> None:
        if self.design is not None:
            self.design = self.design.with_class(str(message.get("name", "")))

    def _at(self, message: dict[str, Any]) -> None:
        point = message.get("point")
        if self.design is not None and point in self._places:
            self._point = int(point)
            self._move.restart()

    def _go(self) -> None:
        if self.design is not None and self._point in self._places:
            self._host.aim.at(self.design.grid, *self._places[self._point])

    def _want(self, message: dict[str, Any]) -> None:
        points = message.get("points")
        if self.design is None or not isinstance(points, list):
            return
        self._wanted += [int(p) for p in points[:MOST_CHIPS] if p in self._places]
        self._make()

    def _make(self) -> None:
        """Make pictures of the points the page wants, in the background."""
        analysis, places = self._analysis, self._places
        if not self._wanted or analysis is None or self._chips.busy:
            return
        points, self._wanted = self._wanted[:BATCH], self._wanted[BATCH:]

        def work(*_: Any) -> Chips:
            return [(point, self._task.chips(analysis, *places[point])) for point in points]

        self._chips.start(work)

    def _send(self, chips: Chips) -> None:
        self.labeller.show_chips(chips)
        self._make()

    def _no_chips(self, error: Exception) -> None:
        """Labelling without pictures would be guessing: stop, and let the page say what happened."""
        self.pause()
        raise InvalidRequest("The pictures of the points could not be made. Calculate again.") from error
