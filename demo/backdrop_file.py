"""The finished picture of the land as it lies in the cache: a page that shows it needs nothing that draws."""

from __future__ import annotations

import json
from pathlib import Path

FILE = "backdrop.png"
PLACE = "backdrop.json"
Bounds = tuple[tuple[float, float], tuple[float, float]]


def read(folder: Path) -> tuple[bytes, Bounds]:
    """Return the PNG and its bounds ((south, west), (north, east))."""
    (south, west), (north, east) = json.loads((folder / PLACE).read_text(encoding="utf-8"))
    return (folder / FILE).read_bytes(), ((south, west), (north, east))
