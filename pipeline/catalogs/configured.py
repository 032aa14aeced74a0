"""Catalogues of the TOML file that ``DASHBOARD_CATALOGS`` names: each entry checked, then a profile.

::

    offer = ["earth-search", "our-archive", "demo"]   # optional: names and order in the form

    [catalogs.our-archive]
    title = "Our archive"                # as the form shows it
    url = "https://stac.example.org"     # landing page of the STAC API
    collections = ["sentinel-2-l2a"]     # optional: best first; spares a look at the landing page
    fields = true                        # optional: its search understands the fields extension
    credit = "Our archive, {years}"      # optional: what the licence asks to be shown
    offset = 0                           # optional: added to every digital number; else each item tells
    nodata = -999                        # optional: digital number of pixels without data (0)
    hosts = ["files.example.org"]        # optional: the only hosts, beside the API's own, where files may
                                         # lie (".example.org": all below it); else anywhere on the web, but
                                         # not on this machine or in its network
    local = "/srv/images"                # optional: folder whose files a catalogue of this machine may name

    [catalogs.our-archive.assets]        # optional: asset keys that are not the usual ones
    blue = "nbart_blue"

    [catalogs.our-archive.mask]          # optional: a mask that is no scene classification
    asset = "oa_fmask"
    classes = { 0 = "no data", 1 = "clear", 2 = "cloud", 3 = "shadow", 4 = "snow", 5 = "water" }

    [catalogs.our-archive.addresses]     # optional: beginnings of addresses that are replaced
    "s3://open-bucket/" = "https://open-bucket.s3.amazonaws.com/"

The words of ``classes`` are those of `catalog.SCENE_CLASS_OF`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pipeline.catalogs.catalog import SCENE_CLASS_OF, CatalogProfile, MaskBand
from pipeline.sentinel2.bands import ALL_BANDS

KEYS = {
    *("title", "url", "collections", "fields", "credit", "offset", "nodata", "hosts", "local"),
    *("assets", "mask", "addresses"),
}
FORMER_KEYS = {"filtering"}
"""Of earlier versions; they change nothing any more."""


class WrongEntry(ValueError):
    """An entry of the file is not as it should be; the text names it."""


def profile_of(name: str, entry: object) -> CatalogProfile:
    """Return the profile that an entry describes.

    Raises
    ------
    WrongEntry
        When something is missing, unknown or of the wrong type.
    """
    where = f"DASHBOARD_CATALOGS: the catalogue {name!r}"
    if not isinstance(entry, Mapping):
        raise WrongEntry(f"{where} is no table. Write [catalogs.{name}].")
    if unknown := sorted(set(entry) - KEYS - FORMER_KEYS):
        raise WrongEntry(f"{where} has unknown settings {unknown}.")
    if "url" not in entry:
        raise WrongEntry(f"{where} has no url.")
    read = _Reader(where, entry)
    url = read.text("url", "")
    if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
        raise WrongEntry(f"{where} has a url that does not begin with http:// or https://: {url!r}.")
    title = read.text("title", name)
    local = read.text("local", "")
    return CatalogProfile(
        name,
        title,
        title,
        url,
        read.texts("collections"),
        credit=read.text("credit", CatalogProfile.credit),
        fields=read.of_type("fields", bool, None),
        assets={band: (key,) for band, key in read.table("assets", {b.key for b in ALL_BANDS}).items()},
        mask=_mask(where, entry.get("mask")),
        offset_dn=read.of_type("offset", int, None),
        nodata_dn=read.of_type("nodata", int, 0) or 0,
        hosts=read.texts("hosts") if "hosts" in entry else CatalogProfile.hosts,
        addresses=tuple(read.table("addresses").items()),
        local=Path(local) if local else None,
    )


def _mask(where: str, entry: object) -> MaskBand:
    if entry is None:
        return MaskBand()
    if not isinstance(entry, Mapping) or set(entry) - {"asset", "classes"} or "asset" not in entry:
        raise WrongEntry(f"{where} has a mask that is not an asset and, where needed, its classes.")
    read = _Reader(f"{where}, mask", entry)
    meanings: dict[int, str] = {}
    for value, word in read.table("classes").items():
        if not value.isdigit() or int(value) > 255 or word not in SCENE_CLASS_OF:
            raise WrongEntry(
                f"{where} has a mask class {value} = {word!r}. Values are 0 to 255, the words are "
                f"{', '.join(SCENE_CLASS_OF)}."
            )
        meanings[int(value)] = word
    return MaskBand((read.text("asset", ""),), meanings)


class _Reader:
    """Takes settings of the right type out of an entry."""

    def __init__(self, where: str, entry: Mapping[str, Any]) -> None:
        self._where, self._entry = where, entry

    def of_type(self, key: str, kind: type, default: Any) -> Any:
        value = self._entry.get(key, default)
        if value is not default and type(value) is not kind:
            raise WrongEntry(f"{self._where} has {key} = {value!r}, which is no {kind.__name__}.")
        return value

    def text(self, key: str, default: str) -> str:
        value: str = self.of_type(key, str, default)
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        values = self.of_type(key, list, [])
        if not all(isinstance(value, str) for value in values):
            raise WrongEntry(f"{self._where} has {key} = {values!r}, which is no list of texts.")
        return tuple(values)

    def table(self, key: str, known: set[str] | None = None) -> dict[str, str]:
        values: dict[str, Any] = self.of_type(key, dict, {})
        if not all(isinstance(value, str) for value in values.values()):
            raise WrongEntry(f"{self._where} has {key} = {values!r}, in which not all are texts.")
        if known is not None and (unknown := sorted(set(values) - known)):
            raise WrongEntry(f"{self._where} names unknown bands {unknown}. Bands are {sorted(known)}.")
        return values
