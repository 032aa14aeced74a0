"""The page's logic without a browser: form, map, worker and result in step."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from traitlets import TraitError

import pipeline
from pipeline import AnalysisRequest, ClusterModel
from pipeline.area.grid import grid_for
from pipeline.catalogs import profiles
from pipeline.clustering.surface_types import Suggestion
from pipeline.drawing.overlays import Overlay, Overlays
from pipeline.errors import CatalogUnavailable, ClusterUnavailable, NothingToGroup
from pipeline.outcome import Missing
from tests.support.blobs import model_of
from tests.support.patience import PATIENCE_S, until
from widgets import Dashboard
from widgets.form.settings import Settings
from widgets.results.tabs.areas import Areas
from widgets.session.preload import Tools

SETTINGS = Settings("46.49", "11.34", 5.0, date(2022, 6, 1), date(2022, 6, 30))
COLORS = ["#3563e0", "#04600f", "#d6c928", "#c4824a", "#a0286c", "#f5f0cf"] * 2


@dataclass
class FakeAnalysis:
    """What the page reads of an analysis."""

    request: AnalysisRequest
    notes: tuple[str, ...] = ()
    scene_id: str = "S2B_32TPS_20220614_0_L2A"
    true_area_factor: float = 1.0006
    preview: bool = False
    resolution_m: float = 10.0
    pixels: object = None
    model_given: bool = False
    edits: tuple[int, ...] | None = None
    smallest_patch_ha: float = 0.0
    checked: Any = None
    checked: object = None
    names_from: str = ""
    classes: tuple[Suggestion, ...] = ()
    reclustered: list[int] = field(default_factory=list)

    @property
    def date(self) -> date:
        return date(2022, 6, 14)

    @property
    def period_words(self) -> str:
        return "14 June 2022"

    @property
    def period_iso(self) -> str:
        return "2022-06-14"

    @property
    def is_composite(self) -> bool:
        return False

    @property
    def missing(self) -> Missing:
        return Missing(0.0, 0.0, 100.0)

    @property
    def grid(self) -> Any:
        return grid_for(self.request.area)

    @property
    def scenes(self) -> tuple[Any, ...]:
        scene = SimpleNamespace(
            id=self.scene_id,
            datetime=datetime(2022, 6, 14, tzinfo=UTC),
            date=date(2022, 6, 14),
            platform="S2B",
            tile="32TPS",
            cloud_cover=8.1,
            epsg=32632,
            offset=SimpleNamespace(words="−1000 applied: baseline 04.00"),
        )
        return (scene,)

    @property
    def suggestions(self) -> tuple[Suggestion, ...]:
        kinds = range(self.request.n_clusters)
        return self.classes or tuple(Suggestion(f"Kind {i}", "Water", "NDVI 0.5", COLORS[i]) for i in kinds)

    @property
    def model(self) -> ClusterModel:
        return model_of(np.array([(0.1 * n,) * 4 for n in range(self.request.n_clusters)]), (0.1,) * 4)

    @property
    def areas(self) -> pd.DataFrame:
        k = len(self.suggestions)
        hectares = [100.0, *[2400 / k] * k]
        columns = {
            "name": ["Cloud, shadow, no data", *(s.name for s in self.suggestions)],
            "color": ["#9aa5af", *(s.color for s in self.suggestions)],
            "hectares": hectares,
            "share": [ha / 2500 for ha in hectares],
        }
        return pd.DataFrame(columns, index=pd.RangeIndex(k + 1, name="cluster"))

    @property
    def is_doubtful(self) -> bool:
        return False

    @property
    def clear_share(self) -> float:
        return 0.96

    @property
    def overlays(self) -> Overlays:
        bounds = ((46.46, 11.3), (46.52, 11.38))
        clusters = tuple(Overlay(f"data:,{i}", bounds) for i in range(len(self.suggestions)))
        return Overlays(Overlay("data:,true", bounds), Overlay("data:,false", bounds), clusters)

    def with_classes(self, lut: Any, suggestions: Any) -> "FakeAnalysis":
        assert len(lut) == self.request.n_clusters + 1
        return replace(self, classes=suggestions)

    def prefit(self, n_clusters: int, _cancelled: Any) -> None:
        """Nothing is fitted here."""

    def recluster(self, n_clusters: int, *_callbacks: Any) -> "FakeAnalysis":
        self.reclustered.append(n_clusters)
        return FakeAnalysis(replace(self.request, n_clusters=n_clusters))


class Runs:
    """Stands in for `pipeline.analyse`."""

    def __init__(self) -> None:
        self.requests: list[AnalysisRequest] = []
        self.go_on = threading.Event()
        self.go_on.set()
        self.error: Exception | None = None
        self.preview = False
        self.on_workers: list[bool] = []
        self.scene_id = "S2B_32TPS_20220614_0_L2A"

    def __call__(self, request: AnalysisRequest, *_callbacks: Any, **named: Any) -> FakeAnalysis:
        self.requests.append(request)
        self.on_workers.append(named["workers"])
        if self.preview:
            named["on_preview"](FakeAnalysis(request, preview=True, resolution_m=80.0))
        self.go_on.wait(PATIENCE_S)
        if self.error is not None:
            raise self.error
        return FakeAnalysis(request, scene_id=self.scene_id)


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> Runs:
    fake = Runs()
    monkeypatch.setattr(pipeline, "analyse", fake, raising=False)
    return fake


@pytest.fixture
def page(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> Iterator[Dashboard]:
    monkeypatch.delenv("DASHBOARD_CATALOG", raising=False)
    monkeypatch.setattr(profiles, "probe", lambda _name: None)
    monkeypatch.setattr(
        "widgets.session.preload.TOOLS", Tools(load=lambda: None, connect=lambda _catalog: None)
    )
    monkeypatch.setattr("widgets.session.catalog_probe.load_backdrop", lambda *_: None)
    dashboard = Dashboard()
    yield dashboard
    runs.go_on.set()
    finish(dashboard)


def text(page: Dashboard) -> str:
    return str(page.parts.foot.status.value)


def press(page: Dashboard) -> None:
    page.parts.foot.main.click()


def finish(page: Dashboard) -> None:
    """Wait until the run has ended and its result is shown: that happens under the lock."""

    def idle() -> bool:
        with page.gate.lock:
            return not page.parts.runs.busy

    until(idle)


def areas_of(page: Dashboard) -> Areas:
    tab = page.parts.results.tabs.page("Areas")
    assert isinstance(tab, Areas)
    return tab


def shown_names(page: Dashboard) -> list[str]:
    """Return the names of the result that is shown."""
    result = page.parts.runs.result
    return [s.name for s in result.suggestions] if result is not None else []


def settled(page: Dashboard, condition: Callable[[], bool]) -> None:
    """Wait until the page shows something, wholly: callbacks hold the lock until they are through."""

    def shown() -> bool:
        with page.gate.lock:
            return condition()

    until(shown)


def test_a_click_fills_the_fields_and_draws_the_area(page: Dashboard) -> None:
    assert page.parts.foot.main.disabled
    page.parts.map.click(46.49, 11.34)
    assert (page.parts.fields.settings.latitude, page.parts.fields.settings.longitude) == ("46.49", "11.34")
    assert "2,500 ha" in page.parts.fields.area_part.summary.value
    assert len(page.parts.map.stack.area.layers) == 2
    assert not page.parts.foot.main.disabled


def test_a_click_on_another_world_copy_is_wrapped_and_drawn_where_it_was_clicked(page: Dashboard) -> None:
    page.parts.map.click(46.49, 371.34)
    assert page.parts.fields.settings.longitude == "11.34"
    longitudes = [longitude for _, longitude in page.parts.map.stack.area.layers[0].locations[0][0]]
    assert min(longitudes) > 371


def test_typed_coordinates_place_the_area_and_wrong_ones_keep_it(page: Dashboard) -> None:
    page.parts.fields.inputs["latitude"].value = "46.49"
    page.parts.fields.inputs["longitude"].value = "11.34"
    ring = page.parts.map.stack.area.layers[0].locations
    page.parts.fields.inputs["latitude"].value = "95"
    assert "out of range" in text(page)
    assert page.parts.foot.main.disabled
    assert page.parts.map.stack.area.layers[0].locations == ring


def test_a_missing_date_is_told(page: Dashboard) -> None:
    page.parts.fields.settings = SETTINGS.changed(end=None)
    assert "The end date is missing" in text(page)
    assert page.parts.foot.main.disabled


def test_a_run_shows_its_result(page: Dashboard) -> None:
    page.parts.fields.settings = SETTINGS
    press(page)
    finish(page)
    assert "6 clusters, 2,400 of 2,500 ha clear." in text(page)
    assert len(page.parts.map.stack.pictures.clusters) == 6
    assert page.parts.results.legend.ticks == (True,) * 6
    assert page.parts.foot.main.description == "Calculate again"


def test_a_notebook_can_watch_request_and_result(page: Dashboard) -> None:
    heard: list[tuple[str, Any]] = []
    page.observe(lambda change: heard.append((change.name, change.new)), ["request", "analysis"])
    page.parts.fields.settings = SETTINGS
    assert page.request == SETTINGS.request()
    assert page.analysis is None
    press(page)
    finish(page)
    assert page.analysis is page.parts.runs.result
    assert [name for name, _ in heard] == ["request", "analysis"]
    page.parts.fields.settings = SETTINGS.changed(latitude="")
    assert page.request is None
    assert page.analysis is page.parts.runs.result, "the result is still that of before"
    with pytest.raises(TraitError):
        page.analysis = None
    assert not {"request", "analysis"} & set(page.keys), "they stay on this side of the connection"


def test_a_town_gets_a_square_and_the_map_goes_there(page: Dashboard) -> None:
    page.parts.fields.settings = SETTINGS
    page.placing.went_to(-33.87, 151.21)
    assert page.parts.fields.settings.latitude == "-33.87"
    assert page.request is not None
    assert page.request.area.longitude == 151.21
    box = page.painter.where.box(page.request.area)
    assert box.west < 151.21 < box.east


def test_a_second_press_does_not_double_the_run(page: Dashboard, runs: Runs) -> None:
    page.parts.fields.settings = SETTINGS
    runs.go_on.clear()
    press(page)
    press(page)
    page.visitor.run()
    runs.go_on.set()
    finish(page)
    assert len(runs.requests) == 1


def test_cancel_frees_the_page_and_the_old_run_stays_silent(page: Dashboard, runs: Runs) -> None:
    page.parts.fields.settings = SETTINGS
    runs.go_on.clear()
    press(page)
    page.visitor.cancel()
    assert "Stopped." in text(page)
    assert not page.parts.foot.main.disabled
    runs.go_on.set()
    time.sleep(0.1)
    assert page.parts.runs.result is None


def test_another_number_of_clusters_groups_anew_without_a_run(page: Dashboard, runs: Runs) -> None:
    page.parts.fields.settings = SETTINGS
    press(page)
    finish(page)
    first: Any = page.parts.runs.result
    images = page.parts.map.stack.pictures.true_colour
    page.parts.fields.inputs["n_clusters"].value = 4
    until(lambda: page.parts.runs.result is not first)
    finish(page)
    assert first.reclustered == [4]
    assert len(runs.requests) == 1
    assert len(page.parts.map.stack.pictures.clusters) == 4
    assert page.parts.map.stack.pictures.true_colour is images


def test_other_changes_make_the_result_stale_until_they_are_undone(page: Dashboard) -> None:
    page.parts.fields.settings = SETTINGS
    press(page)
    finish(page)
    page.parts.fields.inputs["max_cloud_cover"].value = 40
    assert "Out of date" in page.parts.results.head.value
    assert "The results are still from 14 June 2022." in text(page)
    assert page.parts.results.downloads.main.description == "Download GeoTIFF (14 June)"
    page.parts.fields.inputs["max_cloud_cover"].value = 20
    assert "clear here" in page.parts.results.head.value
    assert "Done in" in text(page)


def test_ticks_survive_a_run_with_as_many_clusters(page: Dashboard) -> None:
    page.parts.fields.settings = SETTINGS
    press(page)
    finish(page)
    page.parts.results.legend.rows[2].box.value = False
    assert [layer.visible for layer in page.parts.map.stack.pictures.clusters] == [
        True,
        True,
        False,
        True,
        True,
        True,
    ]
    assert page.parts.names.mixed
    press(page)
    finish(page)
    assert page.parts.results.legend.ticks == (True, True, False, True, True, True)
    assert not page.parts.map.stack.pictures.clusters[2].visible


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


def test_old_layers_are_closed(page: Dashboard) -> None:
    page.parts.fields.settings = SETTINGS
    press(page)
    finish(page)
    old = page.parts.map.stack.pictures.clusters
    page.parts.fields.inputs["n_clusters"].value = 3
    until(lambda: len(page.parts.map.stack.pictures.clusters) == 3)
    finish(page)
    assert all(layer.comm is None for layer in old)
    assert not set(old) & set(page.parts.map.map.layers)


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


def test_classes_are_renamed_merged_and_brought_back(page: Dashboard) -> None:
    page.parts.fields.settings = SETTINGS
    press(page)
    finish(page)
    areas = areas_of(page)
    areas.edit.click()
    rows = areas.rows
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
    settled(page, lambda: page.parts.results.legend.rows[1].box.description == "Kind 1")
    assert areas.undo.disabled


def test_a_merge_of_everything_and_a_name_of_nothing_are_refused_in_a_sentence(page: Dashboard) -> None:
    page.parts.fields.settings = SETTINGS
    press(page)
    finish(page)
    areas = areas_of(page)
    areas.edit.click()
    areas.rows[0].name.value = "  "
    assert "The name is empty." in areas.hint.value
    assert areas.rows[0].name.value == "Kind 0"
    for row in areas.rows:
        row.merge.value = True
    areas.merge.click()
    assert "Leave at least one out." in areas.hint.value
    areas.done.click()
    assert page.parts.results.legend.rows[0] in page.parts.results.legend.column.children


def test_an_edit_makes_no_old_result_fresh(page: Dashboard) -> None:
    page.parts.fields.settings = SETTINGS
    press(page)
    finish(page)
    page.parts.fields.inputs["max_cloud_cover"].value = 40
    areas_of(page).edit.click()
    areas_of(page).rows[0].name.value = "Lake"
    settled(page, lambda: page.parts.results.legend.rows[0].box.description == "Lake")
    assert "Out of date" in page.parts.results.head.value
    assert "The results are still from 14 June 2022." in text(page)


def test_edits_stay_when_the_same_is_calculated_again(page: Dashboard) -> None:
    page.parts.fields.settings = SETTINGS
    press(page)
    finish(page)
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
    assert page.parts.results.legend.rows[0].box.description == "Kind 0"
    assert "classes=" not in page.parts.address.query
    page.parts.fields.inputs["n_clusters"].value = 6
    settled(page, lambda: shown_names(page)[0] == "Lake")
    assert "classes=" in page.parts.address.query


def test_names_that_stay_behind_are_told_and_their_clusters_can_be_used(page: Dashboard) -> None:
    page.parts.fields.settings = SETTINGS
    press(page)
    finish(page)
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
    page.parts.fields.settings = SETTINGS
    press(page)
    finish(page)
    areas_of(page).edit.click()
    areas_of(page).rows[0].name.value = "Lake & <mill>"
    settled(page, lambda: "classes=" in page.parts.address.query)
    monkeypatch.setenv("QUERY_STRING", page.parts.address.query)
    again = Dashboard()
    press(again)
    finish(again)
    settled(again, lambda: shown_names(again)[0] == "Lake & <mill>")


def test_after_a_result_a_click_asks_and_the_area_moves_when_told_to(
    page: Dashboard, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[float, float]] = []
    monkeypatch.setattr(page.parts.results.inspector, "ask", lambda *place: asked.append(place))
    page.parts.fields.settings = SETTINGS
    press(page)
    finish(page)
    page.parts.map.click(46.5, 11.35)
    assert asked == [(46.5, 11.35)]
    assert page.parts.fields.settings == SETTINGS
    page.parts.map.mover.move.click()
    page.parts.map.click(46.5, 371.35)
    assert page.parts.fields.settings == SETTINGS.at(46.5, 11.35)
    page.parts.map.click(46.6, 11.35)
    assert len(asked) == 2, "one click moves the area, the next one asks again"
    assert "Out of date" in page.parts.results.head.value
    page.parts.map.mover.undo.click()
    assert page.parts.fields.settings == SETTINGS
    assert "clear here" in page.parts.results.head.value


def test_the_knob_takes_the_area_along(page: Dashboard) -> None:
    page.parts.fields.settings = SETTINGS
    marker = page.parts.map.knob.marker
    north, west = marker.location
    assert page.parts.fields.settings == SETTINGS, "placing the knob moves nothing"
    marker.location = [north + 0.1, west - 0.2]
    assert page.parts.fields.settings == SETTINGS.at(46.59, 11.14)
    page.visitor.escape()


def test_the_browsers_way_back_brings_the_area_back(page: Dashboard) -> None:
    page.parts.fields.settings = SETTINGS
    query = page.parts.address.query
    page.parts.map.click(10.0, 20.0)
    page.parts.address.receive({"event": "went", "query": query})
    assert page.parts.fields.settings == SETTINGS


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


def test_the_next_estimate_has_learnt_from_a_run(page: Dashboard) -> None:
    page.parts.runs.clock.start(SETTINGS.request())
    page.parts.runs.clock.stage("reading")
    page.parts.runs.clock.stage("clustering")
    page.parts.fields.settings = SETTINGS
    assert page.parts.runs.clock.pace.link_mbit("earth-search") > 500
    assert "about 1 second." in text(page)


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


def test_clicks_that_draw_place_no_square(page: Dashboard) -> None:
    page.parts.fields.area_part.segments["draw"].click()
    assert page.parts.map.drawing.control.current_mode == "draw:Polygon"
    page.parts.map.click(46.49, 11.34)
    assert page.painter.state.area is None
    page.parts.fields.area_part.tools["Rectangle"].click()
    assert page.parts.map.drawing.control.current_mode == "draw:Rectangle"
    page.parts.area_input.take_drawing(
        {"type": "Polygon", "coordinates": [[[11, 46], [11.1, 46], [11, 46.1], [11, 46]]]}
    )
    assert page.parts.map.drawing.control.current_mode is None
    assert len(page.parts.map.stack.area.layers[0].locations[0][0]) == 4
    assert not page.parts.foot.main.disabled
    page.parts.fields.area_part.clear.click()
    assert page.parts.map.drawing.control.current_mode == "draw:Rectangle"
    assert page.parts.foot.main.disabled
    page.parts.fields.area_part.segments["square"].click()
    assert page.parts.map.drawing.control.current_mode is None


def test_a_drawing_that_is_no_area_is_told_and_drawn_again(page: Dashboard) -> None:
    page.parts.fields.area_part.segments["draw"].click()
    page.parts.map.drawing.finish({"type": "Polygon", "coordinates": [[[0, 0]] * 4]})
    assert "has no area" in text(page)
    assert page.parts.map.drawing.control.current_mode == "draw:Polygon"


def test_a_link_fills_the_form_and_starts_nothing(
    page: Dashboard, runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(
        "QUERY_STRING", "area=11,46_11.1,46_11,46.1&from=2022-06-01&to=2022-06-30&k=4&catalog=x"
    )
    opened = Dashboard()
    assert (opened.parts.fields.settings.mode, opened.parts.fields.settings.n_clusters) == ("draw", 4)
    assert "catalogue of this link is not offered" in text(opened)
    assert not opened.parts.foot.main.disabled
    assert opened.parts.map.map.center[1] == pytest.approx(11.05, abs=0.01)
    assert runs.requests == []
