"""Coordinates as people write and copy them: two of them in one field, hemispheres, minutes and seconds."""

from __future__ import annotations

import re

_NUMBER = r"\d+(?:[.,]\d+)?"
_ANGLE = (
    rf"(?P<before{{i}}>[NSEW])?\s*(?P<sign{{i}}>[-+\N{{MINUS SIGN}}])?\s*(?P<degrees{{i}}>{_NUMBER})\s*°?"
    rf"(?:\s*(?P<minutes{{i}}>{_NUMBER})\s*['′’](?:\s*(?P<seconds{{i}}>{_NUMBER})\s*(?:\"|″|”|''))?)?"
    r"(?(before{i})|\s*(?P<after{i}>[NSEW])?)"
)
_PAIR = re.compile(_ANGLE.replace("{i}", "1") + r"\s*[,;/\s]\s*" + _ANGLE.replace("{i}", "2"), re.IGNORECASE)
_DECIMAL_COMMA = re.compile(r"[-+\N{MINUS SIGN}]?\d+,\d+\s*°?")
"""One number, not two."""
_DECIMALS = 6
"""Enough for 0.1 m."""


def parse_pair(text: str) -> tuple[str, str] | None:
    r"""Return latitude and longitude when a text holds both, None when it holds anything else.

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
    groups = match.groupdict()
    angles = [_angle({name[:-1]: v for name, v in groups.items() if name.endswith(i)}) for i in "12"]
    if None in angles:
        return None
    (first, letter), (second, other) = (angle for angle in angles if angle is not None)
    axes = (
        ("NS" if letter in "NS" else "EW") if letter else "",
        ("NS" if other in "NS" else "EW") if other else "",
    )
    if axes[0] and axes[0] == axes[1]:
        return None
    swapped = axes[0] == "EW" or axes[1] == "NS"
    return (second, first) if swapped else (first, second)


def _angle(parts: dict[str, str | None]) -> tuple[str, str] | None:
    """Return degrees as text and the hemisphere's letter ("" for none); None for what contradicts itself."""
    letter = (parts["before"] or parts["after"] or "").upper()
    if letter and parts["sign"]:
        return None
    degrees, minutes, seconds = (
        float((parts[name] or "0").replace(",", ".")) for name in ("degrees", "minutes", "seconds")
    )
    if minutes >= 60 or seconds >= 60:
        return None
    value = degrees + minutes / 60 + seconds / 3600
    negative = letter in ("S", "W") or parts["sign"] in ("-", "\N{MINUS SIGN}")
    shown = f"{-value if negative else value:.{_DECIMALS}f}".rstrip("0").rstrip(".")
    return ("0" if shown == "-0" else shown), letter
