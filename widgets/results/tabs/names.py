"""Where the names come from: the spectra, the image's own classification, WorldCover, or a visitor's map."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ipywidgets as ipw

from pipeline.catalogs import profiles as catalogs
from pipeline.explore.classes import LONGEST_NAME, History
from pipeline.machine import scratch
from pipeline.reference.profiles import BUILT_IN, IO_LAND_COVER, offered
from widgets.form.upload import Upload
from widgets.results.edits import Editor
from widgets.results.legend import chip_of
from widgets.results.naming import CHECKED, SCENE_CLASSES, SPECTRA, THE_SPECTRA, WORLDCOVER, Source, named
from widgets.results.tabs.host import Host
from widgets.toolkit.message import plain_words
from widgets.toolkit.parts import arrange, classed, column, html, push_button, row

if TYPE_CHECKING:
    from pipeline.progress import IsCancelled
    from pipeline.reference.agreement import Agreement
    from pipeline.result import Analysis

OWN = "own"
FIXED = (
    ("Spectra", SPECTRA),
    ("Spectra, checked by the scene classification", CHECKED),
    ("Scene classification of the image", SCENE_CLASSES),
    ("ESA WorldCover", WORLDCOVER),
)
OWN_MAP = ("My map (GeoTIFF)", OWN)
MAX_BYTES = 50_000_000
TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
"""How a TIFF begins; a file that says what else to read does not."""
MOST_UNNAMED = 12
ASK_FILE = "Choose a GeoTIFF whose values are classes, from 1 to 255, at most 50 MB."
ASK_NAMES = "The file does not name its classes. Name those that lie in the area:"
AGREEMENT = "Agreement with this map, which has errors of its own: it does not tell who is right."


def choices() -> tuple[tuple[str, str], ...]:
    """Return titles and keys of what names can come from; the maps of the settings stand before one's own.

    The annual land cover lies in a catalogue; it is offered where that one is.
    """
    maps = [r for r in offered() if r not in BUILT_IN]
    if any(profile.url == IO_LAND_COVER.api for profile in catalogs.offered()):
        maps = [IO_LAND_COVER, *maps]
    return (*FIXED, *((r.title, r.name) for r in maps), OWN_MAP)


class NamesFrom(ipw.VBox):
    """A choice of maps, the chosen one's classes within each class, and an undo button.

    Parameters
    ----------
    host : Host
        Serialises callbacks.
    editor : Editor
        Holds the classes.
    """

    def __init__(self, host: Host, editor: Editor) -> None:
        self._editor, self._filling = editor, False
        guard = host.gate.guard
        self.choice = classed(
            ipw.Dropdown(options=choices(), value=SPECTRA, description="Names from"),
            "eo-field",
            "eo-names-from",
        )
        self.choice.observe(guard(self._choose), "value")
        self.upload = Upload([".tif", ".tiff"], MAX_BYTES, guard(self.take), guard(self.refuse))
        self.upload.purpose = "Classified GeoTIFF"
        self.undo = push_button("Undo", guard(self._undo))
        self.told = html("", "eo-agreement")
        self.fields: dict[int, ipw.Text] = {}
        self._use = push_button("Use these names", guard(self._use_names))
        self._form = column("eo-class-names")
        self._of: object = None
        self._keys = {THE_SPECTRA: SPECTRA, **{r.title: r.name for r in reversed(offered())}}
        self._first = SPECTRA
        self._path: Path | None = None
        self._values: dict[str, int] = {}
        super().__init__()
        self.add_class("eo-fold-body")
        self._arrange()

    def show(self, analysis: Analysis) -> None:
        """Show the source of the names of a result, and its map's agreement with the classes."""
        history = self._history
        if history is None:
            return
        if not history.names_from:
            self._first = CHECKED if analysis.names_from else SPECTRA
        if not self._values:
            self._set_choice(self._source)
        self.undo.disabled = not history.can_undo
        if self._values:
            self._ask_names()
        elif self._editor.named_by is not None and self._of == _made_of(history):
            self.told.value = _told(self._editor.named_by, analysis)
        else:
            self.told.value = "" if self.choice.value != OWN else f"<p>{ASK_FILE}</p>"
        self._arrange()

    def told_of(self, history: History) -> None:
        """Take note of the classes that the editor's agreement is about."""
        self._of = _made_of(history)

    def fail(self, error: Exception) -> None:
        """Say why there are no names from the map."""
        self.told.value = f"<p class='eo-warn-text' role='alert'>{escape(plain_words(error))}</p>"
        self._set_choice(self._source)
        self._arrange()

    def take(self, name: str, content: bytes) -> None:
        """Take a visitor's map, and the names from it."""
        if not content.startswith(TIFF):
            self._warn(f"{name} is no GeoTIFF. {ASK_FILE}")
            return
        if self._path is not None:
            self._path.unlink(missing_ok=True)
        stem = re.sub(r"[^\w .-]", "_", Path(name).stem)[:40] or "map"
        self._path = scratch.new_folder() / f"{stem}.tif"
        self._path.write_bytes(content)
        self._values = {}
        self._name(Source(str(self._path)))

    def refuse(self, name: str, n_bytes: int) -> None:
        """Say why a file was not even sent."""
        size = f"{n_bytes / 1e6:.0f} MB, at most {MAX_BYTES / 1e6:.0f} MB" if n_bytes else "it cannot be read"
        self._warn(f"{name} cannot be taken: {size}. Cut it to your area first.")

    @property
    def _source(self) -> str:
        """The choice that the present names come from."""
        history = self._history
        if history is None or not history.names_from:
            return self._first
        titles = [title for title in self._keys if history.names_from.startswith(title)]
        return self._keys[max(titles, key=len)] if titles else CHECKED

    @property
    def _history(self) -> History | None:
        return self._editor.edits.history if self._editor.edits is not None else None

    def _choose(self, change: Any) -> None:
        if self._filling:
            return
        self._values = {}
        if change.new == OWN:
            self.told.value = f"<p>{ASK_FILE}</p>"
            self._arrange()
        else:
            self._name(Source(change.new))

    def _name(self, source: Source) -> None:
        self.told.value = "<p role='status'>Comparing…</p>"
        self._arrange()

        def make(refined: Analysis, history: History, cancelled: IsCancelled) -> History:
            made, agreement = named(refined, history, source, cancelled)
            self._editor.named_by = agreement
            self.told_of(made)
            known = {key for _, key in self.choice.options}
            self._keys[made.names_from] = source.key if source.key in known else OWN
            if agreement is not None and source.classes is None:
                self._values = _unnamed(agreement)
                if self._values:
                    return history
            return made

        self._editor.later(make)

    def _ask_names(self) -> None:
        self.told.value = f"<p>{ASK_NAMES}</p>"
        self.fields = {
            value: classed(ipw.Text(description=f"{value}", placeholder=name), "eo-field")
            for name, value in self._values.items()
        }
        self._form.children = (*self.fields.values(), self._use)

    def _use_names(self) -> None:
        names = {value: field.value.strip()[:LONGEST_NAME] for value, field in self.fields.items()}
        self._values = {}
        self._name(Source(str(self._path), {value: name for value, name in names.items() if name}))

    def _undo(self) -> None:
        self._values = {}
        self._editor.classes(History.undo)

    def _warn(self, text: str) -> None:
        self.told.value = f"<p class='eo-warn-text' role='alert'>{escape(text)}</p>"

    def _set_choice(self, key: str) -> None:
        self._filling = True
        try:
            self.choice.value = key
        finally:
            self._filling = False

    def _arrange(self) -> None:
        own = self.choice.value == OWN
        upload = (self.upload,) if own else ()
        form = (self._form,) if own and self._values else ()
        arrange(self, self.choice, *upload, self.told, *form, row("eo-names-foot", self.undo))


