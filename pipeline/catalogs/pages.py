"""The pages of a search: followed to their end, or to where they stop bringing anything new."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
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


def search(transport: Transport, url: str, body: Mapping[str, Any]) -> Found:
    """Return what a search finds, page by page.

    Ends with the last page, with one that brings no new item, and at `MOST_ITEMS`, `MOST_PAGES` or the time
    of the transport. A page that is too large for the server is asked for in smaller ones.

    Raises
    ------
    CatalogUnavailable
        When an answer is none, or none of a STAC API, before anything was found.
    """
    found: dict[tuple[str, str], Mapping[str, Any]] = {}
    limit = PAGE_SIZE
    request: tuple[str, Mapping[str, Any] | None, Mapping[str, str] | None] | None = (url, body, None)
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
        if len(found) >= MOST_ITEMS:
            return Found([*found.values()][:MOST_ITEMS], "items")
        request = _next(page, request)
        if request is None or len(found) == before or _is_last(page, len(found), len(features), limit):
            return Found([*found.values()])
    return Found([*found.values()], "pages")


def _page(
    transport: Transport,
    request: tuple[str, Mapping[str, Any] | None, Mapping[str, str] | None],
    limit: int,
) -> tuple[dict[str, Any], int]:
    """Return a page and its size: halved until the server can answer."""
    url, body, headers = request
    patient = True
    while True:
        sized = None if body is None else {**body, "limit": min(limit, body.get("limit", limit))}
        try:
            return transport.json(url, sized, headers, patient=patient), limit
        except BadAnswer as error:
            if sized is None or not error.too_large or limit <= SMALLEST_PAGE:
                raise
            limit, patient = max(limit // 2, SMALLEST_PAGE), False


def _features(transport: Transport, page: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    features = page.get("features")
    if not isinstance(features, list) or not all(isinstance(f, Mapping) for f in features):
        raise transport.unreadable()
    return features


def _next(
    page: Mapping[str, Any],
    request: tuple[str, Mapping[str, Any] | None, Mapping[str, str] | None],
) -> tuple[str, Mapping[str, Any] | None, Mapping[str, str] | None] | None:
    """Return the request that the next page is had with, None where no next page is named."""
    links = page.get("links")
    for link in links if isinstance(links, list) else ():
        if not isinstance(link, Mapping) or link.get("rel") != "next" or not isinstance(link.get("href"), str):
            continue
        url, previous, _ = request
        href = urljoin(url, link["href"])
        headers = link.get("headers")
        sent = (
            {str(k): str(v) for k, v in headers.items() if isinstance(v, str)}
            if isinstance(headers, Mapping)
            else None
        )
        if str(link.get("method", "GET")).upper() != "POST":
            return href, None, sent
        body = link.get("body")
        body = body if isinstance(body, Mapping) else {}
        return href, {**(previous or {}), **body} if link.get("merge") is True else body, sent
    return None


def _is_last(page: Mapping[str, Any], found: int, size: int, limit: int) -> bool:
    """Tell whether a page is the last one though it names a next one, as Earth Search's does.

    A page that is not full, of an API that says how many items there are.
    """
    context = page.get("context")
    matched = page.get("numberMatched", context.get("matched") if isinstance(context, Mapping) else None)
    return size == 0 or (isinstance(matched, int) and matched <= found and size < limit)
