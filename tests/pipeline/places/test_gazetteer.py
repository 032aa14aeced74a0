"""Places by name: any language and accent, the largest first, in milliseconds, without internet."""

import time
from collections.abc import Iterator

import pytest

from pipeline.places import gazetteer
from pipeline.places.gazetteer import Place, find_places, folded
from tests.support.patience import quickest


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr("socket.socket.connect", refuse)


@pytest.fixture(autouse=True)
def offline_again() -> Iterator[None]:
    yield
    gazetteer.online(None)


@pytest.mark.parametrize("text", ["Bolzano", "bolz", "BOZEN", "  bolzano ", "Bolzano, Italy", "Bolzano, it"])
def test_bolzano_is_found_by_its_names(text: str, no_network: None) -> None:
    first = find_places(text)[0]
    assert first.label == "Bolzano, Italy"
    assert first.longitude == pytest.approx(11.35, abs=0.05)
    assert first.latitude == pytest.approx(46.49, abs=0.05)
    assert first.population > 90_000


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("zurich", "Zürich, Switzerland"),
        ("ZÜRICH", "Zürich, Switzerland"),
        ("munchen", "Munich, Germany"),
        ("saint etienne", "Saint-Étienne, France"),
        ("Saint-Étienne", "Saint-Étienne, France"),
        ("Москва", "Moscow, Russia"),
        ("москва", "Moscow, Russia"),
        ("gallen", "Sankt Gallen, Switzerland"),
        ("l'aquila", "L'Aquila, Italy"),
        ("Rome", "Rome, Italy"),
        ("Paris, US", "Paris, United States"),
        ("Paris, United St", "Paris, United States"),
    ],
)
def test_accents_case_script_and_words(text: str, label: str) -> None:
    assert find_places(text)[0].label == label


def test_the_largest_come_first_and_whole_names_before_beginnings() -> None:
    whole = [p for p in find_places("san", 8) if folded(p.name) == "san"]
    assert whole, "a town of this very name comes before San Diego"
    beginnings = find_places("new yo", 5)
    assert beginnings[0].name == "New York City"
    people = [p.population for p in beginnings]
    assert people == sorted(people, reverse=True)


@pytest.mark.parametrize(
    "text", ["", " ", "a", "|", "\n", "qxqxqx", "x" * 10_000, ",", "Bolzano, Japan", "\0"]
)
def test_what_names_no_place_finds_nothing(text: str) -> None:
    assert find_places(text) == ()


def test_no_more_than_asked_and_no_town_twice() -> None:
    assert find_places("san", 0) == ()
    found = find_places("san", 50)
    assert len(found) == len({(p.longitude, p.latitude) for p in found}) == 50


def test_a_search_takes_milliseconds() -> None:
    gazetteer.gazetteer()

    def slowest() -> float:
        taken = []
        for text in ("bolz", "qxqxqx", "san", "Paris, US", "北京"):
            started = time.process_time()
            find_places(text)
            taken.append(time.process_time() - started)
        return max(taken)

    assert quickest(slowest, 0.05) < 0.05


def test_it_keeps_a_few_megabytes() -> None:
    found = gazetteer.gazetteer()
    assert len(found.names) + len(found.facts) < 10e6
    assert found.names.count(b"\n") == len(found.facts_starts) == len(found.starts) > 30_000


def test_a_registered_geocoder_is_asked_instead() -> None:
    asked = []

    def geocoder(text: str, limit: int) -> list[Place]:
        asked.append((text, limit))
        return [Place("Somewhere", "", 1.0, 2.0)] * 3

    gazetteer.online(geocoder)
    assert [p.label for p in find_places("some", 2)] == ["Somewhere", "Somewhere"]
    assert asked == [("some", 2)]
    gazetteer.online(None)
    assert find_places("bolzano")[0].country == "Italy"


def test_the_licence_is_named() -> None:
    assert "GeoNames" in gazetteer.CREDIT
    assert "CC BY" in gazetteer.CREDIT
