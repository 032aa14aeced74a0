"""The satellites: their names in items and as people write them."""

from __future__ import annotations

PLATFORMS = {f"S2{unit}": f"Sentinel-2{unit}" for unit in "ABCD"}
"""Name of a satellite by its short name (`Scene.platform`)."""
MISSION = "Sentinel-2"
"""What is said where the satellite is not known."""
