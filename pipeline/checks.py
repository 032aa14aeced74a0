"""Numbers from forms and files: checked, with a sentence when they are none."""

from __future__ import annotations

import math
from typing import Any

from pipeline.errors import InvalidRequest


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
        raise InvalidRequest(f"{label} is not a number: {value!r}.", name)
    try:
        found = float(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise InvalidRequest(f"{label} is not a number: {value!r}.", name) from error
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
        raise InvalidRequest(f"{label} is not a whole number: {value!r}.", name)
    return int(found)
