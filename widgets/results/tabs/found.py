"""The tabs of the results, found by themselves: each file in this folder that defines a `TAB` is one.

A new tab is one new file here::

    TAB = Tab(60, "Notes", lambda column: Notes(column.host))
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.explore.candidates import SceneFacts
    from pipeline.result import Analysis
    from widgets.results.edits import Editor
    from widgets.results.inspector import Inspector
    from widgets.results.legend import Legend
    from widgets.results.tabs.host import Host
    from widgets.results.tabs.shell import Page

ROOM = "widgets.results.tabs"


@dataclass(frozen=True)
class Column:
    """What a tab may use of the column around it."""

    host: Host
    legend: Legend
    editor: Editor
    inspector: Inspector
    offer: Callable[[Analysis], None]
    """Offers the files of a result, with the second date that may stand beside it."""
    compare: Callable[[SceneFacts], None]
    """Compares the result with another image."""


@dataclass(frozen=True)
class Tab:
    """One tab."""

    place: int
    """Its place in the bar: smaller numbers come first."""
    title: str
    make: Callable[[Column], Page]
    """Makes its page, when it is first opened."""


@cache
def all_tabs() -> tuple[Tab, ...]:
    """Return every tab of this folder, in the order of the bar."""
    room = import_module(ROOM)
    modules = (import_module(f"{ROOM}.{found.name}") for found in pkgutil.iter_modules(room.__path__))
    found = (getattr(module, "TAB", None) for module in modules)
    return tuple(
        sorted((tab for tab in found if isinstance(tab, Tab)), key=lambda tab: (tab.place, tab.title))
    )
