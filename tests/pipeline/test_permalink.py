"""A request as a query string: it comes back equal, and a stranger's link can do no harm."""

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import AnalysisRequest, AreaOfInterest, InvalidRequest
from pipeline.permalink import MAX_QUERY_BYTES, fits, from_query, keys, to_query
from pipeline.request import DEFAULT_MASK, FIRST_IMAGE

OFFERED = ("earth-search", "demo", "our archive & more")
REQUEST = AnalysisRequest(
    AreaOfInterest.square(longitude=11.34, latitude=46.49, size_km=5),
    date(2022, 6, 1),
    date(2022, 6, 30),
)
PARTS = "lat=46.49&lon=11.34&km=5&from=2022-06-01&to=2022-06-30&cloud=20&k=6&catalog=earth-search"

squares = st.builds(
    AreaOfInterest.square,
    longitude=st.floats(-180, 180),
    latitude=st.floats(-80, 84),
    size_km=st.floats(0.5, 100),
)


@st.composite
def polygons(draw: st.DrawFn) -> AreaOfInterest:
    west, south = draw(st.tuples(st.floats(-179, 178), st.floats(-79, 82)))
    size = draw(st.floats(0.01, 0.3))
    ring = [(west, south), (west + size, south), (west + size, south + size), (west, south + size)]
    hole = [(west + (x - west) / 3 + size / 9, south + (y - south) / 3 + size / 9) for x, y in ring]
    closed = draw(st.integers(0, 2))
    rings = [[*ring, *ring[:1] * closed], hole] if draw(st.booleans()) else [ring]
    beside = [[(x + 0.5, y) for x, y in ring]]
    coordinates = [rings, beside] if draw(st.booleans()) else [rings]
    return AreaOfInterest.polygon({"type": "MultiPolygon", "coordinates": coordinates})


@given(
    area=squares | polygons(),
    start=st.dates(FIRST_IMAGE, date(2025, 1, 1)),
    days=st.integers(0, 400),
    max_cloud_cover=st.floats(0, 100),
    n_clusters=st.integers(2, 12),
    catalog=st.sampled_from(OFFERED),
    scene_ids=st.none() | st.lists(st.text(min_size=1), min_size=1, max_size=3).map(tuple),
    seed=st.integers(0, 2**32 - 1),
    composite=st.sampled_from(["day", "median", "periods"]),
    periods=st.integers(2, 12),
    max_dates=st.integers(12, 60),
    mask_buffer_m=st.floats(0, 200),
    mask_classes=st.sets(st.integers(0, 11)).map(tuple) | st.just(DEFAULT_MASK),
)
def test_a_request_comes_back_equal(start: date, days: int, **values: Any) -> None:
    request = AnalysisRequest(start=start, end=start + timedelta(days), **values)
    linked = from_query(to_query(request), OFFERED)
    assert linked.unread == ()
    assert linked.request() == request


def test_a_link_can_be_read_by_people_and_needs_no_escapes() -> None:
    assert to_query(REQUEST) == PARTS
    triangle = [[[11.3, 46.4], [11.4, 46.4], [11.3, 46.5]]]
    area = AreaOfInterest.polygon({"type": "Polygon", "coordinates": triangle})
    query = to_query(AnalysisRequest(area, date(2022, 6, 1), date(2022, 6, 30)))
    assert query.startswith("area=11.3,46.4_11.4,46.4_11.3,46.5&from=2022-06-01")


def test_a_link_copied_out_of_html_keeps_its_settings() -> None:
    linked = from_query(to_query(REQUEST).replace("&", "&amp;"), OFFERED)
    assert linked.unread == ()
    assert linked.request() == REQUEST


@given(st.sampled_from(OFFERED))
def test_a_query_is_one_query(catalog: str) -> None:
    query = to_query(AnalysisRequest(REQUEST.area, REQUEST.start, REQUEST.end, catalog=catalog))
    parts = urlsplit(f"https://host/voila/?{query}")
    assert (parts.query, parts.fragment) == (query, "")
    assert {pair.split("=")[0] for pair in query.split("&")} <= set(keys())


