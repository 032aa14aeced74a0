"""Numbers, dates and sentences as the page writes them."""

from datetime import date

import pytest

from pipeline.errors import (
    AreaTooLarge,
    Cancelled,
    CatalogUnavailable,
    InvalidRequest,
    NoScenesFound,
    ReadFailed,
    TooCloudy,
)
from pipeline.estimate import Estimate
from widgets.form.settings import Settings
from widgets.page import messages
from widgets.toolkit import words

Day = tuple[int, int, int]
SETTINGS = Settings("46.49", "11.34", 5.0, date(2022, 6, 1), date(2022, 6, 30))


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0.0"), (273.24, "273.2"), (2432.06, "2,432.1"), (9999.94, "9,999.9"), (40000, "40,000")],
)
def test_hectares(value: float, text: str) -> None:
    assert words.hectares(value) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [(0, "0.0 %"), (0.0004, "< 0.1 %"), (0.109, "10.9 %"), (0.9999, "> 99.9 %"), (1, "100 %")],
)
def test_percent(share: float, text: str) -> None:
    assert words.percent(share) == text


@pytest.mark.parametrize(
    ("text", "value"),
    [("46.4926", 46.4926), (" -33,5 ", -33.5), ("\N{MINUS SIGN}12°", -12), ("", None), ("  ", None)],
)
def test_degrees_are_read_as_people_type_them(text: str, value: float | None) -> None:
    assert words.parse_degrees(text, "latitude") == value


@pytest.mark.parametrize("text", ["nan", "inf", "north", "1.2.3", "46 29 24"])
def test_what_is_no_number_is_told(text: str) -> None:
    with pytest.raises(InvalidRequest, match="not a number"):
        words.parse_degrees(text, "latitude")


@pytest.mark.parametrize(
    ("longitude", "wrapped"), [(11.5, 11.5), (371.5, 11.5), (-348.5, 11.5), (180, -180), (-180, -180)]
)
def test_longitudes_of_other_world_copies(longitude: float, wrapped: float) -> None:
    assert words.wrapped(longitude) == wrapped


@pytest.mark.parametrize(
    ("period", "wider", "label"),
    [
        (((2022, 6, 1), (2022, 6, 30)), ((2022, 5, 1), (2022, 7, 31)), "May to July"),
        (((2022, 1, 5), (2022, 1, 9)), ((2021, 12, 1), (2022, 2, 28)), "Dec 2021 to Feb 2022"),
        (((2015, 6, 3), (2015, 6, 30)), ((2015, 6, 1), (2015, 7, 31)), "June to July"),
    ],
)
def test_a_period_is_widened_by_a_month_on_both_sides(
    period: tuple[Day, Day], wider: tuple[Day, Day], label: str
) -> None:
    found = words.widened(*(date(*day) for day in period))
    assert found == tuple(date(*day) for day in wider)
    assert words.short_months(*found) == label


def test_a_period_is_not_widened_into_the_future() -> None:
    assert words.widened(words.today(), words.today())[1] == words.today()


def test_text_from_outside_is_escaped() -> None:
    assert words.bold_first_sentence("Bad <b>. More & more.") == "<b>Bad &lt;b&gt;.</b> More &amp; more."
    assert words.bold_first_sentence("One sentence.") == "<b>One sentence.</b>"
    assert words.bold_first_sentence("Too large: 25 km. Use less.") == "<b>Too large:</b> 25 km. Use less."


def labels(error: Exception, settings: Settings = SETTINGS) -> list[str]:
    return [action.label for action in messages.of_error(error, settings).actions]


def test_next_steps_of_every_error() -> None:
    cloudy = TooCloudy("Too cloudy.", best_cloud_cover=33.6, best_date=date(2022, 6, 14), count=4)
    assert labels(cloudy) == ["Allow 35 %", "Search May to July"]
    assert labels(NoScenesFound("No images here.")) == ["Search May to July"]
    assert labels(CatalogUnavailable("It did not answer.", "earth-search")) == ["Try again", "Use the demo"]
    assert labels(ReadFailed("Not read.", "http://x"), SETTINGS.changed(catalog="demo")) == ["Try again"]
    assert labels(AreaTooLarge(25, 20)) == ["Use 20 km"]
    assert labels(Cancelled()) == []
    assert labels(RuntimeError("secret")) == ["Try again"]
    swapped = SETTINGS.changed(start=SETTINGS.end, end=SETTINGS.start)
    assert labels(InvalidRequest("The end date is before the start date.", "end"), swapped) == ["Swap them"]
    assert labels(InvalidRequest("The latitude is out of range.", "latitude")) == []


def test_a_step_carries_the_changed_settings() -> None:
    cloudy = TooCloudy("Too cloudy.", best_cloud_cover=97.2, best_date=date(2022, 6, 14), count=4)
    allow, wider = messages.of_error(cloudy, SETTINGS).actions
    assert allow.changes == SETTINGS.changed(max_cloud_cover=100)
    assert wider.changes == SETTINGS.changed(start=date(2022, 5, 1), end=date(2022, 7, 31))


def test_the_unexpected_keeps_its_secrets() -> None:
    message = messages.of_error(RuntimeError("/home/someone <script>"), SETTINGS)
    assert "someone" not in message.html
    assert message.kind == "err"


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
    assert words.duration(seconds) == text


def test_what_a_run_costs_is_one_calm_line() -> None:
    small = messages.ready(2500, Estimate(megabytes=15.9, seconds=2.2, memory_mb=380, disk_mb=0))
    assert small.html == "Ready. 2,500 ha, 16 MB, about 2 seconds."
    large = messages.ready(1_210_000, Estimate(megabytes=1040, seconds=84, memory_mb=1100, disk_mb=1210))
    assert large.html == "Ready. 1.0 GB, about 85 seconds, 1.1 GB of memory."
    assert large.kind == small.kind == "plain"
