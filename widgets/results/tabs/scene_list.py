"""A list of images to choose from, used for the scene of a result and for a second date."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from pipeline.errors import Cancelled
from pipeline.machine import turns
from pipeline.request import AnalysisRequest
from pipeline.text import day_words, percent
from widgets.map.layers import footprints
from widgets.results.tabs.host import Host
from widgets.session.worker import Progress, Worker
from widgets.toolkit.scripts import script

if TYPE_CHECKING:
    from pipeline.explore.candidates import SceneFacts

LAYER = "footprint"


class Rows(anywidget.AnyWidget):
    """The list as the browser shows it; everything in `items` is plain text."""

    _esm = script("toolkit/element.js", "results/tabs/scene_list.js")
    items: traitlets.List[dict[str, Any]] = traitlets.List().tag(sync=True)
    ready = traitlets.Bool(False).tag(sync=True)
    """Whether rows can be chosen: not while others may still push them down."""
    button_text = traitlets.Unicode().tag(sync=True)
    used_text = traitlets.Unicode().tag(sync=True)
    other_text = traitlets.Unicode().tag(sync=True)
    """What a second button says; empty: there is none."""


class SceneList:
    """Finds the images of a request in the background and lets the visitor choose one.

    Parameters
    ----------
    host : Host
        Gets the footprint of the row that is pointed at.
    button, used : str
        What the buttons say, and what stands where an image is in use.
    on_choose : callable
        Called with the chosen image.
    on_news : callable
        Called with the images so far, whether the search goes on, and the error that ended it.
    tell_automatic : bool
        Whether the image that an analysis uses by itself is marked.
    on_other : callable
        Called with the image whose second button was pressed (`Rows.other_text`).
    """

    def __init__(
        self,
        host: Host,
        button: str,
        used: str,
        on_choose: Callable[[SceneFacts], None],
        on_news: Callable[[Sequence[SceneFacts], bool, Exception | None], None],
        *,
        tell_automatic: bool = True,
        on_other: Callable[[SceneFacts], None] = lambda _facts: None,
    ) -> None:
        self._tell_automatic, self._on_other = tell_automatic, on_other
        self._host, self._on_choose, self._on_news = host, on_choose, on_news
        self._facts: dict[str, SceneFacts] = {}
        self._used: frozenset[str] = frozenset()
        self._combined = False
        self._clear: float | None = None
        self.rows = Rows(button_text=button, used_text=used)
        self.rows.on_msg(host.gate.guard(self._receive))
        self._worker = Worker(host.gate, progress=self._arrived, done=self._ended, failed=self._failed)
        self._incoming: list[SceneFacts] = []

    def search(self, request: AnalysisRequest) -> None:
        """List the images of a request; the rows fill as they arrive."""
        self.stop()
        self._facts = {}
        incoming: list[SceneFacts] = []
        self._incoming = incoming

        def work(progress: Progress, cancelled: Callable[[], bool]) -> None:
            from pipeline.explore.candidates import list_scenes

            found = list_scenes(request, cancelled=cancelled, queue=turns.of_the_page())
            for count, facts in enumerate(found, start=1):
                if cancelled():
                    raise Cancelled
                incoming.append(facts)
                progress(f"image {count}", 0)

        self._worker.start(work)
        self._show()

    def stop(self) -> None:
        """End a search that is still on."""
        self._worker.cancel()
        self._host.lay(LAYER, None)

    def mark_used(self, ids: Iterable[str], clear: float | None = None, *, combined: bool = False) -> None:
        """Set the image in use, and the share (0..1) of the area that its result found clear.

        With `combined` all dates with these scenes are, and each can be added or left out.
        """
        self._used, self._clear, self._combined = frozenset(ids), clear, combined
        self._show()

    def _arrived(self, *_: Any) -> None:
        for facts in list(self._incoming):
            self._facts["|".join(facts.ids)] = facts
        self._show()

    def _ended(self, _result: Any) -> None:
        self._arrived()

    def _failed(self, error: Exception) -> None:
        self._show(error)

    def _show(self, error: Exception | None = None) -> None:
        from pipeline.explore.candidates import best_first

        ordered = best_first(self._facts.values())
        with self.rows.hold_sync():
            self.rows.items = [self._item(facts) for facts in ordered]
            self.rows.ready = not self._worker.busy
        self._on_news(ordered, self._worker.busy, error)

    def _item(self, facts: SceneFacts) -> dict[str, Any]:
        notes = []
        if facts.automatic and self._tell_automatic and not self._combined:
            notes.append("Chosen automatically")
        if not facts.allowed and facts.tile_cloud_cover is not None:
            notes.append(f"Tile with {facts.tile_cloud_cover:.0f} % clouds, above your limit")
        if facts.problem:
            notes.append(facts.problem)
        used = self._is_used(facts)
        toggle = ("Leave out" if used else "Add") if self._combined else ""
        return {
            "key": "|".join(facts.ids),
            "title": day_words(facts.day),
            "words": self._words(facts),
            "note": " · ".join(notes),
            "preview": facts.preview or "",
            "used": used,
            "toggle": toggle,
            "usable": used or (facts.coverage != 0 and facts.clear != 0),
        }

    def _is_used(self, facts: SceneFacts) -> bool:
        ids = frozenset(facts.ids)
        return bool(ids & self._used) if self._combined else ids == self._used

    def _words(self, facts: SceneFacts) -> str:
        """Return how clear an image is; of the one in use, the figure of its result and no other."""
        if self._clear is None or facts.coverage is None or not self._is_used(facts):
            return facts.words
        return f"{percent(self._clear)} clear · {facts.words.partition(' · ')[2]}"

    def _receive(self, _widget: Any, content: dict[str, Any], _buffers: Any) -> None:
        key = str(content.get("key", ""))
        if content.get("event") == "choose":
            self.choose(key)
        elif content.get("event") == "other" and key in self._facts:
            self._on_other(self._facts[key])
        elif content.get("event") == "point":
            self.point(key)

    def choose(self, key: str) -> None:
        """Choose the image of a row."""
        facts = self._facts.get(key)
        if facts is not None:
            self._on_choose(facts)

    def point(self, key: str) -> None:
        """Show the footprint of the row that is pointed at; an unknown key points at none."""
        facts = self._facts.get(key)
        self._host.lay(LAYER, None if facts is None else lambda shift: footprints(facts.footprints, shift))


def told(found: Sequence[SceneFacts], searching: bool, where: str) -> str:
    """Return how many images there are, in words; `where` is a phrase such as "in June 2022"."""
    if not found:
        return f"Looking at the images {where}…" if searching else f"No images here {where}."
    count = f"{len(found)} date{'' if len(found) == 1 else 's'} {where}"
    if searching:
        return f"{count} so far…"
    return f"{count}." if len(found) == 1 else f"{count}, clearest over your area first."
