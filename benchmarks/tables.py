"""Tables in Markdown, and figures against what was asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from benchmarks.measure import NotMeasuredError

MB = 1e6


@dataclass(frozen=True)
class Target:
    """A figure that issue 3 asks for."""

    name: str
    """Number of the demand, what, and where, e.g. ``2 result, 10 km``."""
    asked: str
    measured: str
    met: bool | None
    """None: not measured."""
    distance: str = ""
    """How far it is where it is missed."""


def at_most(
    name: str, limit: float, value: Callable[[], float], unit: str = "", *, digits: int = 2
) -> Target:
    """Return a target that a figure may not exceed; `value` may raise `NotMeasuredError`."""
    return _target(name, f"≤ {limit:g} {unit}".strip(), limit, value, unit, digits, at_least=False)


def at_least(
    name: str, limit: float, value: Callable[[], float], unit: str = "", *, digits: int = 1
) -> Target:
    """Return a target that a figure has to reach; `value` may raise `NotMeasuredError`."""
    return _target(name, f"≥ {limit:g} {unit}".strip(), limit, value, unit, digits, at_least=True)


def _target(
    name: str,
    asked: str,
    limit: float,
    value: Callable[[], float],
    unit: str,
    digits: int,
    *,
    at_least: bool,
) -> Target:
    try:
        found = value()
    except NotMeasuredError:
        return Target(name, asked, "not measured", None)
    met = found >= limit if at_least else found <= limit
    share = f"{100 * abs(found / limit - 1):.0f} % " if limit else ""
    distance = "" if met else f"{share}{'below' if at_least else 'above'}"
    return Target(name, asked, f"{found:.{digits}f} {unit}".strip(), met, distance)


def cell(words: Callable[[], str]) -> str:
    """Return the words of a cell; a dash where nothing was measured."""
    try:
        return words()
    except NotMeasuredError:
        return "–"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
