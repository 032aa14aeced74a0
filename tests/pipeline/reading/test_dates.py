"""Which dates a composite takes: clear, evenly spread, no more than are of use."""

from datetime import UTC, date, datetime

import numpy as np

from pipeline import AnalysisRequest, AreaOfInterest
from pipeline.catalogs.acquisitions import Acquisition, ImagePlan
from pipeline.composites.compose import candidates
from pipeline.reading.dates import Look, chosen, period_of
from tests.support.synthetic import scene


def test_dates_are_clear_and_evenly_spread() -> None:
    half = np.arange(100).reshape(10, 10) < 50
    all_ = np.ones((10, 10), bool)

    def look(day: int, clear: np.ndarray, overcast: bool = False) -> Look:
        when = datetime.strptime(f"2022 {day}", "%Y %j").replace(tzinfo=UTC)
        one = scene(f"d{day}", "http://127.0.0.1:9", when=when)
        return Look((one,), clear, float(clear.mean()), overcast)

    looks = [look(d, all_ if d % 30 else half) for d in range(10, 200, 10)] + [
        look(300, half),
        look(310, ~half),
    ]
    looks += [look(320, all_, overcast=True), look(330, all_ & False)]
    found = chosen(looks, date(2022, 1, 1), date(2022, 12, 31), 4, 8)
    days = [f.day.timetuple().tm_yday for f in found]
    assert days == sorted(days)
    assert len(days) == 8
    assert {300, 310} <= set(days), "together they show all of the last period"
    assert not {320, 330} & set(days)
    counts = np.bincount(
        [period_of(f.day, date(2022, 1, 1), date(2022, 12, 31), 4) for f in found], minlength=4
    )
    assert counts.max() <= 3
    assert counts.min() >= 1
    assert all(d % 30 for d in days if d < 200), "half a clear area is not chosen while whole ones are there"


def test_no_more_acquisitions_are_looked_at_than_can_be_of_use() -> None:
    """Of a cloudy winter as many as of a clear summer."""
    area, days = AreaOfInterest.square(10.3, 46.9, 1), (date(2021, 1, 1), date(2021, 12, 31))
    order = [*range(150, 250), *range(1, 150), *range(250, 365)]  # the clearest first
    plans = []
    for day in order:
        when = datetime.strptime(f"2021 {day}", "%Y %j").replace(tzinfo=UTC)
        plans.append(ImagePlan((Acquisition((scene(f"d{day}", "http://127.0.0.1:9", when=when),), 1.0),)))
    request = AnalysisRequest(area, *days, composite="periods", periods=4, max_dates=8)
    found = candidates(request, plans, 4)
    assert len(found) == 24
    parts = np.bincount([period_of(s.date, *days, 4) for (s,) in found])
    assert parts.tolist() == [6, 6, 6, 6]


def test_periods_are_equal_parts_of_the_days() -> None:
    start, end = date(2021, 1, 1), date(2021, 1, 12)
    assert [period_of(date(2021, 1, d), start, end, 4) for d in range(1, 13)] == [n // 3 for n in range(12)]
    assert period_of(end, start, end, 5) == 4
