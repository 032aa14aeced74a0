"""A second date beside a result: where to look for one, and what changed between the two."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from pipeline.request import FIRST_IMAGE
from pipeline.text import today

if TYPE_CHECKING:
    from pipeline.clustering.model import ClusterModel
    from pipeline.drawing.overlays import Overlays
    from pipeline.explore.change import Change
    from pipeline.result import Analysis

DAYS_AFTER = 60


@dataclass(frozen=True)
class Comparison:
    """Two dates and the change between them."""

    before: Analysis
    """With the second date beside it."""
    after: Analysis
    """With the same classes as the first."""
    change: Change
    pictures: Overlays
    """What stayed and what became what."""
    season: str = ""
    """What there is to say of their seasons."""


def compared(before: Analysis, after: Analysis) -> Comparison:
    """Return the comparison of two results of the same area and model.

    Raises
    ------
    InvalidRequest
        With the reason, where they cannot be compared.
    """
    from pipeline.explore.change import SecondDate, compare, season_note
    from pipeline.explore.change_view import change_overlays

    second = SecondDate(after, compare(before, after))
    pictures = change_overlays(before, after)
    season = season_note(before, after)
    return Comparison(replace(before, second=second), after, second.change, pictures, season)


def labelled_as(analysis: Analysis, model: ClusterModel) -> Analysis:
    """Return a second date labelled by the model of the first, which may have been refined since."""
    if analysis.model == model:
        return analysis
    from pipeline.progress import Progress

    return analysis.regrouped(Progress(), model=model)


def periods_for(start: date, end: date) -> list[tuple[date, date]]:
    """Return where to look for a second date: the weeks after a period first, then the year before it."""
    after = end + timedelta(days=1), end + timedelta(days=DAYS_AFTER)
    later = [after] if after[1] <= today() else []
    return [*later, year_before(start, end)]


def year_before(start: date, end: date) -> tuple[date, date]:
    """Return the same days of the year before."""
    return max(_year_earlier(start), FIRST_IMAGE), max(_year_earlier(end), FIRST_IMAGE)


def _year_earlier(day: date) -> date:
    leap = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year - 1, day=28 if leap else day.day)
