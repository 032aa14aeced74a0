"""Small anywidgets for what ipywidgets lacks: saving a file, accessible names and keys, a heartbeat."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import anywidget
import traitlets
from traitlets.config import Application

from widgets.toolkit.scripts import script

PIECE_BYTES = 4 * 2**20
"""Size of one binary message; larger ones stall the page's connection."""


class Download(anywidget.AnyWidget):
    """Saves bytes as a file in the visitor's browser; nothing is written on the server."""

    _esm = script("toolkit/download.js")

    def save(self, content: bytes, name: str, mime_type: str) -> None:
        """Send the bytes in pieces; the browser puts them together and saves them under the name."""
        starts = range(0, max(len(content), 1), PIECE_BYTES)
        view = memoryview(content)
        for index, start in enumerate(starts):
            message = {"piece": index, "of": len(starts), "name": name, "type": mime_type}
            self.send(message, buffers=[view[start : start + PIECE_BYTES]])


class Names(anywidget.AnyWidget):
    """Accessible names and values, Enter and Escape, focus.

    Parameters
    ----------
    rules : list of (selector, attribute, value)
        Attributes to keep on elements of the page; ``{}`` stands for a slider's present value.
    on_enter, on_escape : callable
        Called when Enter is pressed in a field of the form, and Escape anywhere.
    """

    _esm = script("toolkit/focus.js", "toolkit/names.js")
    rules: traitlets.List[list[str]] = traitlets.List().tag(sync=True)
    mixed = traitlets.Bool(False).tag(sync=True)
    """Whether the checkbox over all clusters stands between on and off."""
    reduced_motion = traitlets.Bool(False).tag(sync=True)
    """Whether the visitor's system asks for as little motion as possible."""

    def __init__(
        self,
        rules: list[tuple[str, str, str]],
        on_enter: Callable[[], None],
        on_escape: Callable[[], None],
    ) -> None:
        super().__init__(rules=[list(rule) for rule in rules])
        self._called = {"enter": on_enter, "escape": on_escape}
        self.on_msg(self._receive)

    def focus(self, selector: str) -> None:
        """Move the keyboard focus to the first element that matches."""
        self.send({"focus": selector})

    def _receive(self, _widget: Any, content: dict[str, Any], _buffers: Any) -> None:
        called = self._called.get(content.get("event", ""))
        if called is not None:
            called()


class Heartbeat(anywidget.AnyWidget):
    """Answers the page's question whether this process still lives."""

    _esm = script("toolkit/heartbeat.js")
    kernel_id = traitlets.Unicode().tag(sync=True)
    """As the server calls this process; the page asks the server for it where this process stays silent."""

    def __init__(self) -> None:
        super().__init__(kernel_id=kernel_id())
        self.on_msg(self._receive)

    def _receive(self, _widget: Any, content: dict[str, Any], _buffers: Any) -> None:
        if content.get("event") == "ping":
            self.send({"event": "pong"})


def kernel_id() -> str:
    """Return the id of the kernel that this process is; empty where it is none.

    Jupyter names the file with a kernel's ports after its id.
    """
    application = Application.instance() if Application.initialized() else None
    return Path(str(getattr(application, "connection_file", ""))).stem.removeprefix("kernel-")
