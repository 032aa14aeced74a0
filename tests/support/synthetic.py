"""Small invented granules for tests (see `synthetic.granule`), and the scenes of their items."""

from __future__ import annotations

from typing import Any

from pipeline.catalogs.items import from_item
from pipeline.sentinel2.scene import Scene
from synthetic.files import write_tiff
from synthetic.granule import BANDS, NOON, item, write_granule

__all__ = ["BANDS", "NOON", "item", "scene", "write_granule", "write_tiff"]


def scene(*args: Any, **options: Any) -> Scene:
    """Return the scene of `item` with the same arguments."""
    return from_item(item(*args, **options))
