"""The scene classification (SCL) of ESA's L2A processor: its class names, and what they say about land.

It is made for masking clouds and is no land-cover map. Its land classes are few, but they come with every
image.
"""

from __future__ import annotations

SCENE_CLASSES = (
    *("No data", "Saturated or defective", "Dark area or topographic shadow", "Cloud shadow"),
    *("Vegetation", "Not vegetated", "Water", "Unclassified"),
    *("Cloud, medium probability", "Cloud, high probability", "Thin cirrus", "Snow or ice"),
)
"""Names of the classes 0..11."""
VEGETATION, NOT_VEGETATED, WATER, UNCLASSIFIED, SNOW = 4, 5, 6, 7, 11
"""The classes of land."""


def class_name(number: int) -> str:
    """Return the name of a scene class; empty for a number that no class has."""
    return SCENE_CLASSES[number] if 0 <= number < len(SCENE_CLASSES) else ""
