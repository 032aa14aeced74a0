"""Repeat for other places: a list becomes requests, beside the present model and the command for both."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

import ipywidgets as ipw

from pipeline.request import MAX_FILE_MB
from pipeline.text import hectares
from widgets.form.upload import Upload
from widgets.results.tabs.host import Host
from widgets.session.worker import Progress, Worker
from widgets.toolkit.copy_button import CopyButton
from widgets.toolkit.message import plain_words
from widgets.toolkit.parts import arrange, classed, html, push_button, row

if TYPE_CHECKING:
    from pipeline.batch.repeat import Spot
    from pipeline.result import Analysis
    from widgets.results.spots import Read

ENDINGS = [".geojson", ".json", ".gpkg", ".kml", ".kmz", ".zip"]
USUAL_KM = 5.0
"""Side of the squares where the present area is no square."""
MOST_TOLD = 6
HINT = (
    "The same classes elsewhere, as many places as you like: a place a line, or a file whose polygons are "
    "the places. You get a list and the model; a command does the rest."
)
PLACEHOLDER = "Bolzano\nMunich, Germany\nMy farm; 46.49, 11.34"
NAME, MIME = "repeat_for_other_places.zip", "application/zip"


class Elsewhere(ipw.VBox):
    """Field, file, what was understood, and what to take away.

    Parameters
    ----------
    host : Host
        Saves the zip, and reads in the background.
    """

    def __init__(self, host: Host) -> None:
        self._host = host
        self._analysis: Analysis | None = None
        self._spots: tuple[Spot, ...] = ()
        guard = host.gate.guard
        self._worker = Worker(host.gate, progress=lambda *_: None, done=self._understood, failed=self._failed)
        self.text = classed(
            ipw.Textarea(description="Places, one a line", placeholder=PLACEHOLDER, rows=4), "eo-field"
        )
        self.text.continuous_update = False
        self.text.observe(guard(lambda change: self._read_text(change.new)), "value")
        self.upload = Upload(ENDINGS, MAX_FILE_MB * 2**20, guard(self.take), guard(self.refuse))
        self.upload.purpose = "File with polygons"
        self.told = html("", "eo-elsewhere-told")
        self.save = push_button("Save list and model", guard(self._save), icon="download")
        self.command = CopyButton(label="Copy command")
        self._foot = row("eo-elsewhere-foot", self.save, self.command)
        self._shown = html("", "eo-elsewhere-command")
        super().__init__([html(f"<p>{HINT}</p>", "eo-muted"), self.text, self.upload, self.told])
        self.add_class("eo-fold-body")
        self.add_class("eo-elsewhere")
        self._always: Sequence[ipw.Widget] = self.children

    def show(self, analysis: Analysis) -> None:
        """Take the result whose question and model are repeated."""
        self._analysis = analysis
        self.save.disabled = analysis.preview

    def take(self, name: str, content: bytes) -> None:
        """Take the polygons of a file as places."""

        def work(_progress: Progress, _cancelled: Callable[[], bool]) -> Read:
            from pipeline.area.files import area_from_file
            from pipeline.batch.repeat import zones_as_spots
            from widgets.results.spots import Read

            return Read(zones_as_spots(area_from_file(name, content)))

        self._begin(f"Reading “{name}”…", work)

    def refuse(self, name: str, n_bytes: int) -> None:
        """Say why a file was not even sent."""
        size = f"{n_bytes / 2**20:.1f} MB, at most {MAX_FILE_MB} MB" if n_bytes else "it cannot be read"
        self._warn(f"{name} cannot be taken: {size}. Simplify it, or split it.")

    def _read_text(self, text: str) -> None:
        side = self._side_km

        def work(_progress: Progress, _cancelled: Callable[[], bool]) -> Read:
            from widgets.results.spots import spots_of

            return spots_of(text, side)

        self._begin("Looking the places up…", work)

    @property
    def _side_km(self) -> float:
        """Side of the squares: that of the present one."""
        area = self._analysis.request.area if self._analysis is not None else None
        return USUAL_KM if area is None or area.size_km is None else area.size_km

    def _begin(self, words: str, work: Callable[[Progress, Callable[[], bool]], Any]) -> None:
        self._worker.cancel()
        self.told.value = f"<p role='status'>{escape(words)}</p>"
        self._worker.start(work)

    def _understood(self, read: Read) -> None:
        from pipeline.batch.repeat import COMMAND

        self._spots = read.spots
        self.told.value = _told(read)
        self.command.text = COMMAND
        self._shown.value = f"<code>{escape(COMMAND)}</code>"
        arrange(self, *self._always, *((self._shown, self._foot) if read.spots else ()))

    def _failed(self, error: Exception) -> None:
        self._warn(plain_words(error))

    def _warn(self, text: str) -> None:
        self.told.value = f"<p class='eo-warn-text' role='alert'>{escape(text)}</p>"

    def _save(self) -> None:
        from pipeline.batch.repeat import package

        if self._analysis is not None and self._spots:
            self._host.save(package(self._analysis, self._spots), NAME, MIME)


def _told(read: Read) -> str:
    """Return what was understood as HTML: how many places, the first of them, and what is no place."""
    lines = [_place(spot) for spot in read.spots[:MOST_TOLD]]
    more = len(read.spots) - len(lines)
    if more:
        lines.append(f"and {more:,} more")
    count = "1 place" if len(read.spots) == 1 else f"{len(read.spots):,} places"
    head = f"<p role='status'><b>{count}</b></p>" if read.spots else ""
    items = "".join(f"<li>{line}</li>" for line in lines)
    problems = "".join(
        f"<p class='eo-warn-text' role='alert'>{escape(p)}</p>" for p in read.problems[:MOST_TOLD]
    )
    return f"{head}<ul>{items}</ul>{problems}" if lines else problems


def _place(spot: Spot) -> str:
    area = spot.area
    size = "polygon" if area.size_km is None else f"{hectares(100 * area.size_km**2)} ha"
    return f"{escape(spot.name)} <small>{area.latitude:.4f}, {area.longitude:.4f} · {size}</small>"
