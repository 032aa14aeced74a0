"""Ways to break things: JSON by field, bytes by position, texts by character."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from random import Random
from typing import Any

Path = tuple[str | int, ...]

REMOVED = object()
"""Instead of a value: the field is taken away."""
ODD: tuple[Any, ...] = (
    REMOVED,
    None,
    True,
    0,
    -1,
    10**400,
    1e308,
    float("nan"),
    float("inf"),
    "",
    "text",
    "x" * 5000,
    "\ud800",
    "\u202e<script>alert(1)</script>",
    "../../etc/passwd",
    "9999-12-31T23:59:59Z",
    [],
    [[]],
    [None] * 3,
    [1, "a", {}],
    {},
    {"a": {"b": None}},
)
"""What a field is given in place of its value."""


def paths(value: Any, above: Path = ()) -> Iterator[Path]:
    """Give the path of every field and element below a JSON value; of long lists only the first four."""
    inner: Any = ()
    if isinstance(value, dict):
        inner = value.items()
    elif isinstance(value, list):
        inner = list(enumerate(value))[:4]
    for key, below in inner:
        yield (*above, key)
        yield from paths(below, (*above, key))


def changed(value: Any, path: Path, odd: Any) -> Any:
    """Return a JSON value with another value at a path, or without it."""
    made = copy.deepcopy(value)
    place = made
    for key in path[:-1]:
        place = place[key]
    if odd is REMOVED:
        del place[path[-1]]
    else:
        place[path[-1]] = copy.deepcopy(odd)
    return made


def broken_json(value: Any, number: int, random: Random) -> Any:
    """Return a JSON value with one field changed, each in each way in turn; then with several at random."""
    places = list(paths(value))
    if number < len(places) * len(ODD):
        return changed(value, places[number // len(ODD)], ODD[number % len(ODD)])
    for _ in range(random.randint(2, 4)):
        places = list(paths(value))
        if places:
            value = changed(value, random.choice(places), random.choice(ODD))
    return value


def broken_bytes(content: bytes, random: Random) -> bytes:
    """Return bytes with some flipped, cut off, doubled or zeroed; the beginning more often than the rest."""
    made = bytearray(content)
    end = len(made) if random.random() < 0.3 else min(len(made), 512)
    match random.randrange(6):
        case 0:
            del made[random.randrange(len(made)) :]
        case 1:
            first = random.randrange(end)
            made[first : first + random.randint(1, 64)] = bytes(random.randint(1, 64))
        case 2:
            first = random.randrange(end)
            made[first:first] = made[first : first + random.randint(1, 64)]
        case _:
            for _ in range(random.choice([1, 1, 2, 5, 20])):
                made[random.randrange(end)] = random.randrange(256)
    return bytes(made)


def broken_text(text: str, random: Random) -> str:
    """Return a text with characters or whole words replaced by odd ones."""
    odd = ["", "nan", "1e308", "-0", "9" * 400, "\x00", "%", "&", "=", "[[", "ü", "\ud800", "1e-320", "  "]
    made = text
    for _ in range(random.randint(1, 4)):
        first = random.randrange(len(made) + 1)
        made = made[:first] + random.choice(odd) + made[first + random.randrange(6) :]
    return made