def _made_of(history: History) -> object:
    """Return a key of the classes: where their names come from, their splits and merges."""
    return history.names_from, history.steps, history.present.members


def _unnamed(agreement: Agreement) -> dict[str, int]:
    """Return the values of a map that has no class names, the largest first; none where it has any."""
    table = agreement.table
    found = {n: v for n, v in agreement.values.items() if n in table and table[n].sum() > 0}
    if not found or any(name != f"class {value}" for name, value in found.items()):
        return {}
    hectares = {name: float(table[name].to_numpy(float).sum()) for name in found}
    largest = sorted(found, key=lambda name: -hectares[name])[:MOST_UNNAMED]
    return {name: found[name] for name in largest}


def _told(agreement: Agreement, analysis: Analysis) -> str:
    """Return a map with its year, licence and accuracy, and the three largest shares of each class."""
    reference = agreement.reference
    facts: Mapping[str, str] = {
        "Year": str(reference.year or ""),
        "Licence": reference.licence,
        "Its own published accuracy": reference.accuracy,
    }
    lines = "".join(f"<p>{name}: {escape(text)}</p>" for name, text in facts.items() if text)
    rows = "".join(
        f"<tr><td>{chip_of(n, s.color)}</td><td>{escape(agreement.sentence(n))}</td></tr>"
        for n, s in enumerate(analysis.suggestions, start=1)
    )
    head = f"<p><b>{escape(reference.title)}</b></p>{lines}<p>{AGREEMENT}</p>"
    return f"{head}<table class='eo-table'><tr><th></th><th>Three largest shares</th></tr>{rows}</table>"
