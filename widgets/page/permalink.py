"""The request in the page's address: a link that can be kept, sent and opened again."""

from __future__ import annotations

from collections.abc import Callable
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
    """

    _esm = script("toolkit/copied.js", "page/permalink.js")
    names: traitlets.List[str] = traitlets.List().tag(sync=True)
    has_request = traitlets.Bool(False).tag(sync=True)
    query = traitlets.Unicode().tag(sync=True)
    too_long = traitlets.Unicode().tag(sync=True)
    """What is said instead of a link."""

    def __init__(self, on_save: Callable[[], None], on_went: Callable[[str], None]) -> None:
        super().__init__(names=list(permalink.keys()))
        self._on_save, self._on_went = on_save, on_went
        self.on_msg(lambda _widget, content, _buffers: self.receive(content))

    def show(self, request: AnalysisRequest | None) -> None:
        """Put a request into the address; without one, the last one stays there."""
        if request is None:
            return
        query = permalink.to_query(request)
        fits = permalink.fits(query)
        with self.hold_sync():
            self.has_request = True
            self.query = query if fits else ""
            self.too_long = "" if fits else _too_long(len(query))

    def receive(self, content: dict[str, Any]) -> None:
        """Take a message of the page."""
        if content.get("event") == "save":
            self._on_save()
        elif content.get("event") == "went":
            self._on_went(str(content.get("query", "")))


def _too_long(length: int) -> str:
    return (
        f"The area has too many corners for a link: {length / 1000:.1f} kB, at most "
        f"{permalink.MAX_QUERY_BYTES / 1000:g} kB. Save the request as a file; Upload reads it again."
    )
