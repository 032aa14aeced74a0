"""Every state of the page, as values: no widget, no thread."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from pipeline import FEATURE_SETS, AnalysisRequest, AreaOfInterest
from pipeline.estimate import estimate_of
from widgets.form.settings import Settings
from widgets.page.state import Outcome, PageState, Situation, state_of
from widgets.toolkit.message import Message

SETTINGS = Settings("46.49", "11.34", 5.0, date(2022, 6, 1), date(2022, 6, 30))
TRIANGLE = AreaOfInterest.polygon(
    {"type": "Polygon", "coordinates": [[[11.3, 46.4], [11.4, 46.4], [11.3, 46.5]]]}
)
SPECK = AreaOfInterest.polygon(
    {"type": "Polygon", "coordinates": [[[11.3, 46.4], [11.30001, 46.4], [11.3, 46.40001]]]}
)


def request_of(settings: Settings = SETTINGS) -> AnalysisRequest:
    request = settings.request()
    assert request is not None
    return request


def outcome(settings: Settings = SETTINGS, **changes: Any) -> Outcome:
    known = Outcome(request_of(settings), "14 June 2022", False, 6, 2432.0, 2500.0, 1.4)
    return replace(known, **changes)


def shown(settings: Settings = SETTINGS, **changes: Any) -> PageState:
    return state_of(Situation(settings, limit_km=20.0, **changes))


def text(state: PageState) -> str:
    assert state.message is not None
    return state.message.html


def test_empty() -> None:
    state = shown(Settings())
    assert text(state) == "Choose an area first."
    assert not state.button.enabled
    assert state.button.text == "Calculate clusters"
    assert state.invitation == "Click anywhere to place a 5 km square"
    assert (state.step, state.hint, state.click) == (0, "No area chosen yet", "place")
    assert state.area is state.counted is state.freshness is None
    assert (state.knob, state.can_move, state.can_undo) == (False, False, False)


def test_an_area_is_chosen() -> None:
    state = shown()
    assert text(state).startswith("Ready. 2,500 ha,")
    assert state.counted == (2500.0, 250_000)
    assert state.button.enabled
    assert state.button.primary
    assert (state.step, state.hint) == (1, "Click again to move the area")
    assert state.invitation is None
    assert state.click == "place"
    assert state.knob


def test_many_dates_cost_more_and_are_told() -> None:
    year = shown(SETTINGS.combined("periods"))
    assert "up to 12 dates" in text(year)
    assert megabytes(year) == pytest.approx(12 * megabytes(shown()), rel=0.05)
    assert megabytes(shown(SETTINGS.changed(features=FEATURE_SETS["all-bands"]))) > megabytes(shown())


def megabytes(state: PageState) -> float:
    assert state.request is not None
    cost = estimate_of(state.request)
    assert f"{cost.megabytes:,.0f} MB" in text(state)
    return cost.megabytes


def test_a_result_of_many_dates_is_stale_with_its_period() -> None:
    state = shown(SETTINGS.changed(max_cloud_cover=40), outcome=outcome(when="2024 (11 dates)"))
    assert "still from 2024 (11 dates)." in text(state)


def test_running_for_the_first_time() -> None:
    state = shown(busy=True)
    assert state.message is None, "progress is told in its place"
    assert state.button.text == "Calculating…"
    assert not state.button.enabled
    assert state.step == 2
    assert not state.knob


def test_running_over_an_old_result() -> None:
    assert shown(outcome=outcome(), busy=True).freshness == "updating"


def test_a_result() -> None:
    state = shown(outcome=outcome())
    assert text(state) == "<b>Done in 1.4 s.</b> 6 clusters, 2,432 of 2,500 ha clear."
    assert state.freshness == "fresh"
    assert (state.button.text, state.button.primary) == ("Calculate again", False)
    assert state.hint is None
    assert state.click == "inspect"
    assert state.can_move


@pytest.mark.parametrize(("clear_ha", "kind"), [(2000.0, "ok"), (1999.0, "warn"), (3.0, "warn")])
def test_a_result_of_little_clear_land_is_not_green(clear_ha: float, kind: str) -> None:
    message = shown(outcome=outcome(clear_ha=clear_ha)).message
    assert message is not None
    assert message.kind == kind


def test_a_clear_result_that_says_little_of_the_land_is_not_green() -> None:
    message = shown(outcome=outcome(doubtful=True)).message
    assert message is not None
    assert message.kind == "warn"


@pytest.mark.parametrize("change", [{"max_cloud_cover": 40}, {"latitude": "46.6"}, {"end": date(2022, 7, 1)}])
def test_a_stale_result_and_back(change: dict[str, Any]) -> None:
    state = shown(SETTINGS.changed(**change), outcome=outcome())
    assert state.freshness == "stale"
    assert text(state) == "<b>Settings changed.</b> The results are still from 14 June 2022."
    assert (state.button.text, state.button.primary) == ("Update clusters", True)
    assert shown(outcome=outcome()).freshness == "fresh"


def test_only_the_number_of_clusters_changed() -> None:
    state = shown(SETTINGS.changed(n_clusters=4), outcome=outcome())
    assert state.regroup
    assert state.freshness == "updating"
    assert state.message is None
    assert state.button.text == "Calculate again", "the button does not flicker meanwhile"


def test_grouping_anew_that_was_stopped_waits_for_the_visitor() -> None:
    stopped = Message("plain", "Stopped.")
    state = shown(SETTINGS.changed(n_clusters=4), outcome=outcome(), said=stopped)
    assert not state.regroup
    assert state.freshness == "stale"
    assert state.button.text == "Update clusters"


def test_a_first_look_whose_run_was_stopped_is_no_result() -> None:
    state = shown(outcome=outcome(preview=True, seconds=None))
    assert state.button.text == "Calculate clusters"
    assert text(state).startswith("Ready.")
    assert state.freshness == "fresh"


def test_what_just_happened_is_told_first() -> None:
    said = Message("err", "The catalogue did not answer.")
    assert shown(outcome=outcome(), said=said).message is said
    assert shown(said=said).message is said
    assert shown(said=said, busy=True).message is None


def test_what_is_wrong_with_the_form_is_told_and_the_area_stays() -> None:
    state = shown(SETTINGS.changed(latitude="95"), area_before=TRIANGLE)
    assert "out of range" in text(state)
    assert state.area is TRIANGLE
    assert not state.button.enabled


def test_dates_in_the_wrong_order_are_told_with_a_way_out() -> None:
    state = shown(SETTINGS.changed(start=SETTINGS.end, end=SETTINGS.start))
    assert state.message is not None
    assert [action.label for action in state.message.actions] == ["Swap them"]


def test_an_area_too_large_is_told_before_anybody_calculates() -> None:
    state = shown(SETTINGS.changed(size_km=25.0))
    assert "25 km, at most 20 km" in text(state)
    assert not state.button.enabled
    assert state.message is not None
    (use,) = state.message.actions
    assert (use.label, use.deed) == ("Use 20 km", "change")
    assert use.changes == SETTINGS.changed(size_km=20.0)


def test_an_area_without_a_pixel_keeps_the_button_off() -> None:
    state = shown(SETTINGS.changed(mode="upload", uploaded=SPECK))
    assert "smaller than a pixel" in text(state)
    assert not state.button.enabled


def test_a_drawing_takes_the_clicks_until_it_is_done() -> None:
    state = shown(SETTINGS.changed(mode="draw"))
    assert (state.tool, state.click) == ("Polygon", "nothing")
    assert state.invitation == "Click the corners"
    done = shown(SETTINGS.changed(mode="draw", drawn=TRIANGLE))
    assert (done.tool, done.click) == (None, "nothing")
    assert done.hint == "Clear the drawing to draw another area"
    assert not done.knob
    assert shown(SETTINGS.changed(mode="draw"), outcome=outcome()).click == "nothing"


def test_after_a_result_a_click_moves_the_area_only_when_told_to() -> None:
    moving = shown(outcome=outcome(), moving=True)
    assert moving.click == "place"
    assert moving.invitation == "Click where the centre of the area should be"
    assert shown(outcome=outcome()).click == "inspect"
    drawn = SETTINGS.changed(mode="draw", drawn=TRIANGLE)
    assert shown(drawn, outcome=outcome(drawn), moving=True).click == "inspect"
    empty = shown(SETTINGS.changed(latitude=""), outcome=outcome())
    assert empty.click == "place", "there is no area to lose"


def test_an_area_can_be_brought_back_while_nothing_runs() -> None:
    assert shown(can_undo=True).can_undo
    assert not shown(can_undo=True, busy=True).can_undo
