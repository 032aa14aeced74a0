"""Two coordinates in one field, as people copy them from elsewhere."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import InvalidRequest
from widgets.form.coordinates import parse_degrees, parse_pair

BOLZANO = ("46.49", "11.34")


@pytest.mark.parametrize(
    "text",
    [
        "46.49, 11.34",
        "46.49,11.34",
        "46.49 11.34",
        " 46.49;11.34 ",
        "46.49\t11.34",
        "46,49 11,34",
        "46,49; 11,34",
        "46.49N 11.34E",
        "46.49 N, 11.34 E",
        "46.49° N, 11.34° E",
        "46.49°, 11.34°",
        "N 46.49 E 11.34",
        "11.34E 46.49N",
        "46.490000, 11.340000",
        "46°29'24.0\"N 11°20'24.0\"E",
        "46° 29′ 24″ N, 11° 20′ 24″ E",
        "46°29.4' N 11°20.4' E",
        "(46.49, 11.34)",
        "+46.49, +11.34",
    ],
)
def test_pairs_are_understood(text: str) -> None:
    assert parse_pair(text) == BOLZANO


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        ("-36.741, 142.129", ("-36.741", "142.129")),
        ("36.741 S 142.129 E", ("-36.741", "142.129")),
        ("\N{MINUS SIGN}36.741 142.129", ("-36.741", "142.129")),
        ("0, 0", ("0", "0")),
        ("-0.0000001 12", ("0", "12")),
        ("46.49 W 11.34", ("11.34", "-46.49")),
        ("46 11", ("46", "11")),
    ],
)
def test_signs_and_hemispheres(text: str, pair: tuple[str, str]) -> None:
    assert parse_pair(text) == pair


@pytest.mark.parametrize(
    "text",
    [
        "",
        "46.49",
        "46,49",
        "46.49°",
        "46.49N",
        "-46.49",
        "46.49N 11.34N",
        "-46.49S 11.34E",
        "N46.49N 11.34E",
        "46°99'N 11°20'E",
        "46.49, 11.34, 5",
        "Bolzano",
        "1e3 5",
        "nan, nan",
    ],
)
def test_everything_else_is_left_as_it_is(text: str) -> None:
    assert parse_pair(text) is None


@given(st.floats(-90, 90), st.floats(-180, 180), st.sampled_from([", ", ",", " ", "; "]))
def test_numbers_come_back(latitude: float, longitude: float, between: str) -> None:
    pair = parse_pair(f"{latitude:.6f}{between}{longitude:.6f}")
    assert pair is not None
    assert tuple(map(float, pair)) == pytest.approx((latitude, longitude), abs=1e-6)


@given(st.text(alphabet="0123456789.,;°'\"NSEW- ", max_size=20))
def test_no_text_breaks_it(text: str) -> None:
    parse_pair(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("46.4926", 46.4926),
        (" -33,5 ", -33.5),
        ("\N{MINUS SIGN}12°", -12),
        ("12º", 12),
        ("46°29'24\" N", 46.49),
        ("46°29'24″S", -46.49),
        ("", None),
        ("  ", None),
    ],
)
def test_degrees_are_read_as_people_type_them(text: str, value: float | None) -> None:
    assert parse_degrees(text, "latitude") == value


@pytest.mark.parametrize("text", ["nan", "inf", "north", "1.2.3", "46 29 24"])
def test_what_is_no_number_is_told(text: str) -> None:
    with pytest.raises(InvalidRequest, match="not a number"):
        parse_degrees(text, "latitude")


def test_a_longitude_in_the_field_of_the_latitude_is_told() -> None:
    with pytest.raises(InvalidRequest, match="is a longitude, but stands in the field of the latitude"):
        parse_degrees("11.34 E", "latitude")
