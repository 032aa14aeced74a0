"""The tab of quality: questions, each in a fold that gives the answer when it is opened."""

from __future__ import annotations

from collections.abc import Callable
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

CHECK_CHANGE = "Check the change"
"""Title of the fold that is there beside a second date."""


class Quality(ipw.VBox):
    """How sure, how right, how many, how small; while land is labelled, the labeller alone.

    Parameters
    ----------
    host : Host
        What the questions may ask of the page.
    editor : Editor
        Knows the classes and removes small patches.
    offer : callable
        Offers the files of a result with its second date.
    """

    def __init__(self, host: Host, editor: Editor, offer: Callable[[Analysis], None]) -> None:
        self._editor = editor
        self._sure, self._smallest = HowSure(host, editor), SmallestPatch(host, editor)
        self.check = CheckIt(host, editor, self._give_place)
        self.change = CheckIt(host, editor, self._give_place, offer)
        self._questions: dict[str, HowSure | CheckIt | HowMany | SmallestPatch] = {
            "How sure is this?": self._sure,
            "Check it": self.check,
            CHECK_CHANGE: self.change,
            "How many clusters?": HowMany(host),
            "Smallest patch": self._smallest,
        }
        guard = host.gate.guard
        self._folds = {
            title: Fold(title, body, guard(self._answer)) for title, body in self._questions.items()
        }
        self._analysis: Analysis | None = None
        super().__init__()
        self._arrange()
        for name in ("eo-pad", "eo-quality"):
            self.add_class(name)

    def show(self, analysis: Analysis) -> None:
        """Answer the questions that are open for a result; the first one is opened with the first result."""
        first = self._analysis is None
        self._analysis = analysis
        self._arrange()
        if first:
            next(iter(self._folds.values())).toggle()
        else:
            self._answer()

    def compare(self) -> None:
        """A second date was put beside the result, or taken away: its change can be checked, too."""
        self._arrange()
        self._answer()

    def leave(self) -> None:
        """Another tab has been opened."""
        self._sure.leave()
        for check in (self.check, self.change):
            check.leave()

    def fail(self, error: Exception) -> None:
        """Say why small patches could not be removed, or why there is no estimate."""
        self._smallest.fail(error)
        self.check.fail(error)

    @property
    def _compared(self) -> Analysis | None:
        """The result with a second date beside it; as it was before an edit until that is compared, too."""
        compared, shown = self._editor.compared, self._analysis
        same = compared is not None and shown is not None and compared.pixels is shown.pixels
        return compared if same else None

    def _arrange(self) -> None:
        """Show the folds: that of change only beside a second date; the labeller alone while it is on."""
        has_change = self._compared is not None
        if not has_change and self.change.labelling.is_on:
            self.change.leave()
        if not self.check.labelling.is_on and not self.change.labelling.is_on:
            shown = (fold for title, fold in self._folds.items() if has_change or title != CHECK_CHANGE)
            arrange(self, *shown)

    def _give_place(self, labeller: ipw.Widget | None) -> None:
        if labeller is None:
            self._arrange()
            return
        self._sure.leave()
        arrange(self, labeller)

    def _answer(self) -> None:
        for title, fold in self._folds.items():
            analysis = self._compared if title == CHECK_CHANGE else self._analysis
            if fold.is_open and analysis is not None:
                self._questions[title].show(analysis)


TAB = Tab(40, "Quality", lambda column: Quality(column.host, column.editor, column.offer))
