"""Requests: what is refused, in which words, and JSON that comes back equal."""

import json
from dataclasses import FrozenInstanceError, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import AnalysisError, AnalysisRequest, AreaOfInterest, InvalidRequest
from pipeline.area.aoi import MIN_SIZE_KM
from pipeline.request import DEFAULT_MASK, FIRST_IMAGE, MAX_CLUSTERS, MIN_CLUSTERS

BOLZANO = AreaOfInterest.square(longitude=11.34, latitude=46.49, size_km=5)
TRIANGLE = {"type": "Polygon", "coordinates": [[[11.0, 46.0], [11.1, 46.0], [11.0, 46.1], [11.0, 46.0]]]}


def request(**changes: Any) -> AnalysisRequest:
    values = {"area": BOLZANO, "start": date(2022, 6, 1), "end": date(2022, 6, 30), **changes}
    return AnalysisRequest(**values)


def test_defaults_are_those_promised() -> None:
    made = request()
    assert (made.max_cloud_cover, made.n_clusters, made.catalog) == (20, 6, "earth-search")
    assert made.mask_buffer_m == 0
    assert (made.composite, made.periods, made.max_dates) == ("day", 4, 12)
    assert (made.scene_ids, made.seed, made.mask_classes) == (None, 0, (0, 1, 3, 8, 9, 10))


def test_an_invalid_request_is_an_analysis_error_and_no_value_error() -> None:
    assert issubclass(InvalidRequest, AnalysisError)
    assert not issubclass(AnalysisError, ValueError)


