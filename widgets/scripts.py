"""The JavaScript of our own widgets, as anywidget wants it."""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).parent


def script(*names: str) -> str:
    """Return files of this package as one module, in the given order."""
    return "\n".join((_HERE / name).read_text("utf-8") for name in names)
