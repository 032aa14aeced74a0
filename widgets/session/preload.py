"""What a run needs, prepared from the visitor's first action on: imports, then a catalogue connection.

Until then a page costs the server little; a run that starts meanwhile waits for the imports.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from importlib import import_module

from pipeline import preload
from pipeline.catalogs import answers, profiles
from pipeline.errors import Cancelled
from pipeline.machine import turns
from pipeline.machine.allocator import keep_for_the_run
from pipeline.progress import Progress as Waiting
from widgets.session.worker import Progress

log = logging.getLogger(__name__)

LOOK_S = 0.05
"""Seconds between two looks whether a waiting run is still wanted."""


def look_ahead() -> None:
    """Settle how memory and answers are kept; make ready in a thread for the area that is shown at once."""
    keep_for_the_run()
    answers.share()
    threading.Thread(target=preload.for_an_area, name="area", daemon=True).start()


def load() -> None:
    """Import the libraries of a run and of the figures of its result; pages take turns."""
    with turns.quick(Waiting()):
        preload.for_a_run()
        import_module("bqplot")


def connect(catalog: str) -> None:
    """Open a connection to a catalogue, so that a search need not."""
    import_module("pipeline.catalogs.stac_api").warm(profiles.find(catalog))


class Tools:
    """Makes ready in a thread; once for the process, however many pages it shows.

    Parameters
    ----------
    load, connect : callable
        The two steps; the second gets the chosen catalogue's name.
    """

    def __init__(self, load: Callable[[], None] = load, connect: Callable[[str], None] = connect) -> None:
        self._load, self._connect = load, connect
        self._lock = threading.Lock()
        self._loaded = threading.Event()
        self._thread: threading.Thread | None = None
        self._catalog = ""

    def prepare(self, catalog: str) -> None:
        """Begin, or bring the connection up to date; returns at once."""
        with self._lock:
            self._catalog = catalog
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._prepare, name="tools", daemon=True)
                self._thread.start()

    def wait(self, progress: Progress, cancelled: Callable[[], bool]) -> None:
        """Wait until the imports are done; say so when it takes a moment.

        Raises
        ------
        Cancelled
            When the run was cancelled.
        """
        if self._thread is None:
            self.prepare("")
        if self._loaded.wait(LOOK_S):
            return
        progress("loading", 0.0)
        while not self._loaded.wait(LOOK_S):
            if cancelled():
                raise Cancelled

    def _prepare(self) -> None:
        try:
            if not self._loaded.is_set():
                self._load()
        except Exception:  # an import may raise anything; the run imports again and reports
            log.exception("the imports of a run failed")
        finally:
            self._loaded.set()
        try:
            if self._catalog:
                self._connect(self._catalog)
        except Exception:  # see `stac_api.warm`: the search reports it
            log.info("%s gives no connection", self._catalog, exc_info=True)


TOOLS = Tools()
"""The tools of this process."""
