"""When the demo land is seen, and the example request."""

from __future__ import annotations

from datetime import UTC, date, datetime

from synthetic.place import HEART
from synthetic.visit import Visit

GENERATOR = 3
"""Raise by one whenever the pixels or the items change: caches made by older code are then left aside."""


def _utc(month: int, day: int, second: int) -> datetime:
    return datetime(2024, month, day, 10, 26, second, 24_000, tzinfo=UTC)


_HEART = (HEART,)
VISITS = (
    Visit(_utc(1, 21, 10), "sentinel-2a", 44_820, 165.8, 20.4, "january", ((1180, 1490, 62),), _HEART),
    Visit(_utc(3, 21, 8), "sentinel-2a", 45_678, 159.7, 40.6, "march", ((240, 420, 48),), _HEART),
    Visit(
        _utc(4, 20, 12),
        "sentinel-2a",
        46_107,
        158.2,
        51.6,
        "april",
        ((1320, 800, 70),),
        _HEART,
    ),
    Visit(_utc(5, 15, 9), "sentinel-2b", 37_556, 155.9, 58.9, "may", ((1240, 420, 80),), _HEART),
    Visit(
        _utc(6, 9, 11),
        "sentinel-2a",
        46_822,
        152.6,
        62.1,
        "june",
        (
            (770, 752, 27),
            (1490, 1750, 100),
            (2560, 240, 110),
            (210, 1700, 70),
            (1930, 540, 70),
            (2470, 1900, 76),
            (1180, 180, 104),
            (1010, 1330, 50),
        ),
    ),
    Visit(_utc(6, 24, 9), "sentinel-2b", 38_128, 151.4, 62.4, "june", None),
    Visit(
        _utc(7, 19, 12),
        "sentinel-2a",
        47_394,
        151.1,
        59.6,
        "july",
        ((1290, 640, 120), (180, 1500, 110), (1050, 1560, 105), (840, 330, 100), (640, 1120, 36)),
        _HEART,
    ),
    Visit(
        _utc(8, 18, 13),
        "sentinel-2a",
        47_823,
        154.3,
        52.6,
        "august",
        ((980, 320, 110), (2260, 1010, 110), (420, 1590, 70), (1250, 1790, 84), (1620, 640, 76)),
    ),
    Visit(_utc(9, 12, 10), "sentinel-2b", 39_272, 160.9, 44.3, "september", ((330, 330, 64),), _HEART),
    Visit(_utc(10, 12, 9), "sentinel-2b", 39_701, 167.0, 33.4, "october", None, _HEART),
    Visit(_utc(11, 16, 11), "sentinel-2a", 49_110, 169.2, 22.6, "november", ((1010, 520, 50),), _HEART),
)
"""A year of the land, in order: snow in January, and two days on which clouds hide a part.

Both tiles whole are kept of the three days of June and August, of the others the land around the example.
"""

EXAMPLE_CENTRE_PX = (960, 560)
"""Row and column of the land in the middle of the example area."""
LONGITUDE, LATITUDE = 11.6365, 48.4565
"""Middle of the example area: town, river, lake, forest and fields within 5 km."""
SIZE_KM = 5.0
START, END = date(2024, 6, 1), date(2024, 6, 30)
"""Both June scenes; the clear one is the better."""
YEAR_START, YEAR_END = date(2024, 1, 1), date(2024, 12, 31)
"""All days of the land."""
