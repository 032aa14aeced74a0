"""Hectares by zone, where the area came from a file of several features: a table, and the zone on the map."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from html import escape
from typing import TYPE_CHECKING, Any

import anywidget
import ipyleaflet as leaflet
import ipywidgets as ipw
import traitlets

from pipeline.area.polygons import shape_on_map
from widgets.results.legend import ink_on
from widgets.results.tabs.host import Host
from widgets.session.worker import Worker
from widgets.toolkit.message import plain_words
from widgets.toolkit.parts import arrange, classed, html
from widgets.toolkit.scripts import script

if TYPE_CHECKING:
    from pipeline.area.aoi import AreaOfInterest
    from pipeline.explore.zones import ZoneTable
    from pipeline.result import Analysis

LAYER = "zone"
LINES = (("#ffffff", 9), ("#1558b0", 5))
"""Colours and widths of the line around a zone."""
CLOUD, MISSING = "Cloud", "Missing"
COUNTING = "<p role='status'>Counting the zones…</p>"
LATER = "<p>Zones are counted when the calculation has come to its end.</p>"


class ZoneRows(anywidget.AnyWidget):
    """The table as the browser shows it; everything in it is plain text or numbers."""

    _esm = script("toolkit/element.js", "results/tabs/zone_rows.js")
    columns: traitlets.List[dict[str, str]] = traitlets.List().tag(sync=True)
    """Of the names, of the whole zones, of the classes, of cloud and missing."""
    rows: traitlets.List[list[Any]] = traitlets.List().tag(sync=True)
    """Name and hectares of each zone, in the order of the file."""
    chosen = traitlets.Int(0).tag(sync=True)
    """Number of the zone that is shown on the map; 0: none."""


class ByZone(ipw.VBox):
    """The choice of the attribute that names the zones, the table, and its notes.

    Parameters
    ----------
    host : Host
        Counts in the background, and shows a zone on the map.
    on_rows : callable
        Called when there is another table to copy.
    """

    def __init__(self, host: Host, on_rows: Callable[[], None]) -> None:
        self._host, self._on_rows = host, on_rows
        self._analysis: Analysis | None = None
        self._table: ZoneTable | None = None
        self._area: AreaOfInterest | None = None
        guard = host.gate.guard
        self._worker = Worker(host.gate, progress=lambda *_: None, done=self._counted, failed=self._failed)
        self.naming = classed(ipw.Dropdown(description="Zone names", options=[]), "eo-field", "eo-beside")
        self.naming.observe(guard(lambda _change: self._fill()), "value")
        self.rows = ZoneRows()
        self.rows.observe(guard(lambda _change: self._outline()), "chosen")
        self.notes = html("", "eo-zones-notes")
        super().__init__([self.notes])
        self.add_class("eo-zones")

    def show(self, analysis: Analysis) -> None:
        """Count the zones of a result, unless they are shown already."""
        if analysis is self._analysis:
            self._outline()
            return
        self._worker.cancel()
        self._analysis = analysis
        if analysis.preview:
            self._tell(LATER)
            return
        if self._table is None:
            self._tell(COUNTING)
        self._worker.start(lambda *_: (analysis.request.area, analysis.zone_table))

    def leave(self) -> None:
        """Take the zone off the map."""
        self.rows.chosen = 0
        self._host.lay(LAYER, None)

    @property
    def text(self) -> str:
        """The table as spreadsheets take it from the clipboard: a line a zone, tabs between."""
        titles = [column["title"] for column in self.rows.columns]
        lines = [[name, *(f"{v:.2f}" for v in figures)] for name, *figures in self.rows.rows]
        return tab_separated([titles, *lines])

    def _counted(self, counted: tuple[AreaOfInterest, ZoneTable]) -> None:
        area, table = counted
        other = self._area is None or self._area.zones != area.zones
        self._table, self._area = table, area
        if other:
            self.rows.chosen = 0
            self.naming.options = [("numbers", ""), *((name, name) for name in table.attributes)]
            self.naming.value = table.naming or ""
        self._fill()
        self._outline()

    def _failed(self, error: Exception) -> None:
        self._tell(f"<p class='eo-warn-text' role='alert'>{escape(plain_words(error))}</p>")

    def _tell(self, text: str) -> None:
        self.notes.value = text
        arrange(self, self.notes)

    def _fill(self) -> None:
        table, analysis = self._table, self._analysis
        if table is None or analysis is None:
            return
        colors = [str(color) for color in analysis.areas["color"].iloc[1:]]
        with self.rows.hold_sync():
            self.rows.columns = [
                {"title": "Zone"},
                {"title": "All, ha"},
                *(
                    {"title": name, "chip": str(n), "color": color, "ink": ink_on(color)}
                    for n, (name, color) in enumerate(zip(table.classes, colors, strict=True), start=1)
                ),
                {"title": CLOUD},
                {"title": MISSING},
            ]
            self.rows.rows = [
                [name, total, *figures, masked, missing]
                for name, total, figures, masked, missing in zip(
                    table.names(self.naming.value),
                    table.total_ha.tolist(),
                    table.hectares.tolist(),
                    table.masked_ha.tolist(),
                    table.missing_ha.tolist(),
                    strict=True,
                )
            ]
        self.notes.value = "".join(f"<p>{escape(note)}</p>" for note in table.notes)
        arrange(self, self.naming, self.rows, self.notes)
        self._on_rows()

    def _outline(self) -> None:
        """Show the chosen zone on the map."""
        area, number = self._area, self.rows.chosen
        if area is None or not 1 <= number <= len(area.zones) or not area.zones[number - 1].polygons:
            self._host.lay(LAYER, None)
            return
        zone = replace(area, polygons=area.zones[number - 1].polygons, zones=())
        self._host.lay(LAYER, lambda turn: outlined(zone, turn))


def outlined(zone: AreaOfInterest, turn: float) -> Sequence[leaflet.Polygon]:
    """Return a line around a zone, on the world copy that the map looks at; unlike that of the area."""
    shape = [[[(y, x + turn) for y, x in ring] for ring in rings] for rings in shape_on_map(zone)]
    return [
        leaflet.Polygon(locations=shape, color=color, weight=weight, opacity=1, fill=False, pane="aoi")
        for color, weight in LINES
    ]


def tab_separated(rows: Sequence[Sequence[str]]) -> str:
    """Return rows as text with tabs between the cells; white space within a cell becomes a blank."""
    return "\n".join("\t".join(" ".join(cell.split()) for cell in row) for row in rows) + "\n"
