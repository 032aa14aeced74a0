"""The foot of the results: the main file, the list of all files with their sizes, the run as Python."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from html import escape
from typing import TYPE_CHECKING, Any

import ipywidgets as ipw

from pipeline.errors import AnalysisError
from pipeline.exports.files import Files, file_name, is_quick, size_words
from pipeline.exports.formats import Format, all_formats, format_of
from pipeline.exports.snippet import python_snippet
from widgets.results.edits import Editor
from widgets.session.gate import Gate
from widgets.session.worker import Progress, Worker
from widgets.toolkit.copy_button import CopyButton
from widgets.toolkit.message import plain_words
from widgets.toolkit.parts import arrange, classed, column, html, pressed, push_button, shown

if TYPE_CHECKING:
    from pipeline.result import Analysis

log = logging.getLogger(__name__)

MAIN = "geotiff"
Save = Callable[[bytes, str, str], None]


class FormatRow(ipw.Box):
    """One kind of file: a button with its title, its use and its size."""

    def __init__(self, kind: Format, on_click: Callable[[], None]) -> None:
        self._kind = kind
        self.button = push_button(kind.title, on_click, "eo-format-button")
        self.note = html("", "eo-format-note")
        super().__init__([self.button, self.note])
        self.add_class("eo-format")
        self.show("")

    def show(self, size: str, problem: str | None = None) -> None:
        """Show a size, or why there is no such file."""
        note = f"<i class='eo-warn-text'>{escape(problem)}</i>" if problem else escape(self._kind.note)
        self.note.value = f"<div><b>{escape(size)}</b><span>{note}</span></div>"


class Downloads(ipw.HBox):
    """Buttons and list.

    Parameters
    ----------
    gate : Gate
        Serialises callbacks with the rest of the page.
    editor : Editor
        Knows the edits that the Python has to repeat.
    save : callable
        Gets content, name and MIME type of a file for the visitor's browser.
    """

    def __init__(self, gate: Gate, editor: Editor, save: Save) -> None:
        self._editor, self._save = editor, save
        self._files: Files | None = None
        self._allowed = True
        self._maker = Worker(gate, progress=lambda *_: None, done=self._made, failed=self._refused)
        self._sizer = Worker(
            gate, progress=lambda *_: self._show_sizes(), done=self._sized, failed=self._sized
        )
        guard = gate.guard
        fetch = guard(self._fetch)
        self.main = push_button("Download GeoTIFF", lambda: fetch(MAIN), "eo-download", icon="download")
        self.more = push_button("More formats", guard(self._toggle), "eo-more")
        self._on_row = fetch
        self.rows: dict[str, FormatRow] = {}
        self.python = CopyButton(label="Copy as Python")
        self.told = html("", "eo-gone")
        self._list = column("eo-formats")
        super().__init__([self.main, self.more])
        self.add_class("eo-foot")

    @property
    def is_measuring(self) -> bool:
        """Whether sizes of files are being found out."""
        return self._sizer.busy

    @property
    def is_open(self) -> bool:
        """Whether the list can be seen."""
        return self._list in self.children

    def show(self, analysis: Analysis) -> None:
        """Offer the files of a result."""
        self._sizer.cancel()
        self._files = Files(analysis)
        self.python.text = self._snippet(analysis)
        self._show_sizes()
        if self.is_open:
            self._measure()

    def label(self, text: str, *, primary: bool) -> None:
        """Set the label of the main button, and whether it is the page's filled one."""
        self.main.description = text
        (self.main.add_class if primary else self.main.remove_class)("eo-primary")

    def allow(self, allowed: bool) -> None:
        """Let files be made, or not yet."""
        self._allowed = allowed
        self._set_busy(self._maker.busy)

    def close_list(self) -> None:
        """Close the list."""
        if self.is_open:
            self._toggle()

    def _toggle(self) -> None:
        opens = not self.is_open
        pressed(self.more, opens)
        arrange(self, self.main, self.more, *((self._list,) if opens else ()))
        if opens:
            if not self.rows:
                self._fill()
            self._measure()
        else:
            self._sizer.cancel()

    def _fill(self) -> None:
        """Make the rows of the list when it is first opened."""
        kinds = [kind for kind in all_formats() if kind.key != MAIN]
        self.rows = {kind.key: FormatRow(kind, partial(self._on_row, kind.key)) for kind in kinds}
        self._list.children = (
            self.told,
            *self.rows.values(),
            classed(ipw.Box([self.python]), "eo-python"),
        )
        self._set_busy(self._maker.busy)

    def _measure(self) -> None:
        """Make the files in the background, so that their sizes can be shown; only where that is quick."""
        files = self._files
        if files is None or not self._allowed or not is_quick(files.analysis):
            return

        def work(progress: Progress, cancelled: Callable[[], bool]) -> None:
            kinds = [kind for kind in all_formats() if kind.fits(files.analysis)]
            for number, kind in enumerate(kinds):
                if cancelled():
                    return
                try:
                    files.content(kind.key)
                except AnalysisError:
                    pass
                except Exception:  # no size is shown; pressing the button tells why
                    log.exception("%s could not be made", kind.title)
                progress(kind.key, number / len(kinds))

        self._sizer.start(work)
        self._show_sizes()

    def _sized(self, _result: Any) -> None:
        self._show_sizes()

    def _show_sizes(self) -> None:
        if self._files is None:
            return
        for key, row in self.rows.items():
            shown(row, format_of(key).fits(self._files.analysis))
            size = self._files.size(key)
            words = size_words(size) if size is not None else "…" if self._sizer.busy else ""
            row.show("" if self._files.problem(key) else words, self._files.problem(key))

    def _fetch(self, key: str) -> None:
        files = self._files
        if files is None:
            return

        def work(*_: Any) -> tuple[bytes, str, str]:
            return files.content(key), file_name(files.analysis, key), format_of(key).mime

        if self._maker.start(work):
            shown(self.told, False)
            self._set_busy(True)
            if key in self.rows:
                self.rows[key].show("being made…")

    def _made(self, file: tuple[bytes, str, str]) -> None:
        self._set_busy(False)
        self._show_sizes()
        self._save(*file)

    def _refused(self, error: Exception) -> None:
        self._set_busy(False)
        self._show_sizes()
        if not self.is_open:
            self._toggle()
        self.told.value = f"<p class='eo-warn-text' role='alert'>{escape(plain_words(error))}</p>"
        shown(self.told, True)

    def _set_busy(self, busy: bool) -> None:
        for button in (self.main, *(row.button for row in self.rows.values())):
            button.disabled = busy or not self._allowed

    def _snippet(self, analysis: Analysis) -> str:
        edits = self._editor.edits
        refined = self._editor.refined
        if edits is None or refined is None:
            return python_snippet(analysis)
        classes = edits.history.present
        edited = classes.edited(refined.suggestions)
        return python_snippet(analysis, classes if edited else None, edits.smallest_ha)
