"""The notebook as a stream of HTML whose first part is sent before there is a kernel."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from voila.notebook_renderer import NotebookRenderer

LOOK_S = 1.0
"""How often a page that waits is told how many are before it."""


class LateRenderer(NotebookRenderer):
    """Voilà's renderer, for a kernel that is started when the page's frame has been made.

    Parameters
    ----------
    start : callable
        Starts the kernel, when it is this page's turn; returns its id and its manager.
    **settings
        Voilà's own.
    """

    def __init__(self, start: Callable[[Any], Awaitable[tuple[str, Any]]], **settings: Any) -> None:
        super().__init__(**settings)
        self._start = start

    async def _jinja_kernel_start(self, nb: Any, kernel_id: str | None, kernel_future: Any) -> str:
        kernel_id, manager = await self._start(nb)
        started: str = await super()._jinja_kernel_start(nb, kernel_id, manager)
        return started

    async def snippets(self) -> AsyncIterator[str]:
        """Give the page's parts."""
        async for snippet, _ in self.generate_content_generator():
            yield snippet


async def with_news(
    parts: AsyncIterator[str], news: Callable[[], str], every_s: float = LOOK_S
) -> AsyncIterator[str]:
    """Yield the parts of a page and, while waiting for one, the news.

    Parameters
    ----------
    parts
        Parts of the page. Their making ends with this iterator, wherever it is left.
    news
        Gives HTML to send meanwhile, or nothing.
    every_s
        How long to wait for the next part before there is news.
    """
    coming: asyncio.Task[str] = asyncio.ensure_future(anext(parts))
    try:
        while True:
            done, _ = await asyncio.wait((coming,), timeout=every_s)
            if not done:
                if told := news():
                    yield told
                continue
            try:
                part = coming.result()
            except StopAsyncIteration:
                return
            yield part
            coming = asyncio.ensure_future(anext(parts))
    finally:
        coming.cancel()
