"""Where imagery comes from: the catalogues by name or address, and which of them the form offers.

What an installation may set stands in pipeline/config.py, the entries of its TOML file in configured.py, the
services that are known anyway in known.py.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pipeline import config
from pipeline.catalogs import answers
from pipeline.catalogs import demo as embedded
from pipeline.catalogs.catalog import COLLECTIONS as COLLECTIONS
from pipeline.catalogs.catalog import CatalogProfile as CatalogProfile
from pipeline.catalogs.configured import WrongEntry, profile_of
from pipeline.catalogs.demo import DEMO as DEMO
from pipeline.catalogs.known import EARTH_SEARCH as EARTH_SEARCH
from pipeline.catalogs.known import KNOWN
from pipeline.catalogs.known import WORLDWIDE as WORLDWIDE
from pipeline.errors import CatalogUnavailable

if TYPE_CHECKING:
    from pipeline.drawing.overlays import Overlay

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Example:
    """A place and a period that make a good example."""

    title: str
    catalog: str
    longitude: float
    latitude: float
    size_km: float
    start: date
    end: date


def offered() -> tuple[CatalogProfile, ...]:
    """Return the catalogues the form offers, the demo always among them."""
    found = _configured()
    by_name = {p.name: p for p in KNOWN} | found | {DEMO.name: DEMO}
    wanted = [name for name in config.catalogs_file().offer if name in by_name]
    names = wanted or [*(p.name for p in WORLDWIDE), *found]
    return tuple(by_name[n] for n in dict.fromkeys([*names, DEMO.name]))


def default_name() -> str:
    """Return the name of the catalogue that is chosen at the start."""
    names = [p.name for p in offered()]
    wanted = config.catalog() or EARTH_SEARCH.name
    return wanted if wanted in names else names[0]


def find(catalog: str) -> CatalogProfile:
    """Return the profile of a name, or of the URL of any STAC API.

    The address of a known or configured catalogue is read as that one is: same asset names, same mask, same
    hosts of files.

    Raises
    ------
    CatalogUnavailable
        When the text is neither, or holds a password.
    """
    by_name = {p.name: p for p in KNOWN} | _configured() | {DEMO.name: DEMO}
    if catalog in by_name:
        return by_name[catalog]
    try:
        parts = urlsplit(catalog)
        host = parts.hostname if parts.scheme in ("http", "https") else None
    except ValueError:
        host = None
    if host is None:
        names = ", ".join(p.name for p in offered())
        raise CatalogUnavailable(
            f"There is no catalogue named {catalog[:80]!r}. Choose one of {names}, or give an address "
            "that begins with https://.",
            catalog,
        )
    if parts.username is not None:
        raise CatalogUnavailable(
            "The catalogue's address holds a user name or password. Give it without: it would be written "
            "into links and files.",
            catalog,
        )
    for known in by_name.values():
        if known.url is not None and known.url.rstrip("/") == catalog.rstrip("/"):
            return replace(known, name=catalog, title=parts.netloc, url=catalog)
    return CatalogProfile(name=catalog, title=parts.netloc, label=parts.netloc, url=catalog)


def probe(catalog: str, timeout_s: float = 2.0) -> None:
    """Check that a catalogue answers.

    Raises
    ------
    CatalogUnavailable
        When its landing page does not come within `timeout_s` seconds.
    """
    profile = find(catalog)
    address = profile.address()

    def knock() -> bool:
        return _answers(address, timeout_s)

    if not answers.may_be_kept(profile):
        awake = knock()
    else:
        question = ["knock", address]
        awake = answers.asked_once(question, lambda a: answers.AWAKE_S if a else answers.SILENT_S, knock)
    if not awake:
        raise CatalogUnavailable(f"{profile.label} does not answer.", catalog)


def _answers(address: str, timeout_s: float) -> bool:
    import requests

    try:
        with requests.get(address, timeout=timeout_s, stream=True) as response:
            response.raise_for_status()
    except (requests.RequestException, ValueError):
        return False
    return True


def examples() -> tuple[Example, ...]:
    """Return places to start from."""
    june_2022 = (date(2022, 6, 1), date(2022, 6, 30))
    return (
        Example("Bolzano", EARTH_SEARCH.name, 11.34, 46.49, 5, *june_2022),
        Example("Wimmera", EARTH_SEARCH.name, 142.129, -36.741, 5, date(2022, 4, 1), date(2022, 4, 30)),
        Example("Offline demo", DEMO.name, *embedded.place()),
    )


def reference_map(catalog: str) -> str | None:
    """Return the reference map of a catalogue whose land no real map shows (the demo)."""
    if catalog != DEMO.name:
        return None
    return embedded.reference_map()


def backdrop(catalog: str) -> Overlay | None:
    """Return a muted picture of a catalogue's land where maps from outside cannot show it (the demo)."""
    return embedded.backdrop() if catalog == DEMO.name else None


def _configured() -> dict[str, CatalogProfile]:
    """Return the catalogues of the TOML file; an entry that is wrong is logged and left out."""
    found = {}
    for name, entry in config.catalogs_file().entries.items():
        try:
            found[name] = profile_of(name, entry)
        except WrongEntry as error:
            log.warning("%s", error)
    return found
