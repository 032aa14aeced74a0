"""The tab of quality: three questions, each in a fold of its own and answered when it is opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ipywidgets as ipw

from widgets.results.edits import Editor
from widgets.results.tabs.fold import Fold
from widgets.results.tabs.host import Host
from widgets.results.tabs.how_many import HowMany
from widgets.results.tabs.smallest import SmallestPatch
from widgets.results.tabs.sure import HowSure

if TYPE_CHECKING:
    from pipeline.result import Analysis


class Quality(ipw.VBox):
    """How sure, how many, how small.

    Parameters
    ----------
    host : Host
        What the questions may ask of the page.
    editor : Editor
        Knows the classes and removes small patches.
    """

    def __init__(self, host: Host, editor: Editor) -> None:
        self._sure, self._smallest = HowSure(host), SmallestPatch(host, editor)
        self._questions: dict[str, HowSure | HowMany | SmallestPatch] = {
            "How sure is this?": self._sure,
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

    def fail(self, error: Exception) -> None:
        """Say why small patches could not be removed."""
        self._smallest.fail(error)

    def _answer(self) -> None:
        if self._analysis is None:
            return
        for fold, body in zip(self._folds, self._questions.values(), strict=True):
            if fold.is_open:
                body.show(self._analysis)
