"""The fold *Check the change*: there beside a second date, with both dates to look at, and an estimate."""

import io
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from pipeline import Analysis
from pipeline.accuracy.change import SAME, is_change
from tests.pipeline.accuracy.test_change import CHANGES, land, map_of
from tests.support.patience import until
from tests.widgets.results.check.page import Page
from widgets.results.check.check_it import CheckIt
from widgets.results.edits import Editor
from widgets.results.tabs.quality import CHECK_CHANGE, Quality
from widgets.session.gate import Gate


@pytest.fixture(scope="module")
def both() -> Analysis:
    before, after = land(CHANGES)
    return map_of(before).with_second_date(map_of(after))


@pytest.fixture
def page() -> Page:
    return Page()


def shown(page: Page, analysis: Analysis) -> tuple[CheckIt, list[Analysis]]:
    offered: list[Analysis] = []
    check = CheckIt(page.host, page.editor, page.shown.append, offered.append)  # type: ignore[arg-type]
    check.show(analysis)
    page.until(lambda: not check.busy)
    return check, offered


def test_change_is_proposed_drawn_labelled_and_estimated(page: Page, both: Analysis) -> None:
    check, offered = shown(page, both)
    assert "points in 8 kinds of change and of land that stayed" in check.proposal.told.value
    check.proposal.margin.value = 0.1
    check.proposal.draw.click()
    page.until(lambda: not check.busy)
    labelling, labeller = check.labelling, check.labelling.labeller
    assert page.shown == [labeller]
    assert "second date" in labeller.question
    assert labeller.looks == ["14 June 2022", "14 June 2022", "Plants are red", "Plants are red"]
    assert labeller.classes == [s.name for s in labelling.design.strata]  # type: ignore[union-attr]

    design = labelling.design
    assert design is not None
    for point in design.drawn:
        name = f"Wood{SAME}" if is_change(point.stratum) and point.id % 5 == 0 else point.stratum
        labeller.receive({"event": "label", "point": point.id, "name": name})
    labeller.receive({"event": "done"})
    page.until(lambda: not check.busy)
    assert page.editor.edits.sample is None, "the classes have no sample of their own"
    assert "ha have changed" in check.result.value.replace(" ha)", " ha")
    assert "Other change" in check.result.value
    (analysis,) = offered
    assert analysis.second is not None
    assert analysis.second.checked is not None
    assert analysis.second.checked.changed.hectares < analysis.second.change.changed_ha

    check.show(analysis)
    assert not check.busy, "the same change"
    check.steps.discard.click()
    assert check.proposal in check.children
    assert page.reported == []


def test_an_estimate_of_another_change_is_not_shown(page: Page, both: Analysis) -> None:
    check, _ = shown(page, both)
    design = both.sampling_design(of="change")
    check._open(design.with_labels({p.id: p.stratum for p in design.drawn}).to_json().encode())
    page.until(lambda: not check.busy)
    assert "have changed" in check.result.value
    before, after = land({(1, 2): 300})
    check.show(map_of(before).with_second_date(map_of(after)))
    page.until(lambda: not check.busy)
    assert check.proposal in check.children
    assert check.result not in check.children
    check._open(both.sampling_design().to_json().encode())
    page.until(lambda: not check.busy)
    assert "another map" in check.warning.value, "a sample of classes"


def test_a_point_is_shown_on_both_dates_in_two_colours(page: Page, both: Analysis) -> None:
    check, _ = shown(page, both)
    assert both.second is not None
    pictures = check.task.chips(both, 50, 50)
    assert len(pictures) == len(check.task.looks(both)) == 4
    arrays = [np.asarray(Image.open(io.BytesIO(picture))) for picture in pictures]
    assert np.array_equal(arrays[0], arrays[1]), "the same image, in this test"
    assert not np.array_equal(arrays[0], arrays[2]), "true and false colour"


def test_the_fold_is_there_beside_a_second_date_alone(both: Analysis) -> None:
    gate = Gate(lambda error: pytest.fail(str(error)))
    nothing = lambda *_: None  # noqa: E731
    aim = SimpleNamespace(begin=nothing, end=nothing, at=nothing)
    host: Any = SimpleNamespace(
        gate=gate, aim=aim, lay=nothing, save=nothing, focus=nothing, set_clusters=nothing
    )
    editor = Editor(gate, nothing, nothing)
    quality = Quality(host, editor, nothing)
    editor.begin(both)
    quality.show(both)

    def titles() -> list[str]:
        return [fold.children[0].description for fold in quality.children]

    assert CHECK_CHANGE not in titles()
    editor.compared = both
    quality.compare()
    assert titles().index(CHECK_CHANGE) == titles().index("Check it") + 1
    quality.children[titles().index(CHECK_CHANGE)].toggle()
    until(lambda: "8 kinds" in quality.change.proposal.told.value, gate.lock)

    quality.change.proposal.draw.click()
    until(lambda: quality.change.labelling.is_on, gate.lock)
    assert quality.children == (quality.change.labelling.labeller,)
    other = map_of(land({})[0])
    editor.compared = None
    quality.show(other)
    assert not quality.change.labelling.is_on
    assert CHECK_CHANGE not in titles()
