"""The dask cluster that the page uses, if one is configured: a line with its state."""

from __future__ import annotations

import logging
from collections.abc import Callable
from html import escape
from importlib import import_module
from threading import Event

import ipywidgets as ipw

from pipeline.errors import AnalysisError
from widgets.session.gate import Gate
from widgets.toolkit.parts import html

log = logging.getLogger(__name__)

LOOK_EVERY_S = 5.0
ADDRESS_VARIABLE = "DASK_SCHEDULER_ADDRESS"

Status = Callable[[], object]


def _status() -> object:
    return import_module("pipeline.reading.storage.dask").status()


class Workers(ipw.Box):
    """The line. `used` says whether runs use the cluster."""

    def __init__(self, gate: Gate, address: str | None, status: Status = _status) -> None:
        self._gate, self._status = gate, status
        self.line = html("", "eo-cluster")
        self._ended = Event()
        self.used = address is not None
        super().__init__([self.line] if self.used else [])
        self.add_class("eo-workers")
        if self.used:
            self._say(f"Looking for the cluster at {escape(str(address))}…", "plain")
            gate.in_background(self._watch, "cluster status")

    def leave(self) -> None:
        """Calculate on this machine from now on."""
        self.used = False
        self._ended.set()
        self._say("Calculating on this machine", "plain")

    def close(self) -> None:
        """End the watch with the page."""
        self._ended.set()
        super().close()

    def _watch(self) -> None:
        while not self._ended.is_set():
            text, kind = self._told()
            with self._gate.lock:
                if not self._ended.is_set():
                    self._say(text, kind)
            self._ended.wait(LOOK_EVERY_S)

    def _told(self) -> tuple[str, str]:
        try:
            return words_of(self._status())
        except AnalysisError:
            return "The cluster does not answer", "warn"

    def _say(self, text: str, kind: str) -> None:
        value = f"<span class='eo-is-{kind}' aria-live='polite'>{text}</span>"
        if self.line.value != value:
            self.line.value = value


def words_of(status: object) -> tuple[str, str]:
    """Return the line on a cluster (HTML), and how serious it is."""
    workers, address = getattr(status, "workers", 0), escape(str(getattr(status, "address", "")))
    if not workers:
        return f"No workers at {address}", "warn"
    return f"{workers} worker{'' if workers == 1 else 's'} at {address}", "ok"
