"""Talking to a STAC API in as few round trips as can be.

A search needs to know where to post it and which collections there are. A catalogue's profile may say so;
otherwise the landing page is asked, once per process.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from pipeline.catalogs import answers, transport
from pipeline.catalogs.catalog import COLLECTIONS, CatalogProfile
from pipeline.catalogs.pages import Cut, Found, search
from pipeline.catalogs.transport import BadAnswer, Transport
from pipeline.errors import AnalysisError, CatalogUnavailable
from pipeline.progress import Progress
from pipeline.sentinel2.bands import ALL_BANDS, SCL

MOVED = (404, 405, 410, 501)
"""Answers that say that a search address kept from before is none any more."""
MOST_TOGETHER = 20_000
"""Most items of all slices of a search."""

if TYPE_CHECKING:
    from pipeline.catalogs.client import Client


@dataclass(frozen=True)
class Api:
    """What a search of a STAC API needs to know."""

    search_url: str
    collections: tuple[str, ...]
    """Collections to search, best first."""
    fields: bool
    """Whether a search can leave out what is not needed."""


class _Unfinished(Exception):
    """A search that ran out of time: its items are used but not kept."""

    def __init__(self, found: Found) -> None:
        super().__init__()
        self.found = found


class Line:
    """A connection to one catalogue for one run: waits, repeats and gives up as this project wants it."""

    def __init__(self, profile: CatalogProfile, progress: Progress) -> None:
        if profile.url is None:
            progress.detail("the demo makes its images once, which takes some seconds")
        self._profile, self._progress = profile, progress
        self._address = profile.address()
        self._transport = Transport(profile, self._address, progress)
        progress.detail("")

    def search(
        self,
        geometry: Mapping[str, Any] | None,
        period: tuple[date, date] | None,
        ids: Sequence[str] | None = None,
        *,
        whole: bool = False,
    ) -> Found:
        """Return the items found over a geometry in a period, both days included, or those with some ids.

        Where there are more than a search gives, the period is searched in slices.

        Parameters
        ----------
        whole : bool
            Ask for all of each item, even where the server could leave out what is not needed.
        """
        kept = self._kept()
        if kept is not None:
            try:
                return self._sliced(_without_fields(kept, whole), geometry, period, ids)
            except BadAnswer as error:
                if error.status not in MOVED:
                    raise
        return self._sliced(_without_fields(self.learn(), whole), geometry, period, ids)

    def learn(self) -> Api:
        """Ask the landing page what a search needs to know, and keep the answer."""
        if not answers.may_be_kept(self._profile):
            api = self._asked()
        else:
            question = ["landing", self._address, self._profile.collections, self._profile.fields]
            url, collections, fields = answers.asked_once(
                question, lambda _: answers.LANDING_S, lambda: list(astuple(self._asked())), self._progress
            )
            api = Api(url, tuple(collections), fields)
        _known[_key(self._address)] = api
        return api

    def _asked(self) -> Api:
        from pipeline.catalogs.client import landing_page

        client = landing_page(self._address, self._transport)
        try:
            search_url, conforms = client.search(method="POST").url, client.get_conforms_to()
        except AnalysisError:
            raise
        except Exception as error:  # pystac-client raises many kinds for a page of no STAC API
            raise self._transport.unreadable() from error
        offers_fields = any(str(name).endswith("item-search#fields") for name in conforms)
        fields = offers_fields if self._profile.fields is None else self._profile.fields
        collections = self._profile.collections or self._known_collections(client)
        return Api(search_url, collections, fields)

    def check_collections(self) -> None:
        """Raise where the collections that the configuration names do not exist; costs a request.

        Raises
        ------
        CatalogUnavailable
            With the names that are wrong. Nothing is raised where the catalogue does not list any.
        """
        try:
            from pipeline.catalogs.client import landing_page

            held = set(self._held(landing_page(self._address, self._transport)))
        except CatalogUnavailable:
            return
        wrong = [c for c in self._profile.collections if c not in held]
        if held and wrong and len(wrong) == len(self._profile.collections):
            raise CatalogUnavailable(
                f"{self._profile.label} has no collection {' or '.join(wrong)}. Correct the collections in "
                f"the configuration (DASHBOARD_CATALOGS). There are {', '.join(sorted(held)[:5])}.",
                self._profile.name,
            )

    def _kept(self) -> Api | None:
        if _key(self._address) in _known:
            return _known[_key(self._address)]
        if not self._profile.collections:
            return None
        url = f"{self._address.rstrip('/')}/search"
        return Api(url, self._profile.collections, bool(self._profile.fields))

    def _sliced(
        self,
        api: Api,
        geometry: Mapping[str, Any] | None,
        period: tuple[date, date] | None,
        ids: Sequence[str] | None,
    ) -> Found:
        """Search a period; where there are too many items, its halves, and theirs."""
        waiting = [period]
        items: dict[tuple[str, str], Mapping[str, Any]] = {}
        cut: Cut = ""
        while waiting:
            part = waiting.pop()
            found = self._searched(api.search_url, self._body(api, geometry, part, ids))
            items |= {(str(i.get("collection")), str(i.get("id"))): i for i in found.items}
            if found.cut == "items" and part is not None and part[0] < part[1] and len(items) < MOST_TOGETHER:
                middle = part[0] + (part[1] - part[0]) // 2
                waiting += [(part[0], middle), (middle + timedelta(1), part[1])]
            else:
                cut = cut or found.cut
            if found.cut == "time":
                break
        return Found([*items.values()], cut)

    def _searched(self, url: str, body: Mapping[str, Any]) -> Found:
        """Return the items of a search; a question that was asked a moment ago is not asked again."""
        if not answers.may_be_kept(self._profile):
            return search(self._transport, url, body)

        def ask() -> dict[str, Any]:
            found = search(self._transport, url, body)
            if found.cut == "time":
                raise _Unfinished(found)
            return {"items": found.items, "cut": found.cut}

        try:
            kept = answers.asked_once(["search", url, body], lambda _: answers.SEARCH_S, ask, self._progress)
        except _Unfinished as unfinished:
            return unfinished.found
        return Found(kept["items"], kept["cut"])

    def _body(
        self,
        api: Api,
        geometry: Mapping[str, Any] | None,
        period: tuple[date, date] | None,
        ids: Sequence[str] | None,
    ) -> dict[str, Any]:
        body: dict[str, Any] = {"collections": list(api.collections)}
        if geometry is not None:
            body["intersects"] = geometry
        if period is not None:
            body["datetime"] = f"{period[0].isoformat()}T00:00:00Z/{period[1].isoformat()}T23:59:59Z"
        if ids is not None:
            body["ids"] = list(ids)
        if api.fields:
            keys = [key for band in (*(b.key for b in ALL_BANDS), SCL) for key in self._profile.keys_of(band)]
            body["fields"] = {
                "include": [
                    *("id", "type", "collection", "geometry", "bbox", "properties"),
                    *(f"assets.{key}" for key in dict.fromkeys(keys)),
                ],
                "exclude": [],
            }
        return body

    def _known_collections(self, client: Client) -> tuple[str, ...]:
        held = set(self._held(client))
        known = tuple(c for c in COLLECTIONS if c in held)
        if not known:
            raise CatalogUnavailable(
                f"{self._profile.label} holds no Sentinel-2 L2A collection known here "
                f"({', '.join(COLLECTIONS)}). Choose another catalogue.",
                self._profile.name,
            )
        return known

    def _held(self, client: Client) -> Iterator[str]:
        try:
            for _, collection in zip(range(5000), client.get_collections(), strict=False):
                yield collection.id
        except AnalysisError:
            raise
        except Exception as error:  # as in _asked
            raise self._transport.unreadable() from error


def warm(profile: CatalogProfile) -> None:
    """Open a connection ahead of the first search, and learn what a search needs to know.

    Does nothing where that was done a moment ago, nor for a catalogue that is refused anyway.

    Raises
    ------
    Exception
        Of any kind. A later search meets the same fault and reports it.
    """
    if profile.refusal or (transport.connections.fresh and _key(profile.address()) in _known):
        return
    Line(profile, Progress()).learn()


def _without_fields(api: Api, whole: bool) -> Api:
    return replace(api, fields=False) if whole else api


def _key(address: str) -> str:
    return address.rstrip("/")


_known: dict[str, Api] = {}
"""What landing pages have said, by their address."""
