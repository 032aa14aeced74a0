"""Which maps clusters can be compared with: one profile per map: classes, licence, published accuracy.

Further maps stand in the TOML file that ``DASHBOARD_CATALOGS`` names::

      [references.our-map]
      title = "Land cover of our canton"
      path = "/data/cover.tif"              # or an address; a GeoTIFF whose values are classes
      year = 2020                           # optional, as all that follows
      licence = "CC-BY 4.0"
      accuracy = "85 % (its makers)"
      classes = { 1 = "Forest", 2 = "Meadow" }
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline import config
from pipeline.checks import quoted
from pipeline.errors import InvalidRequest
from pipeline.sentinel2.scene_classes import (
    NOT_VEGETATED,
    SCENE_CLASSES,
    SNOW,
    UNCLASSIFIED,
    VEGETATION,
    WATER,
)

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Reference:
    """A map that clusters are compared with."""

    name: str
    """Name in calls and settings."""
    title: str
    """As people read it."""
    year: int | None = None
    """Of the land that it shows; None where it is not known, or that of the image."""
    licence: str = ""
    accuracy: str = ""
    """What its makers or others published of its accuracy."""
    classes: Mapping[int, str] = field(default_factory=dict)
    """Name of each value."""
    families: Mapping[int, str] = field(default_factory=dict)
    """Colours (clustering.palette.FAMILIES) of the classes that have any."""
    path: str = ""
    """File or address; ``{tile}`` stands for the south-west corner of tiles of 3 degrees, ``N45E009``."""
    api: str = ""
    """STAC API that tells the files, where `path` is empty."""
    collection: str = ""
    asset: str = ""
    yearly: bool = False
    """Whether the API has a map of each year: that of the image is taken."""


SCENE_CLASSIFICATION = Reference(
    name="scl",
    title="Scene classification of the image",
    licence="as the image",
    accuracy="made for masking clouds; not a land-cover map",
    classes={n: SCENE_CLASSES[n] for n in (2, VEGETATION, NOT_VEGETATED, WATER, UNCLASSIFIED, SNOW)},
    families={VEGETATION: "vegetation", NOT_VEGETATED: "bare", WATER: "water", SNOW: "snow"},
)
_WORLDCOVER_CLASSES = {
    **{10: "Tree cover", 20: "Shrubland", 30: "Grassland", 40: "Cropland", 50: "Built-up"},
    **{60: "Bare or sparse vegetation", 70: "Snow and ice", 80: "Water", 90: "Herbaceous wetland"},
    **{95: "Mangroves", 100: "Moss and lichen"},
}
_WORLDCOVER_FAMILIES = {
    **{10: "vegetation", 20: "vegetation", 30: "crops", 40: "crops", 50: "bare", 60: "bare"},
    **{70: "snow", 80: "water", 90: "wet", 95: "vegetation", 100: "crops"},
}
_WORLDCOVER = {
    "title": "ESA WorldCover 2021",
    "year": 2021,
    "licence": "CC-BY 4.0; ESA WorldCover project, contains modified Copernicus Sentinel data (2021)",
    "accuracy": "about 77 % by its makers, 65 to 71 % in independent tests",
    "classes": _WORLDCOVER_CLASSES,
    "families": _WORLDCOVER_FAMILIES,
}
WORLDCOVER = Reference(
    name="worldcover",
    path="https://esa-worldcover.s3.eu-central-1.amazonaws.com/v200/2021/map/"
    "ESA_WorldCover_10m_2021_v200_{tile}_Map.tif",
    **_WORLDCOVER,  # type: ignore[arg-type]
)
_PLANETARY_COMPUTER = "https://planetarycomputer.microsoft.com/api/stac/v1"
WORLDCOVER_ON_PC = Reference(
    name="worldcover-pc",
    api=_PLANETARY_COMPUTER,
    collection="esa-worldcover",
    asset="map",
    **_WORLDCOVER,  # type: ignore[arg-type]
)
IO_LAND_COVER = Reference(
    name="io-lulc",
    title="Esri and Impact Observatory annual land cover",
    licence="CC-BY 4.0; Impact Observatory, Microsoft and Esri",
    accuracy="75 % by its makers, 63 to 75 % in independent tests",
    classes={
        **{1: "Water", 2: "Trees", 4: "Flooded vegetation", 5: "Crops", 7: "Built area", 8: "Bare ground"},
        **{9: "Snow or ice", 11: "Rangeland"},
    },
    families={
        **{1: "water", 2: "vegetation", 4: "wet", 5: "crops", 7: "bare", 8: "bare", 9: "snow", 11: "crops"}
    },
    api=_PLANETARY_COMPUTER,
    collection="io-lulc-annual-v02",
    asset="data",
    yearly=True,
)
BUILT_IN = (SCENE_CLASSIFICATION, WORLDCOVER, WORLDCOVER_ON_PC, IO_LAND_COVER)


def offered() -> tuple[Reference, ...]:
    """Return the reference maps: the built-in ones, then those of the settings."""
    return (*BUILT_IN, *_configured())


def find(name: str, classes: Mapping[int, str] | None = None) -> Reference:
    """Return the map of a name, or a plain one for the path or address of a classified GeoTIFF.

    Parameters
    ----------
    name : str
        A name of `offered`, or a path or address that ends in ``.tif`` or ``.tiff``.
    classes : mapping, optional
        Name of each value, where the file does not tell.

    Raises
    ------
    InvalidRequest
        When the text is neither.
    """
    known = {reference.name: reference for reference in offered()}
    if name in known:
        return known[name]
    if name.lower().partition("?")[0].endswith((".tif", ".tiff")):
        title = Path(name.partition("?")[0]).name
        return Reference(name=name, title=title, path=name, classes=dict(classes or {}))
    raise InvalidRequest(
        f"There is no reference map named {quoted(name)}. Choose one of {', '.join(known)}, "
        "or give the path of a classified GeoTIFF."
    )


def _configured() -> tuple[Reference, ...]:
    try:
        entries = config.catalogs_file().references
        return tuple(_from_entry(name, entry) for name, entry in entries.items())
    except (ValueError, TypeError, AttributeError):
        log.exception("the reference maps of DASHBOARD_CATALOGS cannot be read; only the built-in ones are")
        return ()


def _from_entry(name: str, entry: Mapping[str, Any]) -> Reference:
    values = {"title": name, **entry}
    values["classes"] = {int(value): str(text) for value, text in values.get("classes", {}).items()}
    return Reference(name=name, **values)
