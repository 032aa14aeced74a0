"""Dates and numbers as people write them."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from datetime import UTC, date, datetime

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


MINUS = "\N{MINUS SIGN}"


def today() -> date:
    """Return the present day in UTC, the time zone of all dates here."""
    return datetime.now(UTC).date()


def day_words(day: date) -> str:
    """Return a day as ``14 June 2022``, whatever the locale."""
    return f"{day.day} {month(day)} {day.year}"


def listed_days(days: Sequence[date]) -> str:
    """Return days as people list them, each year once: ``9 June, 4 July 2022, 8 May 2023``."""
    last = {day.year: n for n, day in enumerate(days)}
    return ", ".join(
        day_words(day) if last[day.year] == n else day_and_month(day) for n, day in enumerate(days)
    )


def day_and_month(day: date) -> str:
    """Return a day as ``14 June``."""
    return f"{day.day} {month(day)}"


def month(day: date) -> str:
    """Return the English name of a day's month, whatever the locale."""
    return MONTHS[day.month - 1]


def short_months(start: date, end: date) -> str:
    """Return the months of a period for a button, with years only where they differ."""
    if start.year == end.year:
        return f"{month(start)} to {month(end)}" if start.month != end.month else month(end)
    return f"{month(start)[:3]} {start.year} to {month(end)[:3]} {end.year}"


def period_words(start: date, end: date) -> str:
    """Return a period, both days included: ``in June 2022``, ``from 9 to 11 June 2022`` and the like."""
    if start == end:
        return f"on {day_words(start)}"
    last_of_month = start.replace(day=monthrange(start.year, start.month)[1])
    if start.day == 1 and end == last_of_month:
        return f"in {month(start)} {start.year}"
    if (start.year, start.month) == (end.year, end.month):
        return f"from {start.day} to {day_words(end)}"
    if start.year == end.year:
        return f"from {start.day} {month(start)} to {day_words(end)}"
    return f"from {day_words(start)} to {day_words(end)}"


def range_words(start: date, end: date) -> str:
    """Return a period as a title: ``2024``, ``June 2022``, ``1 March to 30 September 2024`` and the like."""
    if (start.month, start.day, end.month, end.day) == (1, 1, 12, 31):
        return f"{start.year}" if start.year == end.year else f"{start.year} to {end.year}"
    return period_words(start, end).split(" ", 1)[1]


def short_range(start: date, end: date) -> str:
    """Return a period for a button: ``2024`` or ``March to September``."""
    if (start.month, start.day, end.month, end.day) == (1, 1, 12, 31):
        return range_words(start, end)
    return short_months(start, end)


def place_words(latitude: float, longitude: float, size_km: float | None) -> str:
    """Return a place in words: ``5 km at 46.4900° N, 11.3400° E``; a polygon has no side length."""
    where = f"{_degrees(latitude, 'N', 'S')}, {_degrees(longitude, 'E', 'W')}"
    return f"{f'{size_km:g} km' if size_km is not None else 'polygon'} at {where}"


def _degrees(value: float, positive: str, negative: str) -> str:
    return f"{abs(value):.4f}° {positive if value >= 0 else negative}"


def hectares(value: float) -> str:
    """Return hectares without their unit: one decimal under 10,000, none above."""
    return f"{value:,.1f}" if value < 9_999.95 else f"{value:,.0f}"


def about_hectares(value: float) -> str:
    """Return estimated hectares without their unit: one decimal under 10, none above."""
    return f"{value:,.1f}" if value < 9.95 else f"{value:,.0f}"


def percent(share: float) -> str:
    """Return a share (0..1) in percent; one that would round to zero is "< 0.1 %"."""
    value = 100 * share
    if 0 < value < 0.1:
        return "< 0.1 %"
    if 99.95 <= value < 100:
        return "> 99.9 %"
    return "100 %" if value == 100 else f"{value:.1f} %"


def above(value: float, limit: float, decimals: int = 0) -> tuple[str, str]:
    """Return a number above its limit, and the limit, with enough digits to differ.

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


def outside(value: float, low: float, high: float) -> str:
    """Return a number that lies outside a range with digits enough to show that it does.

    Examples
    --------
    >>> outside(200, -180, 180), outside(0.4999999, 0.5, 110)
    ('200', '0.4999999')
    """
    short = f"{value:g}"
    return short if not low <= float(short) <= high else repr(value)


def signed_hectares(value: float) -> str:
    """Return hectares with their sign, for a difference; one that rounds to zero has none."""
    text = hectares(abs(value))
    return text if text == "0.0" else f"+{text}" if value > 0 else f"{MINUS}{text}"


def degrees(value: float) -> str:
    """Return degrees with up to four decimals (11 m)."""
    return f"{value:.4f}".rstrip("0").rstrip(".")


def data(megabytes: float) -> str:
    """Return an amount of data or memory, e.g. ``16 MB`` or ``1.2 GB``."""
    return f"{megabytes:,.0f} MB" if megabytes < 1000 else f"{megabytes / 1000:.1f} GB"


def duration(seconds: float) -> str:
    """Return a time as roughly as it is known, e.g. ``1 second``, ``25 seconds`` or ``2 minutes``."""
    if seconds >= 90:
        number, unit = round(seconds / 60), "minute"
    else:
        number, unit = (max(round(seconds), 1) if seconds < 12.5 else 5 * round(seconds / 5)), "second"
    return f"{number} {unit}{'' if number == 1 else 's'}"
