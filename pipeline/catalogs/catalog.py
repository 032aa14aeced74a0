"""What is special about a catalogue, as data: asset names, where files are, offset, mask, no data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.sentinel2.bands import ALL_BANDS, SCL, SCL_ASSET_KEYS

COLLECTIONS = ("sentinel-2-c1-l2a", "sentinel-2-l2a", "sentinel-s2-l2a-cogs")
"""Known Sentinel-2 L2A collections, best first."""
NO_SCENE_CLASS = 15
"""Scene class of pixels that are of no class in particular: they are never masked."""
SCENE_CLASS_OF: Mapping[str, int] = {
    "no data": 0,
    "defective": 1,
    "dark": 2,
    "shadow": 3,
    "vegetation": 4,
    "bare": 5,
    "water": 6,
    "unclassified": 7,
    "probable cloud": 8,
    "cloud": 9,
    "cirrus": 10,
    "snow": 11,
    "clear": NO_SCENE_CLASS,
}
"""Words for what a mask's values mean, and the scene classes (SCL) that requests leave out by number."""


@dataclass(frozen=True)
class MaskBand:
    """The file that tells clouds and shadows from land."""

    asset_keys: tuple[str, ...] = SCL_ASSET_KEYS
    """In the order they are looked for."""
    meanings: Mapping[int, str] = field(default_factory=dict, hash=False)
    """Value in the file -> a word of `SCENE_CLASS_OF`; empty: the values are scene classes."""

    @property
    def class_of_value(self) -> tuple[int, ...] | None:
        """Scene class of each of the values 0..255; None where the file holds scene classes."""
        if not self.meanings:
            return None
        unknown = SCENE_CLASS_OF["unclassified"]
        return tuple(
            SCENE_CLASS_OF[self.meanings[value]] if value in self.meanings else unknown
            for value in range(256)
        )


@dataclass(frozen=True)
class CatalogProfile:
    """A STAC API that holds Sentinel-2 images of the surface."""

    name: str
    """Name in requests."""
    title: str
    """As the form shows it."""
    label: str
    """Short name for sentences."""
    url: str | None
    """Landing page; None: the embedded demo, whose address is known once it runs."""
    collections: tuple[str, ...] = ()
    """Collections to search, best first; empty: whichever of `COLLECTIONS` it holds."""
    credit: str = "Contains modified Copernicus Sentinel data {years}"
    """What the images' licence asks to be shown."""
    fields: bool | None = None
    """Whether a search can leave out what is not needed; None: the landing page says it."""
    assets: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    """Asset keys by band, where they are not among the usual ones (`keys_of`)."""
    mask: MaskBand = MaskBand()
    offset_dn: int | None = None
    """What is added to every digital number; None: each item tells (sentinel2/offset.py)."""
    nodata_dn: int = 0
    """Digital number of pixels without data."""
    hosts: tuple[str, ...] = ("*",)
    """Hosts of its files beside its own; ``.example.org`` stands for all below it, ``*`` for any on the web
    (this machine and its network are not meant by that)."""
    addresses: tuple[tuple[str, str], ...] = ()
    """Beginnings of addresses and what stands in their place, e.g. of an open s3 bucket."""
    local: Path | None = None
    """Folder whose files it may name, for a catalogue on this machine."""
    refusal: str = ""
    """Why its images cannot be read here, where that is known before any search."""

    def address(self) -> str:
        """Return the landing page's address; starts the embedded demo.

        Raises
        ------
        CatalogUnavailable
            When the demo cannot be started.
        """
        if self.url is not None:
            return self.url
        from pipeline.catalogs import demo as embedded

        return embedded.address()

    def keys_of(self, band: str) -> tuple[str, ...]:
        """Return the asset keys of a band, or of the mask (``"scl"``), in the order they are looked for."""
        if band == SCL:
            return self.mask.asset_keys
        usual = next((b.asset_keys for b in ALL_BANDS if b.key == band), (band,))
        return (*self.assets.get(band, ()), *usual)
