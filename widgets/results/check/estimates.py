"""What follows from a labelled sample: of classes it belongs to the result, of change to its second date."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from widgets.results.check import words
from widgets.results.check.tasks import change_of
from widgets.results.edits import Editor
from widgets.session.gate import Gate
from widgets.session.worker import Worker

if TYPE_CHECKING:
    from pipeline.accuracy import CheckedChange, SamplingDesign
    from pipeline.explore.change import Change
    from pipeline.result import Analysis


class Estimates(Protocol):
    """Makes estimates, and tells the one there is."""

    @property
    def busy(self) -> bool:
        """Whether an estimate is being made."""

    @property
    def sample(self) -> SamplingDesign | None:
        """The sample of which there is an estimate."""

    def told(self, analysis: Analysis) -> str:
        """Return the estimate (HTML); empty while there is none."""

    def make(self, analysis: Analysis, design: SamplingDesign) -> None:
        """Estimate from a sample that has labels."""

    def forget(self) -> None:
        """There is no sample any more."""


class ClassEstimates:
    """Of the classes: the editor shows the result with it.

    Parameters
    ----------
    editor : Editor
        Takes the sample.
    """

    def __init__(self, editor: Editor) -> None:
        self._editor = editor

    @property
    def busy(self) -> bool:
        """Whether the result is being shown with an estimate, or another edit."""
        return self._editor.busy

    @property
    def sample(self) -> SamplingDesign | None:
        """The sample with which the result is shown."""
        return self._editor.edits.sample if self._editor.edits is not None else None

    def told(self, analysis: Analysis) -> str:
        """Return the table of the classes."""
        return words.estimate_table(analysis.checked) if analysis.checked is not None else ""

    def make(self, _analysis: Analysis, design: SamplingDesign) -> None:
        """Let the editor show the result with the estimate."""
        self._editor.check(design)

    def forget(self) -> None:
        """Let the editor show counted hectares."""
        self._editor.check(None)


class ChangeEstimates:
    """Of the change to a second date: made here, and offered with the files.

    Parameters
    ----------
    gate : Gate
        Serialises callbacks.
    offer : callable
        Offers the files of a result whose second date has the estimate.
    on_made, on_failed : callable
        Called when there is an estimate, and with the error when there is none.
    """

    def __init__(
        self,
        gate: Gate,
        offer: Callable[[Analysis], None],
        on_made: Callable[[], None],
        on_failed: Callable[[Exception], None],
    ) -> None:
        self._offer, self._on_made = offer, on_made
        self._worker = Worker(gate, progress=lambda *_: None, done=self._take, failed=on_failed)
        self._made: tuple[Change | None, CheckedChange] | None = None
        self._analysis: Analysis | None = None

    @property
    def busy(self) -> bool:
        """Whether an estimate is being made."""
        return self._worker.busy

    @property
    def sample(self) -> SamplingDesign | None:
        """The sample of the last estimate."""
        return self._made[1].design if self._made is not None else None

    def told(self, analysis: Analysis) -> str:
        """Return the table of change, where the estimate is of the change that is shown."""
        if self._made is None or self._made[0] is not change_of(analysis):
            return ""
        return words.change_table(self._made[1])

    def make(self, analysis: Analysis, design: SamplingDesign) -> None:
        """Estimate in the background."""

        def work(*_: object) -> CheckedChange:
            from pipeline.accuracy import check_change

            return check_change(analysis, design)

        self._analysis = analysis
        self._worker.cancel()
        self._worker.start(work)

    def forget(self) -> None:
        """Forget the estimate."""
        self._worker.cancel()
        self._made = None

    def _take(self, checked: CheckedChange) -> None:
        analysis = self._analysis
        self._made = change_of(analysis), checked
        self._on_made()
        if analysis is not None and analysis.second is not None:
            self._offer(replace(analysis, second=replace(analysis.second, checked=checked)))
