"""The page's logic without a browser: form, map, worker and result in step."""

import time
from typing import Any

import pytest
from traitlets import TraitError

from tests.support.page import SETTINGS, Runs, calculated, finish, press, text
from tests.support.patience import until
from widgets import Dashboard


def test_a_run_shows_its_result(page: Dashboard) -> None:
    calculated(page)
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
    calculated(page)
    first: Any = page.parts.runs.result
    images = page.parts.map.stack.pictures.true_colour
    page.parts.fields.inputs["n_clusters"].value = 4
    until(lambda: page.parts.runs.result is not first)
    finish(page)
    assert page.parts.runs.result is not None
    assert page.parts.runs.result.pixels is first.pixels
    assert len(runs.requests) == 1
    assert len(page.parts.map.stack.pictures.clusters) == 4
    assert page.parts.map.stack.pictures.true_colour is images


def test_ticks_survive_a_run_with_as_many_clusters(page: Dashboard) -> None:
    calculated(page)
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


def test_old_layers_are_closed(page: Dashboard) -> None:
    calculated(page)
    old = page.parts.map.stack.pictures.clusters
    page.parts.fields.inputs["n_clusters"].value = 3
    until(lambda: len(page.parts.map.stack.pictures.clusters) == 3)
    finish(page)
    assert all(layer.comm is None for layer in old)
    assert not set(old) & set(page.parts.map.map.layers)


def test_the_next_estimate_has_learnt_from_a_run(page: Dashboard) -> None:
    page.parts.runs.clock.start(SETTINGS.request())
    page.parts.runs.clock.stage("reading")
    page.parts.runs.clock.stage("clustering")
    page.parts.fields.settings = SETTINGS
    assert page.parts.runs.clock.pace.link_mbit("earth-search") > 500
    assert "about 1 second." in text(page)


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
    opened.parts.address.receive({"event": "seen"})
    assert runs.requests == []


def test_a_link_to_a_result_is_calculated_once_when_the_page_is_seen(
    page: Dashboard, runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    page.parts.fields.settings = SETTINGS
    assert "run=1" not in page.parts.address.query
    press(page)
    finish(page)
    link = page.parts.address.query
    assert "run=1" in link
    page.parts.fields.settings = SETTINGS.changed(latitude="46.5")
    assert "run=1" not in page.parts.address.query, "nobody has seen that result"

    monkeypatch.setenv("QUERY_STRING", link)
    opened = Dashboard()
    assert len(runs.requests) == 1
    for _ in range(2):
        opened.parts.address.receive({"event": "seen"})
    finish(opened)
    assert len(runs.requests) == 2
    assert runs.requests[1] == runs.requests[0]


@pytest.mark.parametrize(
    "part", ["km=60", "catalog=x", "model=0123abcd", "composite=%22periods%22&max_dates=60&km=20", "run=2"]
)
def test_a_link_waits_for_a_click_where_it_is_much_or_not_all_there(
    part: str, page: Dashboard, runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = "lat=46.49&lon=11.34&km=5&from=2022-01-01&to=2022-12-31&k=4&catalog=earth-search&run=1"
    monkeypatch.setenv("QUERY_STRING", f"{query}&{part}")
    opened = Dashboard()
    opened.parts.address.receive({"event": "seen"})
    assert runs.requests == []
    assert not opened.parts.foot.main.disabled
