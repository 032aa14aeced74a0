"""The form as a value: it makes the request it came from; each way to set the area keeps what it holds."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import FEATURE_SETS, AnalysisRequest, AreaOfInterest
from pipeline.permalink import from_query, to_query
from pipeline.request import COMPOSITES, FIRST_IMAGE
from pipeline.text import today
from widgets.form.settings import Settings, a_year

RING = [[11.3, 46.4], [11.4, 46.4], [11.3, 46.5]]
TRIANGLE = AreaOfInterest.polygon({"type": "Polygon", "coordinates": [RING]})
SETTINGS = Settings("46.49", "11.34", 5.0, date(2022, 6, 1), date(2022, 6, 30))

squares = st.builds(
    AreaOfInterest.square,
    longitude=st.floats(-180, 180),
    latitude=st.floats(-80, 84),
    size_km=st.floats(0.5, 100),
)


@given(
    area=squares | st.just(TRIANGLE),
    start=st.dates(FIRST_IMAGE, date(2025, 1, 1)),
    days=st.integers(0, 400),
    max_cloud_cover=st.integers(0, 100),
    n_clusters=st.integers(2, 12),
    catalog=st.sampled_from(["earth-search", "demo"]),
    scene_ids=st.none() | st.just(("S2A_32TPS_20220614_0_L2A",)),
    seed=st.integers(0, 9),
    composite=st.sampled_from(COMPOSITES),
    periods=st.integers(2, 12),
    max_dates=st.integers(12, 60),
    mask_buffer_m=st.integers(0, 200).map(float),
    features=st.sampled_from(list(FEATURE_SETS.values())) | st.just(("NDVI", "swir16")),
    mask_classes=st.sets(st.integers(0, 11)).map(lambda s: tuple(sorted(s))),
)
def test_a_request_fills_the_form_and_the_form_makes_the_request(
    start: date, days: int, **values: Any
) -> None:
    request = AnalysisRequest(start=start, end=start + timedelta(days), **values)
    assert SETTINGS.of_request(request).request() == request
    assert Settings().of_request(request, file_name="request.json").request() == request
    linked = from_query(to_query(request), ["earth-search", "demo"])
    assert Settings().of_values(linked.values).request() == request


def test_each_way_to_set_the_area_keeps_what_it_holds() -> None:
    drawn = SETTINGS.changed(mode="draw", drawn=TRIANGLE)
    assert drawn.area() == TRIANGLE
    assert drawn.changed(mode="square").area() == SETTINGS.area()
    assert drawn.changed(mode="upload").area() is None
    assert drawn.changed(mode="upload").request() is None
    assert drawn.changed(mode="square").changed(mode="draw").request() == drawn.request()


def test_a_click_on_the_map_makes_a_square() -> None:
    assert SETTINGS.changed(mode="draw", drawn=TRIANGLE).at(46.49, 371.34).request() == SETTINGS.request()


@pytest.mark.parametrize(
    "change",
    [
        {"latitude": "46.5"},
        {"size_km": 6.0},
        {"end": date(2022, 7, 1)},
        {"catalog": "demo"},
        {"mode": "draw"},
    ],
)
def test_scenes_hold_for_the_place_and_time_they_were_chosen_for(change: dict[str, Any]) -> None:
    chosen = SETTINGS.with_scenes(("S2A_32TPS_20220614_0_L2A",))
    assert scenes(chosen) == ("S2A_32TPS_20220614_0_L2A",)
    assert scenes(chosen.changed(n_clusters=4, max_cloud_cover=50, drawn=TRIANGLE)) == scenes(chosen)
    elsewhere = chosen.changed(**{"drawn": TRIANGLE, **change})
    assert scenes(elsewhere) is None
    assert scenes(elsewhere.changed(**{name: getattr(SETTINGS, name) for name in change})) == scenes(chosen)
    assert scenes(chosen.with_scenes(None)) is None


def scenes(settings: Settings) -> tuple[str, ...] | None:
    request = settings.request()
    assert request is not None
    return request.scene_ids


def test_each_way_to_make_an_image_keeps_its_dates_and_clouds() -> None:
    year = SETTINGS.combined("periods")
    assert (year.start, year.end, year.max_cloud_cover) == (date(2022, 1, 1), date(2022, 12, 31), 60)
    clear = SETTINGS.combined("median")
    assert (clear.start, clear.end, clear.max_cloud_cover) == (SETTINGS.start, SETTINGS.end, 60)
    changed = year.changed(start=date(2022, 3, 1))
    assert changed.combined("day").request() == SETTINGS.request()
    assert changed.combined("day").combined("periods") == changed
    assert SETTINGS.combined("day") is SETTINGS


def test_a_year_is_a_calendar_year_or_the_last_twelve_months() -> None:
    assert a_year(date(2022, 6, 1), date(2022, 6, 30)) == (date(2022, 1, 1), date(2022, 12, 31))
    season = date(2022, 2, 1), date(2022, 11, 30)
    assert a_year(*season) == season
    start, end = a_year(today() - timedelta(days=9), today())
    assert (end - start).days == 364
    assert end <= today()
    assert a_year(None, None)[1] <= today()


def test_scenes_of_one_day_are_not_those_of_a_year() -> None:
    chosen = SETTINGS.with_scenes(("S2A_32TPS_20220614_0_L2A",))
    assert scenes(chosen.changed(composite="median")) is None


def test_an_empty_link_changes_nothing() -> None:
    assert SETTINGS.of_values({}) == SETTINGS
