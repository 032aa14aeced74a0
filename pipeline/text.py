"""Dates and numbers as people write them."""

from __future__ import annotations

from calendar import monthrange
from datetime import date

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def day_words(day: date) -> str:
    """Return a day as ``14 June 2022``, whatever the locale."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def period_words(start: date, end: date) -> str:
    """Return a period, both days included: ``in June 2022``, ``from 9 to 11 June 2022`` and the like."""
    if start == end:
        return f"on {day_words(start)}"
    last_of_month = start.replace(day=monthrange(start.year, start.month)[1])
    if start.day == 1 and end == last_of_month:
        return f"in {MONTHS[start.month - 1]} {start.year}"
    if (start.year, start.month) == (end.year, end.month):
        return f"from {start.day} to {day_words(end)}"
    if start.year == end.year:
        return f"from {start.day} {MONTHS[start.month - 1]} to {day_words(end)}"
    return f"from {day_words(start)} to {day_words(end)}"


def hectares(value: float) -> str:
    """Return hectares without their unit: one decimal under 10,000, none above."""
    return f"{value:,.1f}" if value < 9_999.95 else f"{value:,.0f}"


def percent(share: float) -> str:
    """Return a share (0..1) in percent; what is there but rounds to nothing is "< 0.1 %"."""
    value = 100 * share
    if 0 < value < 0.1:
        return "< 0.1 %"
    if 99.95 <= value < 100:
        return "> 99.9 %"
    return "100 %" if value == 100 else f"{value:.1f} %"


def above(value: float, limit: float, decimals: int = 0) -> tuple[str, str]:
    """Return a number that is larger than its limit and the limit, with digits enough to tell them apart.

    Examples
    --------
    >>> above(20.04, 20), above(54.6, 20), above(1e-9, 0)
    (('20.04', '20'), ('55', '20'), ('more than 0', '0'))
    """
    allowed = f"{limit:,.6f}".rstrip("0").rstrip(".")
    for digits in range(decimals, 7):
        text = f"{value:,.{digits}f}"
        if float(text.replace(",", "")) > limit:
            return text, allowed
    return f"more than {allowed}", allowed
