"""The style sheet of the page, put together from its parts."""

from __future__ import annotations

from pathlib import Path

PARTS = (
    "page",
    "regions",
    "header",
    "buttons",
    "form",
    "map",
    "search",
    "invitation",
    "scene",
    "tabs",
    "spectra",
    "legend",
    "pixel",
    "knob",
    "scenes",
    "quality",
    "check",
    "change",
    "classes",
    "zones",
    "elsewhere",
    "downloads",
    "session",
    "tooltip",
    "glossary",
    "area",
    "size",
    "widths",
    "narrow",
    "touch",
    "forced",
    "print",
)
"""Files of this folder in their order: of two rules of equal weight the later one holds."""


def sheet() -> str:
    """Return the whole style sheet."""
    folder = Path(__file__).parent
    return "\n".join((folder / f"{part}.css").read_text("utf-8") for part in PARTS)
