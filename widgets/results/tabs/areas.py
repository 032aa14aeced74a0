"""The tab of areas: legend and bars, classes to edit, and why the clusters have their names."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from html import escape
from typing import TYPE_CHECKING, Any

import ipywidgets as ipw

from pipeline.errors import AnalysisError
from pipeline.explore.classes import History
from widgets.glossary.how_to_read import HowToRead
from widgets.results import naming, rows
from widgets.results.edits import Editor
from widgets.results.legend import Legend
from widgets.results.tabs.behind import Behind
from widgets.results.tabs.by_zone import ByZone
from widgets.results.tabs.class_rows import ClassRow
from widgets.results.tabs.elsewhere import Elsewhere
from widgets.results.tabs.found import Tab
from widgets.results.tabs.host import Host
from widgets.results.tabs.names import NamesFrom
from widgets.results.tabs.sieved_chip import SievedChip
from widgets.results.tabs.why import Why
from widgets.toolkit.copy_button import CopyButton
from widgets.toolkit.fold import Fold
from widgets.toolkit.message import plain_words
from widgets.toolkit.parts import classed, column, html, pressed, push_button, push_buttons, row, shown

if TYPE_CHECKING:
    from pipeline.progress import IsCancelled
    from pipeline.result import Analysis

HINT = "A name or colour is taken at once. Tick one row to split it, two or more to merge them."
WAYS = ("Whole area", "By zone")


class Areas(ipw.VBox):
    """The legend on its page; its rows always follow the result, the bars when they can be seen.

    Parameters
    ----------
    legend : Legend
        Rows and bars.
    editor : Editor
        Applies edits of the classes.
    host : Host
        Calculates with the clusters whose classes stayed behind.
    """

    def __init__(self, legend: Legend, editor: Editor, host: Host) -> None:
        self._legend, self._editor, self._host = legend, editor, host
        guard = host.gate.guard
        self._analysis: Analysis | None = None
        self._editing = False
        self.rows: list[ClassRow] = []
        self._guard = guard
        self.edit = push_button("Edit classes", guard(self._begin), "eo-link", "eo-edit-classes")
        self.edit.tooltip = "Rename, recolour or merge"
        self.merge = push_button("Merge selected", guard(lambda: self._edit("merge", self._ticked_rows)))
        self.undo = push_button("Undo", guard(lambda: self._change(History.undo)))
        self.done = push_button("Done", guard(self._finish), "eo-edit-done")
        self.split = push_button("Split this cluster", guard(self._split_ticked))
        self.water = push_button(
            "Water as a class of its own", guard(lambda: self._refine(naming.water_apart))
        )
        self.hint = html("", "eo-edit-hint")
        self._below = column("eo-edit-below", row("eo-edit-more", self.split, self.water), self.hint)
        self.names = NamesFrom(host, editor)
        self.names_fold = Fold("Names from", self.names, guard(self._show_names))
        self.why = Why(host.gate, editor, legend)
        self.behind = Behind(host, editor)
        self.elsewhere = Elsewhere(host)
        self.sieved = SievedChip(host, editor)
        self.by_zone = ByZone(host, self._offer_to_copy)
        self.copy = classed(CopyButton(label="Copy table"), "eo-copy-table")
        self.by = row("eo-seg", *push_buttons(WAYS, guard(self._turn)))
        self.by.add_class("eo-by")
        self._zoned = False
        self._whole = (legend, self.names_fold, self.why.fold)
        repeat = Fold("Repeat for other places", self.elsewhere)
        above, below = (self.behind, self.sieved, self.by), (self.by_zone, HowToRead(), self.copy)
        super().__init__([*above, legend, *below, *self._whole[1:], repeat])
        self.add_class("eo-areas")
        legend.set_tools(self.edit)

    def show(self, analysis: Analysis) -> None:
        """Draw the bars of the rows that the legend holds; rows being edited follow."""
        self._analysis = analysis
        self._legend.draw_bars()
        self._arrange()
        self.behind.show()
        self.sieved.show(analysis)
        if self._editing:
            self._show_rows()
        self.why.show(analysis)
        self.elsewhere.show(analysis)
        self._show_names()

    def leave(self) -> None:
        """Another tab has been opened: editing ends."""
        self.end()
        self.by_zone.leave()

    def end(self) -> None:
        """Show the legend's own rows again."""
        if self._editing:
            self._editing = False
            self._legend.set_tools(self.edit)
            self._legend.show_rows(None, None)

    def fail(self, error: Exception) -> None:
        """Say why an edit was refused and show the classes as they are."""
        if self._editing:
            self._show_rows()
        if self.names_fold.is_open:
            self.names.fail(error)
        self.hint.value = f"<div class='eo-warn-text' role='alert'>{escape(plain_words(error))}</div>"

    def _turn(self, way: int) -> None:
        """Show the whole area, or its zones."""
        self._zoned = way == 1
        self.end()
        self._arrange()

    def _arrange(self) -> None:
        """Put the legend on the page, or the table of zones where there are any."""
        analysis = self._analysis
        if analysis is None:
            return
        has_zones = len(analysis.request.area.zones) > 1
        zoned = self._zoned and has_zones
        for button, on in zip(self.by.children, (not zoned, zoned), strict=True):
            pressed(button, on)
        shown(self.by, has_zones)
        shown(self.by_zone, zoned)
        for part in self._whole:
            (part.add_class if zoned else part.remove_class)("eo-set-aside")
        if zoned:
            self.by_zone.show(analysis)
        else:
            self.by_zone.leave()
        self._offer_to_copy()

    def _offer_to_copy(self) -> None:
        """Give the button the table that is shown."""
        if self._analysis is not None:
            zoned = self._zoned and len(self._analysis.request.area.zones) > 1
            self.copy.text = self.by_zone.text if zoned else rows.as_text(rows.of(self._analysis))

    def _begin(self) -> None:
        self._editing = True
        self._show_rows()
        self._host.focus(".eo-edit-done")

    def _finish(self) -> None:
        self.end()
        self._host.focus(".eo-edit-classes")

    def _show_rows(self) -> None:
        if self._analysis is None:
            return
        values = [row for row in rows.of(self._analysis) if row.number]
        while len(self.rows) < len(values):
            number = len(self.rows) + 1
            changed = (
                self._guard(f)
                for f in (partial(self._edit, "rename"), partial(self._edit, "recolour"), self._ticked)
            )
            self.rows.append(ClassRow(number, *changed))
        for class_row, value in zip(self.rows, values, strict=False):
            class_row.show(value)
        edits = self._editor.edits
        self.undo.disabled = edits is None or not edits.history.can_undo
        self.hint.value = f"<div>{HINT}</div>"
        self._ticked()
        self._legend.set_tools(self.merge, self.undo, self.done)
        self._legend.show_rows(self.rows[: len(values)], self._below)

    def _ticked(self) -> None:
        n_ticked = len(self._ticked_rows)
        self.merge.disabled, self.split.disabled = n_ticked < 2, n_ticked != 1

    @property
    def _ticked_rows(self) -> list[int]:
        return [n for n, class_row in enumerate(self.rows, start=1) if class_row.ticked]

    def _edit(self, method: str, *values: Any) -> None:
        """Take one step: ``rename``, ``recolour`` or ``merge`` of `explore.classes.Classes`."""
        self._change(lambda history: history.then(getattr(history.present, method)(*values)))

    def _split_ticked(self) -> None:
        (number,) = self._ticked_rows
        self._refine(partial(naming.split, number))

    def _refine(self, step: naming.Step) -> None:
        self.hint.value = "<div role='status'>Labelling the pixels…</div>"

        def change(refined: Analysis, history: History, cancelled: IsCancelled) -> History:
            made, self._editor.named_by = step(refined, history, self._editor.named_by, cancelled)
            self.names.told_of(made)
            return made

        self._editor.later(change)

    def _change(self, change: Callable[[History], History]) -> None:
        try:
            self._editor.classes(change)
        except AnalysisError as error:
            self.fail(error)

    def _show_names(self) -> None:
        if self.names_fold.is_open and self._analysis is not None:
            self.names.show(self._analysis)


TAB = Tab(10, "Areas", lambda column: Areas(column.legend, column.editor, column.host))
