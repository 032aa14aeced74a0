"""The smallest patch: those below it join their neighbours; hectares before and after."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import ipywidgets as ipw

from pipeline.text import hectares, signed_hectares
from widgets.results.edits import Editor
from widgets.results.tabs.host import Host
from widgets.toolkit.message import plain_words
from widgets.toolkit.parts import classed, html

if TYPE_CHECKING:
    from pipeline.explore.sieve import Sieved
    from pipeline.result import Analysis

SIZES_HA = (0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0)
OFF = "Single pixels stay. Choose a size to let smaller patches join the largest neighbour."


class SmallestPatch(ipw.VBox):
    """A choice of sizes, a sentence and a table.

    Parameters
    ----------
    host : Host
        Serialises callbacks.
    editor : Editor
        Applies the choice.
    """

    def __init__(self, host: Host, editor: Editor) -> None:
        self._editor, self._filling = editor, False
        options = [("All sizes", 0.0), *((f"{ha:g} ha ({ha * 100:.0f} pixels)", ha) for ha in SIZES_HA)]
        self._choice = classed(
            ipw.Dropdown(options=options, value=0.0, description="Smallest patch"), "eo-field", "eo-patch"
        )
        self._choice.observe(host.gate.guard(self._choose), "value")
        self._told = html("", "eo-sieve")
        super().__init__([self._choice, self._told])
        self.add_class("eo-fold-body")

    def show(self, _analysis: Analysis) -> None:
        """Show the effect of removing small patches."""
        edits, sieved = self._editor.edits, self._editor.sieved
        self._filling = True
        try:
            self._choice.value = edits.smallest_ha if edits is not None else 0.0
        finally:
            self._filling = False
        self._told.value = f"<p>{OFF}</p>" if sieved is None else _table(sieved)

    def fail(self, error: Exception) -> None:
        """Say why patches of this size cannot be removed."""
        self._told.value = f"<p class='eo-warn-text' role='alert'>{escape(plain_words(error))}</p>"

    def _choose(self, change: Any) -> None:
        if not self._filling:
            self._told.value = "<p>Joining patches…</p>"
            self._editor.smallest(float(change.new))


def _table(sieved: Sieved) -> str:
    rows = "".join(
        f"<tr><td><i style='background:{escape(row['color'])}'></i>{number} {escape(row['name'])}</td>"
        f"<td>{hectares(row['before_ha'])}</td><td>{hectares(row['after_ha'])}</td>"
        f"<td>{signed_hectares(row['change_ha'])}</td></tr>"
        for number, row in enumerate(sieved.table.to_dict("records"))
        if number
    )
    head = "<tr><th>Hectares</th><th>before</th><th>after</th><th>change</th></tr>"
    return f"<p>{escape(sieved.sentence)}</p><table class='eo-table'>{head}{rows}</table>"