@pytest.mark.parametrize(
    ("longitude", "latitude", "size_km", "field"),
    [
        (180.001, 46, 5, "longitude"),
        (-180.001, 46, 5, "longitude"),
        (362, 46, 5, "longitude"),
        (float("nan"), 46, 5, "longitude"),
        (float("inf"), 46, 5, "longitude"),
        ("11.3", 46, 5, "longitude"),
        (None, 46, 5, "longitude"),
        (True, 46, 5, "longitude"),
        pytest.param(10**400, 46, 5, "longitude", id="huge"),
        (11, 90.1, 5, "latitude"),
        (11, 84.5, 5, "latitude"),
        (11, -80.5, 5, "latitude"),
        (11, float("nan"), 5, "latitude"),
        (11, 46, 0.49, "size_km"),
        (11, 46, -5, "size_km"),
        (11, 46, float("nan"), "size_km"),
        (11, 46, float("inf"), "size_km"),
        (11, 46, [5], "size_km"),
    ],
)
def test_squares_out_of_range_are_refused(longitude: Any, latitude: Any, size_km: Any, field: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        AreaOfInterest.square(longitude, latitude, size_km)
    assert caught.value.field == field
    assert str(caught.value).endswith(".")


@pytest.mark.parametrize(("longitude", "latitude"), [(180, 84), (-180, -80), (0, 0), (np.float32(11.5), 46)])
def test_the_limits_themselves_are_allowed(longitude: float, latitude: float) -> None:
    assert AreaOfInterest.square(longitude, latitude, MIN_SIZE_KM).size_km == MIN_SIZE_KM


TODAY = datetime.now(UTC).date()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"end": date(2022, 5, 31)}, "end"),
        ({"start": FIRST_IMAGE - timedelta(1)}, "start"),
        ({"start": TODAY + timedelta(2), "end": TODAY + timedelta(3)}, "start"),
        ({"start": None}, "start"),
        ({"start": "2022-06-01"}, "start"),
        ({"end": None}, "end"),
        ({"start": datetime(2022, 6, 1)}, "start"),
        ({"max_cloud_cover": -0.1}, "max_cloud_cover"),
        ({"max_cloud_cover": 100.1}, "max_cloud_cover"),
        ({"max_cloud_cover": float("nan")}, "max_cloud_cover"),
        ({"max_cloud_cover": "20"}, "max_cloud_cover"),
        ({"n_clusters": MIN_CLUSTERS - 1}, "n_clusters"),
        ({"n_clusters": MAX_CLUSTERS + 1}, "n_clusters"),
        ({"n_clusters": 5.5}, "n_clusters"),
        ({"n_clusters": True}, "n_clusters"),
        ({"n_clusters": None}, "n_clusters"),
        pytest.param({"n_clusters": 10**400}, "n_clusters", id="huge"),
        ({"catalog": ""}, "catalog"),
        ({"catalog": "  "}, "catalog"),
        ({"catalog": None}, "catalog"),
        ({"seed": -1}, "seed"),
        ({"seed": 2**32}, "seed"),
        ({"seed": 0.5}, "seed"),
        ({"scene_ids": ()}, "scene_ids"),
        ({"scene_ids": "S2A"}, "scene_ids"),
        ({"scene_ids": (1,)}, "scene_ids"),
        ({"composite": "mean"}, "composite"),
        ({"composite": None}, "composite"),
        ({"periods": 1}, "periods"),
        ({"periods": 13}, "periods"),
        ({"max_dates": 0}, "max_dates"),
        ({"max_dates": 2.5}, "max_dates"),
        ({"max_dates": 61}, "max_dates"),
        ({"composite": "periods", "periods": 6, "max_dates": 5}, "max_dates"),
        ({"mask_buffer_m": -1}, "mask_buffer_m"),
        ({"mask_buffer_m": 200.5}, "mask_buffer_m"),
        ({"mask_buffer_m": "50"}, "mask_buffer_m"),
        ({"mask_buffer_m": True}, "mask_buffer_m"),
        ({"mask_classes": (12,)}, "mask_classes"),
        ({"mask_classes": (-1,)}, "mask_classes"),
        ({"mask_classes": "039"}, "mask_classes"),
        ({"mask_classes": 3}, "mask_classes"),
        ({"area": (11.34, 46.49, 5)}, "area"),
    ],
)
def test_wrong_values_are_refused_by_name(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        request(**changes)
    assert caught.value.field == field


def test_checks_run_again_on_replace_and_values_cannot_be_changed() -> None:
    made = request()
    with pytest.raises(InvalidRequest):
        replace(made, n_clusters=1)
    with pytest.raises(FrozenInstanceError):
        made.n_clusters = 3  # type: ignore[misc]


def test_a_period_may_end_in_the_future_and_be_one_day_long() -> None:
    assert request(start=TODAY, end=TODAY + timedelta(30)).start == TODAY
    assert request(start=date(2022, 6, 1), end=date(2022, 6, 1)).end == date(2022, 6, 1)


def test_numpy_numbers_become_plain_ones() -> None:
    made = request(n_clusters=np.int64(5), seed=np.uint32(7), max_cloud_cover=np.float32(12.5))
    assert AnalysisRequest.from_json(made.to_json()) == made
    assert type(made.n_clusters) is int


def test_mask_classes_are_sorted_without_repetition() -> None:
    assert request(mask_classes=[9, 3, 3, 8.0]).mask_classes == (3, 8, 9)
    assert request(mask_classes=()).mask_classes == ()


@pytest.mark.parametrize(
    "geometry",
    [
        {"type": "Point", "coordinates": [11, 46]},
        {"type": "Polygon"},
        {"type": "Polygon", "coordinates": 5},
        {"type": "Polygon", "coordinates": []},
        {"type": "Polygon", "coordinates": [[]]},
        {"type": "Polygon", "coordinates": [[[11, 46], [12, 46]]]},
        {"type": "Polygon", "coordinates": [[[11, 46], [12, 46], [11, float("nan")], [11, 46]]]},
        {"type": "Polygon", "coordinates": [[[11, 46], [12, "x"], [11, 47], [11, 46]]]},
        {"type": "Polygon", "coordinates": [[[11, 46], [12, 46], [13, 46], [11, 46]]]},
        {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]},
        {"type": "Polygon", "coordinates": [[[5e5, 5e6], [6e5, 5e6], [5e5, 6e6], [5e5, 5e6]]]},
        {"type": "MultiPolygon", "coordinates": []},
        {"type": "MultiPolygon", "coordinates": {}},
        None,
        [],
        "POLYGON ((0 0, 1 0, 1 1, 0 0))",
    ],
)
def test_other_geometries_are_refused(geometry: Any) -> None:
    with pytest.raises(InvalidRequest) as caught:
        AreaOfInterest.polygon(geometry)
    assert caught.value.field == "area"


def test_a_polygon_has_its_middle_and_no_side() -> None:
    area = AreaOfInterest.polygon(TRIANGLE)
    assert (area.longitude, area.latitude) == pytest.approx((11.05, 46.05))
    assert area.size_km is None


def test_an_open_ring_is_closed_and_heights_are_dropped() -> None:
    ring = [[11.0, 46.0, 300.0], [11.1, 46.0, 300.0], [11.0, 46.1, 300.0]]
    assert AreaOfInterest.polygon({"type": "Polygon", "coordinates": [ring]}) == AreaOfInterest.polygon(
        TRIANGLE
    )


