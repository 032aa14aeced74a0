"""Legend and bar chart in one: a row per cluster (colour, on or off, name, hectares), its bar below."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape

import ipywidgets as ipw

from pipeline.text import hectares, percent
from widgets.results.rows import AreaRow
from widgets.toolkit.charts import HectareBars, row_height
from widgets.toolkit.parts import arrange, checkbox, classed, column, html, row, shown

NOTE = "Names are suggestions from the spectra, not checked on the ground."


class LegendRow(ipw.HBox):
    """One row; it lives as long as the page and takes the values of each new result."""

    def __init__(self, on_tick: Callable[[], None]) -> None:
        self._chip, self.reason = html("", "eo-chip"), html("", "eo-reason")
        self.hectares, self._share = html("", "eo-num"), html("", "eo-pct")
        self.box = checkbox("", True, "eo-name")
        self.box.observe(lambda _change: on_tick(), "value")
        self._name = html("", "eo-name")
        super().__init__()
        self.add_class("eo-row")

    def show(self, values: AreaRow) -> None:
        """Take the values of a cluster, or of what is masked."""
        name = escape(values.name)
        self._chip.value = chip(values)
        self.reason.value = f"<span title='{name} {escape(values.reason)}'>{escape(values.reason)}</span>"
        self.hectares.value = f"<b>{hectares(values.hectares)}</b> ha"
        self._share.value = percent(values.share)
        if values.number:
            self.box.description = values.name
            label: ipw.Widget = self.box
        else:
            self._name.value = f"<span>{name}</span>"
            self.add_class("eo-masked")
            label = self._name
        arrange(self, self._chip, label, self.reason, self.hectares, self._share)


class Legend(ipw.VBox):
    """All rows over their bars, the checkbox for all of them, the total and a note.

    Parameters
    ----------
    on_ticks : callable
        Called when clusters were switched on or off by the visitor.
    on_mixed : callable
        Called with whether some but not all clusters are on.
    """

    def __init__(self, on_ticks: Callable[[], None], on_mixed: Callable[[bool], None]) -> None:
        self._on_ticks, self._on_mixed = on_ticks, on_mixed
        self._quiet = False
        self.rows: list[LegendRow] = []
        self._values: tuple[AreaRow, ...] = ()
        self._shown = 0
        self._masked = LegendRow(lambda: None)
        self._all = checkbox("All clusters", True, "eo-all")
        self._all.observe(self._tick_all, "value")
        self._bars = HectareBars()
        self.column = column("eo-rows")
        self._total = html("", "eo-total")
        self.notes = html("", "eo-notes")
        self._chart = classed(ipw.Box([self._bars, self.column]), "eo-chart")
        self._tools = row("eo-tools", self._all)
        self._note, self._below = html(NOTE, "eo-note"), column("eo-below")
        super().__init__([self._tools, self._chart, self._total, self.notes, self._below])
        self._below.children = (self._note,)
        self.add_class("eo-pad")

    @property
    def ticks(self) -> tuple[bool, ...]:
        """Which clusters are on, in their order."""
        return tuple(r.box.value for r in self.rows[: self._shown])

    def ticks_for(self, n_clusters: int) -> tuple[bool, ...]:
        """Which clusters will be on when a result of so many is shown (see `show`)."""
        return self.ticks if n_clusters == self._shown else (True,) * n_clusters

    def show(self, rows: Sequence[AreaRow], notes: Sequence[str]) -> None:
        """Show a result's rows. Ticks stay when the number of clusters does, else all clusters are on."""
        n_clusters = len(rows) - 1
        while len(self.rows) < n_clusters:
            self.rows.append(LegendRow(self._ticked))
        for legend_row, values in zip([*self.rows[:n_clusters], self._masked], rows, strict=True):
            legend_row.show(values)
        if n_clusters != self._shown:
            self._shown = n_clusters
            self._set_all(True)
            self.show_rows(None, None)
            (self.add_class if row_height(n_clusters) < 46 else self.remove_class)("eo-dense")
        self._values = tuple(rows)
        self._chart.add_class("eo-undrawn")
        self._total.value = _total(sum(r.hectares for r in rows))
        self.notes.value = "".join(f"<p>{escape(note)}</p>" for note in notes)
        shown(self.notes, bool(notes))

    def set_tools(self, *tools: ipw.Widget) -> None:
        """Put buttons beside the checkbox for all clusters."""
        arrange(self._tools, self._all, html("", "eo-grow"), *tools)

    def show_rows(self, others: Sequence[ipw.Widget] | None, hint: ipw.Widget | None) -> None:
        """Show other rows over the bars, and a hint below them; None: the legend's own."""
        own = self.rows[: self._shown]
        arrange(self.column, *(own if others is None else others), self._masked)
        arrange(self._below, self._note if hint is None else hint)

    def draw_bars(self) -> None:
        """Draw the bars of the rows; only while they can be seen."""
        self._bars.show(self._values, len(self._values) - 1)
        self._chart.remove_class("eo-undrawn")

    def _ticked(self) -> None:
        if not self._quiet:
            self._summarise()
            self._on_ticks()

    def _tick_all(self, change: object) -> None:
        if not self._quiet:
            self._set_all(self._all.value)
            self._on_ticks()

    def _set_all(self, on: bool) -> None:
        self._quiet = True
        try:
            for legend_row in self.rows[: self._shown]:
                legend_row.box.value = on
        finally:
            self._quiet = False
        self._summarise()

    def _summarise(self) -> None:
        ticks = self.ticks
        self._quiet = True
        try:
            self._all.value = all(ticks)
        finally:
            self._quiet = False
        self._on_mixed(any(ticks) and not all(ticks))


def chip(values: AreaRow) -> str:
    """Return the number of a row on its colour, as HTML."""
    return chip_of(values.number, values.color)


def chip_of(number: int, color: str) -> str:
    """Return a cluster's number on its colour, as HTML; a dash for what is masked."""
    ink = "#ffffff" if _is_dark(color) else "#14212b"
    return f"<span class='eo-chip-box' style='background:{escape(color)};color:{ink}'>{number or '–'}</span>"


def _total(area_ha: float) -> str:
    return f"<span>Whole area</span><b>{hectares(area_ha)}</b> ha<i>100 %</i>"


def _is_dark(color: str) -> bool:
    red, green, blue = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return 0.299 * red + 0.587 * green + 0.114 * blue < 140
