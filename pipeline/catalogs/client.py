"""pystac-client's view of a catalogue, whose requests go through our transport.

Importing pystac-client imports jsonschema, and that the grammar of internationalised addresses: a second of
processor time, for a check of formats that nobody here asks for. The grammar is left until somebody does.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

from pipeline.catalogs.transport import Transport
from pipeline.errors import AnalysisError

GRAMMAR = "rfc3987_syntax"
MOST_COLLECTION_PAGES = 20


@contextmanager
def grammar_later() -> Iterator[None]:
    """Have jsonschema, where it is imported within the block, import the grammar when it is first needed."""
    if GRAMMAR in sys.modules or find_spec(GRAMMAR) is None:
        yield
        return
    later = ModuleType(GRAMMAR)
    later.is_valid_syntax = is_valid_syntax  # type: ignore[attr-defined]
    sys.modules[GRAMMAR] = later
    try:
        yield
    finally:
        if sys.modules.get(GRAMMAR) is later:
            del sys.modules[GRAMMAR]


def is_valid_syntax(term: str, value: str) -> bool:
    """Do what the grammar's function of this name does."""
    return bool(import_module(GRAMMAR).is_valid_syntax(term, value))


with grammar_later():
    from pystac_client import Client as Client
    from pystac_client.stac_api_io import StacApiIO


class BoundedIO(StacApiIO):
    """Answers of a catalogue, within the bounds of a transport.

    Parameters
    ----------
    line : Transport
        The connection.
    """

    def __init__(self, line: Transport) -> None:
        super().__init__()
        self._line = line

    def read_text(self, source: Any, *_args: Any, **_kwargs: Any) -> str:
        """Return what an address or a link holds."""
        href = source if isinstance(source, str) else source.get_absolute_href() or source.href
        return self._line.content(str(href)).decode("utf-8", "replace")

    def request(self, href: str, *_args: Any, **_kwargs: Any) -> str:
        """Return what an address holds."""
        return self._line.content(href).decode("utf-8", "replace")

    def get_pages(self, url: str, *_args: Any, **_kwargs: Any) -> Iterator[dict[str, Any]]:
        """Yield the pages of a list; those that come again end it."""
        seen: set[str] = set()
        for _ in range(MOST_COLLECTION_PAGES):
            seen.add(url)
            page = self._line.json(url)
            yield page
            links = page.get("links")
            nexts = [
                link["href"]
                for link in (links if isinstance(links, list) else ())
                if isinstance(link, Mapping)
                and link.get("rel") == "next"
                and isinstance(link.get("href"), str)
            ]
            if not nexts or nexts[0] in seen:
                return
            url = nexts[0]


def landing_page(address: str, line: Transport) -> Client:
    """Return what pystac-client knows of a catalogue from its landing page.

    Raises
    ------
    CatalogUnavailable
        When it is none, or does not come.
    """
    try:
        return Client.open(address, stac_io=BoundedIO(line))
    except AnalysisError:
        raise
    except Exception as error:  # as in Line._asked
        raise line.unreadable() from error
