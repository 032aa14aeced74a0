"""What the page shows: a pure function of the settings, the result and whether a run is on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pipeline.area.aoi import AreaOfInterest
from pipeline.area.grid import PIXEL_HA
from pipeline.area.polygons import pixels_inside
from pipeline.errors import AnalysisError, AreaTooLarge, InvalidRequest
from pipeline.estimate import LINK_MBIT, dates_of, estimate_of, side_km
from pipeline.request import AnalysisRequest
from widgets.form.settings import Settings, Tool
from widgets.page import messages
from widgets.session.runs import only_regroups
from widgets.toolkit.message import Message

if TYPE_CHECKING:
    from pipeline.result import Analysis

Freshness = Literal["fresh", "updating", "stale"]
Click = Literal["place", "inspect", "nothing"]

CALCULATE, AGAIN, UPDATE, RUNNING = "Calculate clusters", "Calculate again", "Update clusters", "Calculating…"
HINTS = {
    "square": "Click again to move the area",
    "draw": "Clear the drawing to draw another area",
    "upload": "Choose another file for another area",
}
"""How the area is moved, by the way it is set."""


@dataclass(frozen=True)
class Outcome:
    """The facts of a result on which the page's state depends."""

    request: AnalysisRequest
    when: str
    """Its day, or the period of what was combined, in words."""
    preview: bool
    n_clusters: int
    clear_ha: float
    area_ha: float
    seconds: float | None
    """How long the run took; None while it goes on."""
    doubtful: bool = False
    """Whether it says little of the land, however clear it is."""

    @classmethod
    def of(cls, analysis: Analysis, seconds: float | None) -> Outcome:
        """Return the facts of a result that matter here."""
        area_ha = float(analysis.areas["hectares"].sum())
        return cls(
            analysis.request,
            analysis.period_words,
            analysis.preview,
            len(analysis.areas) - 1,
            analysis.clear_share * area_ha,
            area_ha,
            seconds,
            analysis.is_doubtful,
        )


@dataclass(frozen=True)
class Situation:
    """All that the page's state depends on."""

    settings: Settings
    limit_km: float
    """Longest side of an area that can be calculated here."""
    outcome: Outcome | None = None
    busy: bool = False
    said: Message | None = None
    """What has just happened, told in the place of the usual message."""
    moving: bool = False
    """Whether the next click is to move the area."""
    can_undo: bool = False
    """Whether there was another area before."""
    area_before: AreaOfInterest | None = None
    """Shown as long as what the form says is no area."""
    link_mbit: float = LINK_MBIT
    """Speed of the line to the image files, megabit a second."""


@dataclass(frozen=True)
class Button:
    """The main button."""

    text: str
    primary: bool
    enabled: bool


@dataclass(frozen=True)
class PageState:
    """What each part of the page shows."""

    area: AreaOfInterest | None
    counted: tuple[float, int] | None
    """Hectares and pixels of the area."""
    request: AnalysisRequest | None
    """What can be calculated."""
    message: Message | None
    """None while progress is shown in its place."""
    button: Button
    freshness: Freshness | None
    """Of the result; None without one."""
    regroup: bool
    """Whether only the number of clusters changed: the pixels will be grouped again soon."""
    step: int
    """Of the invitation: 0 set the area, 1 check the dates, 2 calculate."""
    hint: str | None
    """In the map bar; None: the controls of a result."""
    invitation: str | None
    """On the map."""
    tool: Tool | None
    """What is drawn with now."""
    click: Click
    """What a click on the map does."""
    can_move: bool
    """Whether a button offers to move the area."""
    moving: bool
    can_undo: bool
    knob: bool
    """Whether the area has a knob to drag it by."""


def state_of(now: Situation) -> PageState:
    """Return the state of the page in a situation."""
    settings, outcome = now.settings, now.outcome
    area, request, problem = _asked(now)
    pixels = pixels_inside(area) if area is not None else 0
    draws = settings.mode == "draw" and area is None
    idle = not now.busy and now.said is None
    regroup = idle and outcome is not None and only_regroups(request, outcome.request)
    moving = now.moving and settings.mode == "square" and area is not None
    square = settings.mode == "square" and area is not None and not now.busy
    return PageState(
        area=area,
        counted=(pixels * PIXEL_HA, pixels) if area is not None else None,
        request=request,
        message=_message(now, request, problem, regroup),
        button=_button(now, request, regroup),
        freshness=_freshness(now, request, regroup),
        regroup=regroup,
        step=0 if area is None else 2 if now.busy else 1,
        hint=None if outcome is not None else _hint(now, area),
        invitation=_invitation(now, area, moving, draws),
        tool=settings.tool if draws and not now.busy else None,
        click=_click(now, area, moving),
        can_move=square and outcome is not None,
        moving=moving,
        can_undo=now.can_undo and not now.busy,
        knob=square,
    )


