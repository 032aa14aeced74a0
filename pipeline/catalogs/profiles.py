"""Where imagery comes from: one profile per catalogue, and which of them the form offers.

The environment decides what an installation offers:

- ``DASHBOARD_CATALOG``: name of the catalogue that is chosen at the start (default ``earth-search``).
- ``DASHBOARD_CATALOGS``: path of a TOML file with further catalogues, and what the form offers::

      offer = ["earth-search", "our-archive", "demo"]   # optional: names and order in the form

      [catalogs.our-archive]
      title = "Our archive"                # as the form shows it
      url = "https://stac.example.org"     # landing page of the STAC API
      collections = ["sentinel-2-l2a"]     # optional: best first
      filtering = "query"                  # optional: "query", "cql2" or "none"; see CatalogProfile

- ``DASHBOARD_MAX_SIZE_KM``: longest side of an area (default 110: a whole tile).
"""

from __future__ import annotations

import logging
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args
from urllib.parse import urlsplit

from pipeline.errors import CatalogUnavailable

if TYPE_CHECKING:
    from pipeline.drawing.overlays import Overlay

log = logging.getLogger(__name__)

COLLECTIONS = ("sentinel-2-c1-l2a", "sentinel-2-l2a", "sentinel-s2-l2a-cogs")
"""Known Sentinel-2 L2A collections, best first."""
Filtering = Literal["query", "cql2", "none"]
"""How an API's search can be told the highest cloud cover."""
MAX_SIZE_KM = 110.0


@dataclass(frozen=True)
class CatalogProfile:
    """A STAC API that holds Sentinel-2 L2A images."""

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
    filtering: Filtering | None = None
    """The filter that ``url/search`` understands (with collections, that spares a look at the landing page);
    None: the landing page is asked."""

    def address(self) -> str:
        """Return the landing page's address; starts the embedded demo.

        Raises
        ------
        CatalogUnavailable
            When the demo cannot be started.
        """
        if self.url is not None:
            return self.url
        import demo

        try:
            return demo.serve()
        except (RuntimeError, OSError) as error:
            raise CatalogUnavailable(
                f"The demo catalogue could not be started: {error}", self.name
            ) from error


@dataclass(frozen=True)
class Example:
    """A place and a period that show what the dashboard does."""

    title: str
    catalog: str
    longitude: float
    latitude: float
    size_km: float
    start: date
    end: date


EARTH_SEARCH = CatalogProfile(
    name="earth-search",
    title="Earth Search (worldwide)",
    label="Earth Search",
    url="https://earth-search.aws.element84.com/v1",
    collections=("sentinel-2-c1-l2a", "sentinel-2-l2a"),
    filtering="query",
)
PLANETARY_COMPUTER = CatalogProfile(
    name="planetary-computer",
    title="Planetary Computer (worldwide)",
    label="Planetary Computer",
    url="https://planetarycomputer.microsoft.com/api/stac/v1",
    collections=("sentinel-2-l2a",),
    filtering="query",
)
"""Its files' addresses are signed when they are opened (reading/signing.py)."""
DEMO = CatalogProfile(
    name="demo",
    title="Demo (offline, made-up land)",
    label="The demo catalogue",
    url=None,
    collections=("sentinel-2-c1-l2a",),
    credit="Made-up land (on real images: Contains modified Copernicus Sentinel data {years})",
    filtering="none",
)
WORLDWIDE = (EARTH_SEARCH, PLANETARY_COMPUTER)
"""Catalogues that are there without configuration, in the order of the form."""


def offered() -> tuple[CatalogProfile, ...]:
    """Return the catalogues the form offers, the demo always among them."""
    profiles, offer = _configured()
    names = [n for n in offer if n in profiles] or list(profiles)
    return tuple(profiles[n] for n in dict.fromkeys([*names, DEMO.name]))


def default_name() -> str:
    """Return the name of the catalogue that is chosen at the start."""
    wanted = os.environ.get("DASHBOARD_CATALOG", EARTH_SEARCH.name)
    names = [p.name for p in offered()]
    return wanted if wanted in names else names[0]


