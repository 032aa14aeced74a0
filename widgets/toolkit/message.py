"""What the page says: a sentence, how serious it is, and the next steps as buttons."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Literal

from pipeline.errors import AnalysisError

if TYPE_CHECKING:
    from widgets.form.settings import Settings

Kind = Literal["plain", "ok", "warn", "err"]
Deed = Literal["retry", "demo", "change", "change and run", "scenes", "here"]

UNEXPECTED = (
    "Something went wrong that this page did not expect. Your settings are kept; the log has the details."
)

STAGE_WORDS = {
    "loading": "Loading the tools",
    "searching": "Searching for images",
    "reading": "Reading the image",
    "clustering": "Grouping pixels",
    "drawing": "Drawing the map",
}
"""Stage of a run -> what the page says."""

MOSTLY_CLEAR, HARDLY_CLEAR = 0.8, 0.2
"""Shares of the area: below the first a result is shown in amber, below the second more strongly."""


@dataclass(frozen=True)
class Action:
    """A button under a message."""

    label: str
    deed: Deed
    """What it does: run again, go to the demo, change fields (and run), list the images there are,
    or run on this machine instead of a cluster."""
    changes: Settings | None = None
    """The settings after a change."""


@dataclass(frozen=True)
class Message:
    """A sentence on the page with its next steps."""

    kind: Kind
    html: str
    actions: tuple[Action, ...] = ()


def plain_words(error: Exception) -> str:
    """Return the message for an error; an unexpected one says that it is."""
    return str(error) if isinstance(error, AnalysisError) else UNEXPECTED


def bold_first_sentence(text: str) -> str:
    """Return text as HTML with its first sentence in bold; everything else is escaped."""
    end = next((i for i, c in enumerate(text) if c in ".:" and text[i + 1 : i + 2] in ("", " ")), -1)
    if end < 0 or not text[end + 1 :].strip():
        return f"<b>{escape(text)}</b>"
    return f"<b>{escape(text[: end + 1])}</b>{escape(text[end + 1 :])}"
