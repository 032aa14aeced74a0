"""What the page says of a run, and the next steps it offers."""

from datetime import date

import pytest

from pipeline import text
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

Day = tuple[int, int, int]
SETTINGS = Settings("46.49", "11.34", 5.0, date(2022, 6, 1), date(2022, 6, 30))


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
    found = messages.widened(*(date(*day) for day in period))
    assert found == tuple(date(*day) for day in wider)
    assert text.short_months(*found) == label


def test_a_period_is_not_widened_into_the_future() -> None:
    assert messages.widened(text.today(), text.today())[1] == text.today()


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


def test_what_a_run_costs_is_one_calm_line() -> None:
    small = messages.ready(2500, Estimate(megabytes=15.9, seconds=2.2, memory_mb=380, disk_mb=0))
    assert small.html == "Ready. 2,500 ha, 16 MB, about 2 seconds."
    large = messages.ready(1_210_000, Estimate(megabytes=1040, seconds=84, memory_mb=1100, disk_mb=1210))
    assert large.html == "Ready. 1.0 GB, about 85 seconds, 1.1 GB of memory."
    assert large.kind == small.kind == "plain"
