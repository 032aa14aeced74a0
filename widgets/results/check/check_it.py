"""The fold *Check it*: a sample is proposed, drawn, labelled, kept, and made into hectares with intervals."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING, Any

import ipywidgets as ipw

from pipeline.exports.provenance import file_stem
from widgets.results.check import words
from widgets.results.check.estimates import ChangeEstimates, ClassEstimates, Estimates
from widgets.results.check.files import Kind, SampleFiles, opened
from widgets.results.check.labelling import Labelling
from widgets.results.check.proposal import Proposal
from widgets.results.check.shelf import Kept, Shelf, first_that_fits
from widgets.results.check.steps import Steps
from widgets.results.check.tasks import CHANGE, LAND
from widgets.results.edits import Editor
from widgets.results.tabs.host import Host
from widgets.session.worker import Worker
from widgets.toolkit.message import plain_words
from widgets.toolkit.parts import arrange, classed, html

if TYPE_CHECKING:
    from pipeline.accuracy import SamplingDesign
    from pipeline.result import Analysis

POINTS = {"classes": "points", "change": "change_points"}
"""Ends of the names of files."""
Found = tuple["SamplingDesign", dict[str, str]]


class CheckIt(ipw.VBox):
    """What is in the fold; `labelling` takes the place of the whole tab while it is on.

    Parameters
    ----------
    host : Host
        Hides the clusters, saves files.
    editor : Editor
        Shows the result with the estimate.
    take_place : callable
        Called with the labeller, to be shown in place of everything in the tab, and with None.
    offer : callable, optional
        Where the change to a second date is checked, not the classes: offers the files with the estimate.
    """

    def __init__(
        self,
        host: Host,
        editor: Editor,
        take_place: Callable[[ipw.Widget | None], None],
        offer: Callable[[Analysis], None] | None = None,
    ) -> None:
        self._host = host
        self._analysis: Analysis | None = None
        self._found: Found | None = None
        self._kept: list[Kept] = []
        guard = host.gate.guard
        self.task = LAND if offer is None else CHANGE
        self._estimates: Estimates = ClassEstimates(editor)
        if offer is not None:
            self._estimates = ChangeEstimates(host.gate, offer, self._estimated, self.fail)
        self.shelf = Shelf(guard(self._take_kept))
        self.labelling = Labelling(host, take_place, self._paused, self.task)
        self.told = html("", "eo-check-told")
        self.proposal = Proposal(guard, self._draw, self.task.of)
        self.steps = Steps(guard(self._label), guard(self._estimate), guard(self._discard))
        self.result = html("", "eo-check-result")
        self.warning = html("", "eo-check-warning")
        self.files = SampleFiles(guard, self._save, self._open, self._warn)
        self._looks = Worker(host.gate, progress=lambda *_: None, done=self._fits, failed=self.fail)
        self._works = Worker(host.gate, progress=lambda *_: None, done=self._take, failed=self.fail)
        self._unseen = classed(ipw.Box([self.shelf]), "eo-unseen")
        super().__init__([self._unseen, self.told])
        classed(self, "eo-fold-body", "eo-checking")

    @property
    def busy(self) -> bool:
        """Whether something is being looked for, drawn or estimated."""
        return self._looks.busy or self._works.busy or self._estimates.busy

    def show(self, analysis: Analysis) -> None:
        """Take a result: with the sample that is of its map, if there is one."""
        same = self.task.same(self._analysis, analysis)
        self._analysis = analysis
        if same:
            return
        self._warn("")
        if analysis.preview:
            self.labelling.end()
            self._found = None
            self.told.value = f"<p>{words.PREVIEW}</p>"
            arrange(self, self._unseen, self.told)
            return
        from pipeline.accuracy.design import PixelGrid

        self.labelling.follow(analysis)
        self.shelf.ask(PixelGrid.of(analysis.grid))
        self._look()

    def leave(self) -> None:
        """Another tab has been opened: labelling pauses."""
        if self.labelling.is_on:
            self.labelling.pause()

    def _look(self) -> None:
        """Find the sample of the present map: the one there is, or one that the browser keeps."""
        analysis, present, sample = self._analysis, self._found, self._estimates.sample
        if analysis is None or analysis.preview:
            return
        known = [design for design in (present and present[0], sample) if design is not None]
        candidates: list[SamplingDesign | Kept] = [*known, *self._kept]
        self._looks.cancel()
        fits = lambda design: self.task.fit(design, analysis)  # noqa: E731
        self._looks.start(lambda *_: first_that_fits(candidates, fits))

    def _take_kept(self, kept: list[Kept]) -> None:
        self._kept = kept
        if kept and self._found is None:
            self._look()

    def _fits(self, found: Found | None) -> None:
        if found is None and self.labelling.is_on:
            self.labelling.end()
            self._warn(words.OTHER_MAP)
        if self.labelling.is_on:
            return
        self._found = found
        self._paint()
        if found is not None and found[0].upcoming is None:
            self._estimate()

    def _paint(self) -> None:
        """Show the proposal, or how far the sample is."""
        analysis, found = self._analysis, self._found
        if analysis is None:
            return
        self.files.show(has_sample=found is not None)
        if found is None:
            self.proposal.show(analysis)
            arrange(self, self._unseen, self.proposal, self.warning, self.files)
            return
        design = found[0]
        self.told.value = words.progress(design)
        self.result.value = self._estimates.told(analysis)
        self.steps.show(design, has_estimate=bool(self.result.value))
        result = (self.result,) if self.result.value else ()
        arrange(self, self._unseen, self.told, self.steps, self.warning, *result, self.files)

    def _draw(self, margin: float) -> None:
        if (analysis := self._analysis) is not None:
            self._work(lambda *_: self.task.draw(analysis, margin), "Drawing the points…")

    def _open(self, content: bytes) -> None:
        present = self._found[0] if self._found is not None else None
        self._work(lambda *_: opened(content, present), "Opening the sample…")

    def _work(self, work: Callable[..., SamplingDesign], said: str) -> None:
        """Get a sample in the background and take it if it is of this map."""
        analysis = self._analysis
        if analysis is None or self._works.busy:
            return
        self._warn(said, plain=True)

        def checked(*_: Any) -> Found:
            design = work()
            return design, self.task.fit(design, analysis)

        self._works.start(checked)

    def _take(self, found: Found) -> None:
        """Take a sample that was drawn or opened; one without labels is labelled at once."""
        self._warn("")
        self._found = found
        self.shelf.keep(found[0])
        self._paint()
        if not found[0].labels:
            self._label()
        else:
            self._estimate()

    def _label(self) -> None:
        if self._found is None or self._analysis is None:
            return
        design, classes = self._found
        if design.upcoming is None:
            design = design.without_label(design.drawn[-1].id)
            self.shelf.keep(design)
        self.labelling.begin(self._analysis, design, classes)

    def _paused(self, design: SamplingDesign) -> None:
        """Labelling has paused or ended: show the progress and the estimate."""
        if self._found is not None:
            self._found = design, self._found[1]
        self._paint()
        if design.upcoming is None or self.result.value:
            self._estimate()

    def _estimate(self) -> None:
        if self._found is None or self._analysis is None:
            return
        design = self._found[0]
        if self._estimates.sample != design and any(design.labels.values()):
            self._warn("Estimating hectares…", plain=True)
            self._estimates.make(self._analysis, design)

    def _estimated(self) -> None:
        self._warn("")
        self._paint()

    def _discard(self) -> None:
        if self._found is not None:
            self.shelf.forget(self._found[0])
        self._found, self._kept = None, []
        self._estimates.forget()
        self._paint()

    def _save(self, kind: Kind) -> None:
        if self._found is not None and self._analysis is not None:
            name = f"{file_stem(self._analysis)}_{POINTS[self.task.of]}{kind.ending}"
            self._host.save(kind.made(self._found[0]), name, kind.mime)

    def fail(self, error: Exception) -> None:
        """Show an error."""
        self._warn(plain_words(error))

    def _warn(self, text: str, *, plain: bool = False) -> None:
        kind = "class='eo-muted' role='status'" if plain else "class='eo-warn-text' role='alert'"
        self.warning.value = f"<p {kind}>{escape(text)}</p>" if text else ""
