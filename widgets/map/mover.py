"""Buttons on the map: move the area with the next click, or bring the previous area back."""

from __future__ import annotations

from collections.abc import Callable

import ipywidgets as ipw

from widgets.toolkit.parts import pressed, push_button, shown


class Mover(ipw.HBox):
    """The two buttons.

    Parameters
    ----------
    on_move : callable
        Called when the next click is to place the area, and when that is called off.
    on_undo : callable
        Called to bring the previous area back.
    """

    def __init__(self, on_move: Callable[[], None], on_undo: Callable[[], None]) -> None:
        self.move = push_button("Move area", on_move, "eo-toggle", "eo-on-map")
        self.move.tooltip = "The next click on the map places the area"
        self.undo = push_button("Undo", on_undo, "eo-on-map")
        self.undo.tooltip = "Bring back the area before"
        super().__init__([self.move, self.undo])
        self.add_class("eo-mover")
        self.show(can_move=False, moving=False, can_undo=False)

    def show(self, *, can_move: bool, moving: bool, can_undo: bool) -> None:
        """Show the buttons that can be used now."""
        shown(self.move, can_move)
        shown(self.undo, can_undo)
        pressed(self.move, moving)
