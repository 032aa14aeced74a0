"""Legend and bar chart in one: a row per cluster (colour, on or off, name, hectares), its bar below."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from html import escape

import ipywidgets as ipw

from pipeline.text import about_hectares, hectares, percent
from widgets.results.rows import AreaRow
from widgets.toolkit.charts import HectareBars, longest, nice_axis, row_height
from widgets.toolkit.parts import arrange, checkbox, classed, column, html, pressed, push_button, row, shown

LONG_NAME = 32
"""Characters from which on a name is set smaller, to be shown whole."""
NOTE = "Names are suggestions from the spectra, not checked on the ground."


class LegendRow(ipw.HBox):
    """One row; it lives as long as the page and takes the values of each new result."""

    def __init__(self, on_tick: Callable[[], None]) -> None:
        self._chip, self.reason = html("", "eo-chip"), html("", "eo-reason")
        self.hectares, self._share = html("", "eo-num"), html("", "eo-pct")
        self.box = checkbox("", True, "eo-name")
        self.box.observe(lambda _change: on_tick(), "value")
        self._name, self._whisker = html("", "eo-name"), html("", "eo-whisker")
        self.doubt = html("", "eo-doubt")
        super().__init__()
        self.add_class("eo-row")

    def show(self, values: AreaRow, axis_ha: float) -> None:
        """Take the values of a cluster, or of what is masked; the bars' axis ends at `axis_ha`."""
        name = escape(values.name)
        (self.add_class if len(values.name) > LONG_NAME else self.remove_class)("eo-long")
        self._chip.value = chip(values)
        # Names of one kind end in the figure that orders them: it is the reason, and stands where reasons do.
        # The shares that another map adds to the figure stand in the tooltip.
        figure = values.reason.partition(", ")[0]
        shown_name = values.name.removesuffix(f" ({figure})") if figure else values.name
        reason = f"<b>{escape(figure)}</b>" if values.number else ""
        self.reason.value = f"<span title='{name} {escape(values.reason)}'>{reason}</span>"
        estimated = values.low_ha is not None or values.note
        counted = (about_hectares if estimated else hectares)(values.hectares)
        self.hectares.value = f"<b>{counted}</b> ha{_interval(values)}"
        self._whisker.value = _whisker(values, axis_ha)
        self._share.value = escape(percent(values.share))
        if values.number:
            self.box.description = shown_name
            label: ipw.Widget = self.box
        else:
            self._name.value = f"<span>{name}</span>"
            self.add_class("eo-masked")
            label = self._name
        self.doubt.value = _doubt(values)
        doubt = (self.doubt,) if self.doubt.value else ()
        whisker = (self._whisker,) if self._whisker.value else ()
        arrange(self, self._chip, label, *doubt, self.reason, self.hectares, self._share, *whisker)


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
        self._mapped: tuple[AreaRow, ...] = ()
        self._estimated: tuple[AreaRow, ...] = ()
        self._added: list[LegendRow] = []
        self._doubts: dict[int, str] = {}
        self._wants_estimate = True
        self._others: tuple[ipw.Widget, ...] | None = None
        self._buttons: tuple[ipw.Widget, ...] = ()
        self._shown = 0
        self.masked = LegendRow(lambda: None)
        self._all = checkbox("All clusters", True, "eo-all")
        self._all.observe(self._tick_all, "value")
        self._bars = HectareBars()
        self.column = column("eo-rows")
        self._total = html("", "eo-total")
        self.notes = html("", "eo-notes")
        self._chart = classed(ipw.Box([self._bars, self.column]), "eo-chart")
        self.tools = row("eo-tools", self._all)
        self.switch = row(
            "eo-seg",
            push_button("Mapped", partial(self._choose, False), "eo-mapped"),
            push_button("Estimated", partial(self._choose, True), "eo-estimated"),
        )
        self.switch.add_class("eo-figures")
        self._grow = html("", "eo-grow")
        self.note, self._below = html(NOTE, "eo-note"), column("eo-below")
        super().__init__([self.tools, self._chart, self._total, self.notes, self._below])
        self._below.children = (self.note,)
        self.add_class("eo-pad")

    @property
    def ticks(self) -> tuple[bool, ...]:
        """Which clusters are on, in their order."""
        return tuple(r.box.value for r in self.rows[: self._shown])

    def ticks_for(self, n_clusters: int) -> tuple[bool, ...]:
        """Which clusters will be on when a result with a number of them is shown (see `show`)."""
        return self.ticks if n_clusters == self._shown else (True,) * n_clusters

    def show(
        self,
        rows: Sequence[AreaRow],
        notes: Sequence[str],
        estimated: Sequence[AreaRow] = (),
        checked: str = "",
    ) -> None:
        """Show a result's rows. Ticks stay when the number of clusters does, else all clusters are on.

        Parameters
        ----------
        rows : sequence of AreaRow
            As counted: the clusters, and what is masked.
        notes : sequence of str
            What should be known about the result.
        estimated : sequence of AreaRow
            As estimated from checked points, classes that only the land has before what is masked.
        checked : str
            What is known of the names.
        """
        n_clusters = len(rows) - 1
        while len(self.rows) < n_clusters:
            self.rows.append(LegendRow(self._ticked))
        self._mapped, self._estimated, self._doubts = tuple(rows), tuple(estimated), {}
        self.note.value = escape(checked) or NOTE
        if n_clusters != self._shown:
            self._shown = n_clusters
            self._set_all(True)
            self._others = None
            arrange(self._below, self.note)
            (self.add_class if row_height(n_clusters) < 46 else self.remove_class)("eo-dense")
        self._fill()
        self._chart.add_class("eo-undrawn")
        self._total.value = _total(sum(r.hectares for r in rows), rows[-1].reason)
        self.notes.value = "".join(f"<p>{escape(note)}</p>" for note in notes)
        shown(self.notes, bool(notes))

    def tell_doubts(self, doubts: Mapping[int, str]) -> None:
        """Mark the names that the image's own classification speaks against.

        Parameters
        ----------
        doubts : mapping of int to str
            By class, such as ``71 % not vegetated``; the others are not marked.
        """
        self._doubts = dict(doubts)
        self._fill()

    def set_tools(self, *tools: ipw.Widget) -> None:
        """Put buttons beside the checkbox for all clusters."""
        self._buttons = tools
        self._arrange()

    def show_rows(self, others: Sequence[ipw.Widget] | None, hint: ipw.Widget | None) -> None:
        """Show other rows over the bars, and a hint below them; None: the legend's own."""
        self._others = None if others is None else tuple(others)
        arrange(self._below, self.note if hint is None else hint)
        self._fill()
        self.draw_bars()

    def draw_bars(self) -> None:
        """Draw the bars of the rows; only while they can be seen."""
        if self._values:
            self._bars.show(self._values, self._shown)
            self._chart.remove_class("eo-undrawn")

    @property
    def is_estimated(self) -> bool:
        """Whether the rows are those of an estimate; while classes are edited they are as counted."""
        return bool(self._estimated) and self._wants_estimate and self._others is None

    def _choose(self, estimated: bool) -> None:
        self._wants_estimate = estimated
        self._fill()
        self.draw_bars()

    def _fill(self) -> None:
        """Fill the rows with the figures that are wanted."""
        values = self._values = self._estimated if self.is_estimated else self._mapped
        if not values:
            return
        n_added = len(values) - self._shown - 1
        while len(self._added) < n_added:
            self._added.append(LegendRow(lambda: None))
        own, added = self.rows[: self._shown], self._added[:n_added]
        axis_ha = nice_axis(longest(values))[0]
        for legend_row, of_row in zip([*own, *added, self.masked], values, strict=True):
            doubt = self._doubts.get(of_row.number, "") if of_row.number else ""
            legend_row.show(replace(of_row, doubt=doubt), axis_ha)
        arrange(self.column, *(own if self._others is None else self._others), *added, self.masked)
        for button, on in zip(self.switch.children, (not self.is_estimated, self.is_estimated), strict=True):
            pressed(button, on)
        self._arrange()

    def _arrange(self) -> None:
        switch = (self.switch,) if self._estimated and self._others is None else ()
        arrange(self.tools, self._all, self._grow, *switch, *self._buttons)

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
    return chip_of(values.number, values.color, "+" if values.added else "–")


