"""The tab of change: where a second date is looked for, and how often."""

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from pipeline import AnalysisRequest, CatalogUnavailable, NoScenesFound
from tests.support.made import analysis_of, request_of
from widgets.results.edits import Editor
from widgets.results.tabs.change import ChangeTab
from widgets.results.tabs.scene_list import SceneList
from widgets.results.tabs.second_date import periods_for
from widgets.session.gate import Gate

FIRST, BEFORE = periods_for(date(2022, 6, 1), date(2022, 6, 30))


class Page:
    """A tab whose searches are written down, and answered by the test."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked: list[AnalysisRequest] = []
        monkeypatch.setattr(SceneList, "search", lambda _list, request: self.asked.append(request))
        nothing = lambda *_: None  # noqa: E731
        gate = Gate(nothing)
        host: Any = SimpleNamespace(gate=gate, lay=nothing, save=nothing, show_second=nothing)
        self.editor = Editor(gate, nothing, nothing)
        self.tab = ChangeTab(host, self.editor, nothing)

    @property
    def periods(self) -> list[tuple[date, date]]:
        return [(request.start, request.end) for request in self.asked]

    def show(self, **changes: Any) -> None:
        made = analysis_of(request_of(**changes))
        self.editor.begin(made)
        self.tab.show(made)


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> Page:
    return Page(monkeypatch)


def test_where_nothing_is_found_the_year_before_is_looked_at(page: Page) -> None:
    page.show()
    assert page.periods == [FIRST]
    page.tab._tell([], searching=True, error=None)
    assert page.periods == [FIRST]
    page.tab._tell([], searching=False, error=NoScenesFound("No images here."))
    assert page.periods == [FIRST, BEFORE]
    page.tab._tell([], searching=False, error=NoScenesFound("No images here."))
    assert page.periods == [FIRST, BEFORE]


def test_a_catalogue_that_does_not_answer_is_not_asked_again(page: Page) -> None:
    page.show()
    page.tab._tell([], searching=False, error=CatalogUnavailable("No answer.", "demo"))
    assert page.periods == [FIRST]


def test_another_number_of_clusters_searches_nothing_again(page: Page) -> None:
    page.show()
    found: Any = SimpleNamespace()
    page.tab._tell([found], searching=True, error=None)
    page.show(n_clusters=4)
    assert page.periods == [FIRST]
    page.show(size_km=2)
    assert page.periods == [FIRST, FIRST]
