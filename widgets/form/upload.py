"""A button that takes a file from the visitor's computer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import anywidget
import traitlets

from widgets.toolkit.scripts import script


class Upload(anywidget.AnyWidget):
    """Takes files up to a size; larger ones are not even sent: messages of more than 10 MB get lost.

    Parameters
    ----------
    endings : list of str
        What the file dialogue offers, e.g. ``".kml"``.
    max_bytes : int
        Largest file that is sent.
    on_file : callable
        Called with name and content.
    on_refused : callable
        Called with name and size in bytes of a file that is too large; the size is 0 when it cannot be read.
    """

    _esm = script("form/upload.js")
    endings: traitlets.List[str] = traitlets.List().tag(sync=True)
    purpose = traitlets.Unicode("File with the area").tag(sync=True)
    """What screen readers say of the file."""
    max_bytes = traitlets.Int().tag(sync=True)
    """What the page is told; nothing that a page sends changes what is taken."""

    def __init__(
        self,
        endings: list[str],
        max_bytes: int,
        on_file: Callable[[str, bytes], None],
        on_refused: Callable[[str, int], None],
    ) -> None:
        super().__init__(endings=endings, max_bytes=max_bytes)
        self._most = max_bytes
        self._on_file, self._on_refused = on_file, on_refused
        self._pieces: list[bytes] = []
        self.on_msg(lambda _widget, content, buffers: self.receive(content, buffers))

    @property
    def held_bytes(self) -> int:
        """The pieces so far of a file that is not complete yet."""
        return sum(map(len, self._pieces))

    def receive(self, content: dict[str, Any], buffers: Sequence[bytes | memoryview]) -> None:
        """Take a message of the page: a piece of a file, or why there is none."""
        name = str(content.get("name", ""))
        if content.get("event") != "piece":
            self._on_refused(name, int(content.get("bytes", 0)))
            return
        if content["piece"] == 0:
            self._pieces = []
        piece = bytes(buffers[0])
        if self.held_bytes + len(piece) > self._most:
            self._pieces = []
            return
        self._pieces.append(piece)
        if len(self._pieces) != content["of"]:
            return
        pieces, self._pieces = self._pieces, []
        self._on_file(name, b"".join(pieces))
