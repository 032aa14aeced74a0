"""The form as a value: it makes the request it came from; each way to set the area keeps what it holds."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import AnalysisRequest, AreaOfInterest
from pipeline.permalink import from_query, to_query
from pipeline.request import FIRST_IMAGE
from widgets.form.settings import Settings

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


def test_an_empty_link_changes_nothing() -> None:
    assert SETTINGS.of_values({}) == SETTINGS