@pytest.mark.parametrize(
    ("part", "unread", "missing"),
    [
        ("catalog=https://evil.example", ("catalog",), "catalog"),
        ("catalog=", ("catalog",), "catalog"),
        ("k=99", ("k",), "n_clusters"),
        ("k=six", ("k",), "n_clusters"),
        ("k=", ("k",), "n_clusters"),
        ("cloud=200", ("cloud",), "max_cloud_cover"),
        ("cloud=nan", ("cloud",), "max_cloud_cover"),
        ("from=1999-01-01", ("from",), "start"),
        ("from=9999-01-01", ("from",), "start"),
        ("to=June", ("to",), "end"),
        ("km=0.1", ("lat", "lon", "km"), "area"),
        ("km=", ("lat", "lon", "km"), "area"),
        ("lat=95", ("lat", "lon", "km"), "area"),
        ("area=1,2", ("area", "lat", "lon", "km"), "area"),
        ("area=1,2_3_4", ("area", "lat", "lon", "km"), "area"),
        ("area=", ("area", "lat", "lon", "km"), "area"),
        ("area=0,0_1,1_1,0_0,1", ("area", "lat", "lon", "km"), "area"),
        ("area=0,0_nan,1_1,0_0,1", ("area", "lat", "lon", "km"), "area"),
        ("seed=-1", ("seed",), "seed"),
        ("seed=" + "[" * 5000, ("seed",), "seed"),
        ("scenes=5", ("scenes",), "scene_ids"),
        ("mask_classes=[99]", ("mask_classes",), "mask_classes"),
    ],
)
def test_what_is_wrong_is_left_out_and_named_and_the_rest_is_kept(
    part: str, unread: tuple[str, ...], missing: str
) -> None:
    linked = from_query(f"{PARTS}&{part}", OFFERED)
    assert linked.unread == unread
    assert missing not in linked.values
    assert len(linked.values) >= 5


def test_a_link_may_want_its_result_without_a_click() -> None:
    assert from_query(to_query(REQUEST, run=True), OFFERED).run
    assert from_query(to_query(REQUEST, run=True), OFFERED).request() == REQUEST
    assert not from_query(to_query(REQUEST), OFFERED).run
    assert not from_query(f"{PARTS}&run=yes", OFFERED).run
    assert "run" in keys()


def test_what_is_not_ours_is_passed_over() -> None:
    linked = from_query(f"token=secret&{PARTS}&voila-theme=dark&utm_source=mail", OFFERED)
    assert linked.unread == ()
    assert linked.request() == REQUEST
    assert from_query("", OFFERED).values == {}


def test_a_link_written_by_hand_needs_no_side_length() -> None:
    linked = from_query("lat=46.49&lon=11.34", OFFERED)
    assert linked.values == {"area": REQUEST.area}


def test_a_link_without_an_area_is_no_request() -> None:
    with pytest.raises(InvalidRequest, match="lacks area"):
        from_query("from=2022-06-01&to=2022-06-30", OFFERED).request()


@given(st.text())
def test_no_text_breaks_it(text: str) -> None:
    assert "catalog" not in from_query(text, OFFERED).values
    for key in keys():
        from_query(f"{key}={text}", OFFERED)


def test_many_fields_are_refused() -> None:
    assert from_query("&".join(["a=b"] * 200), OFFERED).unread == ("everything",)


def test_a_long_query_does_not_fit() -> None:
    assert fits("x" * MAX_QUERY_BYTES)
    assert not fits("x" * (MAX_QUERY_BYTES + 1))


@pytest.mark.parametrize(
    "query",
    [
        "lat=48&lon=11&km=1e5",
        "lat=48&lon=11&km=1e308",
        "area=-180,-90_180,-90_180,90_-180,90",
        "area=1,1_2,1_2,1e308",
    ],
)
def test_an_area_that_no_map_can_show_is_told_and_left_out(query: str) -> None:
    linked = from_query(query, ["demo"])
    assert "area" not in linked.values
    assert linked.unread
