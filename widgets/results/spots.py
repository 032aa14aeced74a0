"""A list of places as people type or paste it: a town, coordinates, or a name with coordinates a line."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipeline.area.aoi import AreaOfInterest
from pipeline.batch.repeat import Spot
from pipeline.errors import InvalidRequest
from pipeline.places.gazetteer import find_places
from widgets.form.coordinates import parse_pair

MOST_LINES = 1000
LONGEST_LINE = 200
_APART = re.compile(r"\s*[;\t]\s*")


@dataclass(frozen=True)
class Read:
    """What a text holds."""

    spots: tuple[Spot, ...] = ()
    problems: tuple[str, ...] = ()
    """A sentence for each line that is no place."""


def spots_of(text: str, size_km: float) -> Read:
    """Return the places of a text, each as a square.

    Parameters
    ----------
    text : str
        A line a place: ``Bolzano``, ``Bolzano, Italy``, ``46.49, 11.34``, or ``My farm; 46.49, 11.34`` (a tab
        does as well, as from a spreadsheet). Of several towns of one name the largest is taken.
    size_km : float
        Side of each square.
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    spots: list[Spot] = []
    problems: list[str] = []
    for line in lines[:MOST_LINES]:
        try:
            spots.append(_spot(line[:LONGEST_LINE], size_km))
        except InvalidRequest as error:
            problems.append(str(error))
    if len(lines) > MOST_LINES:
        problems.append(f"The first {MOST_LINES:,} of {len(lines):,} lines are taken.")
    return Read(tuple(spots), tuple(problems))


def _spot(line: str, size_km: float) -> Spot:
    pair = parse_pair(line)
    if pair is not None:
        return _square(f"{pair[0]}, {pair[1]}", pair, size_km)
    name, *rest = _APART.split(line)
    if rest:
        pair = parse_pair(", ".join(part for part in rest if part)) if name else None
        if pair is None:
            raise InvalidRequest(
                f"“{line}” has no coordinates. Write: name; latitude, longitude, in degrees with a decimal "
                "point."
            )
        return _square(name, pair, size_km)
    found = find_places(line, 1)
    if not found:
        raise InvalidRequest(
            f"“{line}” is no town above 15,000 people. Write: name; latitude, longitude, in degrees."
        )
    return Spot(found[0].label, AreaOfInterest.square(found[0].longitude, found[0].latitude, size_km))


def _square(name: str, pair: tuple[str, str], size_km: float) -> Spot:
    latitude, longitude = map(float, pair)
    return Spot(name, AreaOfInterest.square(longitude, latitude, size_km))
