"""What the page says about a run, at each of its turns."""

from __future__ import annotations

import calendar
import math
from datetime import date, timedelta
from html import escape

from pipeline.errors import (
    AnalysisError,
    AreaTooLarge,
    Cancelled,
    CatalogUnavailable,
    ClusterUnavailable,
    InvalidRequest,
    NoScenesFound,
    NothingToGroup,
    ReadFailed,
    TooCloudy,
)
from pipeline.estimate import Estimate
from pipeline.request import FIRST_IMAGE
from pipeline.text import data, duration, short_months, today
from widgets.form.settings import Settings
from widgets.toolkit.message import (
    MOSTLY_CLEAR,
    UNEXPECTED,
    Action,
    Kind,
    Message,
    bold_first_sentence,
)

WORTH_TELLING_MB = 750.0
"""A run that takes less memory says nothing of it: the libraries alone take a third of that."""


def ready(area_ha: float, cost: Estimate, dates: int = 1) -> Message:
    """Return the message on an area that can be calculated: the cost, for a number of dates at most."""
    price = f"{data(cost.megabytes)}, about {duration(cost.seconds)}"
    if dates > 1:
        price = f"up to {dates} dates, {price}"
    if cost.memory_mb < WORTH_TELLING_MB:
        return Message("plain", f"Ready. {area_ha:,.0f} ha, {price}.")
    return Message("plain", f"Ready. {price}, {data(cost.memory_mb)} of memory.")


def stale(when: str) -> Message:
    """Return the message on settings that differ from those of the result."""
    return Message("warn", f"<b>Settings changed.</b> The results are still from {escape(when)}.")


def done(
    seconds: float, n_clusters: int, clear_ha: float, area_ha: float, *, doubtful: bool = False
) -> Message:
    """Return the line of a finished run, in amber where it says little of the land."""
    found = f"{n_clusters} clusters, {clear_ha:,.0f} of {area_ha:,.0f} ha clear."
    kind: Kind = "ok" if clear_ha >= MOSTLY_CLEAR * area_ha and not doubtful else "warn"
    return Message(kind, f"<b>Done in {seconds:.1f} s.</b> {found}")


def silent_catalog(title: str) -> Message:
    """Return the message when the chosen catalogue does not answer a test."""
    html = (
        f"<b>{escape(title)} does not answer.</b> Images cannot be fetched from it now. "
        "The demo works without internet."
    )
    return Message("warn", html, (Action("Use the demo", "demo"),))


def of_error(error: Exception, settings: Settings) -> Message:
    """Return the message for anything a run or the making of a request raised."""
    if isinstance(error, Cancelled):
        return Message("plain", "Stopped.")
    if not isinstance(error, AnalysisError):
        return Message("err", bold_first_sentence(UNEXPECTED), (Action("Try again", "retry"),))
    serious = isinstance(error, CatalogUnavailable | ReadFailed | ClusterUnavailable)
    kind: Kind = "err" if serious else "warn"
    return Message(kind, bold_first_sentence(str(error)), _next_steps(error, settings))


def _next_steps(error: AnalysisError, settings: Settings) -> tuple[Action, ...]:
    match error:
        case TooCloudy():
            limit = min(5 * math.ceil(error.best_cloud_cover / 5), 100)
            allow = Action(f"Allow {limit} %", "change and run", settings.changed(max_cloud_cover=limit))
            return (allow, *_search_wider(settings))
        case NothingToGroup():
            return (Action("Choose another date", "scenes"), *_search_wider(settings))
        case NoScenesFound():
            return _search_wider(settings)
        case ClusterUnavailable():
            return (Action("Try again", "retry"), Action("Calculate here instead", "here"))
        case CatalogUnavailable() | ReadFailed():
            demo = () if settings.catalog == "demo" else (Action("Use the demo", "demo"),)
            return (Action("Try again", "retry"), *demo)
        case AreaTooLarge() if settings.mode == "square":
            smaller = settings.changed(size_km=error.limit_km)
            return (Action(f"Use {error.limit_km:g} km", "change", smaller),)
        case InvalidRequest() if settings.start and settings.end and settings.end < settings.start:
            swapped = settings.changed(start=settings.end, end=settings.start)
            return (Action("Swap them", "change", swapped),)
    return ()


def _search_wider(settings: Settings) -> tuple[Action, ...]:
    if settings.start is None or settings.end is None:
        return ()
    start, end = widened(settings.start, settings.end)
    if (start, end) == (settings.start, settings.end):
        return ()
    label = f"Search {short_months(start, end)}"
    return (Action(label, "change and run", settings.changed(start=start, end=end)),)


def widened(start: date, end: date) -> tuple[date, date]:
    """Return the period widened by the month before and the month after, not into the future."""
    first = (start.replace(day=1) - timedelta(days=1)).replace(day=1)
    after = end.replace(day=calendar.monthrange(end.year, end.month)[1]) + timedelta(days=1)
    last = after.replace(day=calendar.monthrange(after.year, after.month)[1])
    return max(first, FIRST_IMAGE), max(min(last, today()), end)
