"""Sharp pictures when zoomed in: a large result is drawn thinned, and the part in view again in full."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from pipeline.errors import Cancelled
from pipeline.machine import turns
from pipeline.progress import Progress
from widgets.map.view import TILE_PX, Box, mercator
from widgets.session.delay import Delay
from widgets.session.gate import Gate

if TYPE_CHECKING:
    from pipeline.drawing.overlays import Overlays
    from pipeline.result import Analysis

REST_S = 0.25
"""How long the map must rest before the part it shows is drawn."""
MARGIN = 0.25
"""Drawn beyond each edge of the map, as a share of its sides: moving a little shows no blurred edge."""
MAX_PX = 2048
"""Longest side of a picture of a part."""
BLURRED = 1.4
"""A drawn pixel that covers more pixels of the screen than this (a side) is blurred."""
EQUATOR_M = 2 * math.pi * 6_378_137
"""Length of the web-mercator equator, metres."""

Corners = Sequence[Sequence[float]]


class ZoomedIn:
    """Draws in the background; only the newest wish counts.

    Parameters
    ----------
    gate : Gate
        Serialises what it shows with the rest of the page.
    look : callable
        Returns what the map shows (longitudes of any world copy) and its zoom.
    show : callable
        Gets the pictures of a part, None when there is nothing sharper than what lies on the map.
    """

    def __init__(
        self, gate: Gate, look: Callable[[], tuple[Box, float]], show: Callable[[Overlays | None], None]
    ) -> None:
        self._gate, self._look, self._show = gate, look, gate.guard(show)
        self._delay = Delay(REST_S, gate.guard(self._begin))
        self._analysis: Analysis | None = None
        self._area: Box | None = None
        self._shift = 0.0
        self._wish = 0
        self._drawing = threading.Lock()

    def of(self, analysis: Analysis, area: Box, shift: float) -> None:
        """Take another result; `area` is where it lies on the map, `shift` its world copy in degrees."""
        self._analysis, self._area, self._shift = analysis, area, shift
        self._wish += 1
        if pixel_m(analysis) > analysis.resolution_m:
            self._delay.restart()
        else:
            self._delay.cancel()
            self._show(None)

    def moved(self) -> None:
        """The view of the map has changed."""
        if self._analysis is not None and pixel_m(self._analysis) > self._analysis.resolution_m:
            self._wish += 1
            self._delay.restart()

    def _begin(self) -> None:
        analysis, area = self._analysis, self._area
        if analysis is None or area is None:
            return
        seen, zoom = self._look()
        part = part_to_draw(seen, zoom, area, pixel_m(analysis))
        if part is None:
            self._show(None)
            return
        wish, shift = self._wish, self._shift
        bounds = ((part.south, part.west - shift), (part.north, part.east - shift))

        def draw() -> None:
            place = turns.quick(Progress(cancelled=lambda: wish != self._wish))
            with self._drawing, suppress(Cancelled), place:
                pictures = analysis.draw(bounds, MAX_PX)
                with self._gate.lock:
                    if wish == self._wish:
                        self._show(pictures)

        self._gate.in_background(draw, "sharp pictures")


def pixel_m(analysis: Analysis) -> float:
    """Return the side of a pixel as a result's pictures show it, metres."""
    return analysis.resolution_m * analysis.overlays.step


def part_to_draw(seen: Box, zoom: float, area: Box, drawn_m: float) -> Box | None:
    """Return the part of an area to draw again.

    Parameters
    ----------
    seen, zoom
        What the map shows.
    area : Box
        Where the result lies.
    drawn_m : float
        Side of a pixel as the pictures on the map show it, metres.

    Returns
    -------
    Box or None
        None where nothing of the area is seen, or what is seen is not blurred.
    """
    screen_m = EQUATOR_M * math.cos(math.radians(seen.middle[0])) / (TILE_PX * 2**zoom)
    if drawn_m < BLURRED * screen_m:
        return None
    high, wide = MARGIN * (seen.north - seen.south), MARGIN * (seen.east - seen.west)
    part = Box(
        max(seen.south - high, area.south),
        max(seen.west - wide, area.west),
        min(seen.north + high, area.north),
        min(seen.east + wide, area.east),
    )
    return part if part.south < part.north and part.west < part.east else None


def hole(whole: Corners, part: Corners) -> str:
    """Return a CSS ``clip-path`` that leaves a part out of a picture: there, another one is laid.

    Both are transparent; where they lay on each other the colours would be deeper than elsewhere.

    Parameters
    ----------
    whole, part : corners
        ((south, west), (north, east)) of the two pictures, degrees.
    """
    (south, west), (north, east) = whole
    (low, left), (high, right) = part
    top, height = mercator(north), mercator(north) - mercator(south)
    x = [100 * (lon - west) / (east - west) for lon in (left, right)]
    y = [100 * (top - mercator(lat)) / height for lat in (high, low)]
    corners = [(x[0], y[0]), (x[1], y[0]), (x[1], y[1]), (x[0], y[1]), (x[0], y[0])]
    inner = ", ".join(f"{a:.4f}% {b:.4f}%" for a, b in corners)
    return f"polygon(evenodd, 0% 0%, 100% 0%, 100% 100%, 0% 100%, 0% 0%, {inner})"
