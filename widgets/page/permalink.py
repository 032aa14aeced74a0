"""The request in the page's address: a link that can be kept, sent and opened again."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

import anywidget
import traitlets

from pipeline import permalink
from pipeline.request import AnalysisRequest
from widgets.toolkit.scripts import script


class Address(anywidget.AnyWidget):
    """Writes the last complete request into the page's address; its button copies the link.

    Parameters
    ----------
    on_save : callable
        Called when the visitor wants the request as a file.
    on_went : callable
        Called with the query string of the address to which the browser went back or forward.
    on_seen : callable
        Called when the page is on the screen, and again where it is drawn anew.
    """

    _esm = script("toolkit/copied.js", "page/shared_link.js", "page/permalink.js")
    names: traitlets.List[str] = traitlets.List().tag(sync=True)
    has_request = traitlets.Bool(False).tag(sync=True)
    query = traitlets.Unicode().tag(sync=True)
    too_long = traitlets.Unicode().tag(sync=True)
    """What is said instead of a link."""
    hub = traitlets.Unicode().tag(sync=True)
    """Path of this visitor's own server on a JupyterHub, such as ``/user/ada/``; empty elsewhere."""
    launch = traitlets.Unicode().tag(sync=True)
    """Address at which Binder starts this page for anybody; empty elsewhere."""

    def __init__(
        self,
        on_save: Callable[[], None],
        on_went: Callable[[str], None],
        on_seen: Callable[[], None] = lambda: None,
    ) -> None:
        hub, launch = where_served(os.environ)
        super().__init__(names=list(permalink.keys()), hub=hub, launch=launch)
        self._on_save, self._on_went, self._on_seen = on_save, on_went, on_seen
        self.on_msg(lambda _widget, content, _buffers: self.receive(content))

    def show(
        self, request: AnalysisRequest | None, classes: str = "", steps: str = "", *, run: bool = False
    ) -> None:
        """Put a request into the address; without one, the last one stays there.

        Parameters
        ----------
        request : AnalysisRequest or None
            What the form asks for.
        classes : str
            The classes that a person made of the clusters, as text.
        steps : str
            Clusters that were split and water set apart before.
        run : bool
            Whether the result is there: who opens the link sees it without a click.
        """
        if request is None:
            return
        query = permalink.to_query(request, classes=classes, steps=steps, run=run)
        fits = permalink.fits(query)
        with self.hold_sync():
            self.has_request = True
            self.query = query if fits else ""
            self.too_long = "" if fits else _too_long(request, query)

    def receive(self, content: dict[str, Any]) -> None:
        """Take a message of the page."""
        if content.get("event") == "save":
            self._on_save()
        elif content.get("event") == "went":
            self._on_went(str(content.get("query", "")))
        elif content.get("event") == "seen":
            self._on_seen()


def where_served(environment: Mapping[str, str]) -> tuple[str, str]:
    """Return the path of a visitor's own server on a JupyterHub, and Binder's launch address.

    Parameters
    ----------
    environment : mapping of str to str
        JupyterHub and Binder name these things in variables of the server's process.
    """
    hub = environment.get("JUPYTERHUB_SERVICE_PREFIX", "")
    host, built = (environment.get(name, "") for name in ("BINDER_LAUNCH_HOST", "BINDER_PERSISTENT_REQUEST"))
    return hub, f"{host.rstrip('/')}/{built.lstrip('/')}" if host and built else ""


def _too_long(request: AnalysisRequest, query: str) -> str:
    most = f"{permalink.MAX_QUERY_BYTES / 1000:g} kB"
    if permalink.fits(permalink.to_query(request)):
        return (
            f"The names of the classes are too long for a link: {len(query) / 1000:.1f} kB, at most {most}. "
            "Save the request as a file, and the names with the model (More formats)."
        )
    return (
        f"The area has too many corners for a link: {len(query) / 1000:.1f} kB, at most {most}. "
        "Save the request as a file; Upload reads it again."
    )
