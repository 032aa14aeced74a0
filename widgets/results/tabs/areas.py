"""The tab of areas: legend and bars, classes to edit, and why the clusters have their names."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING

import ipywidgets as ipw

from pipeline.errors import AnalysisError
from pipeline.explore.classes import History
from widgets.page.messages import plain_words
from widgets.results import rows
from widgets.results.edits import Editor
from widgets.results.legend import Legend
from widgets.results.tabs.class_rows import ClassRow
from widgets.results.tabs.fold import Fold
from widgets.results.tabs.host import Host
from widgets.toolkit.parts import column, html, push_button, shown

if TYPE_CHECKING:
    from pipeline.result import Analysis

HINT = "A name or colour is taken at once. Tick two or more rows to merge them."
WHY = (
    "Each cluster’s average colour is compared with simple rules, one after the other; the first that fits "
    "gives the name. NDVI is high where plants are dense, NDWI over water. Towns and bare soil look alike in "
    "these four bands, and so do deep shadow and dark water: check with the true-colour image."
)


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
        self.merge = push_button("Merge selected", guard(self._merge_ticked))
        self.undo = push_button("Undo", guard(lambda: self._change(History.undo)))
        self.done = push_button("Done", guard(self._finish), "eo-edit-done")
        self.hint = html("", "eo-edit-hint")
        self._reasons = html("", "eo-reasons")
        self._why = Fold("Why these names?", self._reasons, guard(self._explain))
        self.behind = html("", "eo-behind")
        self.take_along = push_button("Use those classes here", guard(self._take_along), "eo-link")
        self._note = column("eo-behind-note", self.behind, self.take_along)
        super().__init__([self._note, legend, self._why])
        self.add_class("eo-areas")
        legend.set_tools(self.edit)

    def show(self, analysis: Analysis) -> None:
        """Draw the bars of the rows that the legend holds; rows being edited follow."""
        self._analysis = analysis
        self._legend.draw_bars()
        self._tell_what_stayed_behind()
        if self._editing:
            self._show_rows()
        if self._why.is_open:
            self._explain()

    def leave(self) -> None:
        """Another tab has been opened: editing ends."""
        self.end()

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
        self.hint.value = f"<div class='eo-warn-text' role='alert'>{escape(plain_words(error))}</div>"

    def _tell_what_stayed_behind(self) -> None:
        """Say where names are that were made for other clusters, and offer to use those clusters."""
        behind = self._editor.left_behind
        shown(self._note, behind is not None)
        if behind is not None:
            count, day = behind.request.n_clusters, behind.period_words
            self.behind.value = (
                f"<p>Your class names belong to the {count} clusters of {escape(day)}. "
                "They come back with those settings.</p>"
            )

    def _take_along(self) -> None:
        behind = self._editor.left_behind
        if behind is not None:
            self._host.use_model(behind.model)

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
            changed = (self._guard(f) for f in (self._rename, self._recolour, self._ticked))
            self.rows.append(ClassRow(number, *changed))
        for class_row, value in zip(self.rows, values, strict=False):
            class_row.show(value)
        edits = self._editor.edits
        self.undo.disabled = edits is None or not edits.history.can_undo
        self.hint.value = f"<div>{HINT}</div>"
        self._ticked()
        self._legend.set_tools(self.merge, self.undo, self.done)
        self._legend.show_rows(self.rows[: len(values)], self.hint)

    def _ticked(self) -> None:
        self.merge.disabled = sum(row.ticked for row in self.rows) < 2

    def _rename(self, number: int, name: str) -> None:
        self._change(lambda history: history.then(history.present.rename(number, name)))

    def _recolour(self, number: int, color: str) -> None:
        self._change(lambda history: history.then(history.present.recolour(number, color)))

    def _merge_ticked(self) -> None:
        numbers = [n for n, row in enumerate(self.rows, start=1) if row.ticked]
        self._change(lambda history: history.then(history.present.merge(numbers)))

    def _change(self, change: Callable[[History], History]) -> None:
        try:
            self._editor.classes(change)
        except AnalysisError as error:
            self.fail(error)

    def _explain(self) -> None:
        analysis = self._editor.calculated
        if analysis is None:
            return
        from pipeline.clustering.reasons import reasons

        found = reasons(analysis.spectra, analysis.suggestions, analysis.bands)
        entries = "".join(f"<p><b>{r.cluster} {escape(r.name)}</b> {escape(r.sentence)}</p>" for r in found)
        self._reasons.value = f"<div><p>{WHY}</p>{entries}</div>"
