"""The parts of the suite: each measures something of its own and words it for the report."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from benchmarks.settings import Settings
from benchmarks.tables import Target

Found = dict[str, Any]
"""What a part has measured, as plain JSON."""


@dataclass(frozen=True)
class Part:
    """One part; `targets` and `section` get what `measure` returned, read back from JSON."""

    title: str
    measure: Callable[[Settings], Found]
    targets: Callable[[Found, Settings], list[Target]]
    section: Callable[[Found, Settings], str]
    """The tables, in Markdown."""
