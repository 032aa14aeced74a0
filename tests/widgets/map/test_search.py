"""Places by name: found in a thread, the last text counts, a chosen one is gone to."""

import threading
from typing import Any

import pytest

from pipeline.places import gazetteer
from pipeline.places.gazetteer import Place
from tests.support.patience import until
from widgets.map.search import NOTHING, PlaceSearch
from widgets.session.gate import Gate

BOLZANO = Place("Bolzano", "Italy", 11.35, 46.49, 106_951)


class Page:
    def __init__(self) -> None:
        self.reported: list[Exception] = []
        self.went: list[tuple[float, float]] = []
        self.gate = Gate(self.reported.append)
        self.search = PlaceSearch(self.gate, lambda *place: self.went.append(place))


@pytest.fixture
def page() -> Page:
    return Page()


def test_a_town_is_found_by_the_beginning_of_its_name_and_gone_to(page: Page) -> None:
    page.search.text = "bolz"
    until(lambda: page.search.found_for == "bolz", page.gate.lock)
    assert page.search.places[0]["label"] == "Bolzano, Italy"
    assert page.search.places[0]["note"].endswith(" people")
    page.search._receive(None, {"event": "choose", "index": 0, "label": "Bolzano, Italy"}, [])
    ((latitude, longitude),) = page.went
    assert latitude == pytest.approx(46.49, abs=0.03)
    assert longitude == pytest.approx(11.34, abs=0.03)
    assert "GeoNames" in page.search.credit
    assert "CC BY 4.0" in page.search.credit


def test_the_last_text_counts(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    go_on = threading.Event()

    def find(text: str) -> tuple[Place, ...]:
        asked.append(text)
        go_on.wait(20)
        return (Place(text, "", 1, 2),)

    monkeypatch.setattr(gazetteer, "find_places", find)
    for text in ("r", "ro", "rome"):
        page.search.text = text
    go_on.set()
    until(lambda: page.search.found_for == "rome", page.gate.lock)
    assert asked == ["r", "rome"], "one search at a time, none for what was typed over"
    assert page.search.places == [{"label": "rome", "note": ""}]


def test_nothing_found_is_told_and_an_empty_field_is_silent(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gazetteer, "find_places", lambda _text: ())
    page.search.text = "qqqq"
    until(lambda: page.search.found_for == "qqqq", page.gate.lock)
    assert page.search.told == NOTHING
    page.search.text = ""
    assert page.search.told == ""


@pytest.mark.parametrize(
    "content",
    [
        {"event": "choose", "index": 7, "label": "Bolzano, Italy"},
        {"event": "choose", "index": 0, "label": "Elsewhere"},
        {"event": "choose", "index": "0", "label": None},
        {"event": "other"},
    ],
)
def test_what_is_not_in_the_list_is_not_gone_to(
    page: Page, monkeypatch: pytest.MonkeyPatch, content: dict[str, Any]
) -> None:
    monkeypatch.setattr(gazetteer, "find_places", lambda _text: (BOLZANO,))
    page.search.text = "bolzano"
    until(lambda: page.search.found_for == "bolzano", page.gate.lock)
    page.search._receive(None, content, [])
    assert page.went == []
    assert page.reported == []


def test_a_list_that_cannot_be_read_is_one_sentence(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_text: str) -> tuple[Place, ...]:
        raise OSError("no file")

    monkeypatch.setattr(gazetteer, "find_places", broken)
    page.search.text = "bolzano"
    until(lambda: "cannot be read" in page.search.told, page.gate.lock)
    assert page.reported == []
