"""A file of places: one JSON object a line, each a request, with or without a name."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import AnalysisError, InvalidRequest
from pipeline.request import AnalysisRequest
from pipeline.text import place_words

MOST_PLACES = 10_000
LONGEST_NAME = 80


@dataclass(frozen=True)
class Asked:
    """One line of the list: a place and its request."""

    name: str
    """As people call the place."""
    request: AnalysisRequest | None
    """None where the line holds none that can be used."""
    problem: str = ""
    """Why not, in a sentence."""


def read_requests(path: Path) -> tuple[Asked, ...]:
    """Return the requests in a file of places.

    Each line is either a request as `AnalysisRequest.to_json` writes it, or
    ``{"name": "Bolzano", "request": {…}}``. Empty lines are passed over. A line that cannot be used does not
    end the run: its place becomes a row with the sentence that says why.

    Raises
    ------
    InvalidRequest
        When the file cannot be read, or holds no line or too many.
    """
    try:
        lines = [line for line in path.read_text("utf-8-sig").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not text in UTF-8"
        raise InvalidRequest(f"The list of places “{path}” cannot be read: {reason}.") from error
    return named(_parsed(line, number) for number, line in enumerate(lines, start=1))


def named(asked: Iterable[Asked]) -> tuple[Asked, ...]:
    """Return the places with names that are all different: repeated ones get a number.

    Raises
    ------
    InvalidRequest
        When there is no place, or there are more than `MOST_PLACES`.
    """
    found = list(asked)
    if not found:
        raise InvalidRequest("The list of places is empty. Give one request a line.")
    if len(found) > MOST_PLACES:
        raise InvalidRequest(
            f"There are too many places: {len(found):,}, at most {MOST_PLACES:,}. Split the list."
        )
    taken: set[str] = set()
    made = []
    for one in found:
        name, number = one.name, 1
        while name in taken:
            number += 1
            name = f"{one.name} ({number})"
        taken.add(name)
        made.append(Asked(name, one.request, one.problem))
    return tuple(made)


def asked_for(request: AnalysisRequest | tuple[str, AnalysisRequest]) -> Asked:
    """Return a request, or a name with its request, as a line of the list."""
    if isinstance(request, AnalysisRequest):
        return Asked(_name_of(request), request)
    name, wanted = request
    return Asked(_short(name), wanted)


def _parsed(line: str, number: int) -> Asked:
    name = f"line {number}"
    try:
        values = json.loads(line)
        if isinstance(values, dict) and set(values) <= {"name", "request"} and "request" in values:
            name = _short(values["name"]) if values.get("name") else name
            request = AnalysisRequest.from_json(json.dumps(values["request"]))
            return Asked(name if values.get("name") else _name_of(request), request)
        request = AnalysisRequest.from_json(line)
    except AnalysisError as error:
        return Asked(name, None, str(error))
    except (ValueError, RecursionError):
        return Asked(name, None, "The line is no JSON. Give one request a line.")
    return Asked(_name_of(request), request)


def _name_of(request: AnalysisRequest) -> str:
    area = request.area
    return place_words(area.latitude, area.longitude, area.size_km)


def _short(name: object) -> str:
    return " ".join(str(name).split())[:LONGEST_NAME] or "unnamed"
