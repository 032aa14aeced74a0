"""How sure is this? How stable the grouping is, how far a map agrees, and whether the land was checked."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING, Any

import ipywidgets as ipw

from pipeline.text import hectares, percent
from widgets.map.layers import picture
from widgets.results.edits import Editor
from widgets.results.tabs.host import Host
from widgets.session.worker import Progress, Worker
from widgets.toolkit.message import plain_words
from widgets.toolkit.parts import arrange, html, pressed, push_button

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.drawing.overlays import Overlay
    from pipeline.result import Analysis

LAYER = "confidence"
WAIT = "Grouping other samples of the pixels…"
UNCHECKED = "Nobody has checked the land yet: “Check it” below tells how much of it has the right name."
NOTE = (
    "A pixel is on the border when another cluster’s centre is nearly as close as its own. That tells how "
    "clear the grouping is, not whether a name is right."
)


class HowSure(ipw.VBox):
    """A sentence on each of them, and a picture of the margin to switch on.

    Parameters
    ----------
    host : Host
        Takes the picture.
    editor : Editor
        Knows the map that the names were taken from.
    """

    def __init__(self, host: Host, editor: Editor) -> None:
        self._host, self._editor = host, editor
        self._analysis: Analysis | None = None
        self._sentence, self._legend = html("", "eo-sentence"), html("", "eo-levels")
        self._button = push_button("Show on the map", host.gate.guard(self._toggle), "eo-toggle")
        self._asks = Worker(host.gate, progress=self._tell, done=self._told, failed=self._fail)
        self._draws = Worker(host.gate, progress=lambda *_: None, done=self._drawn, failed=self._fail)
        self._on = False
        super().__init__([self._sentence, self._button])
        self.add_class("eo-fold-body")

    def show(self, analysis: Analysis) -> None:
        """Ask how sure the clusters of a result are."""
        if analysis is self._analysis:
            return
        self._analysis = analysis
        self._asks.cancel()
        self._sentence.value = f"<p>{WAIT}</p>"

        named_by = self._editor.named_by

        def work(progress: Progress, cancelled: Callable[[], bool]) -> tuple[str, str]:
            from pipeline.explore.stability import stability
            from pipeline.reference.words import agreement_words

            found = stability(
                analysis.sample_features,
                analysis.model,
                lut=analysis.edits,
                cancelled=cancelled,
                on_refit=lambda done, of: progress(f"{done} of {of}", done / of),
            )
            names = [s.name for s in analysis.suggestions]
            return found.sentence(names), agreement_words(analysis, named_by, cancelled)

        self._asks.start(work)
        if self._on:
            self._draw()

    def leave(self) -> None:
        """Take the picture off the map."""
        if self._on:
            self._toggle()

    def _tell(self, stage: str, _fraction: float, _detail: str) -> None:
        self._sentence.value = f"<p>{WAIT} {escape(stage)}</p>"

    def _told(self, result: tuple[str, str]) -> None:
        checked = self._analysis.checked if self._analysis is not None else None
        land = checked.sentence() if checked is not None else UNCHECKED
        told = zip(("Grouping", "Names", "Land"), (*result, land), strict=True)
        self._sentence.value = "".join(
            f"<p class='eo-of-{of.lower()}'><b>{of}.</b> {escape(text)}</p>" for of, text in told
        )

    def _toggle(self) -> None:
        self._on = not self._on
        pressed(self._button, self._on)
        if self._on:
            self._draw()
            return
        self._draws.cancel()
        self._host.lay(LAYER, None)
        arrange(self, self._sentence, self._button)

    def _draw(self) -> None:
        analysis = self._analysis
        if analysis is None:
            return
        self._draws.cancel()
        self._legend.value = "<p class='eo-muted'>Measuring the margin of every pixel…</p>"
        arrange(self, self._sentence, self._button, self._legend)

        def work(_progress: Progress, cancelled: Callable[[], bool]) -> tuple[Overlay, pd.DataFrame]:
            from pipeline.explore.confidence_view import confidence_view

            return confidence_view(analysis, lut=analysis.edits, cancelled=cancelled)

        self._draws.start(work)

    def _drawn(self, result: tuple[Overlay, pd.DataFrame]) -> None:
        overlay, table = result
        self._host.lay(LAYER, lambda shift: [picture(overlay, shift, pane="extra")])
        rows = "".join(
            f"<tr><td><i style='background:{escape(row['color'])}'></i>{escape(row['label'])}</td>"
            f"<td>{hectares(row['hectares'])} ha</td><td>{percent(row['share'])}</td></tr>"
            for row in table.to_dict("records")
        )
        self._legend.value = (
            f"<table class='eo-table'>{rows}</table><p class='eo-muted eo-of-border'>{NOTE}</p>"
        )

    def _fail(self, error: Any) -> None:
        self._sentence.value = f"<p class='eo-warn-text'>{escape(plain_words(error))}</p>"
