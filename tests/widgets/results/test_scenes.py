"""The list of images: sorted as they arrive, chosen only when all are there, kept for the same request."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from pipeline import AnalysisRequest, AreaOfInterest
from pipeline.errors import CatalogUnavailable
from pipeline.explore import candidates
from pipeline.explore.candidates import SceneFacts
from tests.support.patience import until
from widgets.results.tabs.host import Host
from widgets.results.tabs.scenes import Scenes
from widgets.session.gate import Gate

REQUEST = AnalysisRequest(
    AreaOfInterest.square(longitude=11.34, latitude=46.49, size_km=5), date(2022, 6, 1), date(2022, 6, 30)
)
FOOTPRINT = {
    "features": [
        {"geometry": {"type": "Polygon", "coordinates": [[[11, 46], [12, 46], [12, 47], [11, 46]]]}},
        {"geometry": {"type": "MultiPolygon", "coordinates": [[[[13, 46], [14, 46], [14, 47], [13, 46]]]]}},
    ]
}


def facts(name: str, clear: float | None, **changes: Any) -> SceneFacts:
    known = SceneFacts(
        (name,), date(2022, 6, 14), ("32TPS",), "S2B", clear, 1.0, 8.0, True, False, None, FOOTPRINT
    )
    return replace(known, **changes)


class Page:
    """The page as the tab sees it, and a catalogue that answers when it is let."""

    def __init__(self) -> None:
        self.reported: list[Exception] = []
        self.used: list[Any] = []
        self.chosen: list[Any] = []
        self.form: AnalysisRequest | None = REQUEST
        self.laid: dict[str, Any] = {}
        self.searches = 0
        self.answers: list[Any] = []
        self.go_on = threading.Event()
        host: Any = SimpleNamespace(
            gate=Gate(self.reported.append),
            lay=self.laid.__setitem__,
            use_scenes=self.used.append,
            choose_scenes=self.chosen.append,
            request=lambda: self.form,
        )
        self.host: Host = host
        self.compared: list[SceneFacts] = []
        self.tab = Scenes(host, self.compared.append)

    def list_scenes(self, _request: Any, *, cancelled: Any, queue: Any) -> Iterator[SceneFacts]:
        self.searches += 1
        for answer in self.answers:
            if isinstance(answer, Exception):
                raise answer
            yield answer
            self.go_on.wait(5)

    @property
    def items(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.tab.list_of_scenes.rows.items
        return found

    def until(self, condition: Callable[[], bool]) -> None:
        until(condition, self.host.gate.lock)


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    made = Page()
    monkeypatch.setattr(candidates, "list_scenes", made.list_scenes)
    yield made
    made.go_on.set()
    assert not made.reported


def result(*ids: str, request: AnalysisRequest = REQUEST) -> Any:
    scenes = [SimpleNamespace(id=name) for name in ids]
    many = request.composite != "day"
    return SimpleNamespace(
        request=request, scenes=scenes, preview=False, clear_share=0.9996, is_composite=many
    )


def test_dates_of_a_composite_are_marked_and_can_be_left_out_and_added(page: Page) -> None:
    page.answers = [facts("a", 0.3), facts("b", 0.9), facts("c", 0.5)]
    page.go_on.set()
    page.form = combined = replace(REQUEST, composite="median")
    page.tab.show(result("a", "b", request=combined))
    page.until(lambda: page.tab.list_of_scenes.rows.ready)
    assert [(i["key"], i["used"], i["toggle"]) for i in page.items] == [
        ("b", True, "Leave out"),
        ("c", False, "Add"),
        ("a", True, "Leave out"),
    ]
    assert page.tab.looks in page.tab.children
    page.tab.list_of_scenes.choose("c")
    assert page.chosen == [("a", "b", "c")]
    assert "next run" in page.tab.used.value
    page.tab.list_of_scenes.choose("c")
    assert page.chosen[-1] is None, "the dates that were chosen automatically"
    page.tab.list_of_scenes.choose("a")
    page.tab.list_of_scenes.choose("b")
    assert page.chosen[-1] == ("b",), "one date stays"
    assert page.used == []
    page.tab.show(result("b"))
    assert page.tab.looks not in page.tab.children
    assert not any(item["toggle"] for item in page.items)


def test_rows_fill_and_can_be_chosen_when_all_are_there(page: Page) -> None:
    page.answers = [facts("a", 0.3), facts("b", 0.9, automatic=True)]
    page.tab.show(result("b"))
    page.until(lambda: len(page.items) == 1)
    assert not page.tab.list_of_scenes.rows.ready
    assert "so far" in page.tab.head.value
    page.go_on.set()
    page.until(lambda: page.tab.list_of_scenes.rows.ready)
    assert [item["key"] for item in page.items] == ["b", "a"]
    assert [item["used"] for item in page.items] == [True, False]
    assert page.items[0]["note"] == "Chosen automatically"
    assert page.items[0]["words"] == "> 99.9 % clear · 100 % covered", "as the result itself says"
    assert page.items[1]["words"] == "30.0 % clear · 100 % covered"
    assert "2 dates in June 2022" in page.tab.head.value

    page.tab.list_of_scenes.choose("a")
    page.tab.list_of_scenes.choose("b")
    page.tab.list_of_scenes.choose("nobody")
    assert page.used == [("a",), None]

    page.tab.list_of_scenes.point("a")
    outlines = page.laid["footprint"](360)
    assert [len(outline.locations) for outline in outlines] == [4, 4]
    assert outlines[0].locations[0] == (46, 371)
    page.tab.list_of_scenes.point("")
    assert page.laid["footprint"] is None


def test_any_other_date_can_be_compared_with_that_of_the_result(page: Page) -> None:
    page.answers = [facts("a", 0.3), facts("b", 0.9)]
    page.go_on.set()
    page.tab.show(result("a"))
    page.until(lambda: page.tab.list_of_scenes.rows.ready)
    assert page.tab.list_of_scenes.rows.other_text == "Compare"
    page.tab.list_of_scenes._receive(None, {"event": "other", "key": "b"}, [])
    page.tab.list_of_scenes._receive(None, {"event": "other", "key": "elsewhere"}, [])
    assert [found.ids for found in page.compared] == [("b",)]
    assert page.used == [], "the result stays"
    page.form = combined = replace(REQUEST, composite="median")
    page.tab.show(result("a", "b", request=combined))
    assert page.tab.list_of_scenes.rows.other_text == ""


def test_images_of_other_settings_are_not_used_but_listed_anew(page: Page) -> None:
    page.answers = [facts("a", 0.3)]
    page.go_on.set()
    page.tab.show(result("b"))
    page.until(lambda: page.tab.list_of_scenes.rows.ready)
    page.form = replace(REQUEST, end=date(2022, 7, 1))
    page.tab.list_of_scenes.choose("a")
    page.until(lambda: page.searches == 2 and page.tab.list_of_scenes.rows.ready)
    assert page.used == []
    page.tab.list_of_scenes.choose("a")
    assert page.used == [("a",)]


def test_another_number_of_clusters_or_scene_searches_nothing(page: Page) -> None:
    page.answers = [facts("a", 0.3), facts("b", 0.9)]
    page.go_on.set()
    page.tab.show(result("b"))
    page.until(lambda: page.tab.list_of_scenes.rows.ready)
    page.tab.show(result("a", request=replace(REQUEST, n_clusters=9, scene_ids=("a",))))
    assert [item["used"] for item in page.items] == [False, True]
    assert page.searches == 1
    page.tab.show(result("a", request=replace(REQUEST, end=date(2022, 7, 1))))
    page.until(lambda: page.searches == 2)


def test_a_silent_catalogue_is_told_and_asked_again_next_time(page: Page) -> None:
    page.answers = [CatalogUnavailable("The catalogue <b>did</b> not answer.", "earth-search")]
    page.tab.show(result("b"))
    page.until(lambda: "not answer" in page.tab.head.value)
    assert "&lt;b&gt;" in page.tab.head.value
    page.tab.show(result("b"))
    page.until(lambda: page.searches == 2)
