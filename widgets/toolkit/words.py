"""How the page writes numbers and dates, and the texts that occur in more than one place."""

from __future__ import annotations

import calendar
import math
from datetime import UTC, date, datetime, timedelta
from html import escape

from pipeline.errors import InvalidRequest
from pipeline.request import FIRST_IMAGE
from pipeline.text import MONTHS
from pipeline.text import hectares as hectares
from pipeline.text import percent as percent

STAGES = {
    "loading": "Loading the tools",
    "searching": "Searching for images",
    "reading": "Reading the image",
    "clustering": "Grouping pixels",
    "drawing": "Drawing the map",
}
"""Stage of a run -> what the page says."""

MASKED = "Cloud, shadow, no data"
"""Name of the row that no cluster owns."""

PLATFORMS = {"S2A": "Sentinel-2A", "S2B": "Sentinel-2B", "S2C": "Sentinel-2C", "S2D": "Sentinel-2D"}

_MINUS = "\N{MINUS SIGN}"


def signed(value: float) -> str:
    """Return hectares with their sign, for a difference; what rounds to nothing has none."""
    text = hectares(abs(value))
    return text if text == "0.0" else f"+{text}" if value > 0 else f"{_MINUS}{text}"


def day_and_month(value: date) -> str:
    """Return a date as "14 June"."""
    return f"{value.day} {month(value)}"


def month(value: date) -> str:
    """Return the English name of a date's month, whatever the server's language is."""
    return MONTHS[value.month - 1]


def short_months(start: date, end: date) -> str:
    """Return the months two dates lie in for a button, with years only where they differ."""
    if start.year == end.year:
        return f"{month(start)} to {month(end)}" if start.month != end.month else month(end)
    return f"{month(start)[:3]} {start.year} to {month(end)[:3]} {end.year}"


def degrees(value: float) -> str:
    """Return degrees with up to four decimals (11 m)."""
    return f"{value:.4f}".rstrip("0").rstrip(".")


def parse_degrees(text: str, name: str) -> float | None:
    """Return the number in a coordinate field, None when the field is empty.

    Both decimal signs, the degree sign and the typographic minus are understood.

    Raises
    ------
    InvalidRequest
        When the text is no number.
    """
    cleaned = text.strip().rstrip("°").strip().replace(_MINUS, "-").replace(",", ".")
    if not cleaned:
        return None
    try:
        value = float(cleaned)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        message = f"The {name} is not a number: “{text.strip()}”. Give degrees, e.g. 46.4926."
        raise InvalidRequest(message, name)
    return value


def wrapped(longitude: float) -> float:
    """Return a longitude of any world copy in [-180, 180)."""
    return (longitude + 180) % 360 - 180


def widened(start: date, end: date) -> tuple[date, date]:
    """Return the period widened by the month before and the month after, not into the future."""
    first = (start.replace(day=1) - timedelta(days=1)).replace(day=1)
    after = end.replace(day=calendar.monthrange(end.year, end.month)[1]) + timedelta(days=1)
    last = after.replace(day=calendar.monthrange(after.year, after.month)[1])
    return max(first, FIRST_IMAGE), max(min(last, today()), end)


def today() -> date:
    """Return the present day in UTC, the time zone of all dates here."""
    return datetime.now(UTC).date()


def bold_first_sentence(text: str) -> str:
    """Return text as HTML with its first sentence in bold; everything else is escaped."""
    end = next((i for i, c in enumerate(text) if c in ".:" and text[i + 1 : i + 2] in ("", " ")), -1)
    if end < 0 or not text[end + 1 :].strip():
        return f"<b>{escape(text)}</b>"
    return f"<b>{escape(text[: end + 1])}</b>{escape(text[end + 1 :])}"


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
