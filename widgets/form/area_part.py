"""The form's Area section: a square, a drawing or a file; their fields share one place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from html import escape
from typing import Any

import ipywidgets as ipw

from pipeline.area.aoi import AreaOfInterest
from pipeline.request import MAX_FILE_MB
from widgets.form.settings import Mode, Settings, Tool
from widgets.form.upload import Upload
from widgets.toolkit.parts import arrange, classed, column, heading, html, push_button, row

SEGMENTS: dict[Mode, str] = {"square": "Square", "draw": "Draw", "upload": "Upload"}
TOOLS: dict[Tool, str] = {
    "Polygon": "Draw on the map, double-click to finish. Esc starts over.",
    "Rectangle": "Click two opposite corners on the map. Esc starts over.",
}
FILES = f"GeoJSON, GeoPackage, KML, KMZ or a zipped shapefile, up to {MAX_FILE_MB} MB, or a saved request."
ENDINGS = [".geojson", ".json", ".gpkg", ".kml", ".kmz", ".zip"]
NO_AREA: dict[Mode, str] = {
    "square": "No area yet. Click the map.",
    "draw": "No area yet. Draw it on the map.",
    "upload": "No area yet. Choose a file.",
}


class AreaPart(ipw.VBox):
    """The section.

    Parameters
    ----------
    square : sequence of widgets
        The fields of a square.
    on_change : callable
        Called with the fields of the settings to change, as keywords.
    on_clear : callable
        Called when the drawing is to be removed, finished or not.
    on_file, on_refused : callable
        As for `Upload`.
    """

    def __init__(
        self,
        square: Sequence[ipw.Widget],
        *,
        on_change: Callable[..., None],
        on_clear: Callable[[], None],
        on_file: Callable[[str, bytes], None],
        on_refused: Callable[[str, int], None],
    ) -> None:
        self.segments = {
            mode: push_button(name, partial(on_change, mode=mode)) for mode, name in SEGMENTS.items()
        }
        self.tools = {tool: push_button(tool, partial(_draw_with, on_change, tool)) for tool in TOOLS}
        self.clear = push_button("Clear", on_clear, "eo-clear")
        self._drawn, self._file = html("", "eo-muted"), html("", "eo-muted")
        self.summary = html("", "eo-sum")
        upload = Upload(ENDINGS, MAX_FILE_MB * 2**20, on_file, on_refused)
        tools = row("eo-tools-row", row("eo-seg", *self.tools.values()), self.clear)
        self._fields: dict[Mode, ipw.VBox] = {
            "square": column("eo-how", *square),
            "draw": column("eo-how", tools, self._drawn),
            "upload": column("eo-how", upload, self._file),
        }
        self._place = classed(ipw.Box(), "eo-place")
        segments = classed(ipw.HBox(list(self.segments.values())), "eo-seg", "eo-ways")
        super().__init__([heading("Area"), segments, self._place, self.summary])
        self.add_class("eo-sec")

    def show(self, settings: Settings, counted: tuple[float, int] | None) -> None:
        """Show the way the area is set, and the area's hectares and pixels if there is one."""
        _press(self.segments, settings.mode)
        _press(self.tools, settings.tool)
        arrange(self._place, self._fields[settings.mode])
        self._drawn.value = TOOLS[settings.tool] if settings.drawn is None else _corners(settings.drawn)
        self._file.value = FILES
        if settings.uploaded is not None:
            self._file.value = f"<b>{escape(settings.file_name)}</b><br>{_corners(settings.uploaded)}"
        if counted is None:
            self.summary.add_class("eo-none")
            self.summary.value = NO_AREA[settings.mode]
            return
        self.summary.remove_class("eo-none")
        hectares, pixels = counted
        shown = f"{hectares:,.0f}" if hectares >= 100 else f"{hectares:,.1f}"
        self.summary.value = f"<b>{shown} ha</b> · {pixels:,} pixels of 10 m"


def _draw_with(on_change: Callable[..., None], tool: Tool) -> None:
    on_change(tool=tool, drawn=None)


def _press(buttons: dict[Any, ipw.Button], chosen: str) -> None:
    for name, button in buttons.items():
        (button.add_class if name == chosen else button.remove_class)("eo-on")


def _corners(area: AreaOfInterest) -> str:
    parts = len(area.polygons)
    corners = sum(len(ring) - 1 for rings in area.polygons for ring in rings)
    return f"{'A polygon' if parts == 1 else f'{parts:,} polygons'} with {corners:,} corners."
