"""Coordinates as people write and copy them: both in one field, hemispheres, minutes and seconds."""

from __future__ import annotations

import math
import re
from typing import NamedTuple

from pipeline.errors import InvalidRequest
from pipeline.text import MINUS

_NUMBER = r"\d+(?:[.,]\d+)?"
_ANGLE = (
    rf"(?P<before{{i}}>[NSEW])?\s*(?P<sign{{i}}>[-+{MINUS}])?\s*(?P<degrees{{i}}>{_NUMBER})\s*[°º]?"
    rf"(?:\s*(?P<minutes{{i}}>{_NUMBER})\s*['′’](?:\s*(?P<seconds{{i}}>{_NUMBER})\s*(?:\"|″|”|''))?)?"
    r"(?(before{i})|\s*(?P<after{i}>[NSEW])?)"
)
_ONE = re.compile(_ANGLE.replace("{i}", "1"), re.IGNORECASE)
_PAIR = re.compile(_ANGLE.replace("{i}", "1") + r"\s*[,;/\s]\s*" + _ANGLE.replace("{i}", "2"), re.IGNORECASE)
_DECIMAL_COMMA = re.compile(rf"[-+{MINUS}]?\d+,\d+\s*[°º]?")
"""One number, not two."""
_DECIMALS = 6
"""Enough for 0.1 m."""
_HEMISPHERES = {"latitude": "NS", "longitude": "EW"}


class _Angle(NamedTuple):
    degrees: float
    letter: str
    """N, S, E or W; empty where none was given."""


def parse_pair(text: str) -> tuple[str, str] | None:
    r"""Return latitude and longitude if a text holds both, else None.

    The latitude comes first, unless letters (N, S, E, W) say otherwise.

    Examples
    --------
    >>> parse_pair("46.49, 11.34")
    ('46.49', '11.34')
    >>> parse_pair("11°20'24\" E 46°29'24\" N")
    ('46.49', '11.34')
    """
    match = _PAIR.fullmatch(text.strip().strip("()[]").strip())
    if match is None or _DECIMAL_COMMA.fullmatch(text.strip()):
        return None
    first, second = _angle(match, "1"), _angle(match, "2")
    if first is None or second is None:
        return None
    axes = [_axis(first), _axis(second)]
    if axes[0] and axes[0] == axes[1]:
        return None
    swapped = axes[0] == "longitude" or axes[1] == "latitude"
    shown = _shown(first), _shown(second)
    return (shown[1], shown[0]) if swapped else shown


def parse_degrees(text: str, name: str) -> float | None:
    """Return the number in a coordinate field, None when the field is empty.

    Understood are both decimal signs, the degree sign, the typographic minus, letters of hemispheres, minutes
    and seconds.

    Parameters
    ----------
    text : str
        As typed.
    name : str
        "latitude" or "longitude".

    Raises
    ------
    InvalidRequest
        When the text is no number, or the letter belongs to the other field.
    """
    cleaned = text.strip()
    if not cleaned:
        return None
    match = _ONE.fullmatch(cleaned)
    angle = _angle(match, "1") if match else None
    value = _plain_number(cleaned) if angle is None else angle.degrees
    if not math.isfinite(value):
        message = f"The {name} is not a number: “{cleaned}”. Give degrees, e.g. 46.4926."
        raise InvalidRequest(message, name)
    if angle is not None and _axis(angle) not in ("", name):
        raise InvalidRequest(
            f"“{cleaned}” is a {_axis(angle)}, but stands in the field of the {name}. "
            f"A {name} has {' or '.join(_HEMISPHERES[name])}.",
            name,
        )
    return value


def _plain_number(text: str) -> float:
    """Return a number as Python reads it, such as 1e1; NaN for anything else."""
    try:
        return float(text.rstrip("°º").replace(MINUS, "-").replace(",", "."))
    except ValueError:
        return math.nan


def _axis(angle: _Angle) -> str:
    """Return which coordinate an angle's letter names; empty without a letter."""
    axes = {letter: name for name, letters in _HEMISPHERES.items() for letter in letters}
    return axes.get(angle.letter, "")


def _shown(angle: _Angle) -> str:
    shown = f"{angle.degrees:.{_DECIMALS}f}".rstrip("0").rstrip(".")
    return "0" if shown == "-0" else shown


def _angle(match: re.Match[str], number: str) -> _Angle | None:
    """Return one angle of a match; None if it contradicts itself."""
    parts = {name[:-1]: value for name, value in match.groupdict().items() if name.endswith(number)}
    letter = (parts["before"] or parts["after"] or "").upper()
    if letter and parts["sign"]:
        return None
    degrees, minutes, seconds = (
        float((parts[name] or "0").replace(",", ".")) for name in ("degrees", "minutes", "seconds")
    )
    if minutes >= 60 or seconds >= 60:
        return None
    value = degrees + minutes / 60 + seconds / 3600
    negative = letter in ("S", "W") or parts["sign"] in ("-", MINUS)
    return _Angle(-value if negative else value, letter)
