"""Voilà with bounds: the application behind ``python -m server``."""

from __future__ import annotations

import os
import sys
import tempfile
from functools import partial
from typing import Any

from jupyter_server.utils import url_path_join
from traitlets import Bool, Integer, List, Unicode, default
from voila.app import Voila
from voila.request_info_handler import RequestInfoSocketHandler
from voila.tornado.handler import TornadoVoilaHandler
from voila.tornado.kernel_websocket_handler import VoilaKernelWebsocketHandler

from pipeline.machine import scratch
from server import forked, limits
from server.metrics import Health, Metrics
from server.page import PageHandler
from server.places import Bounds, Places
from server.sockets import KernelSocket, WaitingSocket

LOCAL = ("localhost", "127.0.0.1", "::1")
MOST_BODY_BYTES = 2**20
LONGEST_SOCKET_PATH = 100
"""A socket in the file system may have a path of 107 bytes; kernels append a few."""
KERNEL_FILE = "/voila_xxxxxxxx/kernel-00000000-0000-0000-0000-000000000000-ipc-1"


class DashboardServer(Voila):
    """Voilà for strangers and for classes: bounded, first come first served, sockets checked."""

    aliases = {  # noqa: RUF012
        **Voila.aliases,
        "max_kernels": "DashboardServer.max_kernels",
        "max_per_address": "DashboardServer.max_per_address",
        "max_opening": "DashboardServer.max_opening",
    }

    max_kernels = Integer(
        config=True, help="Pages that may be open at the same time. By default one for each 400 MB of memory."
    )
    max_per_address = Integer(
        60, config=True, help="Pages of one network address; a class behind one router is one address."
    )
    max_opening = Integer(config=True, help="Pages that open at the same time. By default one for each core.")
    proxies = List(
        Unicode(), config=True, help="Addresses of proxies in front, whose X-Forwarded-For is believed."
    )
    allowed_hosts = List(
        Unicode(),
        config=True,
        help="Names that the server may be called by, besides localhost; any, where it listens to other "
        "machines and none is given.",
    )
    open_metrics = Bool(False, config=True, help="Whether other machines may read /voila/metrics.")
    kernel_sockets = Bool(
        config=True,
        help="Whether kernels speak over sockets in the file system, which other users of the machine cannot "
        "open. By default wherever the system can.",
    )
    forked_kernels = Bool(
        config=True,
        help="Whether kernels are forked from one process that has imported everything: a page opens with a "
        "third of the processor time in its kernel, and imports lie in memory once. By default on Linux.",
    )

    @default("forked_kernels")
    def _default_forked_kernels(self) -> bool:
        return forked.can_fork()

    @default("max_kernels")
    def _default_max_kernels(self) -> int:
        return limits.kernels_for(limits.memory_mb())

    @default("max_opening")
    def _default_max_opening(self) -> int:
        return os.cpu_count() or 1

    @default("kernel_sockets")
    def _default_kernel_sockets(self) -> bool:
        path = (self.connection_dir_root or tempfile.gettempdir()) + KERNEL_FILE
        return sys.platform != "win32" and len(path.encode()) <= LONGEST_SOCKET_PATH

    def init_settings(self) -> dict[str, Any]:
        """Set up kernels and the check of host names, then the rest of Voilà."""
        if not self.notebook_path:
            raise ValueError("name the notebook: python -m server dashboard.ipynb")
        limits.raise_file_limit()
        scratch.sweep()
        if self.kernel_sockets:
            self.config.KernelManager.transport = "ipc"
        if self.forked_kernels:
            forked.use_forks()
        settings: dict[str, Any] = super().init_settings()
        checked = bool(self.allowed_hosts) or self.ip in LOCAL
        settings["allow_remote_access"] = not checked
        settings["local_hostnames"] = ["localhost", *self.allowed_hosts]
        settings["compress_response"] = True  # a first visit: 1.8 MB instead of 6.5
        # The names of these files change with what is in them: a browser need not ask again.
        hashed = [url_path_join(self.server_url, "/voila/labextensions/")]
        self.tornado_settings: dict[str, Any] = {**self.tornado_settings, "static_immutable_cache": hashed}
        if not checked:
            self.log.warning("Any host name is accepted: name yours with --DashboardServer.allowed_hosts.")
        return settings

    def init_handlers(self) -> list[Any]:
        """Replace Voilà's handlers by ours, and add those for health and metrics."""
        bounds = Bounds(self.max_kernels, self.max_per_address, self.max_opening)
        places = Places(bounds, self.kernel_manager.list_kernel_ids, limits.has_files_for_a_visitor)
        self.log.info("Places: %s, of which %s open at a time.", bounds.kernels, bounds.opening)
        # Requests of this page are short: without a bound each may keep 100 MB in memory.
        self.app.listen = partial(self.app.listen, max_body_size=MOST_BODY_BYTES)
        bounded = {"places": places, "proxies": frozenset(self.proxies)}
        handlers = [self._ours(bounded, *handler) for handler in super().init_handlers()]
        own = {
            "/voila/health": (Health, {"places": places}),
            "/voila/metrics": (Metrics, {"places": places, "to_all": self.open_metrics}),
        }
        return [(url_path_join(self.server_url, path), *what) for path, what in own.items()] + handlers

    @staticmethod
    def _ours(
        bounded: dict[str, Any], pattern: str, handler: type, given: dict[str, Any] | None = None
    ) -> tuple[Any, ...]:
        """Return a handler of Voilà's, or ours where there is one for its job."""
        given = given or {}
        if handler is TornadoVoilaHandler:
            return pattern, PageHandler, {**given, **bounded}
        sockets = {VoilaKernelWebsocketHandler: KernelSocket, RequestInfoSocketHandler: WaitingSocket}
        return pattern, sockets.get(handler, handler), given
