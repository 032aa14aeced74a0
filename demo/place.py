"""When the demo land is seen, and the example request."""

from __future__ import annotations

from datetime import UTC, date, datetime

from synthetic.visit import Visit

GENERATOR = 2
"""Raise by one whenever the pixels or the items change: caches made by older code are then left aside."""


def _utc(month: int, day: int, second: int) -> datetime:
    return datetime(2024, month, day, 10, 26, second, 24_000, tzinfo=UTC)


VISITS = (
    Visit(_utc(6, 9, 11), "sentinel-2a", 46_822, 152.6, 62.1, "clear", "june"),
    Visit(_utc(6, 24, 9), "sentinel-2b", 38_128, 151.4, 62.4, "cloudy", "june"),
    Visit(_utc(8, 18, 13), "sentinel-2a", 47_823, 154.3, 52.6, "clear", "august"),
)
"""A clear day in June, a partly cloudy one two weeks later, and a clear day after the harvest."""

EXAMPLE_CENTRE_PX = (960, 560)
"""Row and column of the land in the middle of the example area."""
LONGITUDE, LATITUDE = 11.6365, 48.4565
"""Middle of the example area: town, river, lake, forest and fields within 5 km."""
SIZE_KM = 5.0
START, END = date(2024, 6, 1), date(2024, 6, 30)
"""Both June scenes; the clear one is the better."""
