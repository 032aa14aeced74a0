"""Edits of a result that need no new calculation: other classes, no patches below a size."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from pipeline.errors import InvalidRequest
from pipeline.explore.classes import Classes, History
from pipeline.progress import IsCancelled
from widgets.results.kept_classes import Carried, Keeper, mark_of
from widgets.results.naming import THE_SPECTRA
from widgets.session.gate import Gate
from widgets.session.worker import Worker

if TYPE_CHECKING:
    from pipeline.accuracy import Checked, SamplingDesign
    from pipeline.explore.sieve import Sieved
    from pipeline.reference.agreement import Agreement
    from pipeline.result import Analysis


@dataclass(frozen=True)
class Edits:
    """All edits of one result."""

    history: History
    """The classes, and those before each edit."""
    smallest_ha: float = 0.0
    """Patches below this many hectares join their neighbours; 0: all stay."""
    sample: SamplingDesign | None = None
    """Points that were labelled, of this map or another one; None: no land was checked."""

    def applied_to(self, analysis: Analysis, known: Checked | None = None) -> tuple[Analysis, Sieved | None]:
        """Return the result as it is after the edits, and what removing small patches changed.

        The result has been refined by the steps of the history.

        Parameters
        ----------
        known : Checked, optional
            What the sample said before, which may still hold.
        """
        edited, found = self._applied_to_classes(analysis)
        if self.history.names_from:
            source = self.history.names_from
            edited = replace(edited, names_from="" if source == THE_SPECTRA else source)
        if self.sample is None or edited.preview:
            return edited, found
        from pipeline.accuracy.checked import check

        try:
            return replace(edited, checked=check(edited, self.sample, known)), found
        except InvalidRequest:  # a sample of another map: it waits until that map is shown again
            return edited, found

    def _applied_to_classes(self, analysis: Analysis) -> tuple[Analysis, Sieved | None]:
        classes = self.history.present
        if classes.edited(analysis.suggestions):
            analysis = analysis.with_classes(classes.lut(), classes.suggestions())
        if not self.smallest_ha:
            return analysis, None
        from pipeline.explore.sieve import sieved

        found = sieved(analysis.labels.values, analysis.inside, analysis.suggestions, self.smallest_ha)
        return analysis.with_labels(found.labels, smallest_patch_ha=self.smallest_ha), found


@dataclass(frozen=True)
class _Made:
    """The outcome of some edits."""

    edits: Edits
    refined: Analysis
    analysis: Analysis
    sieved: Sieved | None


Change = Callable[["Analysis", History, IsCancelled], History]


def taken_from_link(
    carried: Carried, calculated: Analysis, history: History, cancelled: IsCancelled
) -> History:
    """Return the classes of a link that were made after splitting clusters."""
    return carried.history(history, refined(calculated, carried.steps, cancelled).suggestions)


def refined(analysis: Analysis, steps: str, cancelled: IsCancelled) -> Analysis:
    """Return a result after clusters were split and water was set apart, named as results are."""
    from pipeline.explore.regroup import repeated
    from pipeline.reference.names import believable

    return believable(repeated(analysis, steps, cancelled), cancelled)


class Editor:
    """Holds the calculated result and applies edits to it in the background; the newest edit wins.

    Parameters
    ----------
    gate : Gate
        Serialises the callbacks with the rest of the page.
    on_edited : callable
        Gets each edited result.
    on_failed : callable
        Gets the error of an edit that could not be applied; the edits are then as before.
    """

    def __init__(
        self,
        gate: Gate,
        on_edited: Callable[[Analysis], None],
        on_failed: Callable[[Exception], None],
    ) -> None:
        self._on_edited, self._on_failed = on_edited, on_failed
        self._worker = Worker(gate, progress=lambda *_: None, done=self._done, failed=self._failed)
        self.calculated: Analysis | None = None
        """The result before any edit."""
        self.edits: Edits | None = None
        self.sieved: Sieved | None = None
        """What removing small patches changed in the result that is shown."""
        self.refined: Analysis | None = None
        """The result with clusters split and water set apart, before any other edit."""
        self._applied: Edits | None = None
        self._known: tuple[Analysis | None, str] = (None, "")
        self._checked: Checked | None = None
        self.keeper = Keeper()
        self.named_by: Agreement | None = None
        """What the map says that names were last taken from; None: none was asked."""
        self.compared: Analysis | None = None
        """The result that was last compared with a second date, with that date beside it."""
        self.left_behind: Analysis | None = None
        """An earlier result with edited classes that are made of other clusters than the present ones."""

    def begin(self, analysis: Analysis) -> None:
        """Take a newly calculated result. Edits of the same clusters come back, whenever they were made."""
        self._worker.cancel()
        self._tell_what_stays_behind(analysis)
        self.calculated = self.refined = analysis
        self._known = (analysis, "")
        before = self.edits if self.edits is not None else Edits(History(Classes.of(analysis.suggestions)))
        fresh = Edits(History(Classes.of(analysis.suggestions)))
        wanted = replace(before, history=self.keeper.of(analysis.model, analysis.suggestions))
        self.edits = self._applied = fresh
        self.sieved = None
        carried = self.keeper.waiting(analysis.model)
        if carried is not None:
            self.later(partial(taken_from_link, carried), wanted)
        else:
            self.apply(wanted)

    def _tell_what_stays_behind(self, analysis: Analysis) -> None:
        """Remember the previous result if its edited classes do not fit the new one."""
        before = self.calculated
        if before is None or self.edits is None or before.preview:
            return
        if mark_of(before.model) == mark_of(analysis.model):
            return
        if self.edits.history.present.edited(before.suggestions):
            self.left_behind = before
        elif self.left_behind is not None:
            same = mark_of(self.left_behind.model) == mark_of(analysis.model)
            self.left_behind = None if same else self.left_behind

    @property
    def carried(self) -> Carried | None:
        """The edited classes as a link carries them; None while nothing was edited."""
        if self.calculated is None or self.edits is None:
            return None
        classes = self.edits.history.present
        if not classes.edited(self.calculated.suggestions):
            return None
        history = self.edits.history
        return Carried.of(self.calculated.model, classes, history.names_from, history.steps)

    def apply(self, edits: Edits) -> None:
        """Show the result with these edits."""
        analysis = self.calculated
        if analysis is None or edits == self.edits:
            return
        self.edits = edits
        self.keeper.keep(analysis.model, edits.history)
        self._start(analysis, lambda _analysis, _cancelled: edits)

    def later(self, make: Change, edits: Edits | None = None) -> None:
        """Change the classes by something that takes its time; until then all is as before.

        Parameters
        ----------
        make : callable
            Gets the refined result, the classes so far and whether to stop; returns the classes.
        edits : Edits, optional
            The edits that are changed; the present ones.
        """
        before, analysis = self.edits if edits is None else edits, self.calculated
        if before is None or analysis is None:
            return

        def made(calculated: Analysis, cancelled: IsCancelled) -> Edits:
            refined = self._refined(calculated, before.history.steps, cancelled)
            return replace(before, history=make(refined, before.history, cancelled))

        self._start(analysis, made)

    def _start(self, calculated: Analysis, make: Callable[[Analysis, IsCancelled], Edits]) -> None:
        known = self._checked
        self._worker.cancel()

        def work(_: Any, cancelled: IsCancelled) -> _Made:
            edits = make(calculated, cancelled)
            refined = self._refined(calculated, edits.history.steps, cancelled)
            return _Made(edits, refined, *edits.applied_to(refined, known))

        self._worker.start(work)

    def _refined(self, calculated: Analysis, steps: str, cancelled: IsCancelled) -> Analysis:
        """Return the result after some steps; those of the last time are not repeated."""
        known, done = self._known
        if known is None or not f"{steps}.".startswith(f"{done}."):
            known, done = calculated, ""
        left = steps.removeprefix(done).lstrip(".") if done else steps
        return refined(known, left, cancelled) if left else known

    def classes(self, change: Callable[[History], History]) -> None:
        """Change the classes."""
        if self.edits is not None:
            self.apply(replace(self.edits, history=change(self.edits.history)))

    def smallest(self, hectares: float) -> None:
        """Set the smallest patch in hectares; 0 keeps all."""
        if self.edits is not None:
            self.apply(replace(self.edits, smallest_ha=hectares))

    def check(self, sample: SamplingDesign | None) -> None:
        """Estimate hectares with intervals from a labelled sample; None: show counted hectares."""
        if self.edits is not None:
            self.apply(replace(self.edits, sample=sample))

    @property
    def busy(self) -> bool:
        """Whether an edit is being applied."""
        return self._worker.busy

    def _done(self, made: _Made) -> None:
        self.edits = self._applied = made.edits
        self.refined, self.sieved, self._checked = made.refined, made.sieved, made.analysis.checked
        self._known = (made.refined, made.edits.history.steps)
        if self.calculated is not None:
            self.keeper.keep(self.calculated.model, made.edits.history)
        self._on_edited(made.analysis)

    def _failed(self, error: Exception) -> None:
        self.edits = self._applied
        if self.calculated is not None and self.edits is not None:
            self.keeper.keep(self.calculated.model, self.edits.history)
        self._on_failed(error)
