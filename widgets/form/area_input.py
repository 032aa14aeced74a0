"""Drawings, uploaded files and links: each gives new settings, or a sentence why not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from html import escape
from typing import Any, Protocol

from pipeline.catalogs import profiles
from pipeline.errors import AnalysisError
from pipeline.request import MAX_FILE_MB, AnalysisRequest
from widgets.form.settings import Settings
from widgets.session.gate import Gate
from widgets.toolkit.message import Message

LABELS = {
    "area": "the area",
    "lat": "latitude",
    "lon": "longitude",
    "km": "side length",
    "from": "start date",
    "to": "end date",
    "cloud": "cloud cover",
    "k": "number of clusters",
    "catalog": "image catalogue",
}
"""Names in a link -> names in the form."""


class HasSettings(Protocol):
    """The form."""

    settings: Settings


class AreaInput:
    """Takes drawings and files into the form.

    Parameters
    ----------
    gate : Gate
        Guards what happens in threads.
    form : HasSettings
        Its settings change.
    say : callable
        Shows a message, without touching the settings.
    failed : callable
        Shows an error.
    """

    def __init__(
        self,
        gate: Gate,
        form: HasSettings,
        say: Callable[[Message], None],
        failed: Callable[[Exception], None],
    ) -> None:
        self._gate, self._form, self._say, self._failed = gate, form, say, failed

    def take_drawing(self, geometry: dict[str, Any]) -> None:
        """Take a drawing as the area."""
        from pipeline.area.polygons import area_from_geojson

        self._form.settings = self._form.settings.changed(mode="draw", drawn=area_from_geojson(geometry))

    def take_file(self, name: str, content: bytes) -> None:
        """Take the area, or the whole request, of a file; it is read in the background."""
        self._say(Message("plain", f"Reading “{escape(name)}”…"))

        def read() -> None:
            from pipeline.uploads import from_file

            try:
                found = from_file(name, content)
            except AnalysisError as error:
                self._gate.guard(self._failed)(error)
            else:
                self._gate.guard(self._adopt)(name, found)

        self._gate.in_background(read, "upload")

    def refuse_file(self, name: str, size: int) -> None:
        """Say why a file was not sent."""
        if size == 0:
            self._say(Message("warn", f"<b>“{escape(name)}” cannot be read.</b> Choose it again."))
            return
        self._say(
            Message(
                "warn",
                f"<b>“{escape(name)}” is too large: {size / 2**20:.1f} MB, at most {MAX_FILE_MB} MB.</b> "
                "Simplify it, or give only the polygons of the area.",
            )
        )

    def _adopt(self, name: str, found: Any) -> None:
        if not isinstance(found, AnalysisRequest):
            self._form.settings = self._form.settings.changed(mode="upload", uploaded=found, file_name=name)
            if found.note:
                self._say(Message("warn", escape(found.note)))
            return
        values = {f.name: getattr(found, f.name) for f in fields(found)}
        known = found.catalog in offered()
        if not known:
            del values["catalog"]
        self._form.settings = self._form.settings.of_values(values, file_name=name)
        if not known:
            self._say(left_out(("catalog",), "file"))


def offered() -> tuple[str, ...]:
    """Return the names of the catalogues that a link or a file may name."""
    return tuple(profile.name for profile in profiles.offered())


def left_out(names: tuple[str, ...], source: str) -> Message:
    """Return the message when parts of a link or a file (the source) cannot be used."""
    if names == ("catalog",):
        text = f"<b>The image catalogue of this {source} is not offered here.</b> The form keeps its own."
    else:
        listed = escape(", ".join(LABELS.get(name, name) for name in names))
        text = f"<b>Not usable in this {source}: {listed}.</b> The rest is set; check the form."
    return Message("warn", text)
