"""What the page calculates: one run at a time, its result, and grouping again. Uses no widget."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

from pipeline.errors import Cancelled
from pipeline.request import AnalysisRequest
from widgets.session import preload
from widgets.session.delay import Delay
from widgets.session.gate import Gate
from widgets.session.prefit import Prefit
from widgets.session.read_speed import ReadingClock
from widgets.session.worker import Progress, Work, Worker

if TYPE_CHECKING:
    from pipeline.clustering.model import ClusterModel
    from pipeline.result import Analysis

log = logging.getLogger(__name__)

REGROUP_AFTER_S = 0.3
"""How long the number of clusters must stay the same before pixels are grouped again."""
QUICK_S = 0.1
"""The same where that number was fitted ahead: it costs little to change one's mind."""


class Listener(Protocol):
    """Shows the progress and the outcome of a run."""

    def run_began(self, stage: str) -> None:
        """A run began, with this stage."""

    def run_progressed(self, stage: str, fraction: float, detail: str) -> None:
        """A run is at a stage, and this share (0..1) of it is done."""

    def run_arrived(self, analysis: Analysis, *, last: bool) -> None:
        """A run has a result, or (not the last) a first look at it."""

    def run_failed(self, error: Exception) -> None:
        """A run ended without a result."""


class Runs:
    """Runs a request, groups its pixels again, cancels, and keeps the result.

    Parameters
    ----------
    gate : Gate
        Serialises what the listener hears with the rest of the page.
    listener : Listener
        Hears of every run.
    wanted : callable
        Returns the request that the form makes now, None while there is none.
    on_workers : callable
        Tells whether runs go to a dask cluster.
    """

    def __init__(
        self,
        gate: Gate,
        listener: Listener,
        *,
        wanted: Callable[[], AnalysisRequest | None],
        on_workers: Callable[[], bool],
    ) -> None:
        self._listener, self._wanted, self._on_workers = listener, wanted, on_workers
        self._worker = Worker(
            gate, progress=self._progressed, done=self._done, failed=listener.run_failed, early=self._early
        )
        self._later = Delay(REGROUP_AFTER_S, gate.guard(self.regroup))
        self.clock, self._prefit = ReadingClock(), Prefit()
        self._began, self._regrouping = 0.0, False
        self.result: Analysis | None = None
        """What is shown: as calculated, or with a person's edits."""
        self.seconds: float | None = None
        """How long the last run took that came to its end."""

    @property
    def busy(self) -> bool:
        """Whether a run is on."""
        return self._worker.busy

    def run(self, request: AnalysisRequest, model: ClusterModel | None = None) -> bool:
        """Start a run; return whether one was started.

        Pixels that are already read are only grouped anew.

        Parameters
        ----------
        request : AnalysisRequest
            What to calculate.
        model : ClusterModel, optional
            Clusters that are given.
        """
        self._later.cancel()
        if self.busy:
            return False
        if model is None and only_regroups(request, self._had):
            self.regroup()
            return True

        def work(progress: Progress, cancelled: Callable[[], bool]) -> Analysis:
            preload.TOOLS.wait(progress, cancelled)
            from pipeline import analyse
            from pipeline.machine import turns

            found = analyse(
                request,
                progress,
                cancelled,
                on_detail=progress.detail,
                on_preview=progress.early,
                workers=self._on_workers(),
                model=model,
                queue=turns.of_the_page(),
            )
            return named(found, cancelled)

        self.clock.start(request)
        return self._start(work, "searching")

    def regroup_soon(self, n_clusters: int) -> None:
        """Group the pixels again once the number of clusters stays the same."""
        self._later.restart(QUICK_S if self._prefit.has(n_clusters) else None)

    def regroup(self) -> None:
        """Group the pixels of the result again, as the form says."""
        result, request = self.result, self._wanted()
        if result is None or request is None or not only_regroups(request, result.request):
            return
        n_clusters = request.n_clusters
        if self.busy:
            if not self._regrouping:
                return
            self._worker.cancel()

        def work(progress: Progress, cancelled: Callable[[], bool]) -> Analysis:
            from pipeline.machine import turns
            from pipeline.progress import Progress as Waiting

            with turns.quick(Waiting(None, cancelled, progress.detail)):
                return named(result.recluster(n_clusters, progress, cancelled), cancelled)

        self._start(work, "clustering")

    def forget_regrouping(self) -> None:
        """Call off a grouping that was to start soon."""
        self._later.cancel()

    def cancel(self) -> bool:
        """Abandon the run; return whether there was one."""
        return self._worker.cancel()

    def adopt(self, analysis: Analysis) -> None:
        """Take an edited result in the place of the one there is."""
        self.result = analysis

    @property
    def _had(self) -> AnalysisRequest | None:
        return self.result.request if self.result is not None else None

    def _start(self, work: Work, stage: str) -> bool:
        if not self._worker.start(work):
            return False
        self._prefit.stop()
        self._began = time.monotonic()
        self._regrouping = stage == "clustering"
        self._listener.run_began(stage)
        return True

    def _progressed(self, stage: str, fraction: float, detail: str) -> None:
        self.clock.stage(stage)
        self._listener.run_progressed(stage, fraction, detail)

    def _early(self, analysis: Any) -> None:
        self.result, self.seconds = analysis, None
        self._listener.run_arrived(analysis, last=False)

    def _done(self, analysis: Any) -> None:
        self.result, self.seconds = analysis, time.monotonic() - self._began
        self._prefit.of(analysis)
        self._listener.run_arrived(analysis, last=True)


def named(analysis: Analysis, cancelled: Callable[[], bool]) -> Analysis:
    """Return a result with names that its own classification bears out; no result is lost for its names.

    Raises
    ------
    Cancelled
        When cancelled.
    """
    from pipeline.reference.names import believable

    try:
        return believable(analysis, cancelled)
    except Cancelled:
        raise
    except Exception:
        log.exception("the names of a result could not be checked")
        return analysis


def only_regroups(wanted: AnalysisRequest | None, had: AnalysisRequest | None) -> bool:
    """Return whether two requests differ in nothing but the number of clusters."""
    if wanted is None or had is None or wanted == had:
        return False
    return replace(wanted, n_clusters=had.n_clusters) == had
