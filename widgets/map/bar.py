"""The line above the map: controls of the picture, or a hint before there is a result."""

from __future__ import annotations

from collections.abc import Callable

import ipywidgets as ipw

from widgets.toolkit.parts import arrange, checkbox, classed, html, push_button

OPACITY_PERCENT = 75
NIR, SWIR = "NIR", "SWIR"
"""What false colour shows: near or shortwave infrared."""


class MapBar(ipw.HBox):
    """Hint, or the controls of a result.

    Parameters
    ----------
    on_change : callable
        Called when a checkbox or the opacity changed.
    on_blink : callable
        Called with the number of times the visitor pressed *Blink*.
    """

    def __init__(self, on_change: Callable[[object], None], on_blink: Callable[[int], None]) -> None:
        self.hint = html("", "eo-hint")
        self.true_colour = checkbox("True colour", True)
        self.false_colour = checkbox("False colour", False)
        self.which = classed(ipw.Dropdown(options=[NIR, SWIR], layout=ipw.Layout(width="76px")), "eo-which")
        self._has_swir = False
        self.opacity = classed(
            ipw.IntSlider(value=OPACITY_PERCENT, min=0, max=100, step=5, description="Opacity"), "eo-opacity"
        )
        self._blinks, self._on_blink = 0, on_blink
        self.blink = push_button("Blink", self._blink)
        self.blink.tooltip = "Hide the clusters and show them again, twice"
        for control in (self.true_colour, self.false_colour, self.which, self.opacity):
            control.observe(on_change, "value")
        super().__init__([self.hint])
        self.add_class("eo-mapbar")

    def show(self, hint: str | None) -> None:
        """Show a hint; None: the controls of a result."""
        if hint is None:
            which = (self.which,) if self._has_swir else ()
            arrange(self, self.true_colour, self.false_colour, *which, self.opacity, self.blink)
        else:
            self.hint.value = hint
            arrange(self, self.hint)

    @property
    def shows_swir(self) -> bool:
        """Whether false colour is that of shortwave infrared."""
        return self._has_swir and self.which.value == SWIR

    def offer_swir(self, has_swir: bool) -> None:
        """Offer the image in shortwave infrared, or not: from the next `show` on."""
        self._has_swir = has_swir

    def _blink(self) -> None:
        self._blinks += 1
        self._on_blink(self._blinks)
