"""What is clustered: a named set of bands and indices, or the visitor's own choice."""

from __future__ import annotations

from typing import Any

import ipywidgets as ipw
import traitlets

from pipeline.clustering.features import DEFAULT_FEATURES, FEATURE_SETS, FEATURES, set_of
from widgets.toolkit.parts import arrange, classed, html

SETS = {
    "10m": "10 m bands",
    "all-bands": "All bands",
    "vegetation": "Vegetation",
    "water": "Water",
    "built-up": "Built-up",
}
"""Set of features -> what the list says."""
OWN = "own"
CHOOSE = "Choose…"
HINT = "Hold Ctrl or ⌘ to choose several. Bands of 20 m are used on the 10 m grid as they are, not smoothed."


class LookAt(ipw.Box):
    """A list of sets, and a list of all features (`choice`) for a free choice; `value` is the features."""

    value = traitlets.Tuple(DEFAULT_FEATURES)

    def __init__(self) -> None:
        self._quiet = False
        options = [*((words, name) for name, words in SETS.items()), (CHOOSE, OWN)]
        self.sets = classed(ipw.Dropdown(options=options, description="Look at"), "eo-field", "eo-look-at")
        self.own = ipw.SelectMultiple(
            options=[(_words(name), name) for name in FEATURES], rows=7, description="Bands and indices"
        )
        self.choice = classed(ipw.VBox(), "eo-own")
        self._choice = (classed(self.own, "eo-field"), html(HINT, "eo-muted"))
        super().__init__([self.sets])
        self.add_class("eo-side")
        self._take()
        self.sets.observe(self._set_chosen, "value")
        self.own.observe(self._own_chosen, "value")
        self.observe(lambda _change: self._take(), "value")

    def _set_chosen(self, _change: Any) -> None:
        if self._quiet:
            return
        if self.sets.value == OWN:
            self._show_own(True)
        else:
            self.value = FEATURE_SETS[self.sets.value]
            self._show_own(False)

    def _own_chosen(self, _change: Any) -> None:
        if not self._quiet and self.own.value:
            self.value = self.own.value

    def _take(self) -> None:
        """Bring both lists in line with the features; while one chooses, the list of all stays open."""
        self._quiet = True
        try:
            named = set_of(self.value)
            if named is None or not self.choice.children:
                self.sets.value = named or OWN
            self.own.value = self.value
        finally:
            self._quiet = False
        self._show_own(self.sets.value == OWN)

    def _show_own(self, on: bool) -> None:
        arrange(self.choice, *(self._choice if on else ()))


def _words(name: str) -> str:
    feature = FEATURES[name]
    return f"{feature.formula} {feature.title}" if feature.is_band else f"{name} {feature.title}"
