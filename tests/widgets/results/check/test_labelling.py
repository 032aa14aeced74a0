"""Labelling: what the page says becomes labels, and the map and the pictures follow."""

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from pipeline.errors import ReadFailed
from pipeline.explore.other_dates import OtherDate
from tests.pipeline.accuracy.samples import NAMES, design_of
from tests.widgets.results.check.page import Page
from widgets.results.check.labelling import Labelling

CLASSES = {"Water": "Lake", "Trees": "Trees", "Crops": "Trees"}


@pytest.fixture
def page() -> Page:
    return Page()


class Chips:
    """Stands in for the pictures."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, broken: bool = False) -> None:
        self.broken = broken
        monkeypatch.setattr("pipeline.explore.chip.chips", self)

    def __call__(self, _analysis: Any, row: int, column: int) -> tuple[bytes, bytes]:
        if self.broken:
            raise RuntimeError("/secret")
        return f"{row}".encode(), f"{column}".encode()


def begun(page: Page) -> tuple[Labelling, list[Any]]:
    paused: list[Any] = []
    labelling = Labelling(page.host, page.shown.append, paused.append)
    labelling.begin(object(), design_of().with_label(1, "Water"), CLASSES)  # type: ignore[arg-type]
    return labelling, paused


def test_labels_are_taken_taken_back_and_handed_over_at_a_pause(page: Page) -> None:
    labelling, paused = begun(page)
    labeller = labelling.labeller
    assert page.shown == [labeller]
    assert page.aim.is_on
    assert labeller.classes == ["Lake", "Trees"]
    assert labeller.labels == {"1": "Lake"}, "names as they are now"
    assert not set(NAMES) & set(str(labeller.get_state(["order", "key", "added"])).split("'"))

    for message in (
        {"event": "label", "point": 2, "name": "Trees"},
        {"event": "label", "point": 3, "name": None},
        {"event": "add", "name": "Orchard"},
        {"event": "label", "point": 4, "name": "Orchard"},
        {"event": "back", "point": 2},
        {"event": "nonsense"},
        {},
        {"event": "pause"},
    ):
        labeller.receive(message)
    assert page.reported == []
    assert not labelling.is_on
    assert not page.aim.is_on
    assert page.shown[-1] is None
    assert page.focused == [".eo-check-go"]
    assert dict(paused[0].labels) == {1: "Water", 3: None, 4: "Orchard"}
    assert paused[0].added == ("Orchard",)
    labeller.receive({"event": "label", "point": 5, "name": "Trees"})
    assert paused == [paused[0]], "nothing is labelled at a pause"


def test_the_map_goes_to_the_last_of_several_points(page: Page) -> None:
    labelling, _ = begun(page)
    points = {p.id: (p.row, p.column) for p in design_of().drawn}
    for point in (2, 3, 999, "x", 4):
        labelling.labeller.receive({"event": "at", "point": point})
    page.until(lambda: bool(page.aim.places))
    assert page.aim.places[-1] == points[4]
    labelling.labeller.receive({"event": "photo", "on": True})
    assert page.aim.photos == [True]


def test_pictures_are_made_of_the_points_the_page_wants(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    Chips(monkeypatch)
    labelling, _ = begun(page)
    sent: list[tuple[Any, Any]] = []
    labelling.labeller.send = lambda content, buffers: sent.append((content, buffers))
    labelling.labeller.receive({"event": "want", "points": [2, 3, 999]})
    labelling.labeller.receive({"event": "want", "points": [4]})
    page.until(lambda: sum(len(content["chips"]) for content, _ in sent) == 3)
    places = {p.id: (p.row, p.column) for p in design_of().drawn}
    for content, buffers in sent:
        wanted = [f"{n}".encode() for point in content["chips"] for n in places[point]]
        assert buffers == wanted


def test_without_pictures_nobody_labels(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    Chips(monkeypatch, broken=True)
    labelling, paused = begun(page)
    labelling.labeller.receive({"event": "want", "points": [2]})
    page.until(lambda: bool(page.reported))
    assert "could not be made" in str(page.reported[0])
    assert len(paused) == 1
    assert not labelling.is_on


@pytest.mark.parametrize(
    "message", [{"point": 999, "name": "Trees"}, {"point": 2, "name": "a" * 61}, {"point": 2, "name": 3}]
)
def test_what_cannot_be_a_label_changes_nothing(page: Page, message: dict[str, Any]) -> None:
    labelling, _ = begun(page)
    labelling.labeller.receive({"event": "label", **message})
    assert labelling.design is not None
    assert dict(labelling.design.labels) == {1: "Water"}


def test_other_dates_are_read_when_they_are_asked_for(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    searched: list[Any] = []
    answers: list[Any] = [("acquisition",), (), ReadFailed("The catalogue is silent.")]

    def search(analysis: Any, _cancelled: Any) -> Any:
        searched.append(analysis)
        answer = answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def read(acquisitions: Any, _grid: Any, row: int, column: int) -> Any:
        return tuple(OtherDate(date(2024, 6, 3), f"{row} {column}".encode()) for _ in acquisitions)

    monkeypatch.setattr("pipeline.explore.other_dates.other_acquisitions", search)
    monkeypatch.setattr("pipeline.explore.other_dates.on_other_dates", read)
    labelling, _ = begun(page)
    first: Any = SimpleNamespace(grid=None)
    labelling.follow(first)
    sent: list[tuple[Any, Any]] = []
    labelling.labeller.send = lambda content, buffers: sent.append((content, buffers))

    def asked(point: Any) -> tuple[Any, Any]:
        before = len(sent)
        labelling.labeller.receive({"event": "dates", "point": point})
        page.until(lambda: len(sent) > before)
        return sent[-1]

    places = {p.id: (p.row, p.column) for p in design_of().drawn}
    for point in (2, 3):
        row, column = places[point]
        assert asked(point) == (
            {"dates": point, "days": ["3 June"], "said": ""},
            [f"{row} {column}".encode()],
        )
    assert searched == [first], "once"
    labelling.labeller.receive({"event": "dates", "point": 999})
    for answer, words in ((1, "no other date in this period"), (2, "The catalogue is silent")):
        answers[0] = answers[answer]
        labelling.follow(SimpleNamespace(grid=None))  # type: ignore[arg-type]
        content, pictures = asked(2)
        assert words in content["said"]
        assert pictures == []
    assert page.reported == []
