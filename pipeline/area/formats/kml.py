"""KML (OGC 12-007r2): always longitude and latitude on WGS 84.

Read element by element, without namespaces: exporters write undeclared prefixes. Document types are
refused, so that no entity is expanded.
"""

from __future__ import annotations

import codecs
import re
from xml.parsers import expat

from pipeline.area.formats.raw import (
    Budget,
    Damaged,
    Feature,
    Layer,
    Polygon,
    Ring,
    TooMuch,
    attributes,
    polygon,
)

MAX_ELEMENTS, MAX_NESTING = 500_000, 200
BLANKS = b" \t\r\n"
"""Exporters write them before the declaration, where XML allows none."""
FOLDERS = ("kml", "Document", "Folder")


def layers(content: bytes, budget: Budget) -> list[Layer]:
    """Return the features of each folder that has polygons; parts without coordinates are left out.

    Raises
    ------
    Damaged
        When the content is no KML.
    TooMuch
        When it passes a bound.
    """
    reader = _Reader(budget)
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = reader.doctype
    try:
        parser.Parse(content.removeprefix(codecs.BOM_UTF8).lstrip(BLANKS), True)
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise Damaged("no XML") from error
    return reader.layers()


class _Reader:
    """Takes the events of a parser."""

    def __init__(self, budget: Budget) -> None:
        self._budget, self._elements = budget, 0
        self._stack: list[str] = []
        self._folders: list[list[str]] = []
        self._found: dict[int, tuple[list[str], list[Feature]]] = {}
        self._number = 0
        self._numbers: list[int] = []
        self._words: list[str] = []
        self._polygons: list[Polygon] = []
        self._outer: list[Ring] = []
        self._holes: list[Ring] = []
        self._values: dict[str, str] = {}
        self._key = ""

    def doctype(self, *_: object) -> None:
        raise Damaged("a document type can declare entities")

    def start(self, name: str, given: dict[str, str]) -> None:
        tag = name.rpartition(":")[2]
        self._elements += 1
        if self._elements > MAX_ELEMENTS or len(self._stack) >= MAX_NESTING:
            raise TooMuch("too many elements, or too deep ones")
        if not self._stack and tag != "kml":
            raise Damaged("no KML")
        self._stack.append(tag)
        self._words = []
        if tag in FOLDERS:
            self._number += 1
            self._numbers.append(self._number)
            self._folders.append([""])
        elif tag == "Placemark":
            self._budget.feature()
            self._polygons, self._values = [], {}
        elif tag == "Polygon":
            self._outer, self._holes = [], []
        elif tag in ("Data", "SimpleData"):
            self._key = given.get("name", "")

    def text(self, words: str) -> None:
        if self._stack[-1] in ("coordinates", "name", "value", "SimpleData"):
            self._words.append(words)

    def end(self, name: str) -> None:
        tag = name.rpartition(":")[2]
        words = "".join(self._words)
        self._words = []
        self._stack.pop()
        parent = self._stack[-1] if self._stack else ""
        if tag == "coordinates":
            self._take_ring(words)
        elif tag == "Polygon":
            made = polygon([*self._outer[:1], *self._holes]) if self._outer else None
            self._polygons += [made] if made is not None else []
        elif tag == "name" and parent == "Placemark":
            self._values["name"] = words.strip()
        elif tag == "name" and parent in FOLDERS:
            self._folders[-1][0] = words.strip()
        elif (tag == "value" and parent == "Data") or tag == "SimpleData":
            self._values[self._key] = words.strip()
        elif tag == "Placemark" and self._polygons:
            _, features = self._found.setdefault(self._numbers[-1], (self._folders[-1], []))
            features.append(Feature(tuple(self._polygons), attributes(self._values)))
        elif tag in FOLDERS:
            self._numbers.pop()
            self._folders.pop()

    def _take_ring(self, words: str) -> None:
        kinds = [tag for tag in self._stack if tag in ("outerBoundaryIs", "innerBoundaryIs")]
        if not kinds:
            return
        ring = self._budget.ring(_positions(words))
        if ring:
            (self._outer if kinds[-1] == "outerBoundaryIs" else self._holes).append(ring)

    def layers(self) -> list[Layer]:
        """Return what was found, folder by folder."""
        return [Layer(name[0], tuple(features)) for name, features in self._found.values()]


def _positions(words: str) -> list[tuple[float, float]]:
    """Return the positions of a text such as ``"11.3,46.5,250 11.4, 46.5"``."""
    found = []
    for position in re.sub(r"\s*,\s*", ",", words).split():
        numbers = position.split(",")
        if len(numbers) < 2:
            raise Damaged("a position is no pair")
        try:
            found.append((float(numbers[0]), float(numbers[1])))
        except ValueError as error:
            raise Damaged("no number") from error
    return found
