"""The change as a file: a button that saves the tables and the GeoTIFF in one zip."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import ipywidgets as ipw

from widgets.results.tabs import change_words
from widgets.results.tabs.host import Host
from widgets.results.tabs.second_date import Comparison
from widgets.session.worker import Worker
from widgets.toolkit.copy_button import CopyButton
from widgets.toolkit.message import plain_words
from widgets.toolkit.parts import classed, html, push_button, row, shown

if TYPE_CHECKING:
    from pipeline.result import Analysis

TITLE, MAKING = "Download change", "Making the files…"


class ChangeFile(ipw.VBox):
    """The button, and why there is no file when there is none.

    Parameters
    ----------
    host : Host
        Saves the file.
    """

    def __init__(self, host: Host) -> None:
        self._host = host
        self._analysis: Analysis | None = None
        self._worker = Worker(host.gate, progress=lambda *_: None, done=self._made, failed=self._failed)
        self.button = push_button(TITLE, host.gate.guard(self._make), "eo-change-file", icon="download")
        self.button.tooltip = "Tables of what became what, and a GeoTIFF with both dates and from-to"
        self.copy = classed(CopyButton(label="Copy table"), "eo-copy-table")
        self.told = html("", "eo-gone")
        super().__init__([row("eo-actions", self.button, self.copy), self.told])

    def show(self, comparison: Comparison) -> None:
        """Offer the files of a comparison."""
        self._worker.cancel()
        self._analysis = comparison.before
        self.copy.text = change_words.as_text(comparison.change)
        self._ready("")

    def take(self, analysis: Analysis) -> None:
        """Take the same change with a sample that was labelled since."""
        self._analysis = analysis

    def _make(self) -> None:
        analysis = self._analysis
        if analysis is None:
            return

        def work(*_: Any) -> tuple[bytes, str]:
            from pipeline.exports.change_package import change_name, change_zip

            return change_zip(analysis), change_name(analysis)

        if self._worker.start(work):
            self.button.description, self.button.disabled = MAKING, True

    def _made(self, file: tuple[bytes, str]) -> None:
        self._ready("")
        self._host.save(*file, "application/zip")

    def _failed(self, error: Exception) -> None:
        self._ready(f"<p class='eo-warn-text' role='alert'>{escape(plain_words(error))}</p>")

    def _ready(self, told: str) -> None:
        self.button.description, self.button.disabled = TITLE, False
        self.told.value = told
        shown(self.told, bool(told))
