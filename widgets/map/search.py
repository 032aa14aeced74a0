"""Places by name: a field on the map, and a list of matches."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from widgets.session.gate import Gate
from widgets.session.worker import Worker
from widgets.toolkit.scripts import script

if TYPE_CHECKING:
    from pipeline.places.gazetteer import Place

CREDIT = "Places: GeoNames, CC BY 4.0"
LOADING, NOTHING = "Looking…", "No town above 15,000 people has this name. Coordinates always work."


class PlaceSearch(anywidget.AnyWidget):
    """The field with its list; the towns are read, and searched, in a thread.

    Parameters
    ----------
    gate : Gate
        Guards what happens in threads.
    on_place : callable
        Called with latitude and longitude of the place that was chosen.
    """

    _esm = script("toolkit/element.js", "map/search.js")
    text = traitlets.Unicode().tag(sync=True)
    """What is searched."""
    places: traitlets.List[dict[str, str]] = traitlets.List().tag(sync=True)
    """Label and note of each place found, best first."""
    found_for = traitlets.Unicode().tag(sync=True)
    """The text that the places were found for."""
    told = traitlets.Unicode().tag(sync=True)
    """What is said in place of a list."""
    credit = traitlets.Unicode(CREDIT).tag(sync=True)

    def __init__(self, gate: Gate, on_place: Callable[[float, float], None]) -> None:
        super().__init__()
        self.add_class("eo-search")
        self._on_place = on_place
        self._found: tuple[Place, ...] = ()
        self._worker = Worker(gate, progress=lambda *_: None, done=self._arrived, failed=self._failed)
        self.observe(gate.guard(lambda _change: self._search()), "text")
        self.on_msg(gate.guard(self._receive))

    def choose(self, index: int, label: str) -> None:
        """Go to a place of the list, if the list still has it there."""
        if 0 <= index < len(self._found) and self._found[index].label == label:
            self._on_place(self._found[index].latitude, self._found[index].longitude)

    def _search(self) -> None:
        text = self.text
        if not text:
            self._show("", ())
        elif self._worker.busy:  # the search that is on is followed by this one
            return
        else:
            if not self._found:
                self.told = LOADING
            self._worker.start(lambda *_: (text, _found(text)))

    def _arrived(self, found: tuple[str, tuple[Place, ...]]) -> None:
        text, places = found
        if text != self.text:
            self._search()
        else:
            self._show(text, places)

    def _failed(self, _error: Exception) -> None:
        self.told = "The list of places cannot be read. Give coordinates, or click the map."

    def _show(self, text: str, places: tuple[Place, ...]) -> None:
        self._found = places
        with self.hold_sync():
            self.places = [{"label": place.label, "note": _people(place.population)} for place in places]
            self.told = NOTHING if text and not places else ""
            self.found_for = text

    def _receive(self, _widget: Any, content: dict[str, Any], _buffers: Any) -> None:
        index, label = content.get("index"), content.get("label")
        if content.get("event") == "choose" and isinstance(index, int) and isinstance(label, str):
            self.choose(index, label)


def _found(text: str) -> tuple[Place, ...]:
    from pipeline.places.gazetteer import find_places

    return find_places(text)


def _people(population: int) -> str:
    return f"{population:,} people" if population else ""
