"""Classes that a visitor renames and merges: undone, kept through runs, behind after others, in the link."""

from dataclasses import replace

import pytest

from pipeline import Analysis, AnalysisRequest
from tests.support.page import SETTINGS, areas_of, calculated, finish, press, settled, shown_names, text
from widgets import Dashboard
from widgets.results.tabs.change import ChangeTab
from widgets.results.tabs.quality import CHECK_CHANGE, Quality
from widgets.results.tabs.scene_list import SceneList


def test_classes_are_renamed_merged_and_brought_back(page: Dashboard) -> None:
    calculated(page)
    areas = areas_of(page)
    areas.edit.click()
    rows, suggested = areas.rows, shown_names(page)[1]
    rows[1].name.value = "<b>Oak</b>"
    settled(page, lambda: page.parts.results.legend.rows[1].box.description == "<b>Oak</b>")
    assert "&lt;b&gt;Oak" in page.parts.results.legend.rows[1].reason.value

    rows[1].merge.value = True
    assert areas.merge.disabled
    rows[3].merge.value = True
    areas.merge.click()
    settled(page, lambda: len(page.parts.map.stack.pictures.clusters) == 5)
    assert page.parts.results.legend.ticks == (True,) * 5

    areas.undo.click()
    settled(page, lambda: len(page.parts.map.stack.pictures.clusters) == 6)
    areas.undo.click()
    settled(page, lambda: page.parts.results.legend.rows[1].box.description == suggested)
    assert areas.undo.disabled


def test_a_merge_of_everything_and_a_name_of_nothing_are_refused_in_a_sentence(page: Dashboard) -> None:
    calculated(page)
    areas = areas_of(page)
    areas.edit.click()
    suggested = shown_names(page)[0]
    areas.rows[0].name.value = "  "
    assert "The name is empty." in areas.hint.value
    assert areas.rows[0].name.value == suggested
    for row in areas.rows:
        row.merge.value = True
    areas.merge.click()
    assert "Leave at least one out." in areas.hint.value
    areas.done.click()
    assert page.parts.results.legend.rows[0] in page.parts.results.legend.column.children


def test_an_edit_makes_no_old_result_fresh(page: Dashboard) -> None:
    calculated(page)
    page.parts.fields.inputs["max_cloud_cover"].value = 40
    areas_of(page).edit.click()
    areas_of(page).rows[0].name.value = "Lake"
    settled(page, lambda: page.parts.results.legend.rows[0].box.description == "Lake")
    assert "Out of date" in page.parts.results.head.value
    assert "The results are still from 14 June 2022." in text(page)


def test_edits_stay_when_the_same_is_calculated_again(page: Dashboard) -> None:
    calculated(page)
    areas_of(page).edit.click()
    areas_of(page).rows[0].name.value = "Lake"
    settled(
        page,
        lambda: page.parts.runs.result is not None and page.parts.runs.result.suggestions[0].name == "Lake",
    )
    press(page)
    finish(page)
    settled(page, lambda: page.parts.results.legend.rows[0].box.description == "Lake")
    page.parts.fields.inputs["n_clusters"].value = 3
    settled(page, lambda: len(page.parts.map.stack.pictures.clusters) == 3)
    assert page.parts.results.legend.rows[0].box.description == shown_names(page)[0] != "Lake"
    assert "classes=" not in page.parts.address.query
    page.parts.fields.inputs["n_clusters"].value = 6
    settled(page, lambda: shown_names(page)[0] == "Lake")
    assert "classes=" in page.parts.address.query


def test_names_that_stay_behind_are_told_and_their_clusters_can_be_used(page: Dashboard) -> None:
    calculated(page)
    areas_of(page).edit.click()
    areas_of(page).rows[0].name.value = "Lake"
    settled(page, lambda: shown_names(page)[0] == "Lake")
    page.parts.fields.inputs["n_clusters"].value = 3
    settled(page, lambda: len(page.parts.map.stack.pictures.clusters) == 3)
    finish(page)
    assert "your class names" in areas_of(page).behind.sentence.value.lower()
    areas_of(page).behind.take_along.click()
    settled(page, lambda: shown_names(page)[0] == "Lake")
    assert page.parts.fields.settings.n_clusters == 6


def test_a_reload_brings_the_names_back(page: Dashboard, monkeypatch: pytest.MonkeyPatch) -> None:
    calculated(page)
    areas_of(page).edit.click()
    areas_of(page).rows[0].name.value = "Lake & <mill>"
    settled(page, lambda: "classes=" in page.parts.address.query)
    monkeypatch.setenv("QUERY_STRING", page.parts.address.query)
    again = Dashboard()
    press(again)
    finish(again)
    settled(again, lambda: shown_names(again)[0] == "Lake & <mill>")


def test_what_was_compared_stays_so_after_an_edit_in_another_tab_and_ends_with_another_image(
    page: Dashboard, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[AnalysisRequest] = []
    monkeypatch.setattr(SceneList, "search", lambda _list, request: asked.append(request))
    calculated(page)
    results = page.parts.results
    change = results.tabs.page("Change")
    assert isinstance(change, ChangeTab)
    results.tabs.turn_to("Change")
    assert len(asked) == 1
    first = results.editor.calculated
    assert first is not None
    change._done(first)
    settled(page, lambda: results.editor.compared is not None)
    results.tabs.turn_to("Areas")

    areas_of(page).edit.click()
    areas_of(page).rows[0].name.value = "Lake"
    settled(page, lambda: _named(results.editor.compared, "Lake"))
    assert "with_second_date" in results.downloads.python.text, "in the files, too"
    quality = results.tabs.page("Quality")
    assert isinstance(quality, Quality)
    results.tabs.turn_to("Quality")
    assert CHECK_CHANGE in [fold.children[0].description for fold in quality.children]

    page.parts.fields.settings = replace(SETTINGS, latitude="46.60")
    press(page)
    finish(page)
    assert results.editor.compared is None
    assert CHECK_CHANGE not in [fold.children[0].description for fold in quality.children]
    assert len(asked) == 1, "a tab that is not open searches nothing"


def _named(compared: Analysis | None, name: str) -> bool:
    return (
        compared is not None
        and compared.second is not None
        and compared.suggestions[0].name == compared.second.analysis.suggestions[0].name == name
    )
