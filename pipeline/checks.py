"""Numbers from forms and files: checked, with a sentence when they are none."""

from __future__ import annotations

import math
from reprlib import Repr
from typing import Any

from pipeline.errors import InvalidRequest

_SHORT = Repr()
_SHORT.maxstring = _SHORT.maxother = _SHORT.maxlong = 60


def quoted(value: Any) -> str:
    """Return a value for a sentence, in quotes if it is text; a long one is shortened in the middle."""
    return _SHORT.repr(value)


def number(value: Any, name: str, label: str) -> float:
    """Return a value as a finite number.

    Parameters
    ----------
    value : object
        What came from a form, a file or a caller.
    name : str
        The request's field, kept in the error.
    label : str
        The field in a sentence, such as ``"The longitude"``.

    Raises
    ------
    InvalidRequest
        For text, truth values, NaN and infinities, and whatever else is no number.
    """
    if isinstance(value, bool | str | bytes) or value is None:
        raise InvalidRequest(f"{label} is not a number: {quoted(value)}.", name)
    try:
        found = float(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise InvalidRequest(f"{label} is not a number: {quoted(value)}.", name) from error
    if not math.isfinite(found):
        raise InvalidRequest(f"{label} is not a number: {found}.", name)
    return found


def integer(value: Any, name: str, label: str) -> int:
    """Return a value as a whole number (see `number`).

    Raises
    ------
    InvalidRequest
        Also for a number with a fraction.
    """
    found = number(value, name, label)
    if found != int(found):
        raise InvalidRequest(f"{label} is not a whole number: {quoted(value)}.", name)
    return int(found)
