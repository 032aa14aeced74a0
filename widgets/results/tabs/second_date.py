"""A second date beside a result: where to look for one, and what changed between the two."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from pipeline.request import FIRST_IMAGE
from pipeline.text import today

if TYPE_CHECKING:
    from pipeline.drawing.overlays import Overlay
    from pipeline.explore.change import Change
    from pipeline.result import Analysis

DAYS_AFTER = 60


@dataclass(frozen=True)
class Comparison:
    """Two dates and what changed between them."""

    before: Analysis
    after: Analysis
    """With the same classes as the first."""
    change: Change
    picture: Overlay
    """Where it changed."""


def compared(before: Analysis, after: Analysis) -> Comparison:
    """Return the comparison of two results of the same area and model.

    Raises
    ------
    InvalidRequest
        With the reason, where they cannot be compared.
    """
    from pipeline.explore.change import compare
    from pipeline.explore.change_view import changed_overlay

    return Comparison(before, after, compare(before, after), changed_overlay(before, after))


def period_after(start: date, end: date) -> tuple[date, date]:
    """Return where to look for a second date first: the weeks after a period, else the year before it."""
    after = end + timedelta(days=1), end + timedelta(days=DAYS_AFTER)
    if after[1] <= today():
        return after
    year = timedelta(days=365)
    return max(start - year, FIRST_IMAGE), max(end - year, FIRST_IMAGE)
