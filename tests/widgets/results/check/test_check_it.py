"""The fold: proposal, sample, labels, estimate and files, with the map replaced."""

from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from pipeline.accuracy.checked import Checked
from pipeline.errors import InvalidRequest
from tests.pipeline.accuracy.samples import NAMES, design_of, labels_of, truth
from tests.widgets.results.check.page import Page
from widgets.results.check.check_it import CheckIt
from widgets.results.check.files import KINDS
from widgets.results.check.shelf import Kept

IDENTITY = dict(zip(NAMES, NAMES, strict=True))


class Map:
    """What of an analysis matters here: the land of `labels_of`."""

    preview = False
    checked: Any = None

    def __init__(self, **changes: Any) -> None:
        labels = labels_of()
        self.grid = SimpleNamespace()
        pixels = [int((labels == n).sum()) for n in range(4)]
        names = ["Masked", *NAMES]
        self.areas = pd.DataFrame({"name": names, "pixels": pixels, "hectares": [p / 100 for p in pixels]})
        kinds = ("Water", "Vegetation", "Vegetation")
        self.suggestions = [
            SimpleNamespace(name=f"{n} <1>", kind=k) for n, k in zip(NAMES, kinds, strict=True)
        ]
        self.__dict__.update(changes)

    def sampling_design(self, margin: float) -> Any:
        assert margin == 0.1
        return design_of()


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> Page:
    monkeypatch.setattr("pipeline.accuracy.design.PixelGrid.of", lambda _grid: design_of().grid)
    monkeypatch.setattr("pipeline.accuracy.drawing.classes_now", _classes_now)
    monkeypatch.setattr("widgets.results.check.check_it.file_stem", lambda _analysis: "clusters")
    return Page()


def _classes_now(design: Any, _analysis: Any) -> dict[str, str]:
    if design.fingerprint != design_of().fingerprint:
        raise InvalidRequest("These points were drawn on another map.")
    return IDENTITY


def shown(page: Page, analysis: Any) -> CheckIt:
    check = CheckIt(page.host, page.editor, page.shown.append)  # type: ignore[arg-type]
    check.show(analysis)
    page.until(lambda: not check.busy)
    return check


def checked() -> Checked:
    design = design_of()
    design = design.with_labels(truth(design))
    return Checked(design, IDENTITY, design.estimate())


def test_a_sample_is_proposed_drawn_labelled_and_estimated(page: Page) -> None:
    analysis = Map()
    check = shown(page, analysis)
    assert "196 points in 3 classes, about 30 minutes" in check.proposal.told.value
    assert "“Trees &lt;1&gt;” and “Crops &lt;1&gt;” can hardly be told apart" in check.proposal.told.value
    check.proposal.margin.value = 0.1
    assert "60 points in 3 classes, about 9 minutes" in check.proposal.told.value

    check.proposal.draw.click()
    page.until(lambda: not check.busy)
    assert page.shown == [check.labelling.labeller]
    for point in truth(design_of()):
        check.labelling.labeller.receive({"event": "label", "point": point, "name": "Water"})
    check.labelling.labeller.receive({"event": "done"})
    assert page.shown[-1] is None
    assert page.editor.edits.sample.upcoming is None, "estimated without being asked"
    assert "All 90 points are labelled" in check.told.value

    check.show(Map(checked=checked()))  # type: ignore[arg-type]
    page.until(lambda: not check.busy)
    assert "random points" in check.result.value
    assert check.steps.go.description == "Take the last label back"
    check.steps.go.click()
    assert check.labelling.design is not None
    assert check.labelling.design.upcoming is not None
    assert page.reported == []


def test_a_kept_sample_of_this_map_comes_back_and_can_be_thrown_away(page: Page) -> None:
    check = shown(page, Map())
    told: list[Any] = []
    check.shelf.send = told.append
    other, right = design_of(map_seed=1), design_of().with_labels({1: "Water", 2: None})
    entries = [
        {"design": d.to_json(), "labels": {str(n): v for n, v in d.labels.items()}} for d in (other, right)
    ]
    check.shelf.receive({"event": "kept", "grid": check.shelf.grid, "entries": entries})
    page.until(lambda: not check.busy)
    assert "2 of 90 points are labelled</b>, 1 of them unsure" in check.told.value
    assert check.steps.go.description == "Go on"
    check.steps.discard.click()
    assert "forget" in told[-1]
    assert check.proposal in check.children


def test_a_sample_is_saved_and_opened_again(page: Page) -> None:
    check = shown(page, Map())
    design = design_of()
    labelled = design.with_labels(truth(design))
    check._open(labelled.to_json().encode())
    page.until(lambda: not check.busy)
    assert page.editor.edits.sample == labelled
    for kind in KINDS:
        check._save(kind)
    assert [name for _, name, _ in page.saved] == [f"clusters_points{k.ending}" for k in KINDS]
    assert page.saved[0][0] == labelled.to_json().encode()

    check._open(b"nonsense")
    page.until(lambda: not check.busy)
    assert "role='alert'" in check.warning.value
    check._open(design_of(map_seed=1).to_json().encode())
    page.until(lambda: not check.busy)
    assert "another map" in check.warning.value
    assert page.editor.edits.sample == labelled


def test_another_map_ends_labelling_and_a_preview_offers_nothing(page: Page) -> None:
    check = shown(page, Map())
    check.proposal.margin.value = 0.1
    check.proposal.draw.click()
    page.until(lambda: not check.busy)
    assert check.labelling.is_on
    check._kept = [Kept("x", {}, ())]

    def other(_design: Any, _analysis: Any) -> dict[str, str]:
        raise InvalidRequest("another map")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pipeline.accuracy.drawing.classes_now", other)
        check.show(Map())  # type: ignore[arg-type]
        page.until(lambda: not check.busy)
    assert not check.labelling.is_on
    assert "The map has changed" in check.warning.value
    check.show(Map(preview=True))  # type: ignore[arg-type]
    assert "preview" in check.told.value
    assert check.proposal not in check.children


def test_labels_survive_another_tab(page: Page) -> None:
    check = shown(page, Map())
    check.proposal.margin.value = 0.1
    check.proposal.draw.click()
    page.until(lambda: not check.busy)
    check.labelling.labeller.receive({"event": "label", "point": 1, "name": "Water"})
    check.leave()
    assert not check.labelling.is_on
    assert "1 of 90 points are labelled" in check.told.value
