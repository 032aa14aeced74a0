"""The kinds of files there are: each maker of this folder defines one `FORMAT`, and is found by it.

A new format is one new file here::

    FORMAT = Format(100, "text", "Text", ".txt", "text/plain", "Names only", text_bytes)

All files of the folder are imported to show the list of downloads, so heavy libraries are imported inside the
functions that need them (a test holds that).
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.result import Analysis

ROOM = "pipeline.exports"


@dataclass(frozen=True)
class Format:
    """One kind of file."""

    place: int
    """Its place in the list: smaller numbers come first."""
    key: str
    title: str
    """As the list of downloads shows it."""
    ending: str
    """End of the file's name, e.g. ``_classes.gpkg``."""
    mime: str
    note: str
    """What it is good for, in one line."""
    make: Callable[[Analysis], bytes | str]
    """Returns the file; text is encoded as UTF-8. Raises AnalysisError with a sentence for the user."""
    fits: Callable[[Analysis], bool] = lambda _analysis: True
    """Whether an analysis has something for it: those that do not are not offered."""
    holds_all: bool = False
    """Whether it is made of the files of all other formats."""

    def content(self, analysis: Analysis) -> bytes:
        """Return the file of an analysis."""
        made = self.make(analysis)
        return made.encode() if isinstance(made, str) else made


@cache
def all_formats() -> tuple[Format, ...]:
    """Return every format of this folder, in the order of the list."""
    room = import_module(ROOM)
    modules = (import_module(f"{ROOM}.{found.name}") for found in pkgutil.iter_modules(room.__path__))
    found = (getattr(module, "FORMAT", None) for module in modules)
    return tuple(sorted((f for f in found if isinstance(f, Format)), key=lambda f: (f.place, f.key)))


def format_of(key: str) -> Format:
    """Return the format with a key.

    Raises
    ------
    KeyError
        When there is none.
    """
    return {f.key: f for f in all_formats()}[key]
