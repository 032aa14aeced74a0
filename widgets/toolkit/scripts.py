"""The JavaScript of our own widgets, as anywidget wants it."""

from __future__ import annotations

from pathlib import Path

_WIDGETS = Path(__file__).parent.parent


def script(*names: str) -> str:
    """Return files of `widgets`, such as ``"toolkit/download.js"``, as one module in the given order."""
    return "\n".join((_WIDGETS / name).read_text("utf-8") for name in names)
