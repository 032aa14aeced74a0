"""The tab of quality: questions, each in a fold that gives the answer when it is opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ipywidgets as ipw

from widgets.results.check.check_it import CheckIt
from widgets.results.edits import Editor
from widgets.results.tabs.found import Tab
from widgets.results.tabs.host import Host
from widgets.results.tabs.how_many import HowMany
from widgets.results.tabs.smallest import SmallestPatch
from widgets.results.tabs.sure import HowSure
from widgets.toolkit.fold import Fold
from widgets.toolkit.parts import arrange

if TYPE_CHECKING:
    from pipeline.result import Analysis


class Quality(ipw.VBox):
    """How sure, how right, how many, how small; while land is labelled, the labeller alone.

    Parameters
    ----------
    host : Host
        What the questions may ask of the page.
    editor : Editor
        Knows the classes and removes small patches.
    """

    def __init__(self, host: Host, editor: Editor) -> None:
        self._sure, self._smallest = HowSure(host, editor), SmallestPatch(host, editor)
        self.check = CheckIt(host, editor, self._give_place)
        self._questions: dict[str, HowSure | CheckIt | HowMany | SmallestPatch] = {
            "How sure is this?": self._sure,
            "Check it": self.check,
            "How many clusters?": HowMany(host),
            "Smallest patch": self._smallest,
        }
        guard = host.gate.guard
        self._folds = [Fold(title, body, guard(self._answer)) for title, body in self._questions.items()]
        self._analysis: Analysis | None = None
        super().__init__(self._folds)
        for name in ("eo-pad", "eo-quality"):
            self.add_class(name)

    def show(self, analysis: Analysis) -> None:
        """Answer the questions that are open for a result; the first one is opened with the first result."""
        first = self._analysis is None
        self._analysis = analysis
        if first:
            self._folds[0].toggle()
        else:
            self._answer()

    def leave(self) -> None:
        """Another tab has been opened."""
        self._sure.leave()
        self.check.leave()

    def fail(self, error: Exception) -> None:
        """Say why small patches could not be removed, or why there is no estimate."""
        self._smallest.fail(error)
        self.check.fail(error)

    def _give_place(self, labeller: ipw.Widget | None) -> None:
        if labeller is None:
            arrange(self, *self._folds)
            return
        self._sure.leave()
        arrange(self, labeller)

    def _answer(self) -> None:
        if self._analysis is None:
            return
        for fold, body in zip(self._folds, self._questions.values(), strict=True):
            if fold.is_open:
                body.show(self._analysis)


TAB = Tab(40, "Quality", lambda column: Quality(column.host, column.editor))
