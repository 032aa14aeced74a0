"""How fast a run reads: the time between the stages, for the next estimate."""

from __future__ import annotations

import time
from collections.abc import Callable

from pipeline.estimate import Pace, estimate_of
from pipeline.reading.ways import way_of
from pipeline.request import AnalysisRequest


class ReadingClock:
    """Watches the stages of a run; `pace` learns from those that read.

    Parameters
    ----------
    clock : callable
        Seconds of a clock that only goes forward.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.pace = Pace()
        self._clock = clock
        self._request: AnalysisRequest | None = None
        self._began: float | None = None

    def start(self, request: AnalysisRequest) -> None:
        """A run starts. Nothing is learnt from one that combines dates: it is not known how many it reads."""
        self._request, self._began = request if way_of(request.composite).single else None, None

    def stage(self, name: str) -> None:
        """The run is at a stage."""
        if name == "reading" and self._began is None:
            self._began = self._clock()
        if name == "clustering" and self._began is not None and self._request is not None:
            seconds = self._clock() - self._began
            self.pace.saw(self._request.catalog, estimate_of(self._request).megabytes, seconds)
            self._request = None
