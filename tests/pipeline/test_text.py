"""Numbers and dates as people write them."""

import pytest

from pipeline.text import duration, hectares, percent, signed_hectares


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