def _asked(now: Situation) -> tuple[AreaOfInterest | None, AnalysisRequest | None, Message | None]:
    """Return the area and the request of the form, or what is wrong with it."""
    area = now.area_before
    try:
        area = now.settings.area()
        request = now.settings.request()
        if request is not None:
            _check_size(request.area, now.limit_km)
    except AnalysisError as error:
        return area, None, messages.of_error(error, now.settings)
    return area, request, None


def _check_size(area: AreaOfInterest, limit_km: float) -> None:
    """Refuse a request that could not be calculated, as soon as it is in the form."""
    side = side_km(area)
    if side > limit_km:
        raise AreaTooLarge(side, limit_km, polygons=area.size_km is None)
    if not pixels_inside(area):
        raise InvalidRequest("The polygon is smaller than a pixel of 10 m. Give a larger one.", "area")


def _is_current(now: Situation, request: AnalysisRequest | None) -> bool:
    return now.outcome is not None and now.outcome.request == request and not now.outcome.preview


def _was_stopped(now: Situation, request: AnalysisRequest | None) -> bool:
    """Return whether the result is the preview of a run that was not finished."""
    return now.outcome is not None and now.outcome.request == request and now.outcome.preview


def _freshness(now: Situation, request: AnalysisRequest | None, regroup: bool) -> Freshness | None:
    if now.outcome is None:
        return None
    if now.busy or regroup:
        return "updating"
    return "fresh" if _is_current(now, request) or _was_stopped(now, request) else "stale"


def _button(now: Situation, request: AnalysisRequest | None, regroup: bool) -> Button:
    if now.busy:
        return Button(RUNNING, primary=True, enabled=False)
    if regroup or _is_current(now, request):
        return Button(AGAIN, primary=False, enabled=True)
    fresh_start = now.outcome is None or _was_stopped(now, request)
    return Button(CALCULATE if fresh_start else UPDATE, primary=True, enabled=request is not None)


def _message(
    now: Situation, request: AnalysisRequest | None, problem: Message | None, regroup: bool
) -> Message | None:
    if now.busy or regroup:
        return None
    told = now.said or problem
    if told is not None:
        return told
    if request is None:
        return Message("plain", "Choose an area first.")
    outcome = now.outcome
    if outcome is None or _was_stopped(now, request):
        cost = estimate_of(request, now.link_mbit)
        return messages.ready(pixels_inside(request.area) * PIXEL_HA, cost, dates_of(request))
    if _is_current(now, request) and outcome.seconds is not None:
        clear, of_all = outcome.clear_ha, outcome.area_ha
        return messages.done(outcome.seconds, outcome.n_clusters, clear, of_all, doubtful=outcome.doubtful)
    return messages.stale(outcome.when)


def _hint(now: Situation, area: AreaOfInterest | None) -> str:
    if area is None:
        return "No area chosen yet"
    return "You can go on looking around while this runs" if now.busy else HINTS[now.settings.mode]


def _invitation(now: Situation, area: AreaOfInterest | None, moving: bool, draws: bool) -> str | None:
    settings = now.settings
    if moving:
        return "Click where the centre of the area should be"
    if area is not None or (now.outcome is not None and not draws):
        return None
    if settings.mode == "draw":
        return "Click the corners" if settings.tool == "Polygon" else "Click two opposite corners"
    return f"Click anywhere to place a {settings.size_km:g} km square" if settings.mode == "square" else None


def _click(now: Situation, area: AreaOfInterest | None, moving: bool) -> Click:
    """Return the effect of a click: once there is a result it moves the area only on demand."""
    if now.settings.mode == "square" and (area is None or moving or now.outcome is None):
        return "place"
    drawing = now.settings.mode == "draw" and area is None
    return "inspect" if now.outcome is not None and not drawing else "nothing"