def chip_of(number: int, color: str, without: str = "–") -> str:
    """Return a cluster's number on its colour, as HTML; a dash for the masked row."""
    return (
        f"<span class='eo-chip-box' style='background:{escape(color)};color:{ink_on(color)}'>"
        f"{number or without}</span>"
    )


def ink_on(color: str) -> str:
    """Return the colour of letters that can be read on a colour."""
    return "#ffffff" if _is_dark(color) else "#14212b"


def _doubt(values: AreaRow) -> str:
    """Return the mark of a name with a doubt, as HTML; empty where there is none."""
    if not values.doubt:
        return ""
    told = f"The image’s own classification speaks against this name: {escape(values.doubt)}"
    return f"<span role='img' title='{told}' aria-label='{told}'>!</span>"


def _interval(values: AreaRow) -> str:
    """Return the interval of a row's hectares in brackets, or why there is none, as HTML."""
    if values.low_ha is None or values.high_ha is None:
        return f" <small>{escape(values.note)}</small>" if values.note else ""
    return f" <small>({about_hectares(values.low_ha)}–{about_hectares(values.high_ha)})</small>"


def _whisker(values: AreaRow, axis_ha: float) -> str:
    """Return a line from one end of the interval to the other over the row's bar, as HTML."""
    if values.low_ha is None or values.high_ha is None or not axis_ha:
        return ""
    left, right = (100 * end / axis_ha for end in (values.low_ha, values.high_ha))
    return f"<i style='left:{left:.2f}%;width:{right - left:.2f}%'></i>"


def _total(area_ha: float, missing: str) -> str:
    """Return the area, and why parts of it are in no cluster, as HTML."""
    why = f"<small>In no cluster: {escape(missing)}.</small>" if missing else ""
    return f"<span>Whole area</span><b>{hectares(area_ha)}</b> ha<i>100 %</i>{why}"


def _is_dark(color: str) -> bool:
    red, green, blue = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return 0.299 * red + 0.587 * green + 0.114 * blue < 140
