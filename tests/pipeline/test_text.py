"""Numbers and dates as people write them."""

import math
import re
from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import AnalysisRequest, AreaOfInterest, AreaTooLarge, InvalidRequest
from pipeline.text import above, duration, hectares, outside, percent, signed_hectares


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0.0"), (273.24, "273.2"), (2432.06, "2,432.1"), (9999.94, "9,999.9"), (40000, "40,000")],
)
def test_hectares(value: float, text: str) -> None:
    assert hectares(value) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [(0, "0.0 %"), (0.0004, "< 0.1 %"), (0.109, "10.9 %"), (0.9999, "> 99.9 %"), (1, "100 %")],
)
def test_percent(share: float, text: str) -> None:
    assert percent(share) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.2, "1 second"),
        (1.6, "2 seconds"),
        (12.4, "12 seconds"),
        (13.1, "15 seconds"),
        (88, "90 seconds"),
        (91, "2 minutes"),
        (600, "10 minutes"),
    ],
)
def test_a_time_is_told_as_roughly_as_it_is_known(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(("value", "text"), [(0.04, "0.0"), (1.2, "+1.2"), (-3.0, "\N{MINUS SIGN}3.0")])
def test_a_difference_has_its_sign(value: float, text: str) -> None:
    assert signed_hectares(value) == text


@given(st.floats(-1e6, 1e6), st.floats(0, 1e4))
def test_a_number_beyond_a_limit_is_told_as_one(limit: float, by: float) -> None:
    limit = round(limit, 3)
    if limit + by > limit:
        assert not float(outside(limit + by, -math.inf, limit)) <= limit
    if limit - by < limit:
        assert not float(outside(limit - by, limit, math.inf)) >= limit
    if limit >= 0 and limit + by > limit:
        text, allowed = above(limit + by, limit)
        told = float(text.removeprefix("more than ").replace(",", ""))
        assert told > limit or text == f"more than {allowed}"


def square(**changes: float) -> AreaOfInterest:
    return AreaOfInterest.square(**{"longitude": 11.0, "latitude": 46.0, "size_km": 5.0, **changes})


def request(**changes: float) -> AnalysisRequest:
    return AnalysisRequest(square(), date(2022, 6, 1), date(2022, 6, 2), **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("by", [1e-12, 1e-9, 1e-5, 0.004, 0.04, 0.4])
@pytest.mark.parametrize(
    ("made", "name", "limit", "sign"),
    [
        (square, "longitude", 180, 1),
        (square, "longitude", -180, -1),
        (square, "latitude", 90, 1),
        (square, "latitude", 84, 1),
        (square, "latitude", -80, -1),
        (square, "size_km", 0.5, -1),
        (request, "max_cloud_cover", 100, 1),
        (request, "max_cloud_cover", 0, -1),
        (request, "mask_buffer_m", 200, 1),
    ],
)
def test_no_sentence_gives_a_number_as_wrong_that_it_allows(
    made: Callable[..., object], name: str, limit: float, sign: int, by: float
) -> None:
    value = limit + sign * by
    if value == limit:
        value = math.nextafter(limit, sign * math.inf)
    with pytest.raises(InvalidRequest) as caught:
        made(**{name: value})
    told = re.findall(r"[-−]?\d[\d.,]*(?:e-?\d+)?", str(caught.value).split("Give")[0].split("at most")[0])
    numbers = [float(text.replace("−", "-").rstrip(".,")) for text in told]
    assert any(sign * n > sign * limit for n in numbers), caught.value


@pytest.mark.parametrize(("corner", "words"), [(90.04, "90.04"), (90.4, "90.4"), (90 + 1e-9, "more than 90")])
def test_a_corner_just_beyond_the_pole_is_told_as_beyond(corner: float, words: str) -> None:
    ring = [[10, 45], [11, corner], [10, 46], [10, 45]]
    with pytest.raises(InvalidRequest, match=f"latitude .45.0 to {words}, at most 90"):
        AreaOfInterest.polygon({"type": "Polygon", "coordinates": [ring]})


def test_a_side_just_above_the_limit_is_told_as_longer() -> None:
    text = str(AreaTooLarge(20.004, 20))
    assert "20.004 km, at most 20 km" in text
