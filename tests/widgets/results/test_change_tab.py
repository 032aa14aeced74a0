"""The tab of change: where a second date is looked for, and how often."""

from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from pipeline import Analysis, AnalysisRequest, CatalogUnavailable, NoScenesFound
from synthetic.patchwork import patchwork
from tests.support.made import analysis_of, request_of, scene_over
from tests.support.patience import until
from widgets.results.edits import Editor
from widgets.results.naming import split
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
        self.gate = gate
        self.editor = Editor(gate, lambda edited: self.tab.show(edited), nothing)
        self.offered: list[Analysis] = []
        self.tab = ChangeTab(host, self.editor, self.offered.append)

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


def other_day(first: Analysis) -> Analysis:
    """Return the same land a week later, its right half without leaves."""
    dn = patchwork(first.grid.shape[0], seed=7).copy()
    dn[3, :, 50:] = dn[2, :, 50:]
    image = scene_over(first.grid, "S2B_32TPS_20220621_0_L2A", datetime(2022, 6, 21, 10, 17, tzinfo=UTC))
    return analysis_of(first.request, dn, image=image, model=first.model)


def test_a_split_after_the_comparison_is_compared_too(page: Page) -> None:
    """The second date is labelled again, by the model with the split."""
    page.show()
    first = page.editor.calculated
    assert first is not None
    page.tab._done(other_day(first))
    until(lambda: bool(page.offered), page.gate.lock)
    assert page.offered[0].second is not None
    assert len(page.offered[0].second.change.clusters) == len(first.suggestions)

    page.editor.later(lambda refined, history, cancelled: split(2, refined, history, None, cancelled)[0])
    until(lambda: len(page.offered) == 2, page.gate.lock)
    second = page.offered[1].second
    assert second is not None
    assert len(second.change.clusters) == len(first.suggestions) + 1
    assert second.analysis.model.refinements == page.offered[1].model.refinements
    assert second.change.changed_ha >= page.offered[0].second.change.changed_ha > 0
    assert "eo-warn-text" not in page.tab._status.value


def test_the_comparison_ends_with_another_result(page: Page) -> None:
    page.show()
    first = page.editor.calculated
    assert first is not None
    page.editor.compared = first
    page.show(n_clusters=3)
    assert page.editor.compared is None


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
