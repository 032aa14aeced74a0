"""A chip that says that small patches were joined to their neighbours, and brings them back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ipywidgets as ipw

from widgets.results.edits import Editor
from widgets.results.tabs.host import Host
from widgets.toolkit.parts import push_button, shown

if TYPE_CHECKING:
    from pipeline.result import Analysis


class SievedChip(ipw.HBox):
    """Stands over the legend as long as there is a smallest patch.

    Parameters
    ----------
    host : Host
        Serialises callbacks; the focus goes on to *Edit classes*.
    editor : Editor
        Brings the patches back.
    """

    def __init__(self, host: Host, editor: Editor) -> None:
        self._host, self._editor = host, editor
        self.button = push_button("", host.gate.guard(self._bring_back), "eo-chip-button")
        self.button.tooltip = "Show all patches again"
        super().__init__([self.button])
        self.add_class("eo-sieved")

    def show(self, analysis: Analysis) -> None:
        """Tell the smallest patch of a result, if it has one."""
        hectares = analysis.smallest_patch_ha
        self.button.description = f"No patches below {hectares:g} ha ✕"
        shown(self, hectares > 0)

    def _bring_back(self) -> None:
        self._editor.smallest(0.0)
        self._host.focus(".eo-edit-classes")
