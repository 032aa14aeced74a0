"""The pages of a search: followed to their end, or to where they stop bringing anything new."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urljoin

from pipeline.catalogs.transport import BadAnswer, OutOfTime, Transport

PAGE_SIZE, SMALLEST_PAGE = 200, 10
MOST_ITEMS, MOST_PAGES = 4000, 400

Cut = Literal["", "items", "pages", "time"]


@dataclass(frozen=True)
class Found:
    """Items of a search."""

    items: list[Mapping[str, Any]]
    """Plain JSON, each id of a collection once."""
    cut: Cut = ""
    """What ended the search before its last page; empty: nothing did."""


@dataclass(frozen=True)
class _Request:
    """How a page is asked for."""

    url: str
    body: Mapping[str, Any] | None
    """Of a POST; None: a GET."""
    headers: Mapping[str, str] = field(default_factory=dict)


def search(transport: Transport, url: str, body: Mapping[str, Any]) -> Found:
    """Return the items of a search, page by page.

    Ends with the last page, with one that brings no new item, and at `MOST_ITEMS`, `MOST_PAGES` or the time
    of the transport. A page that is too large for the server is asked for in smaller ones.

    Raises
    ------
    CatalogUnavailable
        When an answer is none, or none of a STAC API, before anything was found.
    """
    found: dict[tuple[str, str], Mapping[str, Any]] = {}
    limit = PAGE_SIZE
    request = _Request(url, body)
    for _ in range(MOST_PAGES):
        try:
            page, limit = _page(transport, request, limit)
        except OutOfTime:
            if not found:
                raise
            return Found([*found.values()], "time")
        features = _features(transport, page)
        before = len(found)
        found |= {(str(f.get("collection")), str(f.get("id"))): f for f in features}
        following = _next(page, request)
        ended = following is None or len(found) == before
        if ended or _is_last(page, len(found), len(features), limit):
            return Found([*found.values()])
        if len(found) >= MOST_ITEMS:
            return Found([*found.values()][:MOST_ITEMS], "items")
        request = following or request
    return Found([*found.values()], "pages")


def _page(transport: Transport, request: _Request, limit: int) -> tuple[dict[str, Any], int]:
    """Return a page and its size: halved until the server can answer."""
    patient = True
    while True:
        body = request.body
        sized = None if body is None else {**body, "limit": limit}
        try:
            return transport.json(request.url, sized, request.headers, patient=patient), limit
        except BadAnswer as error:
            if sized is None or not error.too_large or limit <= SMALLEST_PAGE:
                raise
            limit, patient = max(limit // 2, SMALLEST_PAGE), False


def _features(transport: Transport, page: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    features = page.get("features")
    if not isinstance(features, list) or not all(isinstance(f, Mapping) for f in features):
        raise transport.unreadable()
    return features


def _next(page: Mapping[str, Any], request: _Request) -> _Request | None:
    """Return the request that the next page is had with, None where no next page is named."""
    links = page.get("links")
    for link in links if isinstance(links, list) else ():
        if not isinstance(link, Mapping) or link.get("rel") != "next":
            continue
        if not isinstance(link.get("href"), str):
            continue
        href, headers, body = urljoin(request.url, link["href"]), link.get("headers"), link.get("body")
        sent = {str(k): v for k, v in headers.items()} if isinstance(headers, Mapping) else {}
        sent = {name: value for name, value in sent.items() if isinstance(value, str)}
        if str(link.get("method", "GET")).upper() != "POST":
            return _Request(href, None, sent)
        body = body if isinstance(body, Mapping) else {}
        merged = {**(request.body or {}), **body} if link.get("merge") is True else body
        return _Request(href, merged, sent)
    return None


def _is_last(page: Mapping[str, Any], found: int, size: int, limit: int) -> bool:
    """Return whether a page is the last one although it names a next one, as in Earth Search.

    A page that is not full, of an API that says how many items there are.
    """
    context = page.get("context")
    matched = page.get("numberMatched", context.get("matched") if isinstance(context, Mapping) else None)
    return size == 0 or (isinstance(matched, int) and matched <= found and size < limit)
