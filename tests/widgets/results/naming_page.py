"""The tab of areas on the demo's land, without the rest of the page."""

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from pipeline import Analysis
from tests.support.patience import until
from widgets.results import rows
from widgets.results.edits import Editor
from widgets.results.legend import Legend
from widgets.results.tabs.areas import Areas
from widgets.session.gate import Gate


@dataclass
class Page:
    """The tab of areas with its legend and editor."""

    errors: list[Exception] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.gate = Gate(self.errors.append)
        self.legend = Legend(lambda: None, lambda _mixed: None)
        self.editor = Editor(self.gate, self.show, self._refuse)
        host: Any = SimpleNamespace(
            gate=self.gate, focus=lambda _selector: None, lay=lambda _name, _layers: None
        )
        self.areas = Areas(self.legend, self.editor, host)

    def begin(self, analysis: Analysis) -> None:
        self.editor.begin(analysis)
        self.show(analysis)
        self.settle()

    def show(self, analysis: Analysis) -> None:
        self.shown = analysis
        self.legend.show(rows.of(analysis), ())
        self.areas.show(analysis)

    def settle(self) -> None:
        until(lambda: not self.editor.busy and not self.areas.why.doubts.busy, self.gate.lock)

    def names(self) -> list[str]:
        return [s.name for s in self.shown.suggestions]

    def _refuse(self, error: Exception) -> None:
        self.errors.append(error)
        self.areas.fail(error)
