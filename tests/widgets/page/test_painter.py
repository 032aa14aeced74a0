"""What the page says: of settings, of a run and its first look, of errors and their next steps."""

from datetime import date

import pytest

from pipeline import AnalysisRequest
from pipeline.catalogs import profiles
from pipeline.errors import CatalogUnavailable, ClusterUnavailable, NothingToGroup
from tests.support.page import SETTINGS, Runs, calculated, finish, press, settled, text
from tests.support.patience import until
from widgets import Dashboard


def test_a_missing_date_is_told(page: Dashboard) -> None:
    page.parts.fields.settings = SETTINGS.changed(end=None)
    assert "The end date is missing" in text(page)
    assert page.parts.foot.main.disabled


def test_other_changes_make_the_result_stale_until_they_are_undone(page: Dashboard) -> None:
    calculated(page)
    page.parts.fields.inputs["max_cloud_cover"].value = 40
    assert "Out of date" in page.parts.results.head.value
    assert "The results are still from 14 June 2022." in text(page)
    assert page.parts.results.downloads.main.description == "Download GeoTIFF (14 June)"
    page.parts.fields.inputs["max_cloud_cover"].value = 20
    assert "clear here" in page.parts.results.head.value
    assert "Done in" in text(page)


def first_look(page: Dashboard) -> None:
    """Wait until a first look is on the page, all of it."""
    until(lambda: page.parts.map.stack.pictures.clusters != ())
    with page.gate.lock:
        assert page.parts.runs.result is not None


def test_a_first_look_is_shown_as_one_and_replaced_in_place(page: Dashboard, runs: Runs) -> None:
    page.parts.fields.settings = SETTINGS
    runs.preview = True
    runs.go_on.clear()
    press(page)
    first_look(page)
    assert ">Preview<" in page.parts.results.head.value
    assert "Preview from pixels of 80 m" in page.parts.results.legend.notes.value
    assert page.parts.results.downloads.main.disabled
    assert page.parts.runs.busy, "the run goes on"
    layers, looks_at = page.parts.map.stack.pictures.layers, page.parts.map.camera.looks_at
    runs.go_on.set()
    finish(page)
    assert "clear here" in page.parts.results.head.value
    assert "Preview" not in page.parts.results.legend.notes.value
    assert not page.parts.results.downloads.main.disabled
    assert page.parts.map.stack.pictures.layers == layers, "no layer was taken from the map and put back"
    assert page.parts.map.camera.looks_at == looks_at
    assert "Done in" in text(page)


def test_a_run_cancelled_after_the_first_look_is_not_done(page: Dashboard, runs: Runs) -> None:
    page.parts.fields.settings = SETTINGS
    runs.preview = True
    runs.go_on.clear()
    press(page)
    first_look(page)
    page.visitor.cancel()
    assert ">Preview<" in page.parts.results.head.value
    assert page.parts.foot.main.description == "Calculate clusters"
    assert not page.parts.foot.main.disabled
    page.painter.refresh()
    assert "Ready." in text(page)
    runs.preview = False
    runs.go_on.set()
    press(page)
    finish(page)
    assert "Done in" in text(page)


def test_an_error_is_told_and_its_next_step_works(page: Dashboard, runs: Runs) -> None:
    page.parts.fields.settings = SETTINGS
    runs.error = CatalogUnavailable("The catalogue did not answer. <Nothing> came.", "earth-search")
    press(page)
    finish(page)
    assert "<b>The catalogue did not answer.</b> &lt;Nothing&gt; came." in text(page)
    again, demo = page.parts.foot.actions.children
    assert (again.description, demo.description) == ("Try again", "Use the demo")
    runs.error = None
    again.click()
    finish(page)
    assert "Done in" in text(page)


def test_the_demo_is_one_click_away(page: Dashboard) -> None:
    page.painter.silent(profiles.find("earth-search"))
    assert "Earth Search does not answer." in text(page)
    page.parts.foot.actions.children[0].click()
    assert page.parts.fields.settings.catalog == "demo"
    assert not page.parts.foot.main.disabled


def test_an_unexpected_error_is_one_sentence_and_the_page_lives_on(page: Dashboard, runs: Runs) -> None:
    page.parts.fields.settings = SETTINGS
    runs.error = RuntimeError("/secret/path")
    press(page)
    finish(page)
    assert "did not expect" in text(page)
    assert "secret" not in text(page)
    assert not page.parts.foot.main.disabled


def test_text_of_a_catalogue_is_escaped(page: Dashboard, runs: Runs) -> None:
    runs.scene_id = "<img src=x onerror=alert(1)>"
    page.parts.fields.settings = SETTINGS
    press(page)
    finish(page)
    assert "<img" not in page.parts.results.head.value


def test_where_nothing_can_be_grouped_other_dates_are_offered(
    page: Dashboard, runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed: list[AnalysisRequest] = []
    monkeypatch.setattr(
        "pipeline.explore.candidates.list_scenes", lambda request, **_: iter(listed.append(request) or ())
    )
    page.parts.fields.settings = SETTINGS
    runs.error = NothingToGroup("Nothing to group: all is cloud on 14 June 2022.", date(2022, 6, 14))
    press(page)
    finish(page)
    page.parts.foot.actions.children[0].click()
    scenes = page.parts.results.tabs.page("Scenes")
    assert page.parts.results.children[0].children == (scenes,)
    settled(page, lambda: "No images here in June 2022." in scenes.head.value)  # type: ignore[attr-defined]
    assert listed[0].area == page.painter.state.area


def test_a_cluster_that_is_gone_leaves_this_machine(page: Dashboard, runs: Runs) -> None:
    page.parts.workers.used = True
    page.parts.fields.settings = SETTINGS
    runs.error = ClusterUnavailable("The dask cluster is gone (tcp://x). Try again.", "tcp://x")
    press(page)
    finish(page)
    assert "The dask cluster is gone" in text(page)
    again, here = page.parts.foot.actions.children
    assert (again.description, here.description) == ("Try again", "Calculate here instead")
    runs.error = None
    here.click()
    finish(page)
    assert runs.on_workers == [True, False]
    assert "Done in" in text(page)


def test_a_file_refused_during_a_run_is_told_after_it(page: Dashboard, runs: Runs) -> None:
    page.parts.fields.settings = SETTINGS
    runs.go_on.clear()
    press(page)
    page.parts.area_input.refuse_file("a.kml", 9 * 2**20)
    assert "too large" not in text(page)
    runs.go_on.set()
    finish(page)
    until(lambda: "“a.kml” is too large: 9.0 MB" in text(page))
    assert not page.parts.foot.main.disabled
