"""Samples that the browser keeps: what comes back is read like any file from outside."""

from typing import Any

import pytest

from pipeline.errors import InvalidRequest
from tests.pipeline.accuracy.samples import design_of, truth
from widgets.results.check.shelf import Kept, Shelf, first_that_fits, key_of, mark_of


class Browser:
    """Stands in for the page: keeps what it is told to, as store.js does."""

    def __init__(self) -> None:
        self.kept: dict[str, dict[str, Any]] = {}
        self.found: list[Kept] = []
        self.shelf = Shelf(self._take)
        self.shelf.send = self._receive

    def _take(self, kept: list[Kept]) -> None:
        self.found = kept

    def _receive(self, content: dict[str, Any]) -> None:
        if "keep" in content:
            self.kept[content["keep"]["key"]] = content["keep"]
        else:
            del self.kept[content["forget"]]

    def answer(self, grid: str) -> None:
        entries = [e for e in self.kept.values() if e["grid"] == grid]
        self.shelf.receive({"event": "kept", "grid": grid, "entries": entries})


def test_a_sample_comes_back_with_its_labels_and_classes() -> None:
    design = design_of().with_class("Orchard <b>")
    labels = {**truth(design), 2: None, 3: "Orchard <b>"}
    design = design.with_labels(labels)
    browser = Browser()
    browser.shelf.keep(design)
    browser.shelf.ask(design.grid)
    browser.answer(browser.shelf.grid)
    assert [kept.opened() for kept in browser.found] == [design]
    browser.shelf.forget(design)
    browser.answer(browser.shelf.grid)
    assert browser.found == []


def test_answers_to_other_questions_and_odd_ones_are_passed_over() -> None:
    browser = Browser()
    browser.shelf.ask(design_of().grid)
    grid = browser.shelf.grid
    for answer in (
        {"event": "kept", "grid": "another", "entries": [{"design": "x"}]},
        {"event": "kept", "grid": grid, "entries": {"design": "x"}},
        {"event": "kept", "grid": grid, "entries": [3, {"design": 3}, {}]},
        {},
    ):
        browser.shelf.receive(answer)
        assert browser.found == []


@pytest.mark.parametrize(
    ("labels", "added"),
    [
        ({"x": "Water"}, []),
        ({"1": "a" * 61}, []),
        (["Water"], []),
        ({"999": "Water"}, []),
        ({}, [3]),
        ({}, 3),
    ],
)
def test_labels_that_somebody_changed_are_refused(labels: Any, added: Any) -> None:
    with pytest.raises(InvalidRequest):
        Kept(design_of().to_json(), labels, added).opened()


def test_the_first_sample_of_the_present_map_is_taken() -> None:
    other, right = design_of(map_seed=1), design_of()
    seen = []

    def fits(design: Any) -> dict[str, str]:
        seen.append(design.fingerprint)
        if design != right:
            raise InvalidRequest("another map")
        return {"Water": "Lake"}

    kept = [Kept("no JSON", {}, ()), Kept(right.to_json(), {}, ())]
    assert first_that_fits([other, *kept], fits) == (right, {"Water": "Lake"})
    assert seen == [other.fingerprint, right.fingerprint]
    assert first_that_fits([other], fits) is None


def test_samples_have_keys_of_their_own() -> None:
    designs = [design_of(), design_of(seed=1), design_of(map_seed=1), design_of(sizes=(20, 30, 41))]
    assert len({key_of(d) for d in designs}) == 4
    assert len({mark_of(d.grid) for d in designs}) == 1
    labelled = designs[0].with_labels(truth(designs[0]))
    assert key_of(labelled) == key_of(designs[0])
