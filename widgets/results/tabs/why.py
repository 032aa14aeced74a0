"""Why the clusters have their names: the rule, its figures, and what the image's own classification says."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from widgets.results.doubts import Doubts, Heard
from widgets.results.edits import Editor
from widgets.results.legend import Legend
from widgets.session.gate import Gate
from widgets.toolkit.fold import Fold
from widgets.toolkit.parts import html

if TYPE_CHECKING:
    from pipeline.clustering.reasons import Reason
    from pipeline.result import Analysis

WHY = (
    "Each cluster’s average colour is compared with simple rules, one after the other; the first that fits "
    "gives the name. NDVI is high where plants are dense, NDWI over water. Towns and bare soil look alike in "
    "these bands, and so do deep shadow and dark water: check with the true-colour image."
)
DOUBT = "It speaks against this name."


class Why:
    """A fold with an entry a cluster; it also has the legend mark the names that are spoken against.

    Parameters
    ----------
    gate : Gate
        Serialises callbacks.
    editor : Editor
        Holds the result and its classes.
    legend : Legend
        Marks names.
    """

    def __init__(self, gate: Gate, editor: Editor, legend: Legend) -> None:
        self._editor, self._legend = editor, legend
        self.doubts = Doubts(gate, self._hear)
        self.reasons = html("", "eo-reasons")
        self.fold = Fold("Why these names?", self.reasons, gate.guard(self._explain))

    def show(self, analysis: Analysis) -> None:
        """Ask the image's own classification of a result, and explain its names where they can be seen."""
        self.doubts.ask(analysis)
        self._explain()

    def _hear(self, heard: Heard) -> None:
        self._legend.tell_doubts(heard.doubts)
        self._explain()

    def _explain(self) -> None:
        analysis, edits = self._editor.refined, self._editor.edits
        if analysis is None or edits is None or not self.fold.is_open:
            return
        from pipeline.clustering.reasons import reasons

        found = reasons(analysis.spectra, analysis.suggestions, analysis.bands)
        lut = edits.history.present.lut()
        entries = "".join(
            f"<p><b>{r.cluster} {escape(r.name)}</b> {escape(r.sentence)} {escape(_figures(r))} "
            f"{escape(self._said_of(number))}</p>"
            for number, r in zip(lut[1:], found, strict=False)
        )
        source = edits.history.names_from
        shown = f"<p>The names that are shown come from {escape(source)}.</p>" if source else ""
        self.reasons.value = f"<div><p>{WHY}</p>{shown}{entries}</div>"

    def _said_of(self, number: int) -> str:
        """Return the image's own classification of a class, as far as it is known."""
        heard = self.doubts.heard
        if heard is None or heard.agreement is None or number not in heard.agreement.table.index:
            return ""
        against = f" {DOUBT}" if number in heard.doubts else ""
        return f"In the image’s own classification: {heard.agreement.sentence(number)}.{against}"


def _figures(reason: Reason) -> str:
    """Return the figures that the rules look at, such as ``NDVI 0.82, NDWI −0.70``, as a sentence."""
    return f"{', '.join(f'{label} {value}' for label, value in reason.figures)}." if reason.figures else ""
