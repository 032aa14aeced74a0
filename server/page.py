"""The handler of the page's address: a place, the frame, the queue, a kernel, the notebook."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import AsyncIterator
from functools import partial
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from jupyter_core.utils import ensure_async
from tornado.httputil import split_host_and_port
from tornado.iostream import StreamClosedError
from tornado.web import authenticated
from voila._version import __version__
from voila.tornado.handler import TornadoVoilaHandler
from voila.utils import ENV_VARIABLE, get_page_config

from server import metrics
from server.opening import LateRenderer, with_news
from server.places import Places, Refusal, Visit
from server.sockets import WaitingSocket
from server.visitors import address_of

KEEP_ALIVE_S = 10
"""A proxy that hears nothing for a minute hangs up."""
_REFUSED = Template(Path(__file__).with_name("refused.html").read_text(encoding="utf-8"))


class PageHandler(TornadoVoilaHandler):
    """Opens the page for as many visitors as there are places, a few at a time."""

    def initialize(self, places: Places, proxies: frozenset[str], **settings: Any) -> None:
        """Take the server's places and the addresses of its proxies besides Voilà's settings."""
        super().initialize(**settings)
        self._places, self._proxies = places, proxies
        self._work: asyncio.Task[None] | None = None
        self._told, self._told_at = "", 0.0

    @authenticated
    async def get(self, path: str | None = None) -> None:
        """Answer with the page, or with the sentence that says why not."""
        if path:
            self.redirect_to_file(path)
            return
        address = address_of(
            self.request.remote_ip or "", self.request.headers.get("X-Forwarded-For"), self._proxies
        )
        heated = self._heated()
        refusal = self._places.refusal(address, spare=heated)
        if refusal is not None:
            self._refuse(refusal)
            return
        metrics.OPENED.inc()
        visit = self._places.enter(address)
        parts = self._heated_parts(visit) if heated else self._parts(visit)
        self._work = asyncio.ensure_future(self._send(with_news(parts, partial(self._news, visit))))
        started = time.monotonic()
        try:
            await self._work
            metrics.OPENING_S.observe(time.monotonic() - started)
        except (asyncio.CancelledError, StreamClosedError):
            await self._end_kernel(visit)
        except Exception:
            # Whatever happened, the frame has been sent: it finds no page in it, says so and tries again.
            metrics.FAILED.inc()
            self.log.exception("the page could not be opened")
            await self._end_kernel(visit)
        finally:
            self._places.leave(visit)

    def on_connection_close(self) -> None:
        """Stop opening a page that nobody waits for any more."""
        super().on_connection_close()
        if self._work is not None:
            self._work.cancel()

    async def _send(self, parts: AsyncIterator[str]) -> None:
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.set_header("Cache-Control", "no-cache, no-store, must-revalidate")
        self.set_header("X-Accel-Buffering", "no")  # nginx: pass every part on as it comes
        async for part in parts:
            self.write(part)
            await self.flush()

    async def _parts(self, visit: Visit) -> AsyncIterator[str]:
        renderer = LateRenderer(partial(self._start, visit), **self._renderer_settings())
        await renderer.initialize()
        async for part in renderer.snippets():
            yield part

    async def _heated_parts(self, visit: Visit) -> AsyncIterator[str]:
        """Give the page of a pre-heated kernel, which waits for its visitor's request."""
        task, rendered, kernel_id = await self.kernel_manager.get_rendered_notebook(
            notebook_name=self.notebook_path,
            extra_kernel_env_variables={ENV_VARIABLE.VOILA_REQUEST_URL: self.request.full_url()},
        )
        visit.kernel_id = kernel_id
        WaitingSocket.forget_all_but(set(self.kernel_manager.list_kernel_ids()))
        WaitingSocket.tell(kernel_id, self._request_variables())
        sent = list(rendered)
        for part in sent:
            yield part
        parts, rest = await task
        for part in parts[len(sent) :]:
            yield part
        async for part, _ in rest:
            yield part

    async def _start(self, visit: Visit, notebook: Any) -> tuple[str, Any]:
        """Wait for this visitor's turn, then start the kernel."""
        await visit.turn.wait()
        variables = {
            **os.environ,
            **self._request_variables(),
            ENV_VARIABLE.VOILA_PREHEAT: "False",
            ENV_VARIABLE.VOILA_BASE_URL: self.base_url,
            ENV_VARIABLE.VOILA_SERVER_URL: self.settings.get("server_url", "/"),
            ENV_VARIABLE.VOILA_REQUEST_URL: self.request.full_url(),
        }
        kernel_id: str = await ensure_async(
            self.kernel_manager.start_kernel(
                kernel_name=notebook.metadata.kernelspec.name,
                path=os.path.dirname(self.notebook_path),
                env=variables,
            )
        )
        visit.kernel_id = kernel_id
        return kernel_id, self.kernel_manager.get_kernel(kernel_id)

    async def _end_kernel(self, visit: Visit) -> None:
        """End the kernel of a page that could not be opened."""
        kernel_id = visit.kernel_id
        if kernel_id is not None and kernel_id in self.kernel_manager:
            await ensure_async(self.kernel_manager.shutdown_kernel(kernel_id, now=True))

    def _news(self, visit: Visit) -> str:
        """Return a script for the frame: how many are before this visitor, or a sign of life."""
        before = self._places.before(visit)
        text = f"{before} {'visitor' if before == 1 else 'visitors'} before you." if before else ""
        now = time.monotonic()
        if text == self._told and now - self._told_at < KEEP_ALIVE_S:
            return ""
        self._told, self._told_at = text, now
        return f"<script>window.opening?.wait({json.dumps(text)})</script>\n"

    def _refuse(self, refusal: Refusal) -> None:
        metrics.REFUSED.labels(str(refusal.status)).inc()
        self.set_status(refusal.status)
        self.set_header("Retry-After", str(refusal.retry_s))
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.finish(_REFUSED.substitute(sentence=escape(refusal.sentence), retry_s=refusal.retry_s))

    def _heated(self) -> int:
        """Return how many kernels wait for a visitor."""
        if not self.kernel_manager.notebook_data:
            return 0
        return int(self.kernel_manager.get_pool_size(self.notebook_path))

    def _request_variables(self) -> dict[str, str]:
        """Return the request as variables of a CGI program, as Voilà gives them to its kernels."""
        host, port = split_host_and_port(self.request.host.lower())
        variables = {
            ENV_VARIABLE.SCRIPT_NAME: self.request.path,
            ENV_VARIABLE.PATH_INFO: "",
            ENV_VARIABLE.QUERY_STRING: str(self.request.query),
            ENV_VARIABLE.SERVER_SOFTWARE: f"voila/{__version__}",
            ENV_VARIABLE.SERVER_PROTOCOL: str(self.request.version),
            ENV_VARIABLE.SERVER_PORT: str(port) if port else "",
            ENV_VARIABLE.SERVER_NAME: host,
        }
        return {str(name): value for name, value in variables.items()}

    def _renderer_settings(self) -> dict[str, Any]:
        shared = {
            "base_url": self.base_url,
            "settings": self.settings,
            "log": self.log,
            "voila_configuration": self.voila_configuration,
        }
        page_config = get_page_config(**shared)
        if self.page_config_hook:
            page_config = self.page_config_hook(page_config, **shared, notebook_path=self.notebook_path)
        return {
            "request_handler": self,
            "voila_configuration": self.voila_configuration,
            "traitlet_config": self.traitlet_config,
            "notebook_path": self.notebook_path,
            "template_paths": self.template_paths,
            "config_manager": self.config_manager,
            "contents_manager": self.contents_manager,
            "base_url": self.base_url,
            "kernel_spec_manager": self.kernel_spec_manager,
            "page_config": page_config,
            "mathjax_config": self.settings.get("mathjax_config"),
            "mathjax_url": self.settings.get("mathjax_url"),
        }