def find(catalog: str) -> CatalogProfile:
    """Return the profile of a configured name, or a plain one for the URL of any STAC API.

    Raises
    ------
    CatalogUnavailable
        When the text is neither.
    """
    profiles, _ = _configured()
    if catalog in profiles:
        return profiles[catalog]
    parts = urlsplit(catalog)
    if parts.scheme in ("http", "https") and parts.netloc:
        return CatalogProfile(name=catalog, title=parts.netloc, label=parts.netloc, url=catalog)
    raise CatalogUnavailable(
        f"There is no catalogue named {catalog!r}. Choose one of {', '.join(profiles)}, or give an address "
        "that begins with https://.",
        catalog,
    )


def probe(catalog: str, timeout_s: float = 2.0) -> None:
    """Check that a catalogue answers.

    Raises
    ------
    CatalogUnavailable
        When its landing page does not come within `timeout_s` seconds.
    """
    import requests

    profile = find(catalog)
    address = profile.address()
    try:
        response = requests.get(address, timeout=timeout_s)
        response.raise_for_status()
    except requests.RequestException as error:
        raise CatalogUnavailable(f"{profile.label} does not answer.", catalog) from error


def max_size_km() -> float:
    """Return the longest side of an area that this installation allows, kilometres."""
    try:
        limit = float(os.environ["DASHBOARD_MAX_SIZE_KM"])
    except (KeyError, ValueError):
        return MAX_SIZE_KM
    return limit if limit > 0 else MAX_SIZE_KM


def examples() -> tuple[Example, ...]:
    """Return places to start from."""
    import demo

    june_2022 = (date(2022, 6, 1), date(2022, 6, 30))
    return (
        Example("Bolzano", EARTH_SEARCH.name, 11.34, 46.49, 5, *june_2022),
        Example("Wimmera", EARTH_SEARCH.name, 142.129, -36.741, 5, date(2022, 4, 1), date(2022, 4, 30)),
        Example("Offline demo", DEMO.name, demo.LONGITUDE, demo.LATITUDE, demo.SIZE_KM, demo.START, demo.END),
    )


def reference_map(catalog: str) -> str | None:
    """Return the reference map of a catalogue whose land no real map shows (the demo)."""
    if catalog != DEMO.name:
        return None
    import demo

    return str(demo.reference_map())


def backdrop(catalog: str) -> Overlay | None:
    """Return a muted picture of a catalogue's land where maps from outside cannot show it (the demo)."""
    if catalog != DEMO.name:
        return None
    import base64

    import demo
    from pipeline.drawing.overlays import Overlay

    picture, mime, bounds = demo.backdrop()
    return Overlay(f"data:{mime};base64,{base64.b64encode(picture).decode()}", bounds)


def _configured() -> tuple[Mapping[str, CatalogProfile], tuple[str, ...]]:
    path = os.environ.get("DASHBOARD_CATALOGS")
    if path:
        try:
            return _read_configuration(Path(path), Path(path).stat().st_mtime_ns)
        except (OSError, ValueError):
            log.exception("DASHBOARD_CATALOGS cannot be read; only the built-in catalogues are offered")
    return {p.name: p for p in (*WORLDWIDE, DEMO)}, ()


@lru_cache(maxsize=4)
def _read_configuration(path: Path, _modified: int) -> tuple[Mapping[str, CatalogProfile], tuple[str, ...]]:
    settings = tomllib.loads(path.read_text(encoding="utf-8"))
    profiles = {p.name: p for p in WORLDWIDE}
    for name, entry in settings.get("catalogs", {}).items():
        profiles[name] = _profile(name, entry)
    profiles[DEMO.name] = DEMO
    return profiles, tuple(settings.get("offer", ()))


def _profile(name: str, entry: Mapping[str, Any]) -> CatalogProfile:
    unknown = set(entry) - {"title", "url", "collections", "filtering"}
    if unknown or "url" not in entry:
        problem = f"has unknown settings {sorted(unknown)}" if unknown else "has no url"
        raise ValueError(f"DASHBOARD_CATALOGS: the catalogue {name!r} {problem}.")
    filtering = entry.get("filtering")
    if filtering not in (None, *get_args(Filtering)):
        raise ValueError(
            f"DASHBOARD_CATALOGS: the catalogue {name!r} has an unknown filtering {filtering!r}."
        )
    title = str(entry.get("title", name))
    collections = tuple(entry.get("collections", ()))
    return CatalogProfile(name, title, title, str(entry["url"]), collections, filtering=filtering)
