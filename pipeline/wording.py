"""Dates as people write them."""

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
    """Return a period as ``in June 2022`` or ``from 1 June 2022 to 15 July 2022``, both days included."""
    if start == end:
        return f"on {day_words(start)}"
    last_of_month = start.replace(day=monthrange(start.year, start.month)[1])
    if start.day == 1 and end == last_of_month:
        return f"in {MONTHS[start.month - 1]} {start.year}"
    return f"from {day_words(start)} to {day_words(end)}"
