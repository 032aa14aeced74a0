"""Other numbers of clusters, fitted while the page is idle: choosing one then only needs labelling."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from pipeline.errors import Cancelled
from pipeline.machine import turns
from pipeline.machine.allocator import giving_back
from pipeline.machine.memory import free_memory_mb
from pipeline.request import MAX_CLUSTERS, MIN_CLUSTERS
from widgets.session.delay import Delay

if TYPE_CHECKING:
    from pipeline.result import Analysis

log = logging.getLogger(__name__)

REST_S = 1.0
"""How long the page must rest before it fits ahead."""
ROOM_MB = 400.0
"""With less free memory nothing is fitted ahead."""
AGAIN_S = 5.0
"""How long to rest where others need the machine."""


class Prefit:
    """Fits in a thread, nearest numbers first; stops as soon as there is other work.

    Parameters
    ----------
    free_mb : callable
        Tells the free memory, 10^6 bytes.
    """

    def __init__(self, free_mb: Callable[[], float] = free_memory_mb) -> None:
        self._free_mb = free_mb
        self.delay = Delay(REST_S, self._begin)
        self._analysis: Analysis | None = None
        self._stop = threading.Event()
        self._fitted: set[int] = set()
        self._fitting = threading.Lock()

    def of(self, analysis: Analysis) -> None:
        """Fit for this result when the page has rested."""
        self.stop()
        if self._analysis is None or analysis.pixels is not self._analysis.pixels:
            self._fitted = set()
        self._fitted |= {analysis.request.n_clusters}
        self._analysis = analysis
        self.delay.restart()

    def stop(self) -> None:
        """Stop: there is other work."""
        self.delay.cancel()
        self._stop.set()

    def has(self, n_clusters: int) -> bool:
        """Whether a number of clusters was fitted for the present result."""
        return n_clusters in self._fitted

    def _begin(self) -> None:
        stop = self._stop = threading.Event()
        analysis, fitted = self._analysis, self._fitted
        if analysis is None:
            return
        turns.work_at_low_priority()
        with self._fitting, giving_back():
            for n_clusters in nearest_first(analysis.request.n_clusters):
                if n_clusters in fitted:
                    continue
                if stop.is_set() or self._free_mb() < ROOM_MB:
                    return
                try:
                    if not _fitted(analysis, n_clusters, stop):
                        self.delay.restart(AGAIN_S)
                        return
                except Cancelled:
                    return
                except Exception:  # nobody asked for it; a run that needs it fits again and reports
                    log.exception("%d clusters could not be fitted ahead", n_clusters)
                    return
                fitted.add(n_clusters)


def _fitted(analysis: Analysis, n_clusters: int, stop: threading.Event) -> bool:
    """Fit a number of clusters, unless other pages need the machine; return whether it was fitted.

    Raises
    ------
    Cancelled
        When there is other work.
    """
    with turns.spare() as wanted:
        if wanted is None:
            return False
        try:
            analysis.prefit(n_clusters, lambda: stop.is_set() or wanted())
        except Cancelled:
            if stop.is_set():
                raise
            return False
    return True


def nearest_first(n_clusters: int) -> list[int]:
    """Return the other numbers of clusters a visitor can choose, nearest first."""
    others = [n for n in range(MIN_CLUSTERS, MAX_CLUSTERS + 1) if n != n_clusters]
    return sorted(others, key=lambda n: (abs(n - n_clusters), -n))
