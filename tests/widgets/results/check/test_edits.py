"""A sample among the edits of a result: its estimate comes and goes with the map it was drawn on."""

from types import SimpleNamespace
from typing import Any

import pytest

from pipeline.errors import InvalidRequest
from pipeline.explore.classes import Classes, History
from tests.pipeline.accuracy.samples import design_of
from tests.support.patience import until
from tests.widgets.results.test_kept_classes import SUGGESTIONS, model
from widgets.results.edits import Editor
from widgets.session.gate import Gate

DESIGN = design_of().with_label(1, "Water")


class Map:
    """What the editor needs of an analysis; `with_classes` gives another one."""

    suggestions = SUGGESTIONS
    preview = False

    def __init__(self, name: str, checked: Any = None) -> None:
        self.name, self.checked, self.model = name, checked, model()
        self.request = SimpleNamespace(n_clusters=3)

    def __replace__(self, **changes: Any) -> Any:
        return Map(self.name, changes["checked"])


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[Map]:
    def check(analysis: Any, design: Any, known: Any) -> Any:
        if analysis.name != "its own":
            raise InvalidRequest("another map")
        return known or SimpleNamespace(design=design)

    def replaced(value: Any, **changes: Any) -> Any:
        from dataclasses import replace

        return value.__replace__(**changes) if isinstance(value, Map) else replace(value, **changes)

    monkeypatch.setattr("pipeline.accuracy.checked.check", check)
    monkeypatch.setattr("widgets.results.edits.replace", replaced)
    return []


def test_a_sample_waits_while_another_map_is_shown(shown: list[Map]) -> None:
    failed: list[Exception] = []
    gate = Gate(failed.append)
    editor = Editor(gate, shown.append, failed.append)  # type: ignore[arg-type]

    def settled(analysis: Map) -> Map:
        shown.clear()
        editor.begin(analysis)  # type: ignore[arg-type]
        until(lambda: bool(shown) and not editor.busy, gate.lock)
        return shown[-1]

    editor.begin(Map("its own"))  # type: ignore[arg-type]
    editor.check(DESIGN)
    until(lambda: bool(shown) and not editor.busy, gate.lock)
    first = shown[-1].checked
    assert first.design == DESIGN

    assert settled(Map("another")).checked is None
    assert settled(Map("its own")).checked.design == DESIGN
    shown.clear()
    editor.check(None)
    until(lambda: bool(shown) and not editor.busy, gate.lock)
    assert shown[-1].checked is None
    assert editor.edits is not None
    assert editor.edits.history == History(Classes.of(SUGGESTIONS))
    assert failed == []