def test_a_polygon_split_at_the_antimeridian_lies_beside_it() -> None:
    """RFC 7946 asks for such polygons in two parts; their middle is not the Greenwich meridian."""
    east = [[179.98, -17.0], [180, -17.0], [180, -16.9], [179.98, -16.9], [179.98, -17.0]]
    west = [[-180, -17.0], [-179.94, -17.0], [-179.94, -16.9], [-180, -16.9], [-180, -17.0]]
    area = AreaOfInterest.polygon({"type": "MultiPolygon", "coordinates": [[east], [west]]})
    assert (area.longitude, area.latitude) == pytest.approx((-179.98, -16.95))
    assert AnalysisRequest.from_json(request(area=area).to_json()).area == area


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no json",
        "[]",
        "5",
        "null",
        "{}",
        '{"version": 1}',
        '{"version": 2, "area": {}}',
        '{"version": 3, "area": {}}',
    ],
)
def test_other_text_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequest):
        AnalysisRequest.from_json(text)


@pytest.mark.parametrize(
    "change",
    [
        {"version": 0},
        {"colour": "red"},
        {"area": None},
        {"area": {"longitude": 11, "latitude": 46}},
        {"area": {"longitude": 11, "latitude": 46, "size_km": None}},
        {"area": {"longitude": 11, "latitude": 46, "size_km": 5, "zone": 32}},
        {"area": {"polygon": {"type": "Point", "coordinates": [0, 0]}}},
        {"start": "June"},
        {"start": 20220601},
        {"start": None},
        {"n_clusters": 99},
        {"mask_classes": [3, "x"]},
        {"scene_ids": []},
    ],
)
def test_saved_requests_with_wrong_entries_are_refused(change: dict[str, Any]) -> None:
    values = {**json.loads(request().to_json()), **change}
    with pytest.raises(InvalidRequest):
        AnalysisRequest.from_json(json.dumps(values))


def test_json_carries_a_version() -> None:
    assert json.loads(request().to_json())["version"] == 2


def test_a_request_saved_by_an_older_version_is_read() -> None:
    text = (
        '{"version": 1, "area": {"longitude": 11.34, "latitude": 46.49, "size_km": 5}, '
        '"start": "2022-06-01", "end": "2022-06-30", "max_cloud_cover": 20, "n_clusters": 6, '
        '"catalog": "earth-search", "scene_ids": null, "seed": 0, "mask_classes": [0, 1, 3, 8, 9, 10]}'
    )
    assert AnalysisRequest.from_json(text) == request()


squares = st.builds(
    AreaOfInterest.square,
    longitude=st.floats(-180, 180),
    latitude=st.floats(-80, 84),
    size_km=st.floats(0.5, 100),
)
corner = st.tuples(st.floats(-179, 178), st.floats(-79, 82))


@st.composite
def boxes(draw: st.DrawFn) -> AreaOfInterest:
    west, south = draw(corner)
    width, height = draw(st.floats(0.01, 1)), draw(st.floats(0.01, 1))
    ring = [[west, south], [west + width, south], [west + width, south + height], [west, south + height]]
    return AreaOfInterest.polygon({"type": "Polygon", "coordinates": [ring]})


@given(
    area=squares | boxes(),
    start=st.dates(FIRST_IMAGE, date(2025, 1, 1)),
    days=st.integers(0, 400),
    max_cloud_cover=st.floats(0, 100),
    n_clusters=st.integers(2, 12),
    catalog=st.text(min_size=1).filter(str.strip),
    scene_ids=st.none() | st.lists(st.text(min_size=1), min_size=1, max_size=3).map(tuple),
    seed=st.integers(0, 2**32 - 1),
    composite=st.sampled_from(["day", "median", "periods"]),
    periods=st.integers(2, 12),
    max_dates=st.integers(12, 60),
    mask_buffer_m=st.floats(0, 200),
    mask_classes=st.sets(st.integers(0, 11)).map(tuple) | st.just(DEFAULT_MASK),
)
def test_json_comes_back_equal(start: date, days: int, **values: Any) -> None:
    made = AnalysisRequest(start=start, end=start + timedelta(days), **values)
    assert AnalysisRequest.from_json(made.to_json()) == made


@pytest.mark.parametrize(
    "wrong",
    [
        {"n_clusters": "x" * 5000},
        {"start": "x" * 5000},
        {"composite": "x" * 5000},
        {"features": ["x" * 5000]},
        {"seed": ["x"] * 5000},
        {"max_cloud_cover": {"a": "x" * 5000}},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_what_is_long_is_not_repeated_whole(wrong: dict[str, Any]) -> None:
    values = {"area": AreaOfInterest.square(11, 46, 5), "start": date(2022, 6, 1), "end": date(2022, 6, 2)}
    with pytest.raises(InvalidRequest) as refused:
        AnalysisRequest(**(values | wrong))
    assert len(str(refused.value)) < 400
