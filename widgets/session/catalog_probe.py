"""Work beside a run, in separate threads: testing that a catalogue answers, the picture of its land."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any

from traitlets.config import Application

from pipeline.catalogs import profiles
from pipeline.errors import CatalogUnavailable
from widgets.session.gate import Gate


def look_around(
    gate: Gate,
    chosen: str,
    on_silence: Callable[[profiles.CatalogProfile], None],
    on_examples: Callable[[Sequence[profiles.Example]], None],
) -> None:
    """Test the catalogues: report if the chosen one is silent, and the examples of those that answer.

    The embedded demo always answers; it is started only when somebody wants it.
    """
    offered = {profile.name for profile in profiles.offered()}

    def look() -> None:
        examples = [e for e in profiles.examples() if e.catalog in offered]
        awake = {profiles.DEMO.name}
        for name in dict.fromkeys([chosen, *(e.catalog for e in examples)]):
            if name in awake:
                continue
            try:
                profiles.probe(name)
                awake.add(name)
            except CatalogUnavailable:
                if name == chosen:
                    gate.guard(on_silence)(profiles.find(name))
        gate.guard(on_examples)([e for e in examples if e.catalog in awake])

    gate.in_background(look, "look-around")


def load_backdrop(gate: Gate, catalog: str, on_loaded: Callable[[str, Any], None]) -> None:
    """Fetch a catalogue's picture of its own land; hand it on with the catalogue's name."""

    def load() -> None:
        overlay = profiles.backdrop(catalog)
        if overlay is not None:
            gate.guard(on_loaded)(catalog, overlay)

    gate.in_background(load, "backdrop")


def log_to_terminal() -> None:
    """Let the log of this process reach the terminal of the server.

    A kernel catches its standard error streams, and Voilà drops what it caught: a traceback would vanish.
    The kernel application's own log is the one that still reaches the terminal.
    """
    if not Application.initialized():
        return
    for handler in Application.instance().log.handlers:
        for name in ("widgets", "pipeline"):
            logger = logging.getLogger(name)
            if handler not in logger.handlers:
                logger.addHandler(handler)
        if isinstance(handler, logging.StreamHandler):
            _log_runs(handler)


def _log_runs(handler: logging.StreamHandler[Any]) -> None:
    """Let the one line of each run (pipeline/run_log.py) through, which is no warning, as it is."""
    runs = logging.getLogger("pipeline.runs")
    if runs.propagate:
        plain = logging.StreamHandler(handler.stream)
        plain.setFormatter(logging.Formatter("%(message)s"))
        runs.addHandler(plain)
        runs.setLevel(logging.INFO)
        runs.propagate = False
